"""Pictures of a sweep: accuracy over its axis and over cost, by language and by setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from apipack.evaluation.accuracy import accuracy
from apipack.evaluation.headline import METRIC
from apipack.evaluation.html_report import PAPER, Section, paper_sizes
from apipack.evaluation.pictures import Line, Point, curve, matrix
from apipack.sweeps.grid import Grid
from apipack.sweeps.results import EVERY, TUNED, ModelRun, cells, values

COSTS = ("train.tokens", "train.flops", "train.seconds", "train.joules")
MOST_LINES = 8
"""Of a picture: of more, each level has its own."""


def pictures(
    grid: Grid,
    labels: Mapping[str, str],
    runs: pd.DataFrame,
    models: Sequence[ModelRun],
    predictions: Mapping[str, pd.DataFrame],
) -> list[Section]:
    """As `report.sections`, whose arguments these are."""
    told: list[Section] = []
    if grid.axis:
        lines = _lines(labels, runs[f"params.{grid.axis}"].astype(float), predictions)
        paper = {f"{name}, level 3": pairs for name, pairs in paper_sizes(3).items()} if grid.axis == "size" else {}
        told += _curves(f"Request match over {grid.axis}", grid.axis, lines, paper)
    for cost in COSTS if any(one.model in TUNED and one.run != EVERY for one in models) else ():
        if f"metrics.{cost}" in runs and runs[f"metrics.{cost}"].nunique() > 1:
            lines = _lines(labels, runs[f"metrics.{cost}"].astype(float), predictions)
            told += _curves(f"Request match over {cost}", cost, lines, joined=grid.axis is not None)
    told += _by_language(models) if len(values(models, "language")) > 1 else []
    if len(values(models, "setting")) > 1:
        shares = _shares(models, "setting", [""])
        told.append(Section("Request match by model and setting", "", matrix(shares, f"{METRIC}, all levels")))
    return told


def _curves(
    title: str,
    axis: str,
    lines: Mapping[Line, Sequence[Point]],
    paper: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    joined: bool = True,
) -> Iterator[Section]:
    levels: list[int | None] = [None]
    if len(lines) > MOST_LINES:
        levels = [*sorted({line.level or 0 for line in lines})]
    for level in levels:
        shown = {line: points for line, points in lines.items() if level in (None, line.level)}
        name = title if level is None else f"{title}, level {level}"
        yield Section(name, PAPER if paper else "", curve(shown, axis, paper, joined))


def _lines(labels: Mapping[str, str], x: pd.Series, predictions: Mapping[str, pd.DataFrame]) -> dict[Line, list[Point]]:
    """Level and setting of the tuned model → (x, share, low, high) of each run that has an x above 0."""
    lines: dict[Line, list[Point]] = {}
    for run in (run for run in labels if x[run] > 0):
        own = predictions[run]
        shares = accuracy(own[own["model"].isin(TUNED)], ["level", "setting", "model"], 0, [METRIC])
        for row in shares.to_dict("records"):
            level, setting = int(row["level"]), str(row["setting"])
            line = Line(f"level {level}, {setting}", setting, row["model"] != TUNED[0], level)
            share, low, high = (float(row[f"{METRIC}{bound}"]) for bound in ("", "_low", "_high"))
            lines.setdefault(line, []).append((float(x[run]), share, low, high))
    return dict(sorted(lines.items()))


def _by_language(models: Sequence[ModelRun]) -> Iterator[Section]:
    """What a run trained on by what it is tested in: a picture a setting."""
    for setting in values(models, "setting"):
        shown = [one._replace(predictions=one.predictions[one.predictions["setting"] == setting]) for one in models]
        shares = _shares([one for one in shown if len(one.predictions)], "language", ["copy"])
        title = f"Request match by language, {setting}"
        yield Section(
            title, "Rows: the run and its model; columns: the language that is tested.", matrix(shares, title)
        )


def _shares(models: Sequence[ModelRun], column: str, without: Sequence[str]) -> pd.DataFrame:
    """A row a run and model, a column a value of this one."""
    kept = [one for one in models if one.model not in without]
    told = cells(kept, [column])
    told["row"] = [_row(run, model) for run, model in zip(told["run"], told["model"], strict=True)]
    order = list(dict.fromkeys(_row(one.run, one.model) for one in kept))
    return told.pivot(index="row", columns=column, values=METRIC).loc[order, values(kept, column)]


def _row(run: str, model: str) -> str:
    return model if run == EVERY else f"{run}, {model}"
