"""Two instructions an operation, one to train on and one to test with.  python -m stages.instruct"""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa

from apipack.instructions import diversity, wordings
from apipack.io import fresh_folder, parts, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import CANDIDATES, INSTRUCTIONS
from apipack.tasks.engines import map_tasks
from stages import counted, run

COLUMNS = ["id", "api", "api_name", "functionality", "description", "endpoint", "path"]


def instruct_part(file: str, out: str, seed: int, description_words: int) -> dict[str, int]:
    """Write the grammar's wordings of one part of the operations; report those that a rule still rejects, by rule."""
    rows = read_table(file, COLUMNS).to_pylist()
    written = wordings.by_grammar(rows, seed, description_words)
    write_table(out, rows_table(written, INSTRUCTIONS))
    return wordings.rejected(rows, written)


def by_grammar(p: Params, folder: Path) -> dict[str, Any]:
    words = p.instruct.description_words
    tasks = [
        {"file": str(part.absolute()), "out": str((folder / part.name).absolute())}
        | {"seed": p.seed, "description_words": words}
        for part in parts("data/unique")
    ]
    broken: Counter[str] = Counter()
    for done in map_tasks(instruct_part, tasks, p, "instruct"):
        broken.update(done)
    return {"backend": "template", "rejected_by_rules": dict(sorted(broken.items()))}


def by_model(p: Params, folder: Path) -> dict[str, Any]:
    whole = [(part.name, read_table(part, COLUMNS).to_pylist()) for part in parts("data/unique")]
    rows = [row for _, some in whole for row in some]
    made, figures = wordings.by_model(rows, p.instruct, p.seed, len(p.render.languages))
    done = iter(made.rows)
    for name, some in whole:
        write_table(folder / name, rows_table([next(done) for _ in some], INSTRUCTIONS))
    write_table(folder / "candidates.parquet", rows_table(made.candidates, CANDIDATES))
    return {**figures, "rejected_by_rules": wordings.rejected(rows, made.rows)}


def main(p: Params) -> dict[str, Any]:
    with fresh_folder("data/instructions") as folder:
        figures = (by_grammar if p.instruct.backend == "template" else by_model)(p, folder)
    table = pa.concat_tables([read_table(part) for part in parts("data/instructions")])
    train, test = table["instruction"].to_pylist(), table["test_instruction"].to_pylist()
    return {
        **counted(len(train), len(train), ()),
        "distinct": len(set(train)),
        "similarity_of_wordings": diversity.similarity(train, test),
        "diversity": diversity.figures(train),
        "diversity_of_tests": diversity.figures(test),
        **figures,
    }


if __name__ == "__main__":
    run("instruct", main)
