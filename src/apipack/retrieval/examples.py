"""Few-shot examples: which calls of the training pool and the bank a prompt shows.

Retrieval works on operations, not on calls: the neighbours of an instruction are the same in all languages.
Cosine is exact, a matrix product for each API or over the whole pool.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apipack.retrieval.relevance import relevance, shape
from apipack.retrieval.reranker_features import features

Row = dict[str, Any]
Embed = Callable[[list[str]], np.ndarray]
"""Texts → unit vectors (n, d)."""
Score = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Positions of queries (q,) and of candidates (c,) → scores (q, c), more is better."""
Pairs = Callable[[list[tuple[str, str]]], np.ndarray]
"""(instruction, example) texts → scores, more is better."""

ZERO, RANDOM, RETRIEVED, RERANKED = "0shot", "random_3shot", "retrieved_3shot", "reranked_3shot"
OPEN, ORACLE = "open_3shot", "oracle_3shot"
COLUMNS = ["id", "api", "cluster", "instruction", "test_instruction", "template", "request"]

TOGETHER = 256  # queries at once against the whole pool: 100 MB for 100,000 candidates


def example_text(row: Row) -> str:
    """What a generic re-ranker reads of a candidate: its instruction and what its call sends, without values."""
    return f"{row['instruction']} {call_text(row)}"


def call_text(row: Row) -> str:
    """Method, path and parameter names of a candidate, without values."""
    form = shape(row)
    names = " ".join(sorted(name for place, name in form.names if place != "header"))
    return f"{form.method} /{'/'.join(form.path)} {names}".rstrip()


@dataclass(frozen=True, slots=True)
class Reranker:
    """score: a cross-encoder. depth: how many of the nearest candidates are re-ranked. reads: turns a candidate into
    the text that the cross-encoder sees. weights: one for each of `reranker_features.FEATURES`, or None to order by
    the cross-encoder's score alone."""

    score: Pairs
    depth: int
    reads: Callable[[Row], str] = example_text
    weights: np.ndarray | None = None


class Pool:
    """Candidates, sorted by id. rows: `COLUMNS`."""

    def __init__(self, candidates: Iterable[Row]) -> None:
        self.rows = sorted(candidates, key=lambda row: row["id"])
        self.codes: dict[str, int] = {}
        self.ids = np.array([self._code(row["id"]) for row in self.rows], dtype=np.int64)
        self.clusters = np.array([self._code(row["cluster"]) for row in self.rows], dtype=np.int64)
        by_api: dict[str, list[int]] = defaultdict(list)
        for position, row in enumerate(self.rows):
            by_api[row["api"]].append(position)
        self.by_api = {api: np.array(places) for api, places in by_api.items()}

    def of(self, api: str) -> np.ndarray:
        """Positions of an API's candidates."""
        return self.by_api.get(api, np.array([], dtype=np.int64))

    def fit(self, query: Row, places: np.ndarray) -> np.ndarray:
        """Which of these candidates may be an example: not the query itself, nor a near duplicate of it."""
        own, cluster = self.codes.get(query["id"], -1), self.codes.get(query["cluster"], -1)
        return (self.ids[places] != own) & (self.clusters[places] != cluster)

    def eligible(self, query: Row) -> np.ndarray:
        """Positions of the candidates of the query's own API that may be its examples."""
        places = self.of(query["api"])
        return places[self.fit(query, places)]

    def _code(self, key: str) -> int:
        return self.codes.setdefault(key, len(self.codes))


def test_queries(rows: Mapping[str, Row], parts: Mapping[str, Sequence[str]], level: int) -> list[Row]:
    """The tests of a level as queries; level 1 asks in the other wording. rows: `COLUMNS` by id."""
    wording = "test_instruction" if level == 1 else "instruction"
    return [{**rows[key], "instruction": rows[key][wording]} for key in parts[f"level{level}"]]


def rank(queries: Sequence[Row], pool: Pool, score: Score, depth: int | None, everywhere: bool = False) -> list[Any]:
    """For each query the positions of its `depth` best candidates (None: all), best first, ties by id.

    Candidates: of the query's own API or, everywhere, of any.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number, query in enumerate(queries):
        groups["" if everywhere else query["api"]].append(number)
    ranked: list[Any] = [None] * len(queries)
    for api in sorted(groups):
        places = np.arange(len(pool.rows)) if everywhere else pool.of(api)
        for start in range(0, len(groups[api]), TOGETHER):
            batch = groups[api][start : start + TOGETHER]
            scores = score(np.array(batch), places)
            for number, query_scores in zip(batch, scores, strict=True):
                fit = pool.fit(queries[number], places)
                candidates, candidate_scores = places[fit], query_scores[fit]
                ranked[number] = candidates[best(candidate_scores, depth)]
    return ranked


def best(scores: np.ndarray, depth: int | None) -> np.ndarray:
    """Positions of the `depth` highest scores, best first; equal to six digits is a tie, the first wins."""
    rounded = np.round(scores, 6)
    chosen = np.arange(len(rounded))
    if depth is not None and depth < len(rounded):
        least = np.partition(rounded, len(rounded) - depth)[len(rounded) - depth]
        chosen = np.flatnonzero(rounded >= least)
    return chosen[np.argsort(-rounded[chosen], kind="stable")][:depth]


def cosine(queries: Sequence[Row], pool: Pool, embed: Embed, everywhere: bool = False) -> Score:
    """Cosine of the instructions' embeddings; only the queries and the candidates of their APIs are embedded."""
    apis = {query["api"] for query in queries}
    places = [i for i, row in enumerate(pool.rows) if everywhere or row["api"] in apis]
    vectors = embed([query["instruction"] for query in queries] + [pool.rows[i]["instruction"] for i in places])
    asked, candidate_vectors = vectors[: len(queries)], vectors[len(queries) :]
    row_of = np.full(len(pool.rows), -1)
    row_of[places] = np.arange(len(places))
    return lambda some, candidates: asked[some] @ candidate_vectors[row_of[candidates]].T


