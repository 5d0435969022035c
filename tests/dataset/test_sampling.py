from fractions import Fraction

import pytest

from apipack.dataset.sampling import SampleError, draw, in_order, shares, shares_within

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


def pairs(drawn: dict[str, dict[str, int]]) -> set[tuple[str, str, int]]:
    """(id, language, variant) of each instance."""
    return {(key, name, n) for key, counts in drawn.items() for name, count in counts.items() for n in range(count)}


@pytest.mark.parametrize("weights", MIXES, ids=str)
def test_a_larger_draw_contains_a_smaller_one_also_where_languages_run_out(weights: dict[str, float]) -> None:
    pool = {name: IDS[: 3 + 7 * place] for place, name in enumerate(weights)}
    room = sum(map(len, pool.values())) * 5
    before: set[tuple[str, str, int]] = set()
    for size in range(1, room + 1):
        after = pairs(draw(pool, IDS[1:3], size, weights, 5)[0])
        assert len(after) == size and before < after
        before = after
    with pytest.raises(SampleError, match=f"size {room + 1} is more than the {room} instances of .*instruct.variants"):
        draw(pool, IDS[1:3], room + 1, weights, 5)


def test_what_a_language_cannot_give_is_shared_among_the_others_by_weight() -> None:
    room = {"curl": 100, "go": 1000, "php": 1000}
    assert shares_within(700, {"curl": 5, "go": 2, "php": 1}, room) == {"curl": 100, "go": 400, "php": 200}
    drawn, lines = draw({"curl": IDS[:10], "go": IDS}, [], 60, {"curl": 1, "go": 1}, 1)
    assert lines == ["curl has 10 instances and not the 30 of its weight in mix"] and len(pairs(drawn)) == 60
    with pytest.raises(SampleError, match=r"curl has 10 instances and not the 30 .* sample.strict"):
        draw({"curl": IDS[:10], "go": IDS}, [], 60, {"curl": 1, "go": 1}, 1, strict=True)


def test_tested_operations_come_in_several_variants_and_of_the_others_the_first_ones() -> None:
    drawn = [draw({"curl": IDS[:4]}, ["001"], size, {"curl": 1}, 5)[0] for size in (2, 3, 5, 8, 13)]
    numbers = [{key: counts["curl"] for key, counts in of_size.items()} for of_size in drawn]
    assert numbers[:2] == [{"001": 2}, {"001": 3}] and numbers[2] == {"001": 3, "000": 1, "002": 1}
    assert numbers[3] == {"001": 3, "000": 2, "002": 2, "003": 1}
    assert numbers[4] == {"000": 4, "001": 3, "002": 3, "003": 3}


def test_tested_operations_come_first_then_their_apis_in_turn_then_whole_apis() -> None:
    apis = {f"{api}{n}": api for api in "abcde" for n in range(6)}
    order = in_order(apis, ["a3", "b1"], ["a", "b", "c"], 0)
    assert sorted(order) == sorted(apis) and set(order[:2]) == {"a3", "b1"}
    assert {apis[key] for key in order[2:18]} == {"a", "b", "c"} == {apis[key] for key in order[2:6]}
    whole = [apis[key] for key in order[18:]]
    assert whole == [whole[0]] * 6 + [whole[6]] * 6
    assert in_order(dict(reversed(apis.items())), ["b1", "a3"], ["c", "b", "a"], 0) == order
    assert in_order(apis, ["a3", "b1"], ["a", "b", "c"], 1) != order
