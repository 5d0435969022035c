"""Assert that no test leaks into training, and measure how near training comes.  python -m stages.leakage"""

from typing import Any

import pyarrow.compute as pc

from apipack.dataset.leakage import (
    distribution,
    leaks,
    nearest_training,
    positional,
    shared_endpoints,
    trained_elsewhere,
)
from apipack.dataset.splits import COLUMNS, Parts, parts_of
from apipack.errors import UserError
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import NEIGHBOURS
from stages import by_id, run


def main(p: Params) -> dict[str, Any]:
    rows = by_id(read_table("data/dataset/operations", COLUMNS))
    parts = parts_of(read_table("data/splits/splits.parquet").to_pylist())
    neighbours = nearest_training(rows, parts, p.workers)
    if found := leaks(rows, parts, neighbours, p.split.similarity):
        raise UserError(f"{len(found)} leaks, the first: {found[0]}")
    with fresh_folder("data/leakage") as folder:
        write_table(folder / "neighbours.parquet", rows_table(neighbours, NEIGHBOURS))
    return {
        "leaks": 0,
        "shared_endpoints": shared_endpoints(rows, parts),
        "nearest_training_operation": distribution(neighbours, p.split.similarity),
        "positional_split_of_the_paper": paper_split(rows, p),
    }


def paper_split(rows: dict[str, dict[str, Any]], p: Params) -> dict[str, Any]:
    """The same figures for the paper's positional split of the same rows: similarity in the first language."""
    calls = read_table("data/dataset/calls", ["id", "language"])
    by_language: dict[str, Parts] = {}
    for number, language in enumerate(p.render.languages):
        ids = calls.filter(pc.equal(calls["language"], language))["id"].to_pylist()
        by_language[language] = positional([rows[key] for key in ids], p.split.tests, p.seed + number)
    first = by_language[p.render.languages[0]]
    return {
        "shared_endpoints": shared_endpoints(rows, first),
        "nearest_training_operation": distribution(nearest_training(rows, first, p.workers), p.split.similarity),
        "trained_in_another_language": trained_elsewhere(by_language),
    }


if __name__ == "__main__":
    run("leakage", main)