def oracle(queries: Sequence[Row], pool: Pool) -> Score:
    """The grade itself: similarity of the candidates' requests to the one that is asked for."""
    asked = [shape(query) for query in queries]
    apis = {query["api"] for query in queries}
    shapes = {int(i): shape(pool.rows[i]) for api in apis for i in pool.of(api)}

    def score(some: np.ndarray, places: np.ndarray) -> np.ndarray:
        grades = [relevance(asked[q], shapes[int(c)]) for q in some for c in places]
        return np.array(grades).reshape(len(some), len(places))

    return score


def rerank(
    queries: Sequence[Row], pool: Pool, ranked: Sequence[np.ndarray], reranker: Reranker, embed: Embed
) -> list[np.ndarray]:
    """The same rankings, the first `depth` of each in the re-ranker's order."""
    heads = [places[: reranker.depth] for places in ranked]
    orders = cross_scores(queries, pool, heads, reranker)
    if (weights := reranker.weights) is not None:
        orders = [measured @ weights for measured in evidence(queries, pool, heads, orders, embed)]
    return [
        np.concatenate([head[best(own, None)], places[len(head) :]])
        for head, own, places in zip(heads, orders, ranked, strict=True)
    ]


def cross_scores(
    queries: Sequence[Row], pool: Pool, heads: Sequence[np.ndarray], reranker: Reranker
) -> list[np.ndarray]:
    """The cross-encoder's score of each candidate of each query's head."""
    pairs = [
        (query["instruction"], reranker.reads(pool.rows[i]))
        for query, head in zip(queries, heads, strict=True)
        for i in head
    ]
    return np.split(reranker.score(pairs), np.cumsum([len(head) for head in heads])[:-1])


def evidence(
    queries: Sequence[Row],
    pool: Pool,
    heads: Sequence[np.ndarray],
    scores: Sequence[np.ndarray],
    embed: Embed,
) -> list[np.ndarray]:
    """`reranker_features.features` of each query's head. scores: of the cross-encoder."""
    texts = [query["instruction"] for query in queries]
    vectors = embed(texts + [pool.rows[i]["instruction"] for head in heads for i in head])
    head_vectors = np.split(vectors[len(queries) :], np.cumsum([len(head) for head in heads])[:-1])
    evidences = []
    for vector, of_head, own, head in zip(vectors[: len(queries)], head_vectors, scores, heads, strict=True):
        shapes = [shape(pool.rows[i]) for i in head]
        evidences.append(features(of_head @ vector, own, shapes))
    return evidences


def choose_examples(
    queries: Sequence[Row],
    pool: Pool,
    settings: Sequence[str],
    shots: int,
    seed: int,
    embed: Embed,
    reranker: Reranker | None = None,
) -> list[Row]:
    """Rows {id, setting, examples: ids, best last} for every query and few-shot setting. queries: `COLUMNS`.

    Random, retrieved, re-ranked and oracle examples are of the query's own API, which the paper's retrieval is told
    as well; open ones of any. An operation is never an example for itself or a near duplicate of itself.
    """
    chosen: dict[str, Sequence[Any]] = {}
    if RANDOM in settings:
        chosen[RANDOM] = [random_examples(query, pool, shots, seed) for query in queries]
    if RETRIEVED in settings or RERANKED in settings:
        depth = max(shots, reranker.depth) if reranker is not None else shots
        nearest = rank(queries, pool, cosine(queries, pool, embed), depth)
        chosen[RETRIEVED] = [places[:shots][::-1] for places in nearest]
        if RERANKED in settings:
            if reranker is None:
                raise ValueError("re-ranked examples need a re-ranker")
            chosen[RERANKED] = [places[:shots][::-1] for places in rerank(queries, pool, nearest, reranker, embed)]
    if OPEN in settings:
        everywhere = rank(queries, pool, cosine(queries, pool, embed, everywhere=True), shots, everywhere=True)
        chosen[OPEN] = [places[::-1] for places in everywhere]
    if ORACLE in settings:
        chosen[ORACLE] = [places[::-1] for places in rank(queries, pool, oracle(queries, pool), shots)]
    rows = []
    for number, query in enumerate(queries):
        for setting in filter(chosen.__contains__, settings):
            ids = [pool.rows[int(i)]["id"] for i in chosen[setting][number]]
            rows.append({"id": query["id"], "setting": setting, "examples": ids})
    return rows


def random_examples(query: Row, pool: Pool, shots: int, seed: int) -> list[int]:
    """Positions of random candidates of the query's own API."""
    rng = random.Random(hashlib.sha256(f"{seed}:{query['id']}".encode()).digest())
    places = pool.eligible(query)
    return rng.sample(places.tolist(), min(shots, len(places)))
