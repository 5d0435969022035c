"""Drop exact and near duplicates; every drop names the row it repeats.  python -m stages.dedupe"""

from typing import Any

from apipack.dedupe import find_duplicates
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import DUPLICATES, UNIQUE
from stages import counted, run


def main(p: Params) -> dict[str, Any]:
    rows = read_table("data/operations/operations.parquet").to_pylist()
    kept, duplicates = find_duplicates(rows, p.dedupe.threshold)
    with fresh_folder("data/unique") as folder:
        write_table(folder / "operations.parquet", rows_table(kept, UNIQUE))
        write_table(folder / "duplicates.parquet", rows_table(duplicates, DUPLICATES))
    return counted(len(rows), len(kept), (duplicate["kind"] for duplicate in duplicates))


if __name__ == "__main__":
    run("dedupe", main)
