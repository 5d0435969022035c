"""What of a run's many figures one compares: a table of every cell, and the few that MLflow gets as metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

import pandas as pd

from apipack.evaluation.accuracy import METRICS
from apipack.evaluation.headline import METRIC
from apipack.evaluation.params import Setting
from apipack.records import LANGUAGES, TOOLS

MOST = 40
"""Metrics of a run in MLflow, whose pages draw a chart for each."""
TUNED, OURS = "tuned", ("tuned", "base", "copy")
CELL = ["model", "level", "setting", "language"]
ALL = "all"
"""In a table of cells: of all levels, settings or languages together."""
TOTALS = ("call_match", "exact_match", "pass_rate", "hallucination_rate", "argument_f1")
COSTS = {
    "finetune.train_loss": "train.loss_mean",
    "finetune.steps": "train.steps",
    "finetune.tokens": "train.tokens",
    "finetune.flops": "train.flops",
    "finetune.seconds": "train.seconds",
    "finetune.tokens_per_second": "train.tokens_per_second",
    "finetune.peak_memory_mb": "train.peak_memory_mb",
    "finetune.joules": "train.joules",
    "evaluate.seconds": "evaluate.seconds",
}
"""Figure of a stage → metric of a run."""


class Cell(NamedTuple):
    """Whose share a figure is; `ALL` stands for what it is not of."""

    model: str
    level: str
    setting: str
    language: str


def cells(figures: Mapping[str, float]) -> pd.DataFrame:
    """A row a cell: model, level, setting, language, and each metric with METRIC_low and METRIC_high.

    figures: flat, as metrics/accuracy.json names them, `tuned.level1.0shot.call_match_low` say; others are left out.
    """
    rows: dict[Cell, dict[str, float]] = {}
    for cell, name, value in _told(figures):
        rows.setdefault(cell, {})[name] = value
    table = pd.DataFrame([{**cell._asdict(), **metrics} for cell, metrics in sorted(rows.items())])
    return table if len(table) else pd.DataFrame(columns=[*CELL, METRIC])


def compared(figures: Mapping[str, float]) -> dict[str, float]:
    """At most `MOST` metrics, the most telling first: request match of the tuned model over all tests with its
    interval, and that of base and copy; the tuned one's by level and setting, its other rates, and by language where
    there are several; request match of further models. What the run cost has places kept. Where no tuned model was
    tested, the first other one takes its place."""
    shares = {(cell, name): value for cell, name, value in _told(figures)}
    models = sorted({cell.model for cell, _ in shares}, key=lambda name: (name != TUNED, name in OURS, name))
    costs = {short: figures[name] for name, short in COSTS.items() if name in figures}
    chosen: dict[str, float] = {}
    if models:
        subject, *others = models
        for bound in ("", "_low", "_high"):
            chosen |= _value(shares, Cell(subject, ALL, ALL, ALL), METRIC + bound, METRIC + bound)
        chosen |= _of_others(shares, [model for model in others if model in OURS])
        chosen |= _of_subject(shares, subject)
        chosen |= _of_others(shares, others)
    return dict(list(chosen.items())[: MOST - len(costs)]) | costs


def drawn(figures: Mapping[str, float]) -> dict[str, int]:
    """Instances that were drawn of each language, as `drawn.LANGUAGE`: mix has their weights alone."""
    of_sample = "sample.drawn."
    return {name.removeprefix("sample."): int(n) for name, n in figures.items() if name.startswith(of_sample)}


def _of_others(shares: Mapping[tuple[Cell, str], float], models: Sequence[str]) -> dict[str, float]:
    every = {model: (Cell(model, ALL, ALL, ALL), METRIC) for model in models}
    return {f"{model}.{METRIC}": shares[cell] for model, cell in every.items() if cell in shares}


def _of_subject(shares: Mapping[tuple[Cell, str], float], model: str) -> dict[str, float]:
    every = Cell(model, ALL, ALL, ALL)
    chosen: dict[str, float] = {}
    for cell, name in sorted(shares):
        if cell.model == model and name == METRIC and cell.level != ALL and cell.language == ALL:
            chosen[f"{METRIC}.level{cell.level}.{cell.setting}"] = shares[cell, name]
    for name in TOTALS:
        chosen |= _value(shares, every, name, name)
    by_language = _languages(shares, model)
    return chosen | (by_language if len(by_language) > 1 else {})


def _languages(shares: Mapping[tuple[Cell, str], float], model: str) -> dict[str, float]:
    """Request match of a language: the mean over the settings, which all ask the same tests."""
    of_language: dict[str, list[float]] = {}
    for (cell, name), value in sorted(shares.items()):
        if (cell.model, cell.level, name) == (model, ALL, METRIC) and ALL not in (cell.setting, cell.language):
            of_language.setdefault(cell.language, []).append(value)
    return {f"{METRIC}.{language}": round(sum(values) / len(values), 4) for language, values in of_language.items()}


def _value(shares: Mapping[tuple[Cell, str], float], cell: Cell, metric: str, name: str) -> dict[str, float]:
    return {name: shares[cell, metric]} if (cell, metric) in shares else {}


def _told(figures: Mapping[str, Any]) -> Iterator[tuple[Cell, str, float]]:
    """(cell, metric with its bound, value) of each figure that is an accuracy."""
    for flat, value in figures.items():
        model, *parts = flat.split(".")
        metric = parts.pop() if parts else ""
        if metric.removesuffix("_low").removesuffix("_high") not in METRICS:
            continue
        level = parts.pop(0).removeprefix("level") if parts and parts[0].startswith("level") else ALL
        setting = parts.pop(0) if parts and parts[0] in get_args(Setting) else ALL
        language = parts.pop(0) if parts and parts[0] in (*LANGUAGES, TOOLS) else ALL
        if not parts:
            yield Cell(model, level, setting, language), metric, float(value)
