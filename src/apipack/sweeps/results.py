"""What the finished runs of a sweep say: a table with intervals, pairs of runs on the same tests, gain per doubling."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from apipack.evaluation.figures import ALL, TUNED
from apipack.evaluation.headline import METRIC
from apipack.evaluation.paired import Comparison, by_holm, compare
from apipack.evaluation.params import constrained_name
from apipack.intervals import student

CELL = ["level", "setting"]


def table(labels: Mapping[str, str], cells: Mapping[str, pd.DataFrame], metric: str = METRIC) -> list[list[str]]:
    """Rows of text, the first with the names of the columns: a row a finished run, a column a level and setting of the
    tuned model, `share [low, high]`. labels: run id → what it is in its sweep."""
    shares = {run: _shares(cells[run], metric) for run in labels}
    columns = sorted({column for of_run in shares.values() for column in of_run})
    rows = [["run", *(f"level {level} {setting}" for level, setting in columns)]]
    for run, label in labels.items():
        rows.append([label, *(shares[run].get(column, "") for column in columns)])
    return rows


def pairs(
    labels: Mapping[str, str], predictions: Mapping[str, pd.DataFrame], seed: int, metric: str = METRIC
) -> list[list[str]]:
    """Rows of text: each two runs on the tests that both have, all levels and settings; McNemar's p by Holm."""
    compared: list[tuple[str, str, Comparison]] = []
    for a, b in itertools.combinations(labels, 2):
        ours, theirs = (of_tuned(predictions[run]) for run in (a, b))
        if comparison := compare(ours, theirs, metric, seed):
            compared.append((labels[a], labels[b], comparison))
    corrected = by_holm([comparison.p for _, _, comparison in compared])
    rows = [["run", "against", "tests", "won", "lost", "difference", "p by Holm"]]
    for (a, b, comparison), p in zip(compared, corrected, strict=True):
        difference = f"{comparison.difference:+.3f} [{comparison.low:+.3f}, {comparison.high:+.3f}]"
        rows.append([b, a, str(comparison.n), str(comparison.won), str(comparison.lost), difference, f"{p:.3f}"])
    return rows


def gain_per_doubling(values: Sequence[float], shares: pd.DataFrame) -> tuple[float, float, float]:
    """(slope, low, high) of the share over log2 of an axis, by least squares, with a 95 % interval over APIs.

    shares: (APIs, points), sums of right tests an API, with a column `n` of its tests; the same tests at each point."""
    x = np.log2(np.asarray(values, float))
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    right, sizes = shares.drop(columns="n").to_numpy(float), shares["n"].to_numpy(float)
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(sizes), size=(2_000, len(sizes)))
    slopes = (right[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None]) @ weights
    low, high = np.percentile(slopes, [2.5, 97.5])
    return float((right.sum(axis=0) / sizes.sum()) @ weights), float(low), float(high)


def by_api(predictions: Sequence[pd.DataFrame], metric: str, level: int, setting: str) -> pd.DataFrame:
    """Of each API the right tests of each run and, in column `n`, its tests; of the tests that all runs have."""
    key = ["id", "language"]
    runs = [of_tuned(frame).set_index(CELL).sort_index().loc[[(level, setting)]] for frame in predictions]
    whole = runs[0][[*key, "api"]]
    for at, frame in enumerate(runs):
        whole = whole.merge(frame[key].assign(**{str(at): frame[metric].eq(True)}), on=key)
    sums = whole.drop(columns=key).groupby("api").sum()
    return sums.assign(n=whole.groupby("api").size())


def between_seeds(shares: Sequence[float]) -> tuple[float, float]:
    """Mean and half the 95 % interval of the mean over seeds, Student's, since seeds are few; 0 where there is one."""
    if len(shares) < 2:
        return float(np.mean(shares)), 0.0
    return float(np.mean(shares)), student(len(shares)) * float(np.std(shares, ddof=1)) / len(shares) ** 0.5


def of_tuned(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the tuned model; what it writes under a grammar is a setting of its own, `spec, constrained`."""
    own = rows[rows["model"].isin([TUNED, constrained_name(TUNED)])]
    held = own["model"] != TUNED
    return own.assign(setting=own["setting"].mask(held, own["setting"] + ", constrained"))


def _shares(cells: pd.DataFrame, metric: str) -> dict[tuple[Any, Any], str]:
    told = of_tuned(cells[(cells["level"] != ALL) & (cells["language"] == ALL) & (cells["setting"] != ALL)])
    return {
        (row["level"], row["setting"]): f"{row[metric]:.2f} [{row[f'{metric}_low']:.2f}, {row[f'{metric}_high']:.2f}]"
        for row in told.to_dict("records")
    }
