import numpy as np
import pytest
from scipy.stats import binomtest
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import t as student_t

from apipack.intervals import bootstrap, clustered, clustered_ratio, student, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (0, 24), (3, 12), (7, 8), (24, 24), (999, 1000)])
def test_wilson_is_scipy_s(hits: int, n: int) -> None:
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((hits / n, expected.low, expected.high), abs=6e-5)


def test_groups_of_one_value_are_the_ordinary_bootstrap() -> None:
    values = np.random.default_rng(1).random(60)
    low, high = bootstrap(values[:, None], np.ones(60), 0)
    expected = scipy_bootstrap((values,), np.mean, n_resamples=2000, method="percentile").confidence_interval
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=0.01)


def test_intervals_by_cluster_cover_where_those_by_row_do_not() -> None:
    """40 clusters of 10 rows, whose chances differ: the truth (.5) lies in 95 % of the intervals, or in few."""
    covered = {"clusters": 0, "rows": 0}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        hits = (rng.random((40, 10)) < rng.beta(0.5, 0.5, (40, 1))).ravel()[:, None]
        for name, groups in (("clusters", np.repeat(np.arange(40), 10)), ("rows", np.arange(400))):
            ((_, low, high),) = clustered(hits, groups, seed)
            covered[name] += low <= 0.5 <= high
    assert covered["clusters"] >= 180 and covered["rows"] < 140


def test_a_ratio_of_whole_units_is_the_share_and_its_interval() -> None:
    rng = np.random.default_rng(3)
    groups, hits = rng.integers(12, size=90), rng.random(90) < 0.4
    assert [clustered_ratio(hits.astype(float), np.ones(90), groups, 5)] == clustered(hits[:, None], groups, 5)


def test_groups_without_anything_to_be_right_of_say_nothing() -> None:
    parts, wholes, groups = np.array([1.0, 3.0, 0.0]), np.array([2.0, 4.0, 0.0]), np.array([0, 1, 2])
    assert clustered_ratio(parts, wholes, groups, 0) == clustered_ratio(parts[:2], wholes[:2], groups[:2], 0)
    assert clustered_ratio(np.zeros(3), np.zeros(3), groups, 0) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 11, 12, 30, 1000])
def test_student_is_scipy_s(n: int) -> None:
    assert student(n) == pytest.approx(student_t.ppf(0.975, n - 1), abs=3e-4)
