import pytest

from apipack.sampling import SampleError, draw, shares

IDS = [f"{i:03}" for i in range(100)]


def test_shares_sum_to_size() -> None:
    assert shares(10, {"curl": 1, "python": 1, "go": 1, "php": 0}) == {"curl": 4, "go": 3, "python": 3}
    assert shares(109, {"curl": 100, "go": 9}) == {"curl": 100, "go": 9}
    assert sum(shares(1_000_003, {"a": 1, "b": 2.5, "c": 0.1}).values()) == 1_000_003


def test_draws_are_nested_and_tested_endpoints_come_first() -> None:
    small = draw({"curl": IDS}, ["050", "007"], 5, {"curl": 1.0}, 0)
    large = draw({"curl": IDS[::-1]}, ["007", "050"], 60, {"curl": 1.0}, 0)
    assert large[:5] == small
    assert {key for key, _ in small[:2]} == {"050", "007"}
    assert draw({"curl": IDS}, [], 5, {"curl": 1.0}, 1) != draw({"curl": IDS}, [], 5, {"curl": 1.0}, 0)


def test_more_than_the_pool_has_is_one_clear_error() -> None:
    with pytest.raises(SampleError, match="the pool has 100: lower size"):
        draw({"curl": IDS}, [], 101, {"curl": 1.0}, 0)
