"""The report of a sweep, for people: accuracies, pairs on the same tests, gains over the axis, seeds, cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

import numpy as np
import pandas as pd

from apipack.evaluation.headline import METRIC
from apipack.evaluation.html_report import Section
from apipack.evaluation.paired import HEAD
from apipack.evaluation.reporting import INTERVALS, markdown
from apipack.evaluation.summary import aligned
from apipack.intervals import student
from apipack.sweeps import gains, pairs
from apipack.sweeps.grid import Grid
from apipack.sweeps.results import ModelRun, share_tables, told_of_every

Frames = Mapping[str, pd.DataFrame]
COSTS = ("train.tokens", "train.flops", "train.seconds", "train.peak_memory_mb", "train.joules")
MOST_LINES = 60
"""Pairs that a terminal shows of a table: those with the least p."""
LONGEST_NOTE = 6_000
"""Characters: MLflow refuses a description above 8,000."""


def sections(
    grid: Grid, labels: Mapping[str, str], runs: pd.DataFrame, models: Sequence[ModelRun], predictions: Frames
) -> list[Section]:
    """labels: run id → what it is. runs: a row each by run id, of `tracking.finished_runs`. models: of
    `results.model_runs`. predictions: of each run."""
    first, *others = share_tables(models)
    told = [first._replace(text=f"{INTERVALS}\n{told_of_every(models)}".strip()), *others]
    series = gains.series(grid.axis, labels, runs) if grid.axis else []
    if grid.axis and series:
        text = "\n".join(gains.stops(grid.axis, series, predictions))
        told.append(Section("Where one would stop, all levels and languages together", text))
    told += pairs.sections(models)
    rows = list(gains.gain_rows(series, predictions))
    told += [
        Section("Gain per doubling, with 95 % over APIs", rows=rows),
        Section("Between seeds: the mean of all tests, with 95 %", rows=list(_seeds(labels, runs))),
        Section("Cost", rows=_costs(labels, runs)),
    ]
    return [section for section in told if len(section.rows) > 1 or section.text]


def lines(question: str, told: Sequence[Section], page: str) -> list[str]:
    """The sections as text, a sentence that several have once. page: what has the rows that are left out."""
    text, said = [question], set[str]()
    for section in told:
        new = [line for line in section.text.splitlines() if line not in said]
        said |= set(new)
        text += ["", f"{section.title}:", *new]
        if section.rows:
            rows, left = _fewer(section.rows)
            text += aligned(rows)
            text += [f"{left} more, of larger p: {page}"] if left else []
    return text


def note(question: str, told: Sequence[Section]) -> str:
    """The question and the first tables as Markdown, as many as MLflow takes."""
    text = question
    for section in told:
        first, *rows = section.rows or [()]
        table = f"\n\n{section.title}\n\n{markdown(pd.DataFrame(rows, columns=list(first)))}"
        if not rows or len(text) + len(table) > LONGEST_NOTE:
            break
        text += table
    return text


def _fewer(rows: Sequence[Sequence[str]]) -> tuple[Sequence[Sequence[str]], int]:
    """Of a long table of pairs those with the least p, and how many are left out."""
    if list(rows[0][-len(HEAD) :]) != HEAD or len(rows) - 1 <= MOST_LINES:
        return rows, 0
    kept = sorted(sorted(range(1, len(rows)), key=lambda at: float(rows[at][-1].removeprefix("<")))[:MOST_LINES])
    return [rows[0], *(rows[at] for at in kept)], len(rows) - 1 - MOST_LINES


def between_seeds(shares: Sequence[float]) -> tuple[float, float]:
    """Mean and half the 95 % interval of the mean over seeds, Student's, since seeds are few; 0 where there is one."""
    if len(shares) < 2:
        return float(np.mean(shares)), 0.0
    return float(np.mean(shares)), student(len(shares)) * float(np.std(shares, ddof=1)) / len(shares) ** 0.5


def _seeds(labels: Mapping[str, str], runs: pd.DataFrame) -> Iterator[list[str]]:
    """Runs that differ in a seed alone."""
    yield ["run", "seeds", METRIC]
    for group in gains.alike(labels, runs):
        seeds = [f"params.{name}" for name in gains.SEEDS if f"params.{name}" in group]
        if len(group[seeds].drop_duplicates()) > 1:
            mean, half = between_seeds(group[f"metrics.{METRIC}"].tolist())
            yield [labels[str(group.index[0])], str(len(group)), f"{mean:.3f} ± {half:.3f}"]


def _costs(labels: Mapping[str, str], runs: pd.DataFrame) -> list[list[str]]:
    """Of each run what was measured, and the same of one training instance."""
    own = runs.loc[list(labels)]
    told = [name for name in COSTS if f"metrics.{name}" in own and own[f"metrics.{name}"].notna().any()]
    whole = [name for name in told if name != "train.peak_memory_mb"]
    rows = [["run", *told, *(f"{name} per instance" for name in whole)]]
    for run_id, label in labels.items():
        values = {name: float(own[f"metrics.{name}"][run_id]) for name in told}
        size = float(own["params.size"][run_id])
        rows.append(
            [label, *(_number(values[name], 6) for name in told), *(_number(values[name] / size, 4) for name in whole)]
        )
    return rows if told else []


def _number(value: float, digits: int) -> str:
    return "" if isnan(value) else f"{value:.{digits}g}"
