import pandas as pd
import pytest
from scipy.stats import binomtest

from apipack.evaluation.paired import by_holm, compare, mcnemar


def run(right: str, apis: str | None = None) -> pd.DataFrame:
    """A test a letter: right where it is 1."""
    rows = {"id": [str(n) for n in range(len(right))], "level": 1, "setting": "0shot", "language": "curl"}
    return pd.DataFrame(rows | {"api": list(apis or right), "request_match": [letter == "1" for letter in right]})


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (5, 0), (10, 3), (3, 10), (7, 7)])
def test_mcnemar_is_the_binomial_test_of_the_pairs_that_differ(won: int, lost: int) -> None:
    expected = binomtest(won, won + lost).pvalue if won + lost else 1.0
    assert mcnemar(won, lost) == pytest.approx(expected)


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


def test_a_call_that_nobody_could_read_is_not_right() -> None:
    """A model that writes only what nobody reads loses each test that the other has right, as in its accuracy."""
    first, second = run("1110"), run("0010")
    second["request_match"] = pd.Series([None, None, True, None], dtype=object)
    result = compare(first, second, "request_match", 0)
    assert result and (result.n, result.won, result.lost, result.difference) == (4, 0, 2, -0.5)
    nothing = compare(first, second.assign(request_match=None), "request_match", 0)
    assert nothing and (nothing.n, nothing.lost) == (4, 3)
