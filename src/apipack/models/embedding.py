"""Sentence embeddings for retrieval, with sentence-transformers; kept by content, so no text is embedded twice."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from tqdm import tqdm

from apipack.io import cache_folder
from apipack.models.loading import ModelError, embedder

SAVED_TOGETHER = 4_096  # texts: what a killed run loses at most
ASKED_TOGETHER = 500  # keys of one query: SQLite's default allows 999 variables


def embed(texts: Sequence[str], model: str, batch: int) -> np.ndarray:
    """Unit vectors (len(texts), dimension) in float32, row i for texts[i]; each distinct text is embedded once, ever.

    model: hub id, folder, or `embedded`; its own maximum length cuts longer texts. batch: texts at once,
    sorted by length. Vectors are kept in `cache_folder()` by a hash of the model's files and the text.
    Raises `ModelError`.
    """
    place = str(embedder(model))
    encoder = load_encoder(model)
    distinct = sorted(set(texts), key=lambda text: (-len(text), text))
    if not distinct:
        return np.zeros((0, encoder.get_embedding_dimension() or 0), dtype=np.float32)
    keys = {text: hashlib.sha256(f"{_fingerprint(place)}\n{text}".encode()).digest() for text in distinct}
    with _store() as store:
        vectors = dict(_known(store, list(keys.values())))
        missing = [text for text in distinct if keys[text] not in vectors]
        for start in tqdm(range(0, len(missing), SAVED_TOGETHER), desc="embed", disable=not sys.stderr.isatty()):
            block = missing[start : start + SAVED_TOGETHER]
            fresh = encode(encoder, block, batch)
            rows = [(keys[text], vector.tobytes()) for text, vector in zip(block, fresh, strict=True)]
            with store:
                store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            vectors.update((key, np.frombuffer(data, dtype=np.float32)) for key, data in rows)
    return np.stack([vectors[keys[text]] for text in texts])


def encode(encoder: SentenceTransformer, texts: Sequence[str], batch: int) -> np.ndarray:
    """Unit vectors (len(texts), dimension) in float32, computed now."""
    vectors = encoder.encode(
        list(texts),
        batch_size=batch,
        convert_to_numpy=True,
        normalize_embeddings=True,
        show_progress_bar=False,
    )
    return np.asarray(vectors, dtype=np.float32)


@cache
def load_encoder(model: str) -> SentenceTransformer:
    """model: hub id, folder, or `embedded`. Raises `ModelError`."""
    place = str(embedder(model))
    try:
        return SentenceTransformer(place)
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the embedding model {place}: {' '.join(str(error).split()):.300}") from error


@cache
def _fingerprint(place: str) -> str:
    """A hash of the model's files, so that a changed folder is another model; the id of a model from a hub."""
    folder = Path(place)
    if not folder.is_dir():
        return place
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


@contextmanager
def _store() -> Iterator[sqlite3.Connection]:
    path = cache_folder() / "embeddings.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=60)) as store:
        store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
        yield store


def _known(store: sqlite3.Connection, keys: list[bytes]) -> Iterator[tuple[bytes, np.ndarray]]:
    for start in range(0, len(keys), ASKED_TOGETHER):
        some = keys[start : start + ASKED_TOGETHER]
        marks = ",".join("?" * len(some))
        for key, data in store.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some):
            yield key, np.frombuffer(data, dtype=np.float32)
