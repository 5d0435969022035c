import numpy as np
import pytest

from apipack.retrieval.relevance import Shape, relevance
from apipack.retrieval.reranker_features import FEATURES, features, weigh


def shape(method: str, *path: str) -> Shape:
    return Shape(method, path, frozenset())


SHAPES = [shape("GET", "pets"), shape("DELETE", "toys"), shape("GET", "pets", "{}")]


def test_a_candidate_like_the_nearest_ones_can_be_expected_to_be_good() -> None:
    cosines, scores = np.array([0.9, 0.1, 0.1]), np.array([0.5, 0.6, 0.7])
    found = features(cosines, scores, SHAPES)
    assert found.shape == (3, len(FEATURES))
    np.testing.assert_array_equal(found[:, :2].T, [cosines, scores])
    to_the_nearest = [relevance(SHAPES[0], other) for other in SHAPES]
    np.testing.assert_allclose(found[:, 2], to_the_nearest, atol=1e-4)  # the nearest is all but certain
    assert found[2, 2] > found[1, 2]  # equal in cosine


def test_no_candidates_no_features() -> None:
    assert features(np.zeros(0), np.zeros(0), []).shape == (0, len(FEATURES))


def test_weights_say_what_predicts_the_differences_within_a_query() -> None:
    rng = np.random.default_rng(0)
    found = [rng.random((20, len(FEATURES))) * [1, 100, 0.01] + n for n in range(50)]
    grades = [some @ [0.5, 0.002, 0] - n for n, some in enumerate(found)]
    assert weigh(found, grades) == pytest.approx([0.5, 0.002, 0], rel=0.01, abs=0.01)
    assert np.isfinite(weigh([np.ones((1, len(FEATURES)))], [np.ones(1)])).all()
