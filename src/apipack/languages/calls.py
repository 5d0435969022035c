"""The calls of the whole API DB, in every language, in parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apipack.io import parts, read_table, rows_table, write_table
from apipack.languages.rendering import render_rows
from apipack.tasks.params import Engine
from apipack.tasks.schemas import DROPS
from apipack.tasks.totals import counted, run_parts


def write_calls(instructions: Path, out: Path, languages: Sequence[str], engine: Engine) -> dict[str, Any]:
    """Parts of schema CALLS and drops.parquet in the folder `out`, and their figures. instructions: the folder of
    schema INSTRUCTIONS, whose requests are written."""
    tasks = [
        {"file": str(part.absolute()), "out": str(out.absolute() / part.name), "languages": list(languages)}
        for part in parts(instructions)
    ]
    totals = run_parts(render_part, tasks, engine, "render")
    write_table(out / "drops.parquet", rows_table(totals.drops, DROPS))
    reasons = (f"{drop['language']}: {drop['reason']}" for drop in totals.drops)
    return counted(totals.rows_in * len(languages), totals.rows, reasons)


def render_part(file: str, out: str, languages: list[str]) -> dict[str, Any]:
    """Write the calls of one part of the instructions."""
    table = read_table(file, ["id", "request"])
    pairs = zip(table["id"].to_pylist(), table["request"].to_pylist(), strict=True)
    calls, drops = render_rows(pairs, languages)
    write_table(out, calls)
    return {"rows_in": len(table), "rows": len(calls), "drops": drops}
