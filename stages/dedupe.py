"""Drop exact and near duplicates; every drop names the row it repeats.  python -m stages.dedupe"""

from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.dedupe import COLUMNS, all_duplicates, exact_duplicates, near_duplicates
from apipack.io import fresh_folder, parts, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import DUPLICATES
from apipack.tasks.engines import map_tasks
from apipack.tasks.parts import linked, part_name
from stages import counted, run

PART = 2_000  # operations


def dedupe_part(files: list[str], dropped: list[str], out: list[str], threshold: float) -> dict[str, Any]:
    """Write the kept operations of some whole providers as parts, the last perhaps empty; report near duplicates."""
    table = pa.concat_tables(read_table(file) for file in files).sort_by("id")
    table = table.filter(pc.invert(pc.is_in(table["id"], value_set=pa.array(dropped, pa.string()))))
    clusters, duplicates = near_duplicates(table.select(COLUMNS).to_pylist(), threshold)
    table = table.filter(pc.is_in(table["id"], value_set=pa.array(list(clusters), pa.string())))
    table = table.append_column("cluster", pa.array([clusters[i] for i in table["id"].to_pylist()], pa.string()))
    for number, file in enumerate(out):
        write_table(file, table.slice(number * PART, PART))
    return {"rows": len(table), "duplicates": duplicates}


def keys(file: Path) -> pd.DataFrame:
    """What exact duplicates are told by; a digest stands for the request."""
    table = read_table(file, ["id", "provider", "api_version", "request"])
    digests = [blake2b(text.encode(), digest_size=16).digest() for text in table["request"].to_pylist()]
    return table.drop_columns("request").to_pandas().assign(request=digests)


def main(p: Params) -> dict[str, Any]:
    files = parts("data/operations")
    frames = [keys(file) for file in files]
    exact = exact_duplicates(pd.concat(frames))
    rows_in, rows = sum(map(len, frames)), 0
    near: list[dict[str, Any]] = []
    with fresh_folder("data/unique") as folder:
        tasks: list[dict[str, Any]] = []
        sizes: list[int] = []
        for group in linked([set(frame["provider"]) for frame in frames]):
            ids = [i for number in group for i in frames[number]["id"]]
            dropped = [i for i in ids if i in exact]
            sizes.append(len(ids) - len(dropped))
            out = [part_name(len(tasks), number) for number in range(max(1, -(-sizes[-1] // PART)))]
            tasks.append(
                {
                    "files": [str(files[number].absolute()) for number in group],
                    "dropped": dropped,
                    "out": [str(folder.absolute() / name) for name in out],
                    "threshold": p.dedupe.threshold,
                }
            )
        order = sorted(range(len(tasks)), key=lambda number: -sizes[number])
        for done in map_tasks(dedupe_part, [tasks[number] for number in order], p, "dedupe"):
            rows += done["rows"]
            near += done["duplicates"]
        duplicates = all_duplicates(exact, near)
        write_table(folder / "duplicates.parquet", rows_table(duplicates, DUPLICATES))
    kinds = Counter(duplicate["kind"] for duplicate in duplicates)
    return counted(rows_in, rows, kinds.elements())


if __name__ == "__main__":
    run("dedupe", main)
