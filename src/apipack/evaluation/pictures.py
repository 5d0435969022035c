"""Figures as PNG: accuracy over size and over cost, and matrices of shares, the paper's beside them and marked so."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PAPER = "#9e9e9e"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#7b4f9d", "#8c564b")
"""Okabe and Ito's, which the colour-blind tell apart, without the yellow that paper hides, and two more."""
MARKERS = "osD^vPX*<>"
DODGE = 0.012
"""By how much of our part of the axis two lines stand apart, so that points of the same x do not hide each other."""
INCH = 130
"""Dots."""
Point = tuple[float, float, float, float]
"""(x, share, low, high)."""


class Line(NamedTuple):
    """Of a curve. setting: has a marker of its own. constrained: dashed. level: of the tests."""

    name: str
    setting: str = ""
    constrained: bool = False
    level: int | None = None

    @property
    def label(self) -> str:
        return f"{self.name}, constrained" if self.constrained else self.name


def curve(
    lines: Mapping[Line, Sequence[Point]],
    label: str,
    paper: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    joined: bool = True,
) -> bytes:
    """Shares with their intervals over a logarithmic axis of this label. paper: name → (x, share), in grey and dotted;
    its model, tests and data are others. joined: whether a line joins its points."""
    figure, axes = _figure(6.4, 4)
    settings = list(dict.fromkeys(line.setting for line in lines))
    places = [x for points in lines.values() for x, *_ in points]
    step = (max(places) / min(places)) ** DODGE if len(set(places)) > 1 else 10**DODGE
    for at, ((line, points), colour) in enumerate(zip(lines.items(), COLOURS * len(lines), strict=False)):
        x, share, low, high = zip(*sorted(points), strict=True)
        dodged = [value * step ** (at - (len(lines) - 1) / 2) for value in x]
        spread = [[s - a for s, a in zip(share, low, strict=True)], [b - s for s, b in zip(share, high, strict=True)]]
        marker, dash = MARKERS[settings.index(line.setting) % len(MARKERS)], "--" if line.constrained else "-"
        axes.errorbar(
            dodged, share, yerr=spread, marker=marker, capsize=2, color=colour, label=line.label, elinewidth=0.9,
            linestyle=dash if joined else "none", markerfacecolor="white" if line.constrained else colour,
        )  # fmt: skip
    for name, pairs in (paper or {}).items():
        axes.plot(*zip(*sorted(pairs), strict=True), linestyle=":", marker=".", color=PAPER, label=f"paper: {name}")
        axes.annotate(name, sorted(pairs)[-1], color=PAPER, fontsize=7, ha="right", va="bottom")
    axes.set(xscale="log", xlabel=label, ylabel="share of tests", ylim=(-0.02, 1.02))
    axes.legend(fontsize=7)
    return _png(figure)


def matrix(table: pd.DataFrame, title: str) -> bytes:
    """A share in each cell, with the names of rows and columns; an empty cell where there is none."""
    longest = max(map(len, map(str, table.index)))
    figure, axes = _figure(1 + 0.075 * longest + 0.75 * table.shape[1], 1.5 + 0.32 * table.shape[0])
    axes.imshow(table.to_numpy(float), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(table.shape[1]), [str(name) for name in table.columns], fontsize=8, rotation=30, ha="right")
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
    figure.savefig(out, format="png", dpi=INCH, metadata=unsigned)
    return out.getvalue()
