"""Keep what is fit to train on; every drop has a reason.  python -m stages.filter"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.quality import call_reason, operation_reason
from apipack.records import DROPS, INSTRUCTIONS, UNIQUE
from stages import by_id, counted, run


def main(p: Params) -> dict[str, Any]:
    wordings = by_id(read_table("data/instructions/instructions.parquet"))
    calls = read_table("data/calls/calls.parquet")
    kept, drops = [], []
    for row in read_table("data/unique/operations.parquet").to_pylist():
        reason = operation_reason(row, wordings[row["id"]]["instruction"], p.filter)
        if reason is None:
            kept.append({**wordings[row["id"]], **row})
        else:
            drops.append({"id": row["id"], "language": None, "reason": reason, "detail": ""})
    operation_drops = len(drops)
    ids = pa.array([row["id"] for row in kept], pa.string())
    of_kept = calls.filter(pc.is_in(calls["id"], value_set=ids))
    reasons = [call_reason(call, p.filter) for call in of_kept["call"].to_pylist()]
    for identifier, language, reason in zip(
        of_kept["id"].to_pylist(), of_kept["language"].to_pylist(), reasons, strict=True
    ):
        if reason is not None:
            drops.append({"id": identifier, "language": language, "reason": reason, "detail": ""})
    good = of_kept.filter(pa.array([reason is None for reason in reasons], pa.bool_()))
    schema = pa.unify_schemas([UNIQUE, INSTRUCTIONS])
    with fresh_folder("data/dataset") as folder:
        write_table(folder / "operations.parquet", rows_table(kept, schema))
        write_table(folder / "calls.parquet", good)
        write_table(folder / "drops.parquet", rows_table(drops, DROPS))
    figures = counted(len(kept) + operation_drops, len(kept), (drop["reason"] for drop in drops))
    return {
        **figures,
        "calls_in": len(calls),
        "calls_of_dropped_operations": len(calls) - len(of_kept),
        "calls_out": len(good),
    }


if __name__ == "__main__":
    run("filter", main)
