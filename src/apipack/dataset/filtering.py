"""What is fit to train on: operations with their wordings, and their calls, in parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.params import Filter
from apipack.dataset.quality import READ, operation_reason
from apipack.dataset.schemas import UNIQUE
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.io import parts, read_table, rows_table, write_table
from apipack.tasks.params import Engine
from apipack.tasks.schemas import DROPS
from apipack.tasks.totals import counted, run_parts

CALLS = ("calls_in", "calls_of_dropped_operations", "calls_out")


def write_dataset(data: Path, out: Path, p: Filter, engine: Engine) -> dict[str, Any]:
    """The folders operations (schemas UNIQUE and INSTRUCTIONS) and calls (schema CALLS) in `out`, drops.parquet, and
    their figures. data: the folder with unique, calls and instructions; an operation without an instruction is out."""
    tasks = [
        {
            "files": part_files(data.absolute(), ("unique", "calls", "instructions"), part),
            "out": part_files(out.absolute(), ("operations", "calls"), part),
            "rules": p.model_dump(),
        }
        for part in parts(data / "unique")
    ]
    totals = run_parts(filter_part, tasks, engine, "filter")
    write_table(out / "drops.parquet", rows_table(totals.drops, DROPS))
    figures = counted(totals.rows_in, totals.rows, (drop["reason"] for drop in totals.drops))
    return figures | {name: totals.counts[name] for name in CALLS}


def part_files(folder: Path, tables: Sequence[str], part: Path) -> list[str]:
    """The files of the same part in several tables of a folder."""
    return [str(folder / table / part.name) for table in tables]


def filter_part(files: list[str], out: list[str], rules: dict[str, Any]) -> dict[str, Any]:
    """Write the operations of one part that are fit to train on, with their wordings, and their calls. files: of the
    operations, the calls and the wordings. out: of the operations and the calls."""
    p = Filter.model_validate(rules)
    unique, calls, wordings = (read_table(file) for file in files)
    operations = _worded(unique, wordings)
    reasons = [operation_reason(row, p) for row in operations.select(READ).to_pylist()]
    fit = pa.array([reason is None for reason in reasons], pa.bool_())
    drops = [
        {"id": identifier, "language": None, "reason": reason, "detail": ""}
        for identifier, reason in zip(operations["id"].to_pylist(), reasons, strict=True)
        if reason is not None
    ]
    kept = operations.filter(fit)
    of_kept = calls.filter(pc.is_in(calls["id"], value_set=kept["id"]))
    too_long = pc.greater(pc.utf8_length(of_kept["call"]), p.max_call)
    for row in of_kept.select(["id", "language"]).filter(too_long).to_pylist():
        drops.append({**row, "reason": "call_too_long", "detail": ""})
    good = of_kept.filter(pc.invert(too_long))
    for file, table in zip(out, (kept, good), strict=True):
        write_table(file, table)
    counts = dict(zip(CALLS, (len(calls), len(calls) - len(of_kept), len(good)), strict=True))
    return {"rows_in": len(operations), "rows": len(kept), "drops": drops, "counts": counts}


def _worded(operations: pa.Table, wordings: pa.Table) -> pa.Table:
    """Those of the operations that have wordings, with the wordings' own request and columns."""
    operations = operations.filter(pc.is_in(operations["id"], value_set=wordings["id"]))
    wordings = wordings.take(pc.index_in(operations["id"], value_set=wordings["id"]))
    columns = {name: operations[name] for name in UNIQUE.names} | {name: wordings[name] for name in INSTRUCTIONS.names}
    return pa.table(columns).cast(pa.unify_schemas([UNIQUE, INSTRUCTIONS]))
