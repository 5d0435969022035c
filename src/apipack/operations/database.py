"""The API DB: the operations of all collected specifications, in parts."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apipack.io import read_table, rows_table, write_table
from apipack.operations.params import Parse
from apipack.operations.parsing import opted_out, parse_specs, read_opt_outs
from apipack.operations.schemas import OPERATIONS
from apipack.tasks.params import Engine
from apipack.tasks.parts import packed, part_name
from apipack.tasks.schemas import DROPS
from apipack.tasks.totals import counted, run_parts

PART = 4 * 2**20  # bytes of specifications


def write_operations(specs: Path, opt_outs: Path, out: Path, p: Parse, engine: Engine) -> dict[str, Any]:
    """Parts of schema OPERATIONS and drops.parquet in the folder `out`, and their figures. specs: the folder of the
    crawl. opt_outs: a file of providers, APIs or documents, one a line."""
    listed = read_table(specs / "index.parquet").to_pylist()
    unwanted = set(read_opt_outs(opt_outs.read_text(encoding="utf-8")))
    kept = [spec for spec in listed if not opted_out(spec, unwanted)]
    kept.sort(key=lambda spec: (spec["provider"], spec["api"], spec["version"]))  # dedupe works by provider
    tasks: list[dict[str, Any]] = [
        {
            "specs": group,
            "files": _files(specs.absolute(), group),
            "out": str(out.absolute() / part_name(number)),
            "optional": p.optional,
            "max_bytes": p.max_bytes,
            "forms": p.forms,
        }
        for number, group in enumerate(packed(kept, lambda spec: spec["bytes"], PART))
    ]
    tasks.sort(key=lambda task: -sum(spec["bytes"] for spec in task["specs"]))
    totals = run_parts(parse_part, tasks, engine, "parse")
    totals.drops += [
        {"id": spec["file"], "language": None, "reason": "opted_out", "detail": spec["api"]}
        for spec in listed
        if opted_out(spec, unwanted)
    ]
    totals.drops.sort(key=lambda row: row["id"])
    write_table(out / "drops.parquet", rows_table(totals.drops, DROPS))
    repaired = totals.counts.pop("repaired", 0)
    return {
        "specs": len(listed),
        **counted(totals.rows + len(totals.drops), totals.rows, (drop["reason"] for drop in totals.drops)),
        "members_repaired": repaired,
        "replaced": dict(sorted(totals.counts.items())),
    }


def _files(folder: Path, specs: Sequence[dict[str, Any]]) -> list[str]:
    return [str(folder / spec["file"]) for spec in specs]


def parse_part(
    specs: list[dict[str, Any]], files: list[str], out: str, optional: bool, max_bytes: int, forms: bool = True
) -> dict[str, Any]:
    """Write the operations of some specifications, rows of schema SPECS and their files, as one part."""
    gc.disable()  # a document is a million objects without cycles; looking for some costs an eighth of the time
    documents = ((spec, Path(file).read_bytes) for spec, file in zip(specs, files, strict=True))
    parsed = parse_specs(documents, optional=optional, max_bytes=max_bytes, forms=forms)
    parsed.rows.sort(key=lambda row: row["id"])
    write_table(out, rows_table(parsed.rows, OPERATIONS))
    gc.enable()
    counts = {"repaired": parsed.repairs, **parsed.replaced}
    return {"rows": len(parsed.rows), "drops": parsed.drops, "counts": counts}
