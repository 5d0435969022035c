"""Further variants of released operations: what one call an operation and language does not give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.dataset.filtering import part_files
from apipack.dataset.schemas import RELEASE
from apipack.instructions.params import Instruct
from apipack.instructions.variants import ways
from apipack.io import parts, read_table, write_table
from apipack.languages.rendering import render_rows
from apipack.tasks.engines import map_tasks
from apipack.tasks.params import Engine

OWN = ("variant", "instruction", "request", "values", "call")
"""Columns in which a variant differs from the first."""


def write_further(
    dataset: Path, out: Path, numbers: Mapping[str, int], seed: int, choice: Mapping[str, Any], engine: Engine
) -> None:
    """`further` of the operations of each part of the folder `dataset`, in the languages of which more than one variant
    is wanted, as a part of the same name in the folder `out`. numbers: of variants, by language."""
    more = {language: number for language, number in numbers.items() if number > 1}
    tasks = [
        {
            "files": part_files(dataset, ("operations", "calls"), part),
            "out": str(out / part.name),
            "numbers": more,
            "seed": seed,
            "choice": choice,
        }
        for part in parts(dataset / "operations")
    ]
    map_tasks(further_part, tasks if more else [], engine, "variants")


def further_part(files: list[str], out: str, numbers: dict[str, int], seed: int, choice: dict[str, Any]) -> None:
    """Write `further` of the operations of one part that have a call in a language. files: of its operations and
    calls."""
    operations = read_table(files[0])
    calls = read_table(files[1], ["id", "language"])
    tables = []
    for language, number in numbers.items():
        called = calls.filter(pc.equal(calls["language"], language))["id"]
        tables.append(further(operations.filter(pc.is_in(operations["id"], called)), language, number, seed, choice))
    write_table(out, pa.concat_tables(tables))


def further(operations: pa.Table, language: str, number: int, seed: int, choice: Mapping[str, Any]) -> pa.Table:
    """Rows of schema RELEASE: of each operation the variants from the second to the `number`-th that the language can
    send. operations: schemas UNIQUE and INSTRUCTIONS. seed, choice: what the first variants were made with."""
    p = Instruct.model_construct(**choice)
    asked = [
        (position, variant, way)
        for position, row in enumerate(operations.to_pylist())
        for variant, way in enumerate(ways(row, number, seed, p))
        if variant and way
    ]
    rendered, _ = render_rows(((str(at), way.request) for at, (*_, way) in enumerate(asked)), [language])
    calls = dict(zip(map(int, rendered["id"].to_pylist()), rendered["call"].to_pylist(), strict=True))
    sent = [at for at in range(len(asked)) if at in calls]
    rows = [(asked[at][1], *asked[at][2], calls[at]) for at in sent]
    taken = operations.take(pa.array([asked[at][0] for at in sent], pa.int64()))
    columns: dict[str, Any] = {name: taken[name] for name in RELEASE.names if name in taken.column_names}
    for at, name in enumerate(OWN):
        columns[name] = [row[at] for row in rows]
    columns["language"] = [language] * len(rows)
    return pa.table({name: columns[name] for name in RELEASE.names}).cast(RELEASE).combine_chunks()
