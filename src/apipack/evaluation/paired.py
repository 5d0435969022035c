"""Two runs on the same tests: who wins which, McNemar's test, a bootstrap over APIs; Holm where many are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import comb
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from apipack.evaluation.ordering import rank
from apipack.intervals import bootstrap, wilson

TEST = ["id", "level", "setting", "language"]
HEAD = ["tests", "won", "lost", "difference", "p by Holm"]
"""Names of the columns that `rows` adds."""
METHOD = (
    "Won and lost: the tests that one alone has right. p: exact McNemar, by Holm over the rows that differ in a test. "
    "Difference: with 95 % over APIs; where all APIs differ by the same, Newcombe's, each API one trial."
)
SURE, LEAST = 0.05, 0.001


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

    def __str__(self) -> str:
        return f"{self.difference:+.2f} [{self.low:+.2f}, {self.high:+.2f}]"

    def is_gain(self, p: float) -> bool:
        """Whether both say that the second is better. p: corrected for how many are compared."""
        return p < SURE and self.low > 0


def compare(first: pd.DataFrame, second: pd.DataFrame, column: str, seed: int) -> Comparison | None:
    """Of predictions of one model each (schema PREDICTIONS); None where they have no test in common.

    What is null, a call that nobody could read for example, is not right, as in every accuracy.
    Tests of one API are not independent, so the interval is a paired percentile bootstrap over APIs. Where the
    difference is the same in all APIs there is nothing to resample: then it is Newcombe's, each API counted as one
    trial. McNemar's test takes tests for independent: where the two disagree, believe the interval.
    """
    both = first[[*TEST, "api", column]].merge(second[[*TEST, column]], on=TEST, suffixes=("_a", "_b"))
    if both.empty:
        return None
    before, after = (np.asarray(both[f"{column}{suffix}"].eq(True), dtype=int) for suffix in ("_a", "_b"))
    change: np.ndarray = after - before
    won, lost, right = int((change > 0).sum()), int((change < 0).sum()), int((before & after).sum())
    apis = pd.factorize(both["api"], sort=True)[0]
    sums, sizes = np.bincount(apis, weights=change), np.bincount(apis)
    if np.ptp(sums / sizes) < 1e-12:
        share = len(sizes) / len(both)
        low, high = newcombe(right * share, lost * share, won * share, len(sizes))
    else:
        low, high = (float(bound[0]) for bound in bootstrap(sums[:, None], sizes, seed))
    return Comparison(len(both), won, lost, float(change.mean()), low, high, mcnemar(won, lost))


def by_cell(
    first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str], column: str, seed: int
) -> Iterator[tuple[tuple[str, ...], Comparison]]:
    """(values of the columns `by`, comparison) of each cell in which both have a test."""
    cells: dict[Any, tuple[pd.DataFrame, pd.DataFrame]] = {(): (first, second)}
    if by:
        ours, theirs = (dict(list(frame.groupby(list(by)))) for frame in (first, second))
        shared = sorted(ours.keys() & theirs.keys(), key=lambda key: rank(by, key))
        cells = {key: (ours[key], theirs[key]) for key in shared}
    for key, frames in cells.items():
        if comparison := compare(*frames, column, seed):
            yield tuple(map(str, key)), comparison


def rows(names: Sequence[str], compared: Iterable[tuple[Sequence[str], Comparison]]) -> list[list[str]]:
    """Rows of text, the first with the names of the columns, these and `HEAD`."""
    told = list(compared)
    corrected = corrected_p([comparison for _, comparison in told])
    table = [[*names, *HEAD]]
    for (cells, comparison), p in zip(told, corrected, strict=True):
        counts = map(str, (comparison.n, comparison.won, comparison.lost))
        table.append([*cells, *counts, str(comparison), spelled(p)])
    return table


def spelled(p: float) -> str:
    return f"{p:.3f}" if p >= LEAST else f"<{LEAST}"


def newcombe(both: float, first: float, second: float, n: int) -> tuple[float, float]:
    """95 % score interval of the difference between two shares of the same n trials, the second's less the first's
    (Newcombe 1998, method 10, from Wilson's intervals): of those that both have, and that each alone has."""
    neither = n - both - first - second
    (p1, low1, high1), (p2, low2, high2) = (wilson(both + alone, n) for alone in (first, second))
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    excess = both * neither - first * second
    excess = max(0.0, excess - n / 2) if excess > 0 else excess  # his correction for continuity
    phi = excess / margins**0.5 if margins > 1e-12 else 0.0

    def width(a: float, b: float) -> float:
        return max(0.0, a * a - 2 * phi * a * b + b * b) ** 0.5

    difference = p2 - p1
    low, high = difference - width(p2 - low2, high1 - p1), difference + width(high2 - p2, p1 - low1)
    return round(max(-1.0, low), 4), round(min(1.0, high), 4)


def mcnemar(won: int, lost: int) -> float:
    """Two-sided p of the exact test: of the pairs that differ, each side wins half (McNemar 1947)."""
    pairs, least = won + lost, min(won, lost)
    return min(1.0, 2 * sum(comb(pairs, k) for k in range(least + 1)) / 2**pairs) if pairs else 1.0


def corrected_p(comparisons: Sequence[Comparison]) -> list[float]:
    """Their p by Holm. One that differs in no test can only have a p of 1, so it does not count (Tarone 1990)."""
    differing = [comparison.p for comparison in comparisons if comparison.won + comparison.lost]
    corrected = iter(by_holm(differing))
    return [next(corrected) if comparison.won + comparison.lost else 1.0 for comparison in comparisons]


def by_holm(p_values: Sequence[float]) -> list[float]:
    """The same p-values, corrected for how many they are (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, largest = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[at]))
        corrected[at] = largest
    return corrected
