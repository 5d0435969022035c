"""A report as one HTML page that needs nothing else, and reads well on a phone. Text of models is escaped."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from apipack.evaluation.accuracy import CELL, accuracy, metrics_of
from apipack.evaluation.headline import METRIC, table
from apipack.evaluation.paired import METHOD
from apipack.evaluation.pairing import OF_RUN
from apipack.evaluation.pairing import of_run as paired_of
from apipack.evaluation.pictures import INCH, Line, curve, matrix

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:1.5em auto;padding:0 1em;color:#222}
h1,h2,p,summary{overflow-wrap:anywhere}
h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em}img{max-width:100%;height:auto}
.wide{overflow-x:auto}.wide img{max-width:none}table{border-collapse:collapse;font-size:.85em}
td,th{padding:.25em .6em;text-align:left;border-bottom:1px solid #ddd;white-space:nowrap}
summary{cursor:pointer;padding:.3em 0}.paper{color:#757575}
"""
CSS_INCH = 96
WIDEST = 640
"""Pixels of a page that a phone of 360 can show whole in a picture."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
PAPER = "The paper's figures are of CodeLlama-13B, of other tests and by another metric (API-call match)."
MIX = "100k cURL + 1k"
RETRIEVED = {"retrieval_3shot": "retrieved_3shot"}
"""The paper's name of a setting → ours."""


class Section(NamedTuple):
    """picture: PNG. rows: a table, the first row its head. folded: whether the table is shown on demand."""

    title: str
    text: str = ""
    picture: bytes | None = None
    rows: Sequence[Sequence[str]] = ()
    folded: bool = False


def page(title: str, sections: Iterable[Section]) -> str:
    """The whole page."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head>
<body><h1>{escape(title)}</h1>
{"".join(map(_section, sections))}</body></html>
"""


def write_pictures(sections: Iterable[Section], folder: Path) -> None:
    """The pictures of the sections as PNG in the folder, each called by its section's title: the same as in the
    page."""
    for section in sections:
        if section.picture:
            name = "-".join(re.findall(r"[a-z0-9]+", section.title.lower()))
            (folder / f"{name}.png").write_bytes(section.picture)


def of_run(predictions: pd.DataFrame, size: int, seed: int) -> list[Section]:
    """What metrics/report.html shows: the headline, by language, beside the paper's figures; every metric folded.
    predictions: of schema PREDICTIONS. size: training instances."""
    by_setting = accuracy(predictions, CELL, seed, [METRIC, "call_match"])
    by_setting["row"] = by_setting["model"] + ", " + by_setting["setting"]
    shares = by_setting.pivot(index="row", columns="level", values=METRIC)
    shares.columns = pd.Index([f"level {level}" for level in shares.columns])
    by_language = accuracy(
        predictions[predictions["model"] != "copy"], ["model", "setting", "language"], seed, [METRIC]
    )
    by_language["row"] = by_language["model"] + ", " + by_language["setting"]
    languages = by_language.pivot(index="row", columns="language", values=METRIC)
    level3 = by_setting[(by_setting["model"] == "tuned") & (by_setting["level"] == 3)]
    ours = {
        Line(f"tuned, {row['setting']}", str(row["setting"])): [
            (size, row["call_match"], row["call_match_low"], row["call_match_high"])
        ]
        for row in level3.to_dict("records")
    }
    sections = [
        Section("Request match", "Shares of tests; below with 95 % intervals over APIs.", matrix(shares, METRIC)),
        Section("The same with intervals", rows=table(predictions, seed)),
        Section("By language", "All levels.", matrix(languages, f"{METRIC} by language")),
        Section("The paper, by language", f"{PAPER} Tuned on {MIX} of each other language.", paper_languages()),
    ]
    paired = paired_of(predictions, seed)
    if len(paired) > 1:
        sections.append(Section("Paired", f"{OF_RUN}\n{METHOD}", rows=paired))
    if ours:
        sections.append(Section("API-call match on level 3", PAPER, curve(ours, "training instances", paper_sizes(3))))
    for metric in metrics_of(predictions):
        cells = accuracy(predictions, CELL, seed, [metric])
        told = [_told(row, metric) for row in _records(cells)]
        sections.append(Section(metric, rows=[[*CELL, metric, "tests"], *told], folded=True))
    return sections


def paper_sizes(level: int) -> dict[str, list[tuple[float, float]]]:
    """Setting → (size, API-call match) of the paper's CodeLlama-13B, tuned on and tested in Python."""
    rows = _paper("code-llama-13b-scaling-python").query("language == 'python'")
    rows = rows[rows["level"] == level]
    curves = {}
    for setting, group in rows.groupby("setting"):
        pairs = group[["train_size", "api_call_match"]].astype(float).itertuples(index=False, name=None)
        curves[RETRIEVED.get(str(setting), str(setting))] = list(pairs)
    return curves


def paper_languages() -> bytes:
    """API-call match of the paper's mix at level 3, a row a language."""
    rows = _paper("code-llama-13b-cross-lingual-10")
    rows = rows[rows["level"] == 3]
    table = rows.pivot_table(index="language", columns="setting", values="api_call_match", aggfunc="first")
    return matrix(table.rename(columns=RETRIEVED), "paper: API-call match, level 3")


def _paper(source: str) -> pd.DataFrame:
    with files("apipack.evaluation").joinpath("paper_results.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    return rows[rows["source_file"] == source]


def _records(cells: pd.DataFrame) -> list[dict[str, float]]:
    names = list(map(str, cells))
    return [dict(zip(names, row, strict=True)) for row in cells.itertuples(index=False, name=None)]


def _told(row: dict[str, float], metric: str) -> list[str]:
    return [*(str(row[key]) for key in CELL), _share(row, metric), str(row["n"])]


def _share(row: dict[str, float], metric: str) -> str:
    return f"{row[metric]:.2f} [{row[f'{metric}_low']:.2f}, {row[f'{metric}_high']:.2f}]"


def _section(section: Section) -> str:
    text = "".join(f"<p>{escape(line)}</p>" for line in section.text.splitlines())
    text += _image(section.title, section.picture) if section.picture else ""
    text += _table(section.rows) if section.rows else ""
    if section.folded:
        return f"<details><summary>{escape(section.title)}</summary>{text}</details>\n"
    return f"<h2>{escape(section.title)}</h2>{text}\n"


def _image(title: str, png: bytes) -> str:
    """A picture that a phone would make illegible keeps its width, in a box that scrolls."""
    width = int.from_bytes(png[16:20]) * CSS_INCH // INCH
    data = base64.b64encode(png).decode()
    image = f'<img alt="{escape(title)}" width="{width}" src="data:image/png;base64,{data}">'
    return f'<div class="wide">{image}</div>' if width > WIDEST else image


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [_cells(rows[0], "th"), *(_cells(row, "td") for row in rows[1:])]
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def _cells(row: Sequence[str], tag: str) -> str:
    cells = (f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
    return f"<tr>{''.join(cells)}</tr>"
