"""The order of the API-specific re-ranker: a cross-encoder's score mixed with what retrieval knows.

A call is a good example when its request is like the wanted one. The wanted request is unknown, but it is probably
like those of the nearest calls. The third feature is therefore the expected grade: the candidate's mean relevance to
all candidates, weighted by how similar (softmax of cosine) each of them is to the query.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apipack.retrieval.relevance import Shape, relevance

FEATURES = ("cosine", "cross_encoder", "expected_grade")

TEMPERATURE = 0.06  # of the softmax over cosines; .03 and .1 order training APIs no better


def features(cosines: np.ndarray, scores: np.ndarray, shapes: Sequence[Shape]) -> np.ndarray:
    """(n, len(FEATURES)) for the n candidates of one query. cosines, scores: (n,), of retrieval and cross-encoder."""
    if not shapes:
        return np.zeros((0, len(FEATURES)))
    grades = np.array([relevance(a, b) for a in shapes for b in shapes]).reshape(len(shapes), len(shapes))
    likely = np.exp((cosines - cosines.max()) / TEMPERATURE)
    return np.stack([cosines, scores, grades @ (likely / likely.sum())], axis=1)


def weigh(measured: Sequence[np.ndarray], grades: Sequence[np.ndarray]) -> np.ndarray:
    """(len(FEATURES),) weights by ridge regression, of differences within a query alone.

    measured: `features` (n, len(FEATURES)) of each query; grades: (n,) of each query.
    """
    from sklearn.linear_model import Ridge  # a second of every process that only reads features

    inputs = np.concatenate([some - some.mean(axis=0) for some in measured if len(some)])
    targets = np.concatenate([some - some.mean() for some in grades if len(some)])
    spread = inputs.std(axis=0) + 1e-9
    return np.asarray(Ridge().fit(inputs / spread, targets).coef_) / spread
