"""The instructions of the whole API DB, in parts, and how varied they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from apipack.instructions import diversity, wordings
from apipack.instructions.params import Instruct
from apipack.instructions.schemas import CANDIDATES, INSTRUCTIONS
from apipack.io import parts, read_table, rows_table, write_table
from apipack.tasks.params import Engine
from apipack.tasks.totals import counted, run_parts

COLUMNS = ["id", "api", "api_name", "functionality", "description", "endpoint", "path"]


def write_instructions(
    unique: Path, out: Path, p: Instruct, seed: int, languages: int, engine: Engine
) -> dict[str, Any]:
    """Parts of schema INSTRUCTIONS in the folder `out`, with a model also candidates.parquet, and their figures.
    languages: how many the dataset has."""
    if p.backend == "template":
        figures = _by_grammar(unique, out, p, seed, engine)
    else:
        figures = _by_model(unique, out, p, seed, languages)
    table = pa.concat_tables([read_table(part) for part in parts(out)])
    train, test = table["instruction"].to_pylist(), table["test_instruction"].to_pylist()
    return {
        **counted(len(train), len(train), ()),
        "distinct": len(set(train)),
        "similarity_of_wordings": diversity.similarity(train, test),
        "diversity": diversity.figures(train),
        "diversity_of_tests": diversity.figures(test),
        **figures,
    }


def _by_grammar(unique: Path, out: Path, p: Instruct, seed: int, engine: Engine) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = [
        {
            "file": str(part.absolute()),
            "out": str((out / part.name).absolute()),
            "seed": seed,
            "description_words": p.description_words,
        }
        for part in parts(unique)
    ]
    broken = run_parts(instruct_part, tasks, engine, "instruct").counts
    return {"backend": "template", "rejected_by_rules": dict(sorted(broken.items()))}


def instruct_part(file: str, out: str, seed: int, description_words: int) -> dict[str, Any]:
    """Write the grammar's wordings of one part of the operations; count those that a rule still rejects, by rule."""
    rows = read_table(file, COLUMNS).to_pylist()
    written = wordings.by_grammar(rows, seed, description_words)
    write_table(out, rows_table(written, INSTRUCTIONS))
    return {"counts": wordings.rejected(rows, written)}


def _by_model(unique: Path, out: Path, p: Instruct, seed: int, languages: int) -> dict[str, Any]:
    by_part = {part.name: read_table(part, COLUMNS).to_pylist() for part in parts(unique)}
    rows = [row for of_part in by_part.values() for row in of_part]
    recipe, figures = wordings.by_model(rows, p, seed, languages)
    written = iter(recipe.rows)
    for name, of_part in by_part.items():
        write_table(out / name, rows_table([next(written) for _ in of_part], INSTRUCTIONS))
    write_table(out / "candidates.parquet", rows_table(recipe.candidates, CANDIDATES))
    return {**figures, "rejected_by_rules": wordings.rejected(rows, recipe.rows)}
