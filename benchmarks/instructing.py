"""What instructions, calls and the filter cost, and whether they are the same: of some parts of the hub.

    python -m benchmarks.instructing data/unique 10

Takes every n-th part that is all of its providers and has operations, so that each is worked on as the stages do. One
line of JSON a step: rows, processor seconds of one process, microseconds an operation and the SHA-256 of the tables
that it writes. Commits are compared by running it at each of them, in turn.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from apipack.dataset.filtering import filter_part
from apipack.dataset.params import Filter
from apipack.instructions.params import CHOICE
from apipack.instructions.table import instruct_parts
from apipack.languages.calls import render_part
from apipack.languages.params import Render
from apipack.section import load
from apipack.tasks.parts import provider_groups
from stages.instruct import Reads as Instructs


class Reads(Instructs):
    render: Render
    filter: Filter


def main(unique: Path, every: int) -> Iterator[dict[str, Any]]:
    """unique: the folder of `dedupe`. every: of how many parts one is taken. Raises `SystemExit` where none is left."""
    alone = [Path(files[0]) for files in provider_groups(unique).values() if len(files) == 1]
    parts = [part for part in alone if pq.read_metadata(part).num_rows][::every]
    if not parts:
        sys.exit(f"{unique}: no part with operations is all of its providers")
    p = load(Reads)
    choice = p.instruct.model_dump(include={"values", *CHOICE})
    with TemporaryDirectory() as folder:
        worded, calls, operations, kept = (Path(folder, name) for name in ("worded", "calls", "operations", "kept"))

        def instruct(part: Path) -> dict[str, Any]:
            return instruct_parts([str(part)], [str(worded / part.name)], p.seed, choice, {})

        def render(part: Path) -> dict[str, Any]:
            return render_part(str(worded / part.name), str(calls / part.name), list(p.render.languages))

        def sift(part: Path) -> dict[str, Any]:
            read = [str(part), str(calls / part.name), str(worded / part.name)]
            return filter_part(read, [str(operations / part.name), str(kept / part.name)], p.filter.model_dump())

        rows = sum(pq.read_metadata(part).num_rows for part in parts)
        yield {"step": "instruct", **measured(instruct, parts, rows), "sha256": digest(worded)}
        yield {"step": "render", **measured(render, parts, rows), "sha256": digest(calls)}
        yield {"step": "filter", **measured(sift, parts, rows), "sha256": digest(operations, kept)}


def measured(step: Callable[[Path], dict[str, Any]], parts: list[Path], operations: int) -> dict[str, Any]:
    """Rows that a step writes of some parts, and what that costs."""
    started = time.process_time()
    rows = sum(step(part)["rows"] for part in parts)
    seconds = time.process_time() - started
    return {"rows": rows, "processor_seconds": round(seconds, 2), "microseconds": round(1e6 * seconds / operations)}


def digest(*folders: Path) -> str:
    tables = [table for folder in folders for table in sorted(folder.iterdir())]
    return sha256(b"".join(table.read_bytes() for table in tables)).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unique", type=Path)
    parser.add_argument("every", type=int)
    given = parser.parse_args()
    for line in main(given.unique, given.every):
        print(json.dumps(line), flush=True)
