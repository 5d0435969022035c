"""How good rankings are against graded relevance, with bootstrap intervals: the retrievers side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from apipack.intervals import bootstrap
from apipack.retrieval.examples import Embed, Pool, Reranker, Row, Score, cosine, oracle, rank, rerank

CUTS = (1, 3, 5, 10)


def compare(
    queries: Sequence[Row], pool: Pool, embed: Embed, reranker: Reranker | None, name: str, seed: int
) -> dict[str, Any]:
    """Figures of one level: counts, and each retriever's measures over every test that has a candidate at all.

    name: of the re-ranker in `METHOD+NAME`. gain: its paired difference to the order it was given.
    """
    grade = oracle(queries, pool)
    asked = [number for number, query in enumerate(queries) if len(pool.eligible(query))]
    random = np.random.default_rng(seed)
    scores: dict[str, Score] = {
        "random": lambda some, places: random.random((len(some), len(places))),
        "tfidf": _tfidf(queries, pool),
        "embedding": cosine(queries, pool, embed),
    }
    ranked = {method: rank(queries, pool, score, None) for method, score in scores.items()}
    if reranker is not None:
        ranked[f"embedding+{name}"] = rerank(queries, pool, ranked["embedding"], reranker, embed)
    measured = {}
    for method, order in ranked.items():
        measured[method] = _by_measure([measures(grade(np.array([number]), order[number])[0]) for number in asked])
    figures: dict[str, Any] = {"tests": len(queries), "without_candidates": len(queries) - len(asked)}
    for method, by_measure in measured.items():
        figures[method] = flat(by_measure, seed)
    if reranker is not None and asked:
        gains = {}
        for key, reranked in measured[f"embedding+{name}"].items():
            gains[key] = [a - b for a, b in zip(reranked, measured["embedding"][key], strict=True)]
        figures["gain_of_reranking"] = flat(gains, seed)
    return figures


def _by_measure(queries: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """Measure → its value for each query."""
    values: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        for key, value in query.items():
            values[key].append(value)
    return dict(values)


def _tfidf(queries: Sequence[Row], pool: Pool) -> Score:
    """Cosine of TF-IDF vectors of the instructions, fitted on the pool."""
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    candidates = vectorizer.fit_transform([row["instruction"] for row in pool.rows])
    asked = vectorizer.transform([query["instruction"] for query in queries])
    return lambda some, places: (asked[some] @ candidates[places].T).toarray()


def measures(ranked: Sequence[float]) -> dict[str, float]:
    """Measures of one query. ranked: the relevance (0 to 1) of all its candidates, in the order they were ranked.

    recall@k: share of the most relevant candidates (ties count alike) among the first k, of as many as can be there.
    mrr: reciprocal rank of the first of them. ndcg@10: linear gain, logarithmic discount (Järvelin, Kekäläinen 2002).
    """
    grades = np.asarray(ranked, dtype=float)
    best = np.flatnonzero(grades >= grades.max() - 1e-9)
    recalls = {f"recall@{k}": float((best < k).sum() / min(k, len(best))) for k in CUTS}
    ideal = _dcg(np.sort(grades)[::-1][:10])
    return recalls | {"mrr": 1 / (1 + int(best[0])), "ndcg@10": _dcg(grades[:10]) / ideal if ideal else 0.0}


def _dcg(grades: np.ndarray) -> float:
    return float((grades / np.log2(np.arange(2, len(grades) + 2))).sum())


def interval(values: Sequence[float], seed: int) -> tuple[float, float, float]:
    """(mean, low, high): the mean and its 95 % percentile bootstrap interval over queries."""
    mean = float(np.mean(values))
    if len(set(values)) < 2:
        return mean, mean, mean
    low, high = bootstrap(np.asarray(values, dtype=float)[:, None], np.ones(len(values)), seed)
    return mean, float(low[0]), float(high[0])


def flat(values: Mapping[str, Sequence[float]], seed: int) -> dict[str, float]:
    """MEASURE, MEASURE_low and MEASURE_high of each measure. values: of every query, by measure."""
    figures = {}
    for name, some in values.items():
        for suffix, value in zip(("", "_low", "_high"), interval(some, seed), strict=True):
            figures[name + suffix] = round(value, 4)
    return figures
