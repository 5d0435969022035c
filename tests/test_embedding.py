"""Embeddings: unit vectors, in the order of the texts, near in meaning is near in angle."""

import numpy as np
import pytest

from apipack.embedding import embed
from apipack.models import ModelError

TEXTS = ["list all pets", "delete an invoice", "show every animal", "list all pets", "remove a bill " * 5]


def test_unit_vectors_in_order() -> None:
    vectors = embed(TEXTS, "embedded", batch=2)
    assert vectors.shape == (5, 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    alone = np.vstack([embed([text], "embedded", batch=1) for text in TEXTS])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_meaning_is_angle() -> None:
    pets, invoice, animals, _, bill = embed(TEXTS, "embedded", batch=8)
    assert pets @ animals > pets @ bill and invoice @ bill > invoice @ animals


def test_no_texts_no_rows() -> None:
    assert embed([], "embedded", batch=8).shape == (0, 384)


def test_a_model_that_is_nowhere_is_one_line() -> None:
    with pytest.raises(ModelError, match="cannot load the embedding model /nowhere"):
        embed(["a"], "/nowhere", batch=1)
