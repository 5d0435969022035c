"""Specifications to the API DB: one row an operation, with its request.  python -m stages.parse"""

from functools import partial
from pathlib import Path
from typing import Any

from apipack.frames import map_ordered
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.operations import parse_spec
from apipack.params import Params
from apipack.records import DROPS, OPERATIONS
from stages import counted, run

SPECS = Path("data/specs")


def parse_file(spec: dict[str, Any], optional: bool, max_bytes: int) -> tuple[list[Any], list[Any], int]:
    return parse_spec(spec, (SPECS / spec["file"]).read_bytes(), optional=optional, max_bytes=max_bytes)


def main(p: Params) -> dict[str, Any]:
    specs = sorted(read_table(SPECS / "index.parquet").to_pylist(), key=lambda spec: -spec["bytes"])
    work = partial(parse_file, optional=p.parse.optional, max_bytes=p.parse.max_bytes)
    rows, drops, repairs = [], [], 0
    for found, dropped, repaired in map_ordered(work, specs, p.workers, "parse"):
        rows += found
        drops += dropped
        repairs += repaired
    rows.sort(key=lambda row: row["id"])
    drops.sort(key=lambda row: row["id"])
    with fresh_folder("data/operations") as folder:
        write_table(folder / "operations.parquet", rows_table(rows, OPERATIONS))
        write_table(folder / "drops.parquet", rows_table(drops, DROPS))
    figures = counted(len(rows) + len(drops), len(rows), (drop["reason"] for drop in drops))
    return {"specs": len(specs), **figures, "members_repaired": repairs}


if __name__ == "__main__":
    run("parse", main)
