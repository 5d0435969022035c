"""Accuracy tables as Markdown: tuned, base and copy side by side, and the paper's figures."""

from __future__ import annotations

from collections.abc import Hashable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from apipack.evaluation.accuracy import CELL, SHARES, accuracy, flat_metrics, metrics_of
from apipack.evaluation.headline import METRIC, fewer
from apipack.evaluation.paired import METHOD
from apipack.evaluation.pairing import OF_RUN, of_run

CUTS = (  # the accuracies that MLflow gets
    *(["model"], ["model", "setting"], ["model", "setting", "language"]),
    *(CELL, [*CELL, "language"]),
)
OF_TEXT = ("endpoint_match", "call_match", "syntax_error_rate", "unreadable_rate")
"""Metrics that are known of every call, also of one that was neither read nor executed."""
INTERVALS = (
    "Share of tests, with 95 % intervals: percentile bootstrap, APIs drawn with replacement. Where every API has the "
    "same share, all 0 say, Wilson's interval with each API as one trial."
)
UNREADABLE = (
    "A cell with three numbers has the share of tests that have it, with its interval, the share of those that do not, "
    "and the share of those whose call was neither read nor executed, so that nobody knows."
)
ARGUMENTS = (
    "Arguments are (place, name, value); precision, recall and F1 are over all of a cell's tests, and a call that was "
    "neither read nor executed has none. metrics/accuracy.json has them by place, type and number of values asked for."
)


def report(predictions: pd.DataFrame, seed: int) -> str:
    """metrics/report.md: a table a metric, and the paper's figures."""
    notes = [INTERVALS]
    notes += [UNREADABLE] if "unreadable" in predictions and predictions["unreadable"].any() else []
    notes += [ARGUMENTS] if "right_arguments" in predictions else []
    text = "\n\n".join(["# Accuracy", *notes]) + "\n"
    for metric in metrics_of(predictions):
        text += f"\n## {metric}{judged(predictions, metric)}\n\n{accuracy_table(predictions, metric, seed)}\n"
    paired = of_run(predictions, seed)
    if len(paired) > 1:
        table = markdown(pd.DataFrame(paired[1:], columns=paired[0]))
        text += f"\n## Paired, {METRIC}\n\n{OF_RUN}\n\n{METHOD}\n\n{table}\n"
    return text + f"\n## The paper's figures (API-call match, CodeLlama-13B tuned on Python)\n\n{paper_table()}\n"


def write_plots(predictions: pd.DataFrame, folder: Path, seed: int) -> None:
    """levels.csv and languages.csv: a row a cell, with its accuracies and their bounds."""
    accuracy(predictions, CELL, seed).to_csv(folder / "levels.csv", index=False)
    accuracy(predictions, [*CELL, "language"], seed).to_csv(folder / "languages.csv", index=False)


def figures(predictions: pd.DataFrame, seed: int) -> dict[str, float]:
    """The accuracies of every cut, flat."""
    return {name: value for by in CUTS for name, value in flat_metrics(accuracy(predictions, by, seed), by).items()}


def accuracy_table(predictions: pd.DataFrame, metric: str, seed: int) -> str:
    """Rows: model and setting; columns: each level and all together; `share [low, high]` of n tests of so many APIs,
    with the intervals of `evaluation.accuracy`. A cell of fewer tests than its column's most says its own n."""
    metrics = [metric, "unreadable_rate"] if _is_unknown(predictions, metric) else [metric]
    levels = accuracy(predictions, CELL, seed, metrics)
    levels["column"] = "level " + levels["level"].astype(str)
    together = accuracy(predictions, ["model", "setting"], seed, metrics)
    together["column"] = "levels together"
    cells = pd.concat([levels, together])
    most = {str(row["column"]): row for row in cells.sort_values("n", kind="stable").to_dict("records")}
    cells["cell"] = [_cell(row, metric) + fewer(row["n"], most[row["column"]]["n"]) for row in cells.to_dict("records")]
    wide = cells.pivot(index=["model", "setting"], columns="column", values="cell").fillna("")
    return markdown(wide.rename(columns=lambda column: f"{column} {_base(most[column])}").reset_index())


def _base(row: dict[Hashable, Any]) -> str:
    return f"(n={row['n']}, {row['apis']} API{'s' * (row['apis'] > 1)})"


def _cell(row: dict[Hashable, Any], metric: str) -> str:
    text = f"{row[metric]:.2f} [{row[f'{metric}_low']:.2f}, {row[f'{metric}_high']:.2f}]"
    if "unreadable_rate" not in row or metric == "unreadable_rate":
        return text
    return f"{text} / {1 - row[metric] - row['unreadable_rate']:.2f} / {row['unreadable_rate']:.2f}"


def _is_unknown(predictions: pd.DataFrame, metric: str) -> bool:
    """Whether nobody knows a share's value of some calls."""
    if metric in OF_TEXT or metric not in SHARES or "unreadable" not in predictions:
        return False
    return bool(predictions["unreadable"].any())


def judged(predictions: pd.DataFrame, metric: str) -> str:
    """How the verdicts of a metric were come by: ` (31 % executed, 60 % read, 9 % unreadable)`; nothing for the paper's
    matches."""
    if metric in OF_TEXT[:2] or "verdict" not in predictions:
        return ""
    executed, unreadable = (predictions["verdict"] == "executed").mean(), predictions["unreadable"].mean()
    return f" ({executed:.0%} executed, {1 - executed - unreadable:.0%} read, {unreadable:.0%} unreadable)".replace(
        "%", " %"
    )


def paper_table() -> str:
    """The paper's CodeLlama-13B, tuned on Python alone, by size and setting: API-call match."""
    with files("apipack.evaluation").joinpath("paper_results.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    chosen = rows[(rows["source_file"] == "code-llama-13b-scaling-python") & (rows["language"] == "python")]
    wide = chosen.pivot_table(
        index=["train_size", "setting"], columns="level", values="api_call_match", aggfunc="first"
    )
    wide.columns = [f"level {level}" for level in wide.columns]
    return markdown(wide.reset_index())


def markdown(table: pd.DataFrame) -> str:
    """A GitHub table."""

    def line(values: Any) -> str:
        return "| " + " | ".join("" if pd.isna(value) else str(value) for value in values) + " |"

    return "\n".join(
        [line(table.columns), line(["---"] * len(table.columns)), *map(line, table.itertuples(index=False))]
    )
