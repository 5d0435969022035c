"""Shares and means with their uncertainty: score intervals, and the bootstrap over groups that belong together."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

RESAMPLES = 2_000
Z = NormalDist().inv_cdf(0.975)


_FEW = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622)


def student(n: int) -> float:
    """How many standard errors the 95 % interval of a mean of n > 1 values is wide to either side (Student 1908)."""
    freedom = n - 1
    if freedom <= len(_FEW):
        return _FEW[freedom - 1]
    terms = (Z**3 + Z) / 4, (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96, (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + sum(term / freedom**power for power, term in enumerate(terms, 1))  # Abramowitz, Stegun 26.7.5


def wilson(hits: float, n: int) -> tuple[float, float, float]:
    """Share of hits among n > 0 trials and its 95 % score interval (Wilson 1927), rounded to four digits."""
    share = hits / n
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * (share * (1 - share) / n + Z * Z / (4 * n * n)) ** 0.5
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return round(share, 4), round(low, 4), round(high, 4)


def bootstrap(sums: np.ndarray, sizes: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """95 % percentile bootstrap intervals of means, groups drawn with replacement (Davison, Hinkley 1997, 3.8).

    sums: (groups, measures), of each group's values. sizes: (groups,), how many values a group has. Returns low and
    high, each (measures,). The same seed and number of groups draw the same groups, so that columns can be compared.
    """
    rng = np.random.default_rng(seed)
    groups = len(sizes)
    means = np.empty((RESAMPLES, sums.shape[1]))
    step = max(1, 2_000_000 // groups)
    for start in range(0, RESAMPLES, step):
        rows = min(step, RESAMPLES - start)
        drawn = rng.integers(groups, size=(rows, groups)) + np.arange(rows)[:, None] * groups
        times = np.bincount(drawn.ravel(), minlength=rows * groups).reshape(rows, groups)
        means[start : start + rows] = (times @ sums) / (times @ sizes)[:, None]
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return low, high


def clustered(hits: np.ndarray, clusters: np.ndarray, seed: int) -> list[tuple[float, float, float]]:
    """(share, low, high) of each column of `hits` (n, measures), with a 95 % interval over clusters, in four digits.

    clusters: (n,), the number of each row's cluster, such as its API; rows of one cluster are not independent. Where
    the share is the same in all clusters (one cluster; all right; all wrong) there is nothing to resample and the
    bootstrap's interval would have no width: then it is Wilson's, each cluster counted as one trial.
    """
    sizes = np.bincount(clusters)
    sums = np.stack([np.bincount(clusters, weights=column) for column in hits.T.astype(float)], axis=1)
    low, high = bootstrap(sums, sizes, seed)
    intervals = []
    for at, column in enumerate(sums.T):
        share = float(column.sum() / sizes.sum())
        if np.ptp(column / sizes) < 1e-12:
            intervals.append(wilson(share * len(sizes), len(sizes)))
        else:
            intervals.append((round(share, 4), round(float(low[at]), 4), round(float(high[at]), 4)))
    return intervals


def clustered_ratio(
    parts: np.ndarray, wholes: np.ndarray, clusters: np.ndarray, seed: int
) -> tuple[float, float, float]:
    """(sum of parts / sum of wholes, low, high), with a 95 % interval over clusters, as `clustered`; each array (n,).
    Where there is nothing to be right of, the ratio is 0 and says nothing: [0, 1]."""
    sizes, sums = np.bincount(clusters, weights=wholes), np.bincount(clusters, weights=parts)
    sizes, sums = sizes[sizes > 0], sums[sizes > 0]  # a cluster without any says nothing
    if not len(sizes):
        return 0.0, 0.0, 1.0
    ratio = float(sums.sum() / sizes.sum())
    if np.ptp(sums / sizes) < 1e-12:
        return wilson(ratio * len(sizes), len(sizes))
    low, high = bootstrap(sums[:, None], sizes, seed)
    return round(ratio, 4), round(float(low[0]), 4), round(float(high[0]), 4)
