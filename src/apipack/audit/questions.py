"""Specifications to tests: each operation is asked for once in every language, with or without examples."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.apis import Apis
from apipack.evaluation.specifications import specifications
from apipack.models.embedding import embed
from apipack.models.places import token_counter
from apipack.params import Params
from apipack.prompting.corpus import Corpus
from apipack.prompting.prompts import Budget
from apipack.retrieval.documented import KINDS, candidates, choose_documented, examples_of, needs_ranking
from apipack.retrieval.examples import Pool, choose_examples, cosine

Row = dict[str, Any]

SETTINGS = ("0shot", "random_3shot", "retrieved_3shot", *KINDS)
UNTRAINED = 2  # the level of operations that are asked for in their first wording


@dataclass(frozen=True, slots=True)
class Questions:
    """tests: rows of schema TESTS. rows: of the operations that are asked for, by id. left_out: operations and
    documents by reason. without_values: ids of operations whose values no sentence can say. unread: file → why it is
    no specification."""

    tests: list[Row]
    rows: dict[str, Row]
    apis: Apis
    left_out: Counter[str]
    without_values: frozenset[str]
    unread: dict[str, str]


def questions(files: Sequence[Path], languages: Sequence[str], setting: str, most: int | None, p: Params) -> Questions:
    """Tests for the operations of these specifications, of at most `most` of them, which a hash of the seed draws.
    Examples and documentation are of operations of the same documents. Raises `UserError` where there are none."""
    own = specifications(files, languages, p)
    left_out = Counter(f"call_{drop['reason']}" if drop["language"] else drop["reason"] for drop in own.drops)
    askable = own.callable()
    if not askable:
        why = [f"{file}: {reason}" for file, reason in own.unread.items()]
        why = why or [f"{reason} {count}" for reason, count in left_out.items()] or ["the files have none"]
        raise UserError(f"no operation can be asked for: {'; '.join(why)}")
    asked = sorted(askable, key=lambda row: _rank(p.seed, row["id"]))[:most]
    corpus = Corpus({row["id"]: row for row in askable}, own.calls)
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    pool = Pool(askable)
    examples = choose_examples(asked, pool, [examples_of(setting)], p.retrieve.shots, p.seed, encode)
    chosen = {(row["id"], row["setting"]): row["examples"] for row in examples}
    described = candidates(askable)
    score = cosine(asked, described, encode) if needs_ranking([setting]) else None
    documented = choose_documented(asked, described, [setting], p.retrieve.documented, p.seed, score, own_api=True)
    budget = Budget(p.finetune.max_tokens - p.evaluate.new_tokens, token_counter(p.finetune.model))
    ids = sorted(row["id"] for row in asked)
    tests = corpus.tests(ids, UNTRAINED, languages, [setting], chosen, p.retrieve, budget, documented)
    spoken = p.instruct.values == "spoken"
    without_values = frozenset(row["id"] for row in asked if spoken and row["hint"] is None)
    return Questions(tests, {row["id"]: row for row in asked}, own.apis, left_out, without_values, own.unread)


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
