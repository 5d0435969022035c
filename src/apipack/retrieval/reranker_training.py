"""Tune a cross-encoder on API data, to put retrieved examples into a better order.

The API-specific re-ranker starts from the embedding model and learns, on training APIs alone, to predict how
similar the request of an example is to the request that an instruction asks for. How much its score counts beside
what retrieval knows (`reranker_features`) is learned on training APIs that it has not seen.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from sentence_transformers.base.modules import Dense, Transformer
from sentence_transformers.cross_encoder import CrossEncoder, CrossEncoderTrainer, CrossEncoderTrainingArguments
from sentence_transformers.cross_encoder.losses import LambdaLoss
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import PrinterCallback

from apipack.errors import UserError
from apipack.io import write_json
from apipack.models.places import ModelError, embedder
from apipack.retrieval.examples import (
    Embed,
    Pool,
    Row,
    call_text,
    cosine,
    cross_scores,
    evidence,
    oracle,
    rank,
)
from apipack.retrieval.params import Rerank
from apipack.retrieval.relevance import relevance, shape
from apipack.retrieval.reranker_features import FEATURES, weigh
from apipack.retrieval.reranking import WEIGHTS, tuned

LOGGED = 10  # points of the loss curve
HELD = 5  # one of so many training APIs is held out to weigh the score


class RerankError(UserError):
    """The re-ranker cannot be trained."""


def tune(rows: Sequence[Row], folder: Path, p: Rerank, seed: int, embed: Embed) -> dict[str, Any]:
    """Train the API-specific re-ranker on training operations (`examples.COLUMNS`) into `folder`, and how much its
    score counts; returns the figures of both."""
    training, held = held_out(rows, seed)
    figures = train(training_lists(training, p, seed, embed), folder, p, seed)
    return figures | train_weights(held, folder, p, seed, embed)


def held_out(train: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Training operations to tune the cross-encoder on, and those of one API in `HELD` to weigh its score on."""
    apis = sorted({row["api"] for row in train})
    held = set(random.Random(seed).sample(apis, len(apis) // HELD))
    return [row for row in train if row["api"] not in held], [row for row in train if row["api"] in held]


def training_lists(train: Sequence[Row], p: Rerank, seed: int, embed: Embed) -> list[Row]:
    """Rows {query, examples, labels} drawn from training operations (`examples.COLUMNS`).

    Up to p.queries operations, in turn from each API, each with p.examples others of its API: half of them of the
    p.depth that the embeddings find, so that the model learns to correct them, half of all. labels: `relevance`.
    """
    rng = random.Random(seed)
    pool = Pool(train)
    queries = _in_turn(pool, p.queries, rng)
    ranked = rank(queries, pool, cosine(queries, pool, embed), None)
    lists = []
    for query, places in zip(queries, ranked, strict=True):
        near = places[: p.depth].tolist()
        drawn = rng.sample(near, min(p.examples // 2, len(near)))
        rest = [index for index in places.tolist() if index not in drawn]
        drawn += rng.sample(rest, min(p.examples - len(drawn), len(rest)))
        if len(drawn) > 1:
            asked, rows = shape(query), [pool.rows[index] for index in drawn]
            grades = [relevance(asked, shape(row)) for row in rows]
            lists.append(
                {"query": query["instruction"], "examples": [call_text(row) for row in rows], "labels": grades}
            )
    return lists


def train(lists: Sequence[Row], folder: Path, p: Rerank, seed: int) -> dict[str, Any]:
    """Tune a cross-encoder on the lists and save it into `folder`. Returns counts, loss and seconds.

    The loss is a bound on nDCG (Wang et al., The LambdaLoss Framework, CIKM 2018), of p.batch pairs a step.
    Raises `RerankError`, `ModelError`. The same seed gives the same model.
    """
    if not lists:
        raise RerankError(
            "no API in training has three operations to compare: raise crawl.limit or set rerank.kind: none"
        )
    disable_progress_bar()
    torch.manual_seed(seed)  # the new classification head
    model = _untrained(str(embedder(p.model)), p.max_tokens)
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding):  # half of MiniLM's weights; a few thousand pairs hardly touch them
            module.requires_grad_(False)
    with tempfile.TemporaryDirectory() as scratch:
        settings = CrossEncoderTrainingArguments(
            output_dir=scratch,
            num_train_epochs=p.epochs,
            per_device_train_batch_size=max(1, p.batch // p.examples),
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
            train_dataset=Dataset.from_list(list(lists)),
            loss=LambdaLoss(model),
        )
        trainer.remove_callback(PrinterCallback)
        start = time.monotonic()
        result = trainer.train()
        seconds = time.monotonic() - start
    model.save_pretrained(str(folder), create_model_card=False)
    grades = [grade for row in lists for grade in row["labels"]]
    return {
        "queries": len(lists),
        "pairs": len(grades),
        "mean_grade": round(float(np.mean(grades)), 4),
        "train_loss": round(result.training_loss, 4),
        "train_seconds": round(seconds, 2),
        "pairs_per_second": round(len(grades) * p.epochs / seconds, 1),
    }


def train_weights(held: Sequence[Row], folder: Path, p: Rerank, seed: int, embed: Embed) -> dict[str, Any]:
    """Weigh the score of the cross-encoder in `folder` on up to p.queries / 2 held-out operations; kept beside it.

    Raises `RerankError`, `ModelError`.
    """
    pool = Pool(held)
    queries = _in_turn(pool, max(1, p.queries // 2), random.Random(seed))
    if not queries:
        raise RerankError("too few APIs in training to hold some out: raise crawl.limit or set rerank.kind: none")
    heads = rank(queries, pool, cosine(queries, pool, embed), p.depth)
    scores = cross_scores(queries, pool, heads, tuned(p, folder))
    grade = oracle(queries, pool)
    grades = [grade(np.array([number]), head)[0] for number, head in enumerate(heads)]
    learned = weigh(evidence(queries, pool, heads, scores, embed), grades)
    weights = dict(zip(FEATURES, learned.round(6).tolist(), strict=True))
    write_json(folder / WEIGHTS, weights)
    return {"held_out_queries": len(queries), "weights": weights}


def _untrained(source: str, max_tokens: int) -> CrossEncoder:
    """The embedding model under a new head that reads the mean of all tokens, as the embeddings do."""
    try:
        encoder = Transformer(source, max_seq_length=max_tokens, model_kwargs={"use_safetensors": True})
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the model {source}: {' '.join(str(error).split()):.300}") from error
    size = encoder.get_embedding_dimension()
    head = Dense(size, 1, activation_function=torch.nn.Identity(), module_output_name="scores")
    return CrossEncoder(modules=[encoder, Pooling(size, "mean"), head])


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
