from fractions import Fraction

import pytest

from apipack.dataset.sampling import SampleError, draw, shares

IDS = [f"{i:03}" for i in range(100)]


def test_shares_sum_to_size() -> None:
    assert shares(10, {"curl": 1, "python": 1, "go": 1, "php": 0}) == {"curl": 4, "go": 3, "python": 3}
    assert shares(109, {"curl": 100, "go": 9}) == {"curl": 100, "go": 9}
    assert sum(shares(1_000_003, {"a": 1, "b": 2.5, "c": 0.1}).values()) == 1_000_003


MIXES: list[dict[str, float]] = [
    {"curl": 6, "python": 6, "go": 2},  # largest remainders give go 2 of 10 and 1 of 11
    {"curl": 100, "go": 1, "java": 1, "php": 1, "node": 1},
    {"curl": 0.1, "go": 0.2, "java": 0.3, "php": 1 / 3},
    {"curl": 1e-9, "go": 1e9},
]


@pytest.mark.parametrize("weights", MIXES, ids=str)
def test_no_share_falls_as_the_size_grows(weights: dict[str, float]) -> None:
    one_by_one = {name: 0 for name in weights}  # the method as it is defined
    for size in range(1, 400):
        one_by_one[
            min(weights, key=lambda name: (Fraction(2 * one_by_one[name] + 1) / Fraction(weights[name]), name))
        ] += 1
        assert shares(size, weights) == one_by_one
    large, larger = shares(1_000_000, weights), shares(1_000_001, weights)
    assert sorted(larger[name] - large[name] for name in weights)[-2:] == [0, 1]
    total = sum(weights.values())
    assert all(abs(large[name] - 1_000_000 * weight / total) < 3 for name, weight in weights.items())


def test_a_small_pool_refuses_every_larger_size() -> None:
    pool = {"curl": IDS, "python": IDS, "go": IDS[:3]}
    drawn: set[tuple[str, str]] = set()
    refused = []
    for size in range(1, 60):
        try:
            larger = set(draw(pool, [], size, MIXES[0], 0))
        except SampleError:
            refused.append(size)
        else:
            assert drawn < larger
            drawn = larger
    assert refused == list(range(refused[0], 60))


def test_draws_are_nested_and_tested_endpoints_come_first() -> None:
    small = draw({"curl": IDS}, ["050", "007"], 5, {"curl": 1.0}, 0)
    large = draw({"curl": IDS[::-1]}, ["007", "050"], 60, {"curl": 1.0}, 0)
    assert large[:5] == small
    assert {key for key, _ in small[:2]} == {"050", "007"}
    assert draw({"curl": IDS}, [], 5, {"curl": 1.0}, 1) != draw({"curl": IDS}, [], 5, {"curl": 1.0}, 0)


def test_more_than_the_pool_has_is_one_clear_error() -> None:
    with pytest.raises(SampleError, match="the pool has 100: lower size"):
        draw({"curl": IDS}, [], 101, {"curl": 1.0}, 0)
