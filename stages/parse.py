"""Specifications to the API DB: one row an operation, with its request.  python -m stages.parse"""

import gc
from collections import Counter
from pathlib import Path
from typing import Any

from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.operations.parsing import opted_out, parse_specs, read_opt_outs
from apipack.params import Params
from apipack.records import DROPS, OPERATIONS
from apipack.tasks.engines import map_tasks
from apipack.tasks.parts import packed, part_name
from stages import counted, run

SPECS = Path("data/specs")
OPT_OUTS = Path("optout.txt")
PART = 4 * 2**20  # bytes of specifications


def parse_part(specs: list[dict[str, Any]], folder: str, out: str, optional: bool, max_bytes: int) -> dict[str, Any]:
    """Write the operations of some specifications as one part."""
    gc.disable()  # a document is a million objects without cycles; looking for some costs an eighth of the time
    documents = ((spec, Path(folder, spec["file"]).read_bytes) for spec in specs)
    parsed = parse_specs(documents, optional=optional, max_bytes=max_bytes)
    gc.enable()
    parsed.rows.sort(key=lambda row: row["id"])
    write_table(out, rows_table(parsed.rows, OPERATIONS))
    return {
        "rows": len(parsed.rows),
        "drops": parsed.drops,
        "repairs": parsed.repairs,
        "replaced": parsed.replaced,
    }


def main(p: Params) -> dict[str, Any]:
    listed = read_table(SPECS / "index.parquet").to_pylist()
    opt_outs = set(read_opt_outs(OPT_OUTS.read_text(encoding="utf-8")))
    specs = [spec for spec in listed if not opted_out(spec, opt_outs)]
    drops = [
        {"id": spec["file"], "language": None, "reason": "opted_out", "detail": spec["api"]}
        for spec in listed
        if opted_out(spec, opt_outs)
    ]
    specs.sort(key=lambda spec: (spec["provider"], spec["api"], spec["version"]))  # dedupe works by provider
    groups = packed(specs, lambda spec: spec["bytes"], PART)
    rows, repairs, replaced = 0, 0, Counter[str]()
    with fresh_folder("data/operations") as folder:
        tasks: list[dict[str, Any]] = [
            {
                "specs": group,
                "folder": str(SPECS.absolute()),
                "out": str(folder.absolute() / part_name(number)),
                "optional": p.parse.optional,
                "max_bytes": p.parse.max_bytes,
            }
            for number, group in enumerate(groups)
        ]
        tasks.sort(key=lambda task: -sum(spec["bytes"] for spec in task["specs"]))
        for done in map_tasks(parse_part, tasks, p, "parse"):
            rows += done["rows"]
            drops += done["drops"]
            repairs += done["repairs"]
            replaced += done["replaced"]
        drops.sort(key=lambda row: row["id"])
        write_table(folder / "drops.parquet", rows_table(drops, DROPS))
    figures = counted(rows + len(drops), rows, (drop["reason"] for drop in drops))
    return {"specs": len(listed), **figures, "members_repaired": repairs, "replaced": dict(sorted(replaced.items()))}


if __name__ == "__main__":
    run("parse", main)
