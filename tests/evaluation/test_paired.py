import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from apipack.evaluation.paired import HEAD, by_cell, by_holm, compare, corrected_p, mcnemar, newcombe, rows


def run(right: str, apis: str | None = None) -> pd.DataFrame:
    """A test a letter: right where it is 1."""
    rows = {"id": [str(n) for n in range(len(right))], "level": 1, "setting": "0shot", "language": "curl"}
    return pd.DataFrame(rows | {"api": list(apis or right), "request_match": [letter == "1" for letter in right]})


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (5, 0), (10, 3), (3, 10), (7, 7)])
def test_mcnemar_is_the_binomial_test_of_the_pairs_that_differ(won: int, lost: int) -> None:
    expected = binomtest(won, won + lost).pvalue if won + lost else 1.0
    assert mcnemar(won, lost) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 7, 1, 12), (-0.507, -0.026)),  # Bentur et al. 2009, as Fagerland, Lydersen and Laake 2014 have it
        ((20, 2, 12, 16), (0.0562, 0.3292)),
        ((0, 0, 6, 0), (0.448, 1.0)),  # six of six won: as wide as two of Wilson's intervals
        ((0, 0, 0, 11), (-0.2588, 0.2588)),
    ],
)
def test_newcombe_s_interval_of_a_paired_difference(
    counts: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    assert newcombe(*counts[:3], sum(counts)) == pytest.approx(expected, abs=1e-3)
    both, first, second, _ = counts
    low, high = newcombe(both, second, first, sum(counts))
    assert (-high, -low) == pytest.approx(newcombe(*counts[:3], sum(counts)), abs=2e-4)


def test_newcombe_s_interval_covers_the_truth_and_never_has_no_width() -> None:
    """Twelve trials of .9 and .8, which agree more often than not: 95 % and no fewer than 93 %."""
    rng, covered = np.random.default_rng(0), 0
    for _ in range(1_000):
        both, first, second, _ = rng.multinomial(12, (0.75, 0.05, 0.15, 0.05))
        low, high = newcombe(both, first, second, 12)
        covered += low <= 0.1 <= high
        assert high - low > 0.05
    assert covered >= 930


def test_only_tests_that_both_have_are_compared() -> None:
    result = compare(run("0011"), run("01110"), "request_match", 0)
    assert result and (result.n, result.won, result.lost, result.difference) == (4, 1, 0, 0.25)
    assert result.low <= 0.25 <= result.high
    assert compare(run("00"), run("00").assign(language="go"), "request_match", 0) is None


def test_the_interval_is_over_apis_not_over_tests() -> None:
    """The same forty wins: spread over forty APIs they tell more than in two."""
    first, second = run("0" * 80), run("1" * 40 + "0" * 40)
    few = compare(first.assign(api=["a"] * 40 + ["b"] * 40), second, "request_match", 0)
    many = compare(first.assign(api=[str(n) for n in range(80)]), second, "request_match", 0)
    assert few and many and few.difference == many.difference == 0.5
    assert few.high - few.low > 3 * (many.high - many.low)


def test_holm() -> None:
    assert by_holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])  # Holm 1979: 3 x .01, then 2 x .03
    assert by_holm([0.5, 0.9]) == [1.0, 1.0] and by_holm([]) == []


def test_what_differs_in_no_test_does_not_count_for_holm() -> None:
    same, other = (compare(run("0" * 8), run(right), "request_match", 0) for right in ("0" * 8, "1" * 8))
    assert same and other
    assert corrected_p([same, other, same]) == [1.0, other.p, 1.0]
    assert corrected_p([other, other, same]) == [2 * other.p, 2 * other.p, 1.0] and corrected_p([]) == []


def test_a_call_that_nobody_could_read_is_not_right() -> None:
    """A model that writes only what nobody reads loses each test that the other has right, as in its accuracy."""
    first, second = run("1110"), run("0010")
    second["request_match"] = pd.Series([None, None, True, None], dtype=object)
    result = compare(first, second, "request_match", 0)
    assert result and (result.n, result.won, result.lost, result.difference) == (4, 0, 2, -0.5)
    nothing = compare(first, second.assign(request_match=None), "request_match", 0)
    assert nothing and (nothing.n, nothing.lost) == (4, 3)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"), [("0" * 6, "1" * 6, 0.448, 1), ("0" * 6, "0" * 6, -0.39, 0.39)]
)
def test_where_all_apis_agree_the_interval_still_has_a_width(before: str, after: str, low: float, high: float) -> None:
    """Six wins of six are no certainty, and no win of six does not show that there is no difference."""
    each = compare(run(before, "abcdef"), run(after, "abcdef"), "request_match", 0)
    assert each and (each.low, each.high) == pytest.approx((low, high), abs=0.001)
    one = compare(run(before, "aaaaaa"), run(after, "aaaaaa"), "request_match", 0)
    assert one and one.high - one.low > each.high - each.low  # one API is one trial


def test_a_gain_is_one_by_the_test_and_by_the_interval() -> None:
    won = compare(run("0" * 12, "abcdefabcdef"), run("1" * 10 + "00", "abcdefabcdef"), "request_match", 0)
    assert won and won.is_gain(won.p) and not won.is_gain(0.06) and not won._replace(low=0.0).is_gain(won.p)


def test_cells_apart_in_the_order_of_tables_and_holm_over_all_of_them() -> None:
    settings = ["spec", "0shot", "retrieved_3shot"]
    first, second = (
        pd.concat([run(right).assign(setting=name) for name in settings]) for right in ("0000000011", "1111111111")
    )
    told = list(by_cell(first, second, ["setting", "level"], "request_match", 0))
    assert [cell for cell, _ in told] == [("0shot", "1"), ("retrieved_3shot", "1"), ("spec", "1")]
    table = rows(["setting", "level"], told)
    assert table[0] == ["setting", "level", *HEAD] and table[1][:5] == ["0shot", "1", "10", "8", "0"]
    assert {row[-1] for row in table[1:]} == {"0.023"}  # three times 2 / 2^8
    more = rows([], [((), comparison._replace(p=1e-5)) for _, comparison in told])
    assert more[1][-1] == "<0.001"
