"""How alike two operations are, whoever provides them: the measure of near duplicates between training and tests.

An operation is compared by what it is for and what it takes (method, path, functionality, description, names
of its arguments), not by its host: the same service under another provider's name is the same to a model.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from tqdm import tqdm

Row = dict[str, Any]

FUNCTIONALITY, DESCRIPTION, ARGUMENTS = 100, 160, 120  # characters; the cost grows with their square
BLOCK = 128  # queries at once: a block of similarities to 100,000 operations takes 100 MB
SLACK = 0.01  # percent; rapidfuzz loses what is within a millionth of its own cutoff


def text(row: Row) -> str:
    """What is compared. row: method, path, functionality, description and arguments (schema OPERATIONS)."""
    arguments = " ".join(f"{place}:{name}" for name, place, *_ in json.loads(row["arguments"]))
    about = f"{row['functionality'][:FUNCTIONALITY]}\n{row['description'][:DESCRIPTION]}"
    return f"{row['method']} {row['path']}\n{about}\n{arguments[:ARGUMENTS]}"


def nearest(
    queries: Sequence[str], pool: Sequence[str], workers: int | None, least: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Similarity (0 to 1, rapidfuzz' normalised indel ratio) to the nearest text of the pool, and its position.

    Exact: every pair is compared, on `workers` threads (None: all cores), in double precision, so that whoever compares
    with a threshold of .9 finds the same. Both arrays have the queries' length; ties go to the first of the pool, and
    similarities below `least` are given as 0.
    """
    if not pool:
        return np.zeros(len(queries)), np.zeros(len(queries), dtype=np.int64)
    places: dict[str, int] = {}
    for place, choice in enumerate(pool):
        places.setdefault(choice, place)
    distinct = list(places)
    first = np.fromiter(places.values(), dtype=np.int64)
    best = np.ones(len(queries))
    position = np.array([places.get(query, -1) for query in queries], dtype=np.int64)  # the same text is nearest
    rest = np.flatnonzero(position < 0)
    for start in tqdm(range(0, len(rest), BLOCK), desc="nearest", disable=not sys.stderr.isatty()):
        block = rest[start : start + BLOCK]
        alike = process.cdist(
            [queries[i] for i in block],
            distinct,
            scorer=fuzz.ratio,
            score_cutoff=max(0.0, 100 * least - SLACK),
            dtype=np.float64,
            workers=workers or -1,
        )
        winner = alike.argmax(axis=1)
        best[block] = alike[np.arange(len(block)), winner] / 100
        position[block] = first[winner]
    best[best < least] = 0
    return best, position
