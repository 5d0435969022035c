"""How alike two operations are, whoever provides them: the measure of near duplicates between training and tests.

An operation is compared by what it is for and what it takes (method, path, functionality, description, names
of its arguments), not by its host: the same service under another provider's name is the same to a model.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from tqdm import tqdm

from apipack.dataset.bounds import Bounds, Letters

Row = dict[str, Any]
Found = tuple[float, int]
"""Similarity and position of the nearest so far."""

FUNCTIONALITY, DESCRIPTION, ARGUMENTS = 100, 160, 120  # characters; the cost grows with their square
BLOCK = 16_384  # texts of the pool that stand ready to be compared at once
BATCH = 16  # queries of a thread's turn; a few MB each
FIRST = 128  # texts that are compared at once, the most promising ones first
MANY = 1024  # texts of a block from which on it pays to bound all of it again
SLACK = 1e-4  # rapidfuzz loses what is within a millionth of its own cutoff


def text(row: Row) -> str:
    """What is compared. row: method, path, functionality, description and arguments (schema OPERATIONS)."""
    arguments = " ".join(f"{place}:{name}" for name, place, *_ in json.loads(row["arguments"]))
    about = f"{row['functionality'][:FUNCTIONALITY]}\n{row['description'][:DESCRIPTION]}"
    return f"{row['method']} {row['path']}\n{about}\n{arguments[:ARGUMENTS]}"


def nearest(
    queries: Sequence[str], pool: Sequence[str], workers: int | None, least: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Similarity (0 to 1, rapidfuzz' normalised indel ratio) to the nearest text of the pool, and its position.

    Exact: what is not compared cannot be nearer, by `bounds`. In double precision, so that whoever compares with a
    threshold of .9 finds the same; on `workers` threads (None: all cores). Both arrays have the queries' length; ties
    go to the first of the pool. Similarities below `least` are given as 0, and their positions mean nothing.
    """
    places: dict[str, int] = {}
    for position_in_pool, choice in enumerate(pool):
        places.setdefault(choice, position_in_pool)
    best = np.zeros(len(queries))
    position = np.zeros(len(queries), dtype=np.int64)
    rest: dict[str, list[int]] = {}
    for number, query in enumerate(queries):
        if (position_in_pool := places.get(query, -1)) >= 0:
            best[number], position[number] = 1, position_in_pool  # the same text is nearest
        else:
            rest.setdefault(query, []).append(number)
    distinct = sorted(rest, key=len) if places else []  # those of one length are bounded together
    matches = _among(distinct, list(places), workers, least) if distinct else []
    first = np.fromiter(places.values(), dtype=np.int64)
    for query, (similarity, winner) in zip(distinct, matches, strict=True):
        numbers = rest[query]
        if similarity >= least and winner >= 0:
            best[numbers], position[numbers] = similarity, first[winner]
    return best, position


def _among(queries: list[str], pool: list[str], workers: int | None, least: float) -> list[Found]:
    """The nearest for each query; position -1 where none is known to reach `least`."""
    nearest_so_far: list[Found] = [(least, -1)] * len(queries)
    letters = Letters(pool)
    batches = range(0, len(queries), BATCH)
    with ThreadPoolExecutor(workers or os.cpu_count()) as threads:
        for start in tqdm(range(0, len(pool), BLOCK), desc="nearest", disable=not sys.stderr.isatty()):
            nearer = partial(_nearer, Bounds(pool[start : start + BLOCK], letters), start)
            some = [queries[first : first + BATCH] for first in batches]
            batched = [nearest_so_far[first : first + BATCH] for first in batches]
            nearest_so_far = [nearest_one for batch in threads.map(nearer, some, batched) for nearest_one in batch]
    return nearest_so_far


def _nearer(block: Bounds, start: int, queries: list[str], nearest_so_far: list[Found]) -> list[Found]:
    """For each query the nearer of `nearest_so_far` and the nearest of the block, which stands at `start` of the pool.

    Bounds go from the cheap to the tight, and each is taken of what the one before leaves.
    """
    nearer, left = [], []
    for query, best in zip(queries, nearest_so_far, strict=True):
        bounds = block.by_letters(query)
        likely = _highest(bounds, FIRST)
        nearer.append(_compared(block, start, query, likely[_may_reach(bounds[likely], best)], best))
        bounds[likely] = -1
        left.append(np.flatnonzero(_may_reach(bounds, nearer[-1])))
    many = [number for number, places in enumerate(left) if places.size > MANY]
    if many:
        together = np.unique(np.concatenate([left[number] for number in many]))
        table = block.by_quarters([queries[number] for number in many], together)
        for number, bounds in zip(many, table, strict=True):
            hopeful = together[_may_reach(bounds, nearer[number])]
            left[number] = np.intersect1d(left[number], hopeful, assume_unique=True)
    for number, (query, places) in enumerate(zip(queries, left, strict=True)):
        bounds = block.by_halves(query, places)
        order = np.argsort(-bounds)
        for part in np.array_split(order, -(-order.size // FIRST) or 1):
            hopeful = part[_may_reach(bounds[part], nearer[number])]
            nearer[number] = _compared(block, start, query, places[hopeful], nearer[number])
    return nearer


def _highest(bounds: np.ndarray, count: int) -> np.ndarray:
    return np.argpartition(-bounds, count)[:count] if count < bounds.size else np.arange(bounds.size)


def _may_reach(bounds: np.ndarray, best: Found) -> np.ndarray:
    return bounds >= best[0] - SLACK


def _compared(block: Bounds, start: int, query: str, places: np.ndarray, so_far: Found) -> Found:
    """The nearer of `so_far` and the nearest of the block's texts at `places`, the first of the pool among equals."""
    if not places.size:
        return so_far
    cutoff = max(0.0, 100 * (so_far[0] - SLACK))
    texts = block.texts[places].tolist()
    alike = process.cdist([query], texts, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float64, workers=1)[0] / 100
    best = float(alike.max())
    nearest_one = best, start + int(places[alike == best].min())
    return max(so_far, nearest_one, key=lambda candidate: (candidate[0], candidate[1] >= 0, -candidate[1]))
