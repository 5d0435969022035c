"""Cross-encoders that put retrieved examples into a better order: a generic one, or one tuned on API data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from apipack.io import read_json
from apipack.models.places import ModelError
from apipack.retrieval.examples import RERANKED, Reranker, call_text
from apipack.retrieval.params import Rerank
from apipack.retrieval.reranker_features import FEATURES

if TYPE_CHECKING:
    from sentence_transformers.cross_encoder import CrossEncoder

WEIGHTS = "weights.json"


def load_reranker(p: Rerank, folder: Path) -> Reranker | None:
    """What p.kind asks for: None, a generic cross-encoder, or the one trained in `folder`. Raises `ModelError`."""
    if p.kind == "none":
        return None
    if p.kind == "generic":
        return Reranker(partial(_score, _load(p.generic, p.max_tokens), p.batch), p.depth)
    weights = read_json(folder / WEIGHTS)
    return replace(tuned(p, folder), weights=np.array([weights[name] for name in FEATURES]))


def reranker_of(settings: Sequence[str], p: Rerank, folder: Path) -> Reranker | None:
    """`load_reranker` where one of the settings needs it. Raises `ModelError`."""
    return load_reranker(p, folder) if RERANKED in settings else None


def tuned(p: Rerank, folder: Path) -> Reranker:
    """The cross-encoder in `folder`, by its score alone. Raises `ModelError`."""
    return Reranker(partial(_score, _load(str(folder), p.max_tokens), p.batch), p.depth, call_text)


def _score(model: CrossEncoder, batch: int, pairs: list[tuple[str, str]]) -> np.ndarray:
    """Each distinct pair is scored once, longest first."""
    distinct = sorted(set(pairs), key=lambda pair: (-len(pair[0]) - len(pair[1]), pair))
    if not distinct:
        return np.zeros(0)
    scores = model.predict(distinct, batch_size=batch, show_progress_bar=sys.stderr.isatty())
    by_pair = dict(zip(distinct, np.asarray(scores, dtype=float).tolist(), strict=True))
    return np.array([by_pair[pair] for pair in pairs])


def _load(source: str, max_tokens: int) -> CrossEncoder:
    from sentence_transformers.cross_encoder import CrossEncoder  # seconds of every process that ranks without one
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        return CrossEncoder(source, max_length=max_tokens, model_kwargs={"use_safetensors": True})
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the cross-encoder {source}: {' '.join(str(error).split()):.300}") from error
