"""Assert that no test leaks into training, and measure how near training comes.  python -m stages.leakage"""

from pathlib import Path
from typing import Annotated, Any

from apipack.dataset.leakage import figures, nearest_training, refuse_ambiguous, refuse_leaks
from apipack.dataset.params import Split
from apipack.dataset.schemas import NEIGHBOURS
from apipack.dataset.splits import COLUMNS, parts_of
from apipack.instructions.params import Instruct
from apipack.io import by_id, fresh_folder, read_table, rows_table, write_table
from apipack.languages.params import Render
from apipack.section import Only, Seed
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    seed: Seed
    split: Annotated[Split, Only("tests", "similarity")]
    instruct: Annotated[Instruct, Only("description_words")]
    render: Annotated[Render, Only("languages")]


def main(p: Reads) -> dict[str, Any]:
    rows = by_id(read_table("data/dataset/operations", COLUMNS))
    parts = parts_of(read_table("data/splits/splits.parquet").to_pylist())
    neighbours = nearest_training(rows, parts, p.workers)
    refuse_leaks(rows, parts, neighbours, p.split.similarity)
    calls = read_table("data/dataset/calls", ["id", "language"])
    refuse_ambiguous(Path("data/dataset/operations"), p.instruct.description_words, p)
    measured = figures(rows, parts, neighbours, calls, p.render.languages, p.split, p.seed, p.workers)
    with fresh_folder("data/leakage") as folder:
        write_table(folder / "neighbours.parquet", rows_table(neighbours, NEIGHBOURS))
    return measured


if __name__ == "__main__":
    run("leakage", Reads, main)
