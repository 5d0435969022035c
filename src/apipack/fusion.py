"""The order of the API-specific re-ranker: a cross-encoder's score mixed with what retrieval knows.

A call is a good example when its request is like the wanted one, and the wanted one is probably like those of the
nearest calls. So beside what is said of a single candidate stands the grade that it can be expected to have: the mean
of its grades against all candidates, each as likely as its cosine makes it. And an instruction's verb says a lot about
the method, of which embeddings make little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from apipack.relevance import Shape, relevance

FEATURES = ("cosine", "cross_encoder", "expected_grade", "method")

TEMPERATURE = 0.06  # of the softmax over cosines; .03 and .1 order training APIs no better


@dataclass(frozen=True, slots=True)
class Mixture:
    """weights: (len(FEATURES),). methods: HTTP method → (d + 1,), a linear model of its chance given an instruction's
    embedding, the constant last."""

    weights: np.ndarray
    methods: Mapping[str, np.ndarray]


def features(
    vector: np.ndarray,
    cosines: np.ndarray,
    scores: np.ndarray,
    shapes: Sequence[Shape],
    methods: Mapping[str, np.ndarray],
) -> np.ndarray:
    """(n, len(FEATURES)) for the n candidates of one query. vector: (d,), of its instruction. cosines, scores: (n,), of
    retrieval and of the cross-encoder. methods: as in `Mixture`."""
    if not shapes:
        return np.zeros((0, len(FEATURES)))
    grades = np.array([[relevance(a, b) for b in shapes] for a in shapes])
    likely = np.exp((cosines - cosines.max()) / TEMPERATURE)
    chances = {name: float(vector @ model[:-1] + model[-1]) for name, model in methods.items()}
    method = [chances.get(shape.method, 0.0) for shape in shapes]
    return np.stack([cosines, scores, grades @ (likely / likely.sum()), method], axis=1)


def learn_methods(vectors: np.ndarray, methods: Sequence[str]) -> dict[str, np.ndarray]:
    """The models of `Mixture.methods` by ridge regression. vectors: (n, d), of instructions; methods: (n,)."""
    names = sorted(set(methods))
    wanted = np.array([[method == name for name in names] for method in methods], dtype=float)
    fitted = Ridge().fit(vectors, wanted)
    models = np.column_stack([np.reshape(fitted.coef_, (len(names), -1)), np.reshape(fitted.intercept_, len(names))])
    return dict(zip(names, models, strict=True))


def weigh(found: Sequence[np.ndarray], grades: Sequence[np.ndarray]) -> np.ndarray:
    """(len(FEATURES),) weights by ridge regression, of differences within a query alone.

    found: `features` (n, len(FEATURES)) of each query; grades: (n,) of each query.
    """
    inputs = np.concatenate([some - some.mean(axis=0) for some in found if len(some)])
    targets = np.concatenate([some - some.mean() for some in grades if len(some)])
    spread = inputs.std(axis=0) + 1e-9
    return np.asarray(Ridge().fit(inputs / spread, targets).coef_) / spread
