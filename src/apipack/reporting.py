"""Accuracy tables as Markdown: tuned, base and copy side by side, and the paper's figures."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pandas as pd


def accuracy_table(cells: pd.DataFrame, metric: str) -> str:
    """Rows: model and setting; columns: levels; `share [low, high]` (Wilson, 95 %) of n. cells: evaluation.accuracy."""
    cells = cells.assign(
        cell=[f"{r[metric]:.2f} [{r[f'{metric}_low']:.2f}, {r[f'{metric}_high']:.2f}]" for _, r in cells.iterrows()],
        level=[f"level {level} (n={n})" for level, n in zip(cells["level"], cells["n"], strict=True)],
    )
    wide = cells.pivot(index=["model", "setting"], columns="level", values="cell").fillna("")
    return markdown(wide.reset_index())


def paper_table() -> str:
    """The paper's CodeLlama-13B, tuned on Python alone, by size and setting: API-call match."""
    with files("apipack").joinpath("paper_results.csv").open(encoding="utf-8") as file:
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
