"""The table of a sweep, for people: accuracies, pairs of runs, gain per doubling, variance between seeds, cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from apipack.evaluation.headline import METRIC
from apipack.evaluation.reporting import markdown
from apipack.evaluation.summary import aligned
from apipack.sweeps.grid import Grid
from apipack.sweeps.results import between_seeds, by_api, gain_per_doubling, pairs, table

Frames = Mapping[str, pd.DataFrame]
COSTS = ("train.tokens", "train.flops", "train.seconds", "train.peak_memory_mb", "train.joules")
MOST_PAIRS = 12
"""Runs of which each two are compared: 66 pairs."""


def lines(grid: Grid, labels: Mapping[str, str], runs: pd.DataFrame, cells: Frames, predictions: Frames) -> list[str]:
    """labels: run id → what it is. runs: a row each by run id, of `tracking.finished_runs`. cells, predictions: of
    each run."""
    told = [grid.question, "", f"{METRIC.replace('_', ' ').capitalize()} of the tuned model, 95 % intervals over APIs:"]
    told += aligned(table(labels, cells))
    if 1 < len(labels) <= MOST_PAIRS:
        told += ["", "Each two runs on the same tests (exact McNemar, difference with 95 % over APIs):"]
        told += aligned(pairs(labels, predictions, seed=0))
    told += _section("Gain per doubling, with 95 % over APIs:", list(_gains(grid, labels, runs, cells, predictions)))
    told += _section("Between seeds, mean of all tests with 95 %:", list(_seeds(labels, runs)))
    return told + _section("Cost:", _costs(labels, runs))


def note(grid: Grid, labels: Mapping[str, str], cells: Frames) -> str:
    """The question and the table as Markdown."""
    first, *rows = table(labels, cells)
    return f"{grid.question}\n\n{markdown(pd.DataFrame(rows, columns=first))}"


def _section(title: str, rows: list[list[str]]) -> list[str]:
    return ["", title, *aligned(rows)] if len(rows) > 1 else []


def _gains(
    grid: Grid, labels: Mapping[str, str], runs: pd.DataFrame, cells: Frames, predictions: Frames
) -> Iterator[list[str]]:
    """A row a level and setting, of the runs that differ in the axis alone; one row a value and the first seed."""
    if grid.axis is None:
        return
    yield ["level", "setting", "from", "to", "gain per doubling"]
    values = runs.loc[list(labels), f"params.{grid.axis}"].astype(float).drop_duplicates().sort_values()
    values = values[values > 0]
    if len(values) < 2:
        return
    frames = [predictions[str(run_id)] for run_id in values.index]
    for level, setting in sorted(set(zip(frames[0]["level"], frames[0]["setting"], strict=True))):
        shares = by_api(frames, METRIC, level, setting)
        if len(shares):
            gain, low, high = gain_per_doubling(values.tolist(), shares)
            ends = [f"{value:g}" for value in (values.iloc[0], values.iloc[-1])]
            yield [str(level), str(setting), *ends, f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]"]


def _seeds(labels: Mapping[str, str], runs: pd.DataFrame) -> Iterator[list[str]]:
    """Runs that differ in their seed alone."""
    own = runs.loc[list(labels)]
    params = [name for name in own if str(name).startswith("params.") and name != "params.seed"]
    yield ["run", "seeds", METRIC]
    for _, group in own.groupby(params, dropna=False):
        if group["params.seed"].nunique() > 1:
            mean, half = between_seeds(group[f"metrics.{METRIC}"].tolist())
            yield [labels[str(group.index[0])], str(len(group)), f"{mean:.3f} ± {half:.3f}"]


def _costs(labels: Mapping[str, str], runs: pd.DataFrame) -> list[list[str]]:
    """Of each run what was measured, and the same of one training instance."""
    told = [name for name in COSTS if f"metrics.{name}" in runs and runs[f"metrics.{name}"].notna().any()]
    rows = [["run", *told, *(f"{name} per instance" for name in told if name != "train.peak_memory_mb")]]
    for run_id, label in labels.items():
        size = float(runs["params.size"][run_id])
        values = {name: float(runs[f"metrics.{name}"][run_id]) for name in told}
        each = [f"{value / size:.4g}" for name, value in values.items() if name != "train.peak_memory_mb"]
        rows.append([label, *(f"{value:.6g}" for value in values.values()), *each])
    return rows if told else []
