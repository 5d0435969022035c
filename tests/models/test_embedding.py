"""Embeddings: unit vectors, in the order of the texts, near in meaning is near in angle."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apipack.models import embedding
from apipack.models.embedding import embed
from apipack.models.places import ModelError, embedder

TEXTS = ["list all pets", "delete an invoice", "show every animal", "list all pets", "remove a bill " * 5]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path))
    return tmp_path / "vectors.sqlite"


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


def test_no_text_is_embedded_twice(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    first = embed(TEXTS, "embedded", batch=2)
    with sqlite3.connect(cache) as store:
        assert store.execute("SELECT count(*) FROM results").fetchone() == (4,)
    encoded: list[str] = []
    encode = embedding.encode

    def watched(model: Any, texts: list[str], batch: int) -> Any:
        encoded.extend(texts)
        return encode(model, texts, 1)

    monkeypatch.setattr(embedding, "encode", watched)
    np.testing.assert_array_equal(embed(TEXTS[::-1], "embedded", batch=2), first[::-1])
    assert encoded == []
    embed(["a new one", *TEXTS], "embedded", batch=2)
    assert encoded == ["a new one"]


def test_another_model_s_vectors_are_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(embedder("embedded"), folder)
    first = embed(["list all pets"], str(folder), batch=1)
    pooling = folder / "1_Pooling/config.json"
    pooling.write_text(
        pooling.read_text()
        .replace('"pooling_mode_cls_token": false', '"pooling_mode_cls_token": true')
        .replace('"pooling_mode_mean_tokens": true', '"pooling_mode_mean_tokens": false')
    )
    embedding._fingerprint.cache_clear()
    embedding.load_encoder.cache_clear()
    assert not np.allclose(embed(["list all pets"], str(folder), batch=1), first, atol=0.01)
