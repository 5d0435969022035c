"""Deduplication of the whole API DB, provider by provider."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.dedupe import COLUMNS, all_duplicates, exact_duplicates, near_duplicates
from apipack.dataset.schemas import DUPLICATES
from apipack.io import parts, read_table, rows_table, write_table
from apipack.tasks.params import Engine
from apipack.tasks.parts import linked, part_name
from apipack.tasks.totals import counted, run_parts

PART = 2_000  # operations


def write_unique(operations: Path, out: Path, threshold: float, engine: Engine) -> dict[str, Any]:
    """Parts of schema UNIQUE and duplicates.parquet in the folder `out`, and their figures."""
    files = parts(operations)
    frames = [_identities(file) for file in files]
    exact = exact_duplicates(pd.concat(frames))
    tasks: list[dict[str, Any]] = []
    sizes: list[int] = []
    for group in linked([set(frame["provider"]) for frame in frames]):
        ids = [identifier for number in group for identifier in frames[number]["id"]]
        dropped = [identifier for identifier in ids if identifier in exact]
        sizes.append(len(ids) - len(dropped))
        names = [part_name(len(tasks), number) for number in range(max(1, -(-sizes[-1] // PART)))]
        tasks.append(
            {
                "files": [str(files[number].absolute()) for number in group],
                "dropped": dropped,
                "out": [str(out.absolute() / name) for name in names],
                "threshold": threshold,
            }
        )
    largest_first = sorted(range(len(tasks)), key=lambda number: -sizes[number])
    totals = run_parts(dedupe_part, [tasks[number] for number in largest_first], engine, "dedupe")
    duplicates = all_duplicates(exact, totals.drops)
    write_table(out / "duplicates.parquet", rows_table(duplicates, DUPLICATES))
    kinds = Counter(duplicate["kind"] for duplicate in duplicates)
    return counted(sum(map(len, frames)), totals.rows, kinds.elements())


def dedupe_part(files: list[str], dropped: list[str], out: list[str], threshold: float) -> dict[str, Any]:
    """Write the kept operations of some whole providers as parts, the last perhaps empty; report near duplicates."""
    table = pa.concat_tables(read_table(file) for file in files).sort_by("id")
    table = table.filter(pc.invert(pc.is_in(table["id"], value_set=pa.array(dropped, pa.string()))))
    clusters, duplicates = near_duplicates(table.select(COLUMNS).to_pylist(), threshold)
    table = table.filter(pc.is_in(table["id"], value_set=pa.array(list(clusters), pa.string())))
    of_rows = [clusters[identifier] for identifier in table["id"].to_pylist()]
    table = table.append_column("cluster", pa.array(of_rows, pa.string()))
    for number, file in enumerate(out):
        write_table(file, table.slice(number * PART, PART))
    return {"rows": len(table), "drops": duplicates}


def _identities(file: Path) -> pd.DataFrame:
    """What exact duplicates are told by; a digest stands for the request."""
    table = read_table(file, ["id", "provider", "api_version", "request"])
    digests = [blake2b(text.encode(), digest_size=16).digest() for text in table["request"].to_pylist()]
    return table.drop_columns("request").to_pandas().assign(request=digests)
