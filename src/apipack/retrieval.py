"""Few-shot examples: random and retrieved calls of the same API, from what may serve as an example.

Retrieval works on operations, not on calls: the neighbours of an instruction are the same in all languages.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Row = dict[str, Any]
Embed = Callable[[list[str]], np.ndarray]

RANDOM, RETRIEVED, ZERO = "random_3shot", "retrieved_3shot", "0shot"


def choose_examples(
    queries: Sequence[Row], candidates: Sequence[Row], shots: int, seed: int, embed: Embed
) -> list[Row]:
    """Rows of schema EXAMPLES for every query and both few-shot settings.

    queries: {id, api, cluster, instruction}. candidates: the same, the instructions that examples show.
    An operation is never an example for itself or for a near duplicate of itself. Retrieved: exact cosine,
    best last; ties by id. embed: texts → (n, d) unit vectors.
    """
    by_api: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(candidates, key=lambda row: row["id"]):
        by_api[row["api"]].append(row)
    wanted = {row["api"] for row in queries}
    texts = [row["instruction"] for row in queries]
    texts += [row["instruction"] for api in sorted(wanted) for row in by_api[api]]
    vectors = dict(zip(texts, embed(texts), strict=True))
    chosen = []
    for query in queries:
        others = [
            row for row in by_api[query["api"]] if row["id"] != query["id"] and row["cluster"] != query["cluster"]
        ]
        rng = random.Random(hashlib.sha256(f"{seed}:{query['id']}".encode()).digest())
        drawn = rng.sample(others, min(shots, len(others)))
        chosen.append({"id": query["id"], "setting": RANDOM, "examples": [row["id"] for row in drawn]})
        if others:
            scores = np.stack([vectors[row["instruction"]] for row in others]) @ vectors[query["instruction"]]
            order = np.argsort(-scores, kind="stable")[:shots][::-1]
            nearest = [others[int(i)]["id"] for i in order]
        else:
            nearest = []
        chosen.append({"id": query["id"], "setting": RETRIEVED, "examples": nearest})
    return chosen
