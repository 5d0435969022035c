"""Two runs on the same tests: who wins which, McNemar's test, a bootstrap over APIs; Holm where many are compared."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import NamedTuple

import numpy as np
import pandas as pd

from apipack.intervals import bootstrap

TEST = ["id", "level", "setting", "language"]


class Comparison(NamedTuple):
    """n: tests that both have. won, lost: by the second run. difference: its share less the first's, with a 95 %
    interval over APIs. p: of the exact two-sided McNemar test."""

    n: int
    won: int
    lost: int
    difference: float
    low: float
    high: float
    p: float


def compare(first: pd.DataFrame, second: pd.DataFrame, metric: str, seed: int) -> Comparison | None:
    """Of predictions of one model each (schema PREDICTIONS); None where they have no test in common.

    What is null, a call that nobody could read for example, is not right, as in every accuracy.
    Tests of one API are not independent, so the interval is a paired percentile bootstrap over APIs. McNemar's test
    takes tests for independent: where the two disagree, believe the interval.
    """
    both = first[[*TEST, "api", metric]].merge(second[[*TEST, metric]], on=TEST, suffixes=("_a", "_b"))
    if both.empty:
        return None
    before, after = (np.asarray(both[f"{metric}{suffix}"].eq(True), dtype=int) for suffix in ("_a", "_b"))
    change: np.ndarray = after - before
    won, lost = int((change > 0).sum()), int((change < 0).sum())
    apis = pd.factorize(both["api"], sort=True)[0]
    sums, sizes = np.bincount(apis, weights=change)[:, None], np.bincount(apis)
    low, high = bootstrap(sums, sizes, seed)
    return Comparison(len(both), won, lost, float(change.mean()), float(low[0]), float(high[0]), mcnemar(won, lost))


def mcnemar(won: int, lost: int) -> float:
    """Two-sided p of the exact test: of the pairs that differ, each side wins half (McNemar 1947)."""
    pairs, least = won + lost, min(won, lost)
    return min(1.0, 2 * sum(comb(pairs, k) for k in range(least + 1)) / 2**pairs) if pairs else 1.0


def by_holm(p_values: Sequence[float]) -> list[float]:
    """The same p-values, corrected for how many they are (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, largest = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = largest
    return corrected
