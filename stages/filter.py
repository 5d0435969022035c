"""Keep what is fit to train on; every drop has a reason.  python -m stages.filter"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.quality import call_reason, operation_reason
from apipack.io import fresh_folder, parts, read_table, rows_table, write_table
from apipack.params import Filter, Params
from apipack.records import DROPS, INSTRUCTIONS, UNIQUE
from apipack.tasks.engines import map_tasks
from stages import by_id, counted, run


def filter_part(part: str, data: str, out: str, rules: dict[str, Any]) -> dict[str, Any]:
    """Write the operations of one part that are fit to train on, with their wordings, and their calls."""
    p = Filter.model_validate(rules)
    wordings = by_id(read_table(Path(data, "instructions", part)))
    calls = read_table(Path(data, "calls", part))
    kept, drops = [], []
    rows = read_table(Path(data, "unique", part)).to_pylist()
    for row in rows:
        said = wordings[row["id"]]
        if reason := operation_reason(row, said["instruction"], said["test_instruction"], p):
            drops.append({"id": row["id"], "language": None, "reason": reason, "detail": ""})
        else:
            kept.append({**said, **row})
    of_kept = calls.filter(pc.is_in(calls["id"], value_set=pa.array([row["id"] for row in kept], pa.string())))
    reasons = [call_reason(call, p) for call in of_kept["call"].to_pylist()]
    for row, reason in zip(of_kept.select(["id", "language"]).to_pylist(), reasons, strict=True):
        if reason is not None:
            drops.append({**row, "reason": reason, "detail": ""})
    good = of_kept.filter(pa.array([reason is None for reason in reasons], pa.bool_()))
    write_table(Path(out, "operations", part), rows_table(kept, pa.unify_schemas([UNIQUE, INSTRUCTIONS])))
    write_table(Path(out, "calls", part), good)
    counts = {"calls_in": len(calls), "calls_of_dropped_operations": len(calls) - len(of_kept), "calls_out": len(good)}
    return {"rows_in": len(rows), "rows": len(kept), "drops": drops, "calls": counts}


def main(p: Params) -> dict[str, Any]:
    rows_in, rows = 0, 0
    drops: list[dict[str, Any]] = []
    calls = {"calls_in": 0, "calls_of_dropped_operations": 0, "calls_out": 0}
    with fresh_folder("data/dataset") as folder:
        tasks = [
            {
                "part": part.name,
                "data": str(Path("data").absolute()),
                "out": str(folder.absolute()),
                "rules": p.filter.model_dump(),
            }
            for part in parts("data/unique")
        ]
        for done in map_tasks(filter_part, tasks, p, "filter"):
            rows_in += done["rows_in"]
            rows += done["rows"]
            drops += done["drops"]
            calls = {name: count + done["calls"][name] for name, count in calls.items()}
        write_table(folder / "drops.parquet", rows_table(drops, DROPS))
    return {**counted(rows_in, rows, (drop["reason"] for drop in drops)), **calls}


if __name__ == "__main__":
    run("filter", main)
