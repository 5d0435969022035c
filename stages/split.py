"""Three levels of generalisation; the `leakage` stage checks them.  python -m stages.split"""

from typing import Annotated, Any

from apipack.dataset.params import Split
from apipack.dataset.schemas import SPLITS
from apipack.dataset.splits import COLUMNS, figures, split
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.retrieval.params import Retrieve
from apipack.section import Only, Seed
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    seed: Seed
    split: Split
    retrieve: Annotated[Retrieve, Only("shots")]


def main(p: Reads) -> dict[str, Any]:
    rows = read_table("data/dataset/operations", COLUMNS).to_pylist()
    splits = split(rows, p.split, p.seed, p.retrieve.shots, p.workers)
    with fresh_folder("data/splits") as folder:
        write_table(folder / "splits.parquet", rows_table(splits, SPLITS))
    return figures(rows, splits)


if __name__ == "__main__":
    run("split", Reads, main)
