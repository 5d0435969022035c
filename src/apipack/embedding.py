"""Sentence embeddings for retrieval, with sentence-transformers."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from sentence_transformers import SentenceTransformer

from apipack.models import ModelError, embedder


def embed(texts: list[str], model: str, batch: int) -> np.ndarray:
    """Unit vectors (len(texts), dimension) in float32, row i for texts[i]; each distinct text is embedded once.

    model: hub id, folder, or `embedded`; its own maximum length cuts longer texts. batch: texts at once,
    which sentence-transformers sorts by length. Raises `ModelError`.
    """
    encoder = _encoder(str(embedder(model)))
    distinct = sorted(set(texts))
    if not distinct:
        return np.zeros((0, encoder.get_embedding_dimension() or 0), dtype=np.float32)
    vectors = encoder.encode(
        distinct,
        batch_size=batch,
        convert_to_numpy=True,
        normalize_embeddings=True,
        show_progress_bar=sys.stderr.isatty(),
    )
    place = {text: index for index, text in enumerate(distinct)}
    return np.asarray(vectors, dtype=np.float32)[[place[text] for text in texts]]


@cache
def _encoder(place: str) -> SentenceTransformer:
    try:
        return SentenceTransformer(place)
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the embedding model {place}: {' '.join(str(error).split()):.300}") from error
