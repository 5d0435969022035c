"""Nearness of instructions by their words: what a million training prompts can afford where a model cannot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from apipack.retrieval.examples import Pool, Score

Row = dict[str, Any]


def by_words(queries: Sequence[Row], pool: Pool) -> Score:
    """Cosine of TF-IDF vectors of the instructions, weighted over the candidates among which a query is compared: those
    of its API, so that other queries change nothing."""

    @lru_cache(maxsize=1)
    def fitted(places: tuple[int, ...]) -> tuple[TfidfVectorizer, Any]:
        vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, token_pattern=r"\w+")
        return vectorizer, vectorizer.fit_transform([pool.rows[index]["instruction"] for index in places])

    def score(some: np.ndarray, places: np.ndarray) -> np.ndarray:
        if not len(places):
            return np.zeros((len(some), 0), dtype=np.float32)
        vectorizer, vectors = fitted(tuple(places.tolist()))
        return (vectorizer.transform([queries[index]["instruction"] for index in some]) @ vectors.T).toarray()

    return score
