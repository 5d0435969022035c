"""Further variants of released operations: what one call an operation and language does not give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from apipack.dataset.schemas import RELEASE
from apipack.instructions.params import Instruct
from apipack.instructions.variants import ways
from apipack.languages.rendering import render_rows

OWN = ("variant", "instruction", "request", "values", "call")
"""Columns in which a variant differs from the first."""


def further(operations: pa.Table, language: str, number: int, seed: int, choice: Mapping[str, Any]) -> pa.Table:
    """Rows of schema RELEASE: of each operation the variants from the second to the `number`-th that the language can
    send. operations: schemas UNIQUE and INSTRUCTIONS. seed, choice: what the first variants were made with."""
    p = Instruct.model_construct(**choice)
    asked = [
        (position, variant, way)
        for position, row in enumerate(operations.to_pylist())
        for variant, way in enumerate(ways(row, number, seed, p))
        if variant
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
