"""Sentence embeddings for retrieval, with sentence-transformers; kept by content, so no text is embedded twice."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from apipack.io import cache_folder
from apipack.models.places import ModelError, embedder, fingerprint
from apipack.models.store import Store

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

STORE = "vectors.sqlite"
SAVED_TOGETHER = 4_096  # texts: what a killed run loses at most
_fingerprint = cache(fingerprint)  # of files that do not change while a process runs


def embed(texts: Sequence[str], model: str, batch: int) -> np.ndarray:
    """Unit vectors (len(texts), dimension) in float32, row i for texts[i]; each distinct text is embedded once, ever.

    model: hub id, folder, or `embedded`; its own maximum length cuts longer texts. batch: texts at once,
    sorted by length. Vectors are kept in STORE of `cache_folder()` by a hash of the model's files and the text.
    Raises `ModelError`.
    """
    source = str(embedder(model))
    distinct = sorted(set(texts), key=lambda text: (-len(text), text))
    if not distinct:
        return np.zeros((0, load_encoder(model).get_embedding_dimension() or 0), dtype=np.float32)
    identity = _fingerprint(source)
    keys = {text: hashlib.sha256(f"{identity}\n{text}".encode()).hexdigest() for text in distinct}
    with Store(cache_folder() / STORE) as store:
        vectors = store.get(list(keys.values()))
        missing = [text for text in distinct if keys[text] not in vectors]
        for start in tqdm(range(0, len(missing), SAVED_TOGETHER), desc="embed", disable=not sys.stderr.isatty()):
            block = missing[start : start + SAVED_TOGETHER]
            fresh = encode(load_encoder(model), block, batch)
            rows = {keys[text]: vector.tobytes() for text, vector in zip(block, fresh, strict=True)}
            store.put(identity, rows)
            vectors |= rows
    return np.stack([np.frombuffer(vectors[keys[text]], dtype=np.float32) for text in texts])


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
    from sentence_transformers import SentenceTransformer  # seconds of every process whose vectors are stored
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    source = str(embedder(model))
    try:
        return SentenceTransformer(source, model_kwargs={"use_safetensors": True})
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the embedding model {source}: {' '.join(str(error).split()):.300}") from error
