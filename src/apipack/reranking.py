"""Cross-encoders that put retrieved examples into a better order: a generic one, or one tuned on API data.

The API-specific re-ranker starts from the embedding model and learns, on training APIs alone, to predict how
similar the request of an example is to the request that an instruction asks for.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from sentence_transformers.cross_encoder import CrossEncoder, CrossEncoderTrainer, CrossEncoderTrainingArguments
from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss
from transformers import PrinterCallback

from apipack.errors import UserError
from apipack.models import ModelError, embedder
from apipack.params import Rerank
from apipack.relevance import relevance, shape
from apipack.retrieval import Embed, Pool, Reranker, Row, cosine, example_text, rank

LOGGED = 10  # points of the loss curve


class RerankError(UserError):
    """The re-ranker cannot be trained."""


def training_pairs(train: Sequence[Row], p: Rerank, seed: int, embed: Embed) -> list[Row]:
    """Rows {query, example, label} drawn from training operations (`retrieval.COLUMNS`).

    Up to p.queries operations, in turn from each API, each with p.examples others of its API: half of them those
    that the embeddings find, so that the model learns to correct them, half at random. label: `relevance`.
    """
    rng = random.Random(seed)
    pool = Pool(train)
    queries = _in_turn(pool, p.queries, rng)
    ranked = rank(queries, pool, cosine(queries, pool, embed), None)
    pairs = []
    for query, places in zip(queries, ranked, strict=True):
        found = places[: p.examples // 2].tolist()
        rest = places[p.examples // 2 :].tolist()
        asked = shape(query)
        for place in found + rng.sample(rest, min(p.examples - len(found), len(rest))):
            label = relevance(asked, shape(pool.rows[place]))
            pairs.append({"query": query["instruction"], "example": example_text(pool.rows[place]), "label": label})
    return pairs


def train(pairs: Sequence[Row], folder: Path, p: Rerank, seed: int) -> dict[str, Any]:
    """Tune a cross-encoder on the pairs and save it into `folder`. Returns counts, loss and seconds.

    Raises `RerankError`, `ModelError`. The same seed gives the same model.
    """
    if not pairs:
        raise RerankError(
            "no API in training has two operations to compare: raise crawl.limit or set rerank.kind: none"
        )
    disable_progress_bar()
    torch.manual_seed(seed)  # the new classification head
    model = _load(str(embedder(p.model)), p.max_tokens, num_labels=1)
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding):  # half of MiniLM's weights; a few thousand pairs hardly touch them
            module.requires_grad_(False)
    with tempfile.TemporaryDirectory() as scratch:
        settings = CrossEncoderTrainingArguments(
            output_dir=scratch,
            num_train_epochs=p.epochs,
            per_device_train_batch_size=p.batch,
            learning_rate=p.lr,
            warmup_steps=0.1,
            lr_scheduler_type="linear",
            logging_steps=1 / LOGGED,
            save_strategy="no",
            report_to="none",
            disable_tqdm=not sys.stderr.isatty(),
            dataloader_pin_memory=False,
            seed=seed,
        )
        trainer = CrossEncoderTrainer(
            model=model,
            args=settings,
            train_dataset=Dataset.from_list(list(pairs)),
            loss=BinaryCrossEntropyLoss(model),
        )
        trainer.remove_callback(PrinterCallback)
        start = time.monotonic()
        result = trainer.train()
        seconds = time.monotonic() - start
    model.save_pretrained(str(folder), create_model_card=False)
    return {
        "pairs": len(pairs),
        "mean_label": round(float(np.mean([pair["label"] for pair in pairs])), 4),
        "train_loss": round(result.training_loss, 4),
        "train_seconds": round(seconds, 2),
        "pairs_per_second": round(len(pairs) * p.epochs / seconds, 1),
    }


def load_reranker(p: Rerank, folder: Path) -> Reranker | None:
    """What p.kind asks for: None, a generic cross-encoder, or the one that `train` wrote. Raises `ModelError`."""
    if p.kind == "none":
        return None
    model = _load(str(folder) if p.kind == "api" else p.generic, p.max_tokens)
    return Reranker(partial(_score, model, p.batch), p.depth)


def _score(model: CrossEncoder, batch: int, pairs: list[tuple[str, str]]) -> np.ndarray:
    """Each distinct pair is scored once, longest first."""
    distinct = sorted(set(pairs), key=lambda pair: (-len(pair[0]) - len(pair[1]), pair))
    if not distinct:
        return np.zeros(0)
    scores = model.predict(distinct, batch_size=batch, show_progress_bar=sys.stderr.isatty())
    by_pair = dict(zip(distinct, np.asarray(scores, dtype=float).tolist(), strict=True))
    return np.array([by_pair[pair] for pair in pairs])


def _load(place: str, max_tokens: int, num_labels: int | None = None) -> CrossEncoder:
    try:
        return CrossEncoder(place, max_length=max_tokens, num_labels=num_labels)
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the cross-encoder {place}: {' '.join(str(error).split()):.300}") from error


def _in_turn(pool: Pool, count: int, rng: random.Random) -> list[Row]:
    """Up to `count` operations of APIs that have another one to compare them with, taken in turn from each API."""
    by_api: dict[str, list[Row]] = defaultdict(list)
    for row in pool.rows:
        by_api[row["api"]].append(row)
    queues = [members for _, members in sorted(by_api.items()) if len(members) > 1]
    for queue in queues:
        rng.shuffle(queue)
    rng.shuffle(queues)
    chosen: list[Row] = []
    while queues and len(chosen) < count:
        chosen += [queue.pop() for queue in queues][: count - len(chosen)]
        queues = [queue for queue in queues if queue]
    return chosen
