import json
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from apipack.retrieval.examples import Pool, Reranker
from apipack.retrieval.ranking import compare, interval, measures


def test_ndcg_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(0)
    for length in (2, 7, 10, 25):
        grades = rng.random(length)
        expected = ndcg_score([grades], [np.arange(length)[::-1]], k=10)
        assert measures(grades.tolist())["ndcg@10"] == pytest.approx(expected)


def test_recall_and_mrr_count_ties_of_the_best_alike() -> None:
    found = measures([0.2, 0.9, 0.1, 0.9, 0.5])
    assert found["recall@1"] == 0 and found["recall@3"] == 0.5 and found["recall@5"] == 1 and found["mrr"] == 0.5
    assert set(measures([0.4]).values()) == {1.0}
    assert measures([0.0, 0.0])["ndcg@10"] == 0


def test_intervals_are_seeded_and_cover_as_they_should() -> None:
    rng = np.random.default_rng(0)
    assert interval([0.1, 0.9, 0.5], 1) == interval([0.1, 0.9, 0.5], 1)
    assert interval([0.5, 0.5], 0) == (0.5, 0.5, 0.5)
    covered = 0
    for seed in range(100):
        _, low, high = interval(rng.normal(0.5, 0.1, 80).tolist(), seed)
        covered += low <= 0.5 <= high
    assert 88 <= covered <= 100


def test_retrievers_side_by_side() -> None:
    """Texts say the request: TF-IDF and the embedding see it, a re-ranker that reverses their order does not."""

    def row(number: int, key: str) -> dict[str, Any]:
        url = "https://h.example/" + "/".join(f"s{i}" for i in range(number + 1))
        request = json.dumps({"method": "GET", "url": url, "headers": [], "body": None})
        words = " ".join(f"word{i}" for i in range(number + 1))
        return {"id": key, "api": "a", "cluster": key, "instruction": words, "template": url, "request": request}

    def embed(texts: list[str]) -> np.ndarray:
        angles = np.array([len(text.split()) / 10 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)

    pool = Pool(row(number, f"p{number}") for number in range(12))
    queries = [row(number, f"q{number}") for number in range(12)] + [{**row(1, "other"), "api": "none"}]
    worst = Reranker(lambda pairs: np.array([-len(set(q.split()) & set(e.split())) for q, e in pairs], float), depth=12)
    figures = compare(queries, pool, embed, worst, "api", seed=0)
    assert figures["tests"] == 13 and figures["without_candidates"] == 1
    assert figures["embedding"]["recall@1"] == figures["embedding"]["recall@1_low"] == 1
    assert figures["embedding"]["ndcg@10"] > 0.99 > figures["random"]["ndcg@10_high"]
    assert figures["tfidf"]["mrr"] > figures["random"]["mrr"]
    assert figures["gain_of_reranking"]["ndcg@10_high"] < 0
    assert "embedding+api" not in compare(queries, pool, embed, None, "none", seed=0)
