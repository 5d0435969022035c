"""Write every request as a call in each language and read it back.  python -m stages.render"""

from functools import partial
from typing import Any

import pyarrow as pa

from apipack.frames import batches, map_ordered
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import CALLS, DROPS
from apipack.rendering import render_batch
from stages import counted, run

BATCH = 500


def main(p: Params) -> dict[str, Any]:
    table = read_table("data/unique/operations.parquet", ["id", "request"])
    pairs = list(zip(table["id"].to_pylist(), table["request"].to_pylist(), strict=True))
    work = partial(render_batch, languages=tuple(p.render.languages))
    calls, drops = [], []
    for rendered, refused in map_ordered(work, batches(pairs, BATCH), p.workers, "render"):
        calls.append(rendered)
        drops += refused
    with fresh_folder("data/calls") as folder:
        write_table(folder / "calls.parquet", pa.concat_tables([CALLS.empty_table(), *calls]))
        write_table(folder / "drops.parquet", rows_table(drops, DROPS))
    made = sum(len(part) for part in calls)
    return counted(made + len(drops), made, (f"{drop['language']}: {drop['reason']}" for drop in drops))


if __name__ == "__main__":
    run("render", main)
