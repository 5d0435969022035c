"""What a run of the pipeline made, for a person: rows and drops by stage, seconds, accuracy, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from apipack.evaluation.headline import METRIC, table
from apipack.io import METRICS, read_metrics

STAGES = (
    "snapshot", "crawl", "parse", "dedupe", "instruct", "render", "verify", "filter", "split", "leakage", "release",
    "rerank", "rank_quality", "retrieve", "sample", "finetune", "evaluate",
)  # fmt: skip
PLACES = (
    ("data/release", 'the dataset: `datasets.load_dataset("data/release", "curl")`'),
    ("models/adapter", "the tuned model"),
    ("metrics/report.html", "every table of accuracy; report.md as text"),
    ("mlflow.db", "the runs"),
)
NEXT = (
    'apipack ask "…" --lang curl          # ask the tuned model for a call',
    "dvc exp run -S size=1000000          # train on more",
    "make ui                              # compare runs in MLflow",
)
REASONS = 4


def summary(predictions: pd.DataFrame, seed: int, metrics: Path = METRICS) -> str:
    """The table that ends `dvc repro`. predictions: schema PREDICTIONS. metrics: the folder of the stages' figures;
    a stage without any is left out."""
    told = {name: read_metrics(name, metrics) for name in STAGES if (metrics / f"{name}.json").is_file()}
    stages = [["stage", "rows in", "rows out", "seconds", "left out"]]
    stages += [_stage(name, figures) for name, figures in told.items()]
    spent = sum(figures.get("seconds", 0) for figures in told.values())
    lines = [
        *aligned(stages),
        f"together {spent:,.0f} seconds; a stage that DVC skipped shows those of its last run",
        "",
        f"{METRIC.replace('_', ' ').capitalize()}, share of tests with 95 % intervals over APIs:",
        *aligned(table(predictions, seed)),
        "",
        *(f"{path:<20}{what}" for path, what in PLACES),
        "",
        "Next:",
        *(f"  {command}" for command in NEXT),
    ]
    return "\n".join(lines)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of text under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = (map(str.ljust, row, widths) for row in rows)
    return ["  ".join(cells).rstrip() for cells in padded]


def _stage(name: str, figures: dict[str, Any]) -> list[str]:
    counts = [f"{figures[key]:,}" if key in figures else "" for key in ("rows_in", "rows_out")]
    seconds = f"{figures['seconds']:,.1f}" if "seconds" in figures else ""
    drops = sorted(figures.get("drops", {}).items(), key=lambda drop: (-drop[1], drop[0]))
    reasons = [f"{reason} {count:,}" for reason, count in drops[:REASONS]]
    if others := sum(count for _, count in drops[REASONS:]):
        reasons.append(f"{len(drops) - REASONS} other reasons {others:,}")
    return [name, *counts, seconds, ", ".join(reasons)]
