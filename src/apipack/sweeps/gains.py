"""Accuracy over the axis of a sweep: the gain per doubling, and where one would stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from apipack.evaluation.headline import METRIC
from apipack.evaluation.paired import SURE, Comparison, compare, corrected_p, spelled
from apipack.evaluation.run_names import ELSEWHERE
from apipack.sweeps.results import TUNED

CELL = ["level", "setting"]
Frames = Mapping[str, pd.DataFrame]


SEEDS = ("seed", "finetune.seed")


class Series(NamedTuple):
    """Runs that differ in the axis alone, smallest value first. name: what it is of where there are several."""

    name: str
    values: Sequence[float]
    runs: Sequence[str]


def series(axis: str, labels: Mapping[str, str], runs: pd.DataFrame) -> list[Series]:
    """Of runs that differ in more than the axis, one each, called by its first run; of several seeds the first run a
    value, and of the machinery of running nothing."""
    column = f"params.{axis}"
    groups = [group[column].astype(float).drop_duplicates().sort_values() for group in alike(labels, runs, axis)]
    groups = [values[values > 0] for values in groups]
    long = [values for values in groups if len(values) > 1]
    return [
        Series(labels[str(values.index[0])] if len(groups) > 1 else "", values.tolist(), list(map(str, values.index)))
        for values in long
    ]


def alike(labels: Mapping[str, str], runs: pd.DataFrame, *varying: str) -> list[pd.DataFrame]:
    """The runs in groups whose parameters are the same but for the seed, these, and where they ran."""
    own = runs.loc[list(labels)]
    free = {*SEEDS, *varying}
    names = [name.removeprefix("params.") for name in map(str, own) if name.startswith("params.")]
    others = [f"params.{name}" for name in names if name not in free and name.partition(".")[0] not in ELSEWHERE]
    return [group for _, group in own.groupby(others, dropna=False, sort=False)] if others else [own]


def gain_rows(found: Sequence[Series], predictions: Frames) -> Iterator[list[str]]:
    """A row a series, model, level and setting, after the names of the columns."""
    several = any(one.name for one in found)
    yield [*(["from run"] if several else []), "model", *CELL, "from", "to", "gain per doubling"]
    for one in found:
        frames = [predictions[run] for run in one.runs]
        for model, level, setting in _tested(frames, ["model", *CELL]):
            shares = by_api([frame[frame["model"] == model] for frame in frames], METRIC, level, setting)
            if len(shares):
                gain, interval = gain_per_doubling(one.values, shares)
                told = "no interval" if interval is None else f"[{interval[0]:+.3f}, {interval[1]:+.3f}]"
                ends = [f"{value:g}" for value in (one.values[0], one.values[-1])]
                name = [one.name] if several else []
                yield [*name, str(model), str(level), str(setting), *ends, f"{round(gain, 3) + 0:+.3f} {told}"]


def gain_per_doubling(values: Sequence[float], shares: pd.DataFrame) -> tuple[float, tuple[float, float] | None]:
    """Slope of the share over log2 of an axis, by least squares, with its 95 % interval over APIs; none where the slope
    is the same in every API, so that there is nothing to resample.

    shares: (APIs, points), sums of right tests an API, with a column `n` of its tests; the same tests at each point."""
    x = np.log2(np.asarray(values, float))
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    right, sizes = shares.drop(columns="n").to_numpy(float), shares["n"].to_numpy(float)
    gain = float((right.sum(axis=0) / sizes.sum()) @ weights)
    if np.ptp((right / sizes[:, None]) @ weights) < 1e-12:
        return gain, None
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(sizes), size=(2_000, len(sizes)))
    slopes = (right[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None]) @ weights
    low, high = np.percentile(slopes, [2.5, 97.5])
    return gain, (float(low), float(high))


def by_api(predictions: Sequence[pd.DataFrame], metric: str, level: int, setting: str) -> pd.DataFrame:
    """Of each API the right tests of each run and, in column `n`, its tests; of the tests that all runs have.
    predictions: of one model each."""
    key = ["id", "language"]
    runs = [frame[(frame["level"] == level) & (frame["setting"] == setting)] for frame in predictions]
    whole = runs[0][[*key, "api"]]
    for at, frame in enumerate(runs):
        whole = whole.merge(frame[key].assign(**{str(at): frame[metric].eq(True)}), on=key)
    sums = whole.drop(columns=key).groupby("api").sum()
    return sums.assign(n=whole.groupby("api").size())


def stops(axis: str, found: Sequence[Series], predictions: Frames) -> list[str]:
    """A sentence a series, model and setting. From the smallest point one goes on to a larger one when its gain over
    the point where one is is shown, by McNemar's test and by the interval; where none is, one stops."""
    cases = []
    for one in found:
        frames = [predictions[run] for run in one.runs]
        for model, setting in _tested(frames, ["model", "setting"]):
            own = [frame[(frame["model"] == model) & (frame["setting"] == setting)] for frame in frames]
            pairs = {
                pair: compared
                for pair in combinations(range(len(own)), 2)
                if (compared := compare(own[pair[0]], own[pair[1]], METRIC, 0))
            }
            name = f"{one.name}, {model}" if one.name else model
            cases.append((f"{name}, {setting}", one, pairs))
    every = [compared for *_, pairs in cases for compared in pairs.values()]
    corrected = iter(corrected_p(every))
    differing = sum(compared.won + compared.lost > 0 for compared in every)
    return [
        f"{name}: {_stop(axis, one, pairs, {pair: next(corrected) for pair in pairs}, differing)}"
        for name, one, pairs in cases
    ]


def _stop(
    axis: str,
    one: Series,
    pairs: Mapping[tuple[int, int], Comparison],
    corrected: Mapping[tuple[int, int], float],
    compared: int,
) -> str:
    at = 0
    reached: tuple[int, int] | None = None
    for to in range(1, len(one.values)):
        if (at, to) in pairs and pairs[at, to].is_gain(corrected[at, to]):
            at, reached = to, (at, to)
    names = [f"{axis}={value:g}" for value in one.values]
    holm = f"by Holm over {compared} pairs that differ"
    if reached is None:
        return f"no gain is shown between {names[0]} and {names[-1]} (p < {SURE} {holm})."
    gain = f"{names[reached[1]]}, whose gain over {names[reached[0]]} is shown: {pairs[reached]}"
    larger = "" if at == len(names) - 1 else "; no larger one shows a gain over it"
    more = "; it is the largest, so more may help" if at == len(names) - 1 else ""
    return f"one would stop at {gain}, p {_equals(corrected[reached])} {holm}{larger}{more}."


def _equals(p: float) -> str:
    text = spelled(p)
    return text if text.startswith("<") else f"= {text}"


def _tested(frames: Sequence[pd.DataFrame], by: Sequence[str]) -> list[tuple[Any, ...]]:
    """What all of the frames have of the tuned model."""
    own = [set(frame.loc[frame["model"].isin(TUNED), by].itertuples(index=False, name=None)) for frame in frames]
    return sorted(set.intersection(*own))
