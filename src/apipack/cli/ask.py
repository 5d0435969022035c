"""One instruction to one call: examples are retrieved, the tuned model writes, the call is read back and checked."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.apis import Apis
from apipack.evaluation.specifications import specifications
from apipack.evaluation.verdicts import Verdict, check
from apipack.io import read_table
from apipack.languages.codec import Reading
from apipack.models.embedding import embed
from apipack.models.places import token_counter
from apipack.params import Params
from apipack.prompting.corpus import Corpus
from apipack.prompting.prompts import Budget, extract_call, fitting, prompt
from apipack.records import Request
from apipack.retrieval.examples import COLUMNS, OPEN, RETRIEVED, Pool, choose_examples

Row = dict[str, Any]
Write = Callable[[str], str]
"""A prompt to what a model makes of it."""


class AskError(UserError):
    """Nothing can be asked of what was named; the message is one line."""


@dataclass(frozen=True, slots=True)
class Source:
    """What can be asked about. pool: possible examples. corpus: ids → the rows and calls of those. apis: the
    specifications behind them. api: whose examples are wanted, None for those of any."""

    pool: Pool
    corpus: Callable[[list[str]], Corpus]
    apis: Apis
    api: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """request: what the call sends, or None where that is not certain. operation: `METHOD path` that it goes to.
    examples: instruction, id and call of each that the prompt shows, best last."""

    call: str
    request: Request | None
    operation: str | None
    verdict: Verdict
    examples: list[Row]
    prompt: str

    def to_row(self) -> Row:
        """JSON-able, with the request's four fields."""
        request = json.loads(self.request.to_json()) if self.request else None
        verdict = {"valid": self.verdict.valid, "problems": list(self.verdict.broken_rules or ())}
        return {
            "call": self.call,
            "request": request,
            "operation": self.operation,
            **verdict,
            "examples": self.examples,
        }

    def to_text(self) -> str:
        """The call, and below it what is known about it."""
        verdict = "yes" if self.verdict.valid else f"no: {'; '.join(self.verdict.broken_rules or ())}"
        lines = [
            f"request: {self.request.to_json() if self.request else 'none'}",
            f"operation: {self.operation or 'none'}",
            f"valid: {verdict}",
            *(f"example: {example['instruction']}" for example in self.examples),
        ]
        return f"{self.call}\n\n" + "\n".join(lines)


def of_dataset(data: Path, language: str, api: str | None) -> Source:
    """The repository's own dataset: calls of one API, or of all. Raises `AskError` for an API that it does not have."""
    apis = set(read_table(data / "dataset/operations", ["api"])["api"].to_pylist())
    if api is not None and api not in apis:
        near = difflib.get_close_matches(api, apis, 3, 0.4)
        more = f"; like it: {', '.join(near)}" if near else f"; there are {len(apis)}"
        raise AskError(f"the dataset has no API {api:.80}{more}")
    calls = read_table(data / "dataset/calls", ["id"], [("language", "=", language)])
    spoken = set(calls["id"].to_pylist())
    wanted = [("api", "=", api)] if api is not None else None
    rows = read_table(data / "dataset/operations", COLUMNS, wanted).to_pylist()
    pool = Pool(row for row in rows if row["id"] in spoken)
    if not pool.rows:
        raise AskError(
            f"the dataset has no {language} calls{f' of {api}' if api else ''}; render.languages makes others"
        )
    return Source(pool, partial(Corpus.load, data / "dataset"), Apis.of_crawl(data), api)


def of_specification(file: Path, language: str, p: Params) -> Source:
    """The calls that a specification gives. Raises `AskError` for one that cannot be read or gives none."""
    own = specifications([file], [language], p)
    name = file.as_posix()
    if name in own.unread:
        raise AskError(f"{file}: {own.unread[name]}")
    pool = Pool(own.callable())
    if not pool.rows:
        raise AskError(f"{file}: no operation gives a {language} call; `apipack calls {file}` says why")
    corpus = Corpus({row["id"]: row for row in own.rows}, own.calls)
    return Source(pool, lambda ids: corpus, own.apis, name)


def ask(instruction: str, source: Source, language: str, p: Params, write: Write) -> Answer:
    """The call that the model writes for an instruction, and what is known about it."""
    query = {"id": "", "cluster": "", "api": source.api, "instruction": instruction}
    setting = RETRIEVED if source.api is not None else OPEN
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    (chosen,) = choose_examples([query], source.pool, [setting], p.retrieve.shots, p.seed, encode)
    corpus = source.corpus(chosen["examples"])
    best = corpus.rows[chosen["examples"][-1]]
    candidates = corpus.shots(chosen["examples"], language, p.retrieve)
    budget = Budget(p.finetune.max_tokens - p.evaluate.new_tokens, token_counter(p.finetune.model))
    shots = fitting(best, language, instruction, candidates, p.retrieve, budget)
    text = prompt(best, language, instruction, shots, p.retrieve)
    call = Reading.of(language, extract_call(write(text), language))
    examples = [
        {"instruction": shot.instruction, "id": shot.id, "call": corpus.calls[shot.id, language]} for shot in shots
    ]
    operation, verdict = check(call, best["spec_sha256"], source.apis)
    return Answer(call.code, call.request, operation, verdict, examples, text)
