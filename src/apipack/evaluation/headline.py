"""The few figures by which one compares runs: request match of each model, level and setting, with its interval."""

from __future__ import annotations

from typing import Any

import pandas as pd

from apipack.evaluation.accuracy import CELL, accuracy

METRIC = "request_match"


def headline(predictions: pd.DataFrame, seed: int) -> dict[str, Any]:
    """{model: {setting: {level: share}}} of `METRIC`, as `dvc metrics diff` and `dvc exp show` list it."""
    shares: dict[str, Any] = {}
    for row in accuracy(predictions, CELL, seed, [METRIC]).to_dict("records"):
        levels = shares.setdefault(row["model"], {}).setdefault(row["setting"], {})
        levels[f"level{row['level']}"] = round(row[METRIC], 4)
    return {METRIC: shares}


def table(predictions: pd.DataFrame, seed: int) -> list[list[str]]:
    """Rows of text, the first with the names of the columns: a row a model and setting, a column a level."""
    cells = accuracy(predictions, CELL, seed, [METRIC])
    levels = sorted(cells["level"].unique())
    counts = {level: int(cells[cells["level"] == level]["n"].max()) for level in levels}
    rows = [["model", "setting", *(f"level {level} (n={counts[level]})" for level in levels)]]
    for (model, setting), of_both in cells.groupby(["model", "setting"], sort=True):
        by_level = {row["level"]: row for row in of_both.to_dict("records")}
        rows.append([str(model), str(setting), *(_cell(by_level.get(level), counts[level]) for level in levels)])
    return rows


def fewer(tests: int, most: int) -> str:
    """What a cell says of its tests where other cells of its column have more."""
    return "" if tests == most else f" (n={tests})"


def _cell(row: Any, most: int) -> str:
    if row is None:
        return ""
    return f"{row[METRIC]:.2f} [{row[f'{METRIC}_low']:.2f}, {row[f'{METRIC}_high']:.2f}]{fewer(row['n'], most)}"
