"""Two instructions an operation, one to train on and one to test with.  python -m stages.instruct"""

from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from apipack.frames import map_tasks
from apipack.instructions import instructions
from apipack.io import fresh_folder, parts, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import INSTRUCTIONS
from stages import counted, run

COLUMNS = ["id", "api", "api_name", "functionality", "description"]


def instruct_part(file: str, out: str, seed: int, description_words: int) -> dict[str, Any]:
    """Write the wordings of one part of the operations; report how alike the two of each are, in percent."""
    written = []
    for row in read_table(file, COLUMNS).to_pylist():
        train, test = instructions(row, seed, description_words)
        written.append({"id": row["id"], "instruction": train, "test_instruction": test})
    write_table(out, rows_table(written, INSTRUCTIONS))
    return {"alike": [round(fuzz.ratio(row["instruction"], row["test_instruction"])) for row in written]}


def main(p: Params) -> dict[str, Any]:
    with fresh_folder("data/instructions") as folder:
        tasks = [
            {
                "file": str(part.absolute()),
                "out": str(folder.absolute() / part.name),
                "seed": p.seed,
                "description_words": p.instruct.description_words,
            }
            for part in parts("data/unique")
        ]
        alike = pd.Series([share for done in map_tasks(instruct_part, tasks, p, "instruct") for share in done["alike"]])
    quantiles = {f"p{q}": round(float(alike.quantile(q / 100)) / 100, 3) for q in (5, 50, 95)} if len(alike) else {}
    return {**counted(len(alike), len(alike), ()), "similarity_of_wordings": quantiles}


if __name__ == "__main__":
    run("instruct", main)
