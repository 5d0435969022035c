"""Two instructions an operation, one to train on and one to test with.  python -m stages.instruct"""

from typing import Any

from apipack.instructions.wordings import make
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import CANDIDATES, INSTRUCTIONS
from stages import run


def main(p: Params) -> dict[str, Any]:
    rows = read_table("data/unique/operations.parquet").to_pylist()
    made, figures = make(rows, p.instruct, p.seed, len(p.render.languages))
    with fresh_folder("data/instructions") as folder:
        write_table(folder / "instructions.parquet", rows_table(made.rows, INSTRUCTIONS))
        write_table(folder / "candidates.parquet", rows_table(made.candidates, CANDIDATES))
    return figures


if __name__ == "__main__":
    run("instruct", main)
