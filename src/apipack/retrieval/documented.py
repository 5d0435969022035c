"""Settings with documentation: which operations a prompt documents, and which examples it shows beside that.

The operations of an API are ranked by what their specification says of them, not by the instruction that the dataset
has for each: the right one is among the candidates, and its instruction is the question.
"""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from apipack.retrieval.examples import COLUMNS, RETRIEVED, ZERO, Pool, Row, Score, call_text, rank

SPEC, SPEC_RETRIEVED, SPEC_DISTRACTORS = "spec", "spec_retrieved", "spec_distractors"
KINDS = (SPEC, SPEC_RETRIEVED, SPEC_DISTRACTORS)
OTHER_API, ABSENT, MISSING = "spec_other_api", "spec_absent", "spec_missing"
"""Settings in which no call is right (`prompting.abstention`)."""
DOCUMENTED = {
    **dict.fromkeys((*KINDS, OTHER_API, ABSENT, MISSING), ZERO),
    **{f"{kind}_3shot": RETRIEVED for kind in KINDS},
}
"""Setting with documentation → the setting whose examples it shows as well."""
CANDIDATE_COLUMNS = [*COLUMNS, "functionality"]


def examples_of(setting: str) -> str:
    """The setting whose examples a setting shows."""
    return DOCUMENTED.get(setting, setting)


def candidates(rows: Sequence[Row]) -> Pool:
    """Operations whose documentation may be shown. rows: `CANDIDATE_COLUMNS`."""
    return Pool({**row, "instruction": f"{row['functionality']}. {call_text(row)}"} for row in rows)


def choose_documented(
    queries: Sequence[Row],
    pool: Pool,
    settings: Sequence[str],
    shown: int,
    seed: int,
    score: Score | None,
    own_api: bool = False,
    apis: Iterable[str] | None = None,
) -> dict[tuple[str, str], list[str]]:
    """(id, setting) → ids of the operations that a prompt documents, for every setting that does.

    `spec`: the operation that is asked for. `spec_retrieved`: the `shown` likeliest of its API, best last, the right
    one among them or not. `spec_distractors`: it and `shown` - 1 others in a random order, half of them the likeliest
    of its API and half of any API in the pool (own_api: of its own); none is a near duplicate of it. pool: of
    `candidates`, the queries' own operations among them. score: of queries and candidates, None where only `spec` is
    asked for. `spec_other_api`: one of another API of `apis` (by default of the pool's), none where there is no other.
    `spec_absent`: as `spec_distractors`, without the right one. `spec_missing`: as `spec`.
    """
    kinds = {setting: setting.removesuffix("_3shot") for setting in settings if setting in DOCUMENTED}
    own = [[query["id"]] for query in queries]
    chosen: dict[str, list[list[str]]] = {SPEC: own, MISSING: own}
    if SPEC_RETRIEVED in kinds.values() and score is not None:
        nobody = [{**query, "id": "", "cluster": ""} for query in queries]
        chosen[SPEC_RETRIEVED] = [_ids(pool, places[::-1]) for places in rank(nobody, pool, score, shown)]
    if {SPEC_DISTRACTORS, ABSENT} & set(kinds.values()) and score is not None:
        nearest = rank(queries, pool, score, shown // 2)
        chosen[SPEC_DISTRACTORS] = [
            _distracted(query, pool, places, shown, seed, own_api)
            for query, places in zip(queries, nearest, strict=True)
        ]
        distracted = zip(queries, chosen[SPEC_DISTRACTORS], strict=True)
        chosen[ABSENT] = [list(filter(query["id"].__ne__, ids)) for query, ids in distracted]
    if OTHER_API in kinds.values():
        others = sorted(pool.by_api if apis is None else apis)
        chosen[OTHER_API] = [_of_another_api(query, pool, others, seed) for query in queries]
    return {
        (query["id"], setting): ids
        for setting, kind in kinds.items()
        for query, ids in zip(queries, chosen[kind], strict=True)
    }


def needs_ranking(settings: Sequence[str]) -> bool:
    """Whether any of the settings documents other operations than the right one."""
    return any(setting.removesuffix("_3shot") in (SPEC_RETRIEVED, SPEC_DISTRACTORS, ABSENT) for setting in settings)


def _distracted(
    query: Mapping[str, Any], pool: Pool, nearest: np.ndarray, shown: int, seed: int, own_api: bool
) -> list[str]:
    rng = random.Random(hashlib.sha256(f"{seed}:documented:{query['id']}".encode()).digest())
    others = dict.fromkeys(_ids(pool, nearest[: shown - 1]))
    whole = pool.of(query["api"]).tolist() if own_api else range(len(pool.rows))
    drawn = np.array(rng.sample(whole, min(len(whole), 2 * shown + 2)), dtype=np.int64)
    for candidate in drawn[pool.fit(dict(query), drawn)].tolist():
        if len(others) < shown - 1:
            others.setdefault(pool.rows[candidate]["id"])
    ids = [*others, query["id"]]
    rng.shuffle(ids)
    return ids


def other_apis(queries: Iterable[Mapping[str, Any]], apis: Iterable[str], seed: int) -> set[str]:
    """The APIs of which `choose_documented` takes operations for `spec_other_api`, which its pool has to hold."""
    ordered = sorted(apis)
    return {api for query in queries if (api := _another_api(query, ordered, seed)[0]) is not None}


def _another_api(query: Mapping[str, Any], apis: Sequence[str], seed: int) -> tuple[str | None, random.Random]:
    """One of the sorted APIs that is not the query's own, and what draws on from there."""
    rng = random.Random(hashlib.sha256(f"{seed}:other:{query['id']}".encode()).digest())
    own = bisect_left(apis, query["api"])
    among = len(apis) - (apis[own : own + 1] == [query["api"]])
    if not among:
        return None, rng
    at = rng.randrange(among)
    return apis[at + (at >= own and among < len(apis))], rng


def _of_another_api(query: Mapping[str, Any], pool: Pool, apis: Sequence[str], seed: int) -> list[str]:
    api, rng = _another_api(query, apis, seed)
    return [] if api is None else [pool.rows[rng.choice(pool.of(api).tolist())]["id"]]


def _ids(pool: Pool, positions: Any) -> list[str]:
    return [pool.rows[int(position)]["id"] for position in positions]
