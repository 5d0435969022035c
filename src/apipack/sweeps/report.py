"""The table of a sweep, for people: accuracies, pairs of runs, gain per doubling, variance between seeds, cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from apipack.evaluation.headline import METRIC
from apipack.evaluation.html_report import PAPER, Section, paper_sizes
from apipack.evaluation.pictures import Point, curve
from apipack.evaluation.reporting import markdown
from apipack.evaluation.summary import aligned
from apipack.sweeps.grid import Grid
from apipack.sweeps.results import between_seeds, by_api, gain_per_doubling, of_tuned, pairs, table

Frames = Mapping[str, pd.DataFrame]
COSTS = ("train.tokens", "train.flops", "train.seconds", "train.peak_memory_mb", "train.joules")
MOST_PAIRS = 12
"""Runs of which each two are compared: 66 pairs."""


def sections(
    grid: Grid, labels: Mapping[str, str], runs: pd.DataFrame, cells: Frames, predictions: Frames
) -> list[Section]:
    """labels: run id → what it is. runs: a row each by run id, of `tracking.finished_runs`. cells, predictions: of
    each run."""
    told = [Section("Request match of the tuned model, with 95 % intervals over APIs", rows=table(labels, cells))]
    if 1 < len(labels) <= MOST_PAIRS:
        title = "Each two runs on the same tests: exact McNemar, and the difference with 95 % over APIs"
        told.append(Section(title, rows=pairs(labels, predictions, seed=0)))
    told += [
        Section("Gain per doubling, with 95 % over APIs", rows=list(_gains(grid, labels, runs, predictions))),
        Section("Between seeds: the mean of all tests, with 95 %", rows=list(_seeds(labels, runs))),
        Section("Cost", rows=_costs(labels, runs)),
    ]
    return [section for section in told if len(section.rows) > 1]


def lines(question: str, told: Sequence[Section]) -> list[str]:
    """The sections as text."""
    text = [question]
    for section in told:
        text += ["", f"{section.title}:", *aligned(section.rows)]
    return text


def curves(grid: Grid, labels: Mapping[str, str], runs: pd.DataFrame, cells: Frames) -> list[Section]:
    """Accuracy over the axis, beside the paper's, and over cost."""
    pictures = []
    if grid.axis:
        series = _series(labels, runs[f"params.{grid.axis}"].astype(float), cells)
        paper = {f"{name}, level 3": pairs for name, pairs in paper_sizes(3).items()} if grid.axis == "size" else {}
        title = f"Request match over {grid.axis}"
        pictures.append(Section(title, PAPER if paper else "", curve(series, grid.axis, paper)))
    for cost in ("train.flops", "train.joules"):
        if f"metrics.{cost}" in runs and runs[f"metrics.{cost}"].notna().all():
            series = _series(labels, runs[f"metrics.{cost}"].astype(float), cells)
            pictures.append(Section(f"Request match over {cost}", picture=curve(series, cost)))
    return pictures


def _series(labels: Mapping[str, str], x: pd.Series, cells: Frames) -> dict[str, list[Point]]:
    """Level and setting of the tuned model → (x, share, low, high) of each run that has an x above 0."""
    series: dict[str, list[Point]] = {}
    for run_id in labels:
        told = of_tuned(cells[run_id].query("level != 'all' and language == 'all' and setting != 'all'"))
        for row in told.to_dict("records") if x[run_id] > 0 else ():
            share, low, high = (float(row[f"{METRIC}{bound}"]) for bound in ("", "_low", "_high"))
            series.setdefault(f"level {row['level']}, {row['setting']}", []).append(
                (float(x[run_id]), share, low, high)
            )
    return series


def note(grid: Grid, labels: Mapping[str, str], cells: Frames) -> str:
    """The question and the table as Markdown."""
    first, *rows = table(labels, cells)
    return f"{grid.question}\n\n{markdown(pd.DataFrame(rows, columns=first))}"


def _gains(grid: Grid, labels: Mapping[str, str], runs: pd.DataFrame, predictions: Frames) -> Iterator[list[str]]:
    """A row a level and setting, of each runs that differ in the axis alone; of several seeds, the first run a value.
    Where there are several such groups, a row begins with the label of its group's first run."""
    if grid.axis is None:
        return
    axis = f"params.{grid.axis}"
    own = runs.loc[list(labels)]
    others = [name for name in own if str(name).startswith("params.") and name not in (axis, "params.seed")]
    groups = [group for _, group in own.groupby(others, dropna=False, sort=False)] if others else [own]
    several = len(groups) > 1
    yield [*(["from run"] if several else []), "level", "setting", "from", "to", "gain per doubling"]
    for group in groups:
        values = group[axis].astype(float).drop_duplicates().sort_values()
        values = values[values > 0]
        for row in _gain_rows(values, predictions) if len(values) > 1 else ():
            yield [*([labels[str(values.index[0])]] if several else []), *row]


def _gain_rows(values: pd.Series, predictions: Frames) -> Iterator[list[str]]:
    """values: of the axis, by run id, smallest first."""
    frames = [predictions[str(run_id)] for run_id in values.index]
    own = of_tuned(frames[0])
    for level, setting in sorted(set(zip(own["level"], own["setting"], strict=True))):
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
