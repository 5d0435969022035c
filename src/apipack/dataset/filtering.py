"""What is fit to train on: operations with their wordings, and their calls, in parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.params import Filter
from apipack.dataset.quality import call_reason, operation_reason
from apipack.dataset.schemas import UNIQUE
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.io import by_id, parts, read_table, rows_table, write_table
from apipack.tasks.params import Engine
from apipack.tasks.schemas import DROPS
from apipack.tasks.totals import counted, run_parts

CALLS = ("calls_in", "calls_of_dropped_operations", "calls_out")


def write_dataset(data: Path, out: Path, p: Filter, engine: Engine) -> dict[str, Any]:
    """The folders operations (schemas UNIQUE and INSTRUCTIONS) and calls (schema CALLS) in `out`, drops.parquet, and
    their figures. data: the folder with unique, calls and instructions; an operation without an instruction is out."""
    tasks = [
        {"part": part.name, "data": str(data.absolute()), "out": str(out.absolute()), "rules": p.model_dump()}
        for part in parts(data / "unique")
    ]
    totals = run_parts(filter_part, tasks, engine, "filter")
    write_table(out / "drops.parquet", rows_table(totals.drops, DROPS))
    figures = counted(totals.rows_in, totals.rows, (drop["reason"] for drop in totals.drops))
    return figures | {name: totals.counts[name] for name in CALLS}


def filter_part(part: str, data: str, out: str, rules: dict[str, Any]) -> dict[str, Any]:
    """Write the operations of one part that are fit to train on, with their wordings, and their calls."""
    p = Filter.model_validate(rules)
    wordings = by_id(read_table(Path(data, "instructions", part)))
    calls = read_table(Path(data, "calls", part))
    kept, drops = [], []
    table = read_table(Path(data, "unique", part))
    rows = table.filter(pc.is_in(table["id"], value_set=pa.array(list(wordings), pa.string()))).to_pylist()
    for row in rows:
        wording = wordings[row["id"]]
        row |= wording
        if reason := operation_reason(row, wording["instruction"], wording["test_instruction"], p):
            drops.append({"id": row["id"], "language": None, "reason": reason, "detail": ""})
        else:
            kept.append(row)
    of_kept = calls.filter(pc.is_in(calls["id"], value_set=pa.array([row["id"] for row in kept], pa.string())))
    reasons = [call_reason(call, p) for call in of_kept["call"].to_pylist()]
    for row, reason in zip(of_kept.select(["id", "language"]).to_pylist(), reasons, strict=True):
        if reason is not None:
            drops.append({**row, "reason": reason, "detail": ""})
    good = of_kept.filter(pa.array([reason is None for reason in reasons], pa.bool_()))
    write_table(Path(out, "operations", part), rows_table(kept, pa.unify_schemas([UNIQUE, INSTRUCTIONS])))
    write_table(Path(out, "calls", part), good)
    counts = dict(zip(CALLS, (len(calls), len(calls) - len(of_kept), len(good)), strict=True))
    return {"rows_in": len(rows), "rows": len(kept), "drops": drops, "counts": counts}
