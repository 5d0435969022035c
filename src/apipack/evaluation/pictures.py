"""Figures as PNG: accuracy over size and over cost, and matrices of shares, the paper's beside them and marked so."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PAPER = "#9e9e9e"
OURS = ("#1565c0", "#c62828", "#2e7d32", "#6a1b9a", "#ef6c00")
Point = tuple[float, float, float, float]
"""(x, share, low, high)."""


def curve(
    series: Mapping[str, Sequence[Point]], label: str, paper: Mapping[str, Sequence[tuple[float, float]]] | None = None
) -> bytes:
    """Shares with their intervals over a logarithmic axis of this label. paper: name → (x, share), in grey and dashed;
    its model, tests and data are others."""
    figure, axes = _figure(6.4, 4)
    for (name, points), colour in zip(series.items(), OURS * len(series), strict=False):
        x, share, low, high = zip(*sorted(points), strict=True)
        spread = [[s - a for s, a in zip(share, low, strict=True)], [b - s for s, b in zip(share, high, strict=True)]]
        axes.errorbar(x, share, yerr=spread, marker="o", capsize=3, color=colour, label=name)
    for name, pairs in (paper or {}).items():
        axes.plot(*zip(*sorted(pairs), strict=True), linestyle="--", marker=".", color=PAPER, label=f"paper: {name}")
        axes.annotate(name, sorted(pairs)[-1], color=PAPER, fontsize=7)
    axes.set(xscale="log", xlabel=label, ylabel="share of tests", ylim=(-0.02, 1.02))
    axes.legend(fontsize=8)
    return _png(figure)


def matrix(table: pd.DataFrame, title: str) -> bytes:
    """A share in each cell, with the names of rows and columns; an empty cell where there is none."""
    figure, axes = _figure(2.5 + 0.9 * table.shape[1], 1.2 + 0.38 * table.shape[0])
    axes.imshow(table.to_numpy(float), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(table.shape[1]), [str(name) for name in table.columns], fontsize=8)
    axes.set_yticks(range(table.shape[0]), [str(name) for name in table.index], fontsize=8)
    axes.set_title(title, fontsize=9)
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            share = float(table.iat[row, column])  # type: ignore[arg-type]
            if share == share:
                colour = "white" if share > 0.6 else "black"
                axes.text(column, row, f"{share:.2f}", ha="center", va="center", fontsize=8, color=colour)
    return _png(figure)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    unsigned: dict[str, Any] = {"Software": None}  # the same bytes whatever made them
    figure.savefig(out, format="png", dpi=130, metadata=unsigned)
    return out.getvalue()
