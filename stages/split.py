"""Three levels of generalisation; the `leakage` stage checks them.  python -m stages.split"""

from collections import Counter
from typing import Any

from apipack.dataset.splits import COLUMNS, split
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import SPLITS
from stages import run


def main(p: Params) -> dict[str, Any]:
    rows = read_table("data/dataset/operations", COLUMNS).to_pylist()
    splits = split(rows, p.split, p.seed, p.retrieve.shots, p.workers)
    with fresh_folder("data/splits") as folder:
        write_table(folder / "splits.parquet", rows_table(splits, SPLITS))
    apis = {row["id"]: row["api"] for row in rows}
    counts = Counter(entry["split"] for entry in splits)
    return {
        "operations": dict(sorted(counts.items())),
        "apis": {name: len({apis[e["id"]] for e in splits if e["split"] == name}) for name in sorted(counts)},
        "unused": len(rows) - len({entry["id"] for entry in splits}),
    }


if __name__ == "__main__":
    run("split", main)
