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
from apipack.instructions.wordings import instructed
from apipack.languages.rendering import render_rows
from apipack.models.embedding import embed
from apipack.models.places import token_counter
from apipack.operations.parsing import parse_spec
from apipack.params import Params
from apipack.prompting.corpus import Corpus
from apipack.prompting.prompts import Budget
from apipack.retrieval.examples import Pool, choose_examples

Row = dict[str, Any]

SETTINGS = ("0shot", "random_3shot", "retrieved_3shot")
HOST = "api.example.com"  # where a specification names no server
UNTRAINED = 2  # the level of operations that are asked for in their first wording


@dataclass(frozen=True, slots=True)
class Questions:
    """tests: rows of schema TESTS. rows: of the operations that are asked for, by id. left_out: operations and
    documents by reason."""

    tests: list[Row]
    rows: dict[str, Row]
    apis: Apis
    left_out: Counter[str]


def questions(files: Sequence[Path], languages: Sequence[str], setting: str, most: int | None, p: Params) -> Questions:
    """Tests for the operations of these specifications, of at most `most` of them, which a hash of the seed draws.
    Examples are calls of other operations of the same document. Raises `UserError` where there are none."""
    left_out: Counter[str] = Counter()
    rows: list[Row] = []
    specs: dict[str, Path] = {}
    for file in files:
        parsed = _parsed(file, p)
        left_out.update(drop["reason"] for drop in parsed.drops)
        rows += parsed.rows
        specs |= {row["spec_sha256"]: file for row in parsed.rows[:1]}
    wordings = instructed(rows, p.instruct, p.seed)
    rows = [{**row, **wording, "cluster": row["id"]} for row, wording in zip(rows, wordings, strict=True)]
    table, lost = render_rows([(row["id"], row["request"]) for row in rows], languages)
    calls = {(row["id"], row["language"]): row["call"] for row in table.to_pylist()}
    left_out.update(f"call_{drop['reason']}" for drop in lost)
    called = {identifier for identifier, _ in calls}
    askable = [row for row in rows if row["id"] in called]
    if not askable:
        raise UserError(f"no operation can be asked for; left out: {dict(left_out) or 'nothing, the files have none'}")
    asked = sorted(askable, key=lambda row: _rank(p.seed, row["id"]))[:most]
    corpus = Corpus({row["id"]: row for row in askable}, calls)
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    pool = Pool(askable)
    examples = choose_examples(asked, pool, [setting], p.retrieve.shots, p.seed, encode)
    chosen = {(row["id"], row["setting"]): row["examples"] for row in examples}
    budget = Budget(p.finetune.max_tokens - p.evaluate.new_tokens, token_counter(p.finetune.model))
    ids = sorted(row["id"] for row in asked)
    tests = corpus.tests(ids, UNTRAINED, languages, [setting], chosen, p.retrieve, budget)
    return Questions(tests, {row["id"]: row for row in asked}, Apis(rows, specs), left_out)


def _parsed(file: Path, p: Params) -> Any:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
    name = file.as_posix()
    spec = {"hub": "file", "provider": HOST, "api": name, "version": "", "source_url": name, "file": name}
    sha256 = hashlib.sha256(body).hexdigest()
    return parse_spec(spec | {"sha256": sha256}, body, optional=p.parse.optional, max_bytes=p.parse.max_bytes)


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
