"""Instructions for a whole table of operations, by the backend that params.yaml names, and their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from apipack.inference.backends.base import Backend, Completion, Sampling
from apipack.inference.recorded import Recorded
from apipack.instructions import asking
from apipack.instructions.choosing import open_backend, open_likelihood
from apipack.instructions.grammar import wordings
from apipack.instructions.judging import judge
from apipack.instructions.params import Instruct
from apipack.instructions.phrases import Row
from apipack.instructions.recipe import Made, run, run_with_values
from apipack.instructions.rules import reject
from apipack.instructions.valued import Judge, instance, judging_values
from apipack.instructions.variants import TEST, Variant, api_hints, variant
from apipack.io import cache_folder
from apipack.models.store import Store

STORE = "generations.sqlite"


def by_grammar(rows: Sequence[Row], seed: int, words: int) -> list[Row]:
    """Rows of schema INSTRUCTIONS for operations (schema OPERATIONS), in their order, without a model."""
    worded = [(row, *wordings(row, seed, words)) for row in rows]
    return [
        without_values({"id": row["id"], "instruction": train, "test_instruction": test}, row["request"])
        for row, train, test in worded
    ]


def without_values(row: Row, request: str) -> Row:
    """Two wordings of an operation's own request as a row of schema INSTRUCTIONS."""
    return {**row, "request": request, "test_request": request, "values": "[]", "test_values": "[]", "hint": None}


def instructed(rows: Sequence[Row], p: Instruct, seed: int) -> list[Row]:
    """Rows of schema INSTRUCTIONS for the operations of whole APIs, in their order; without values where params.yaml
    wants none, or where an operation's cannot be said."""
    without = by_grammar(rows, seed, p.description_words)
    if p.values == "none":
        return without
    hints = api_hints(rows, p.description_words)
    spoken = (by_values(row, seed, p, hints[row["id"]]).row for row in rows)
    return [said or other for said, other in zip(spoken, without, strict=True)]


class Instructed(NamedTuple):
    """row: of schema INSTRUCTIONS, None with the reason; train: the variant to train on."""

    row: Row | None
    reason: str | None = None
    train: Variant | None = None


def by_values(row: Row, seed: int, p: Instruct, hint: str | None) -> Instructed:
    """An operation (`variants.COLUMNS`) with instructions that say their values. hint: None for an operation that
    nothing tells from another of its API."""
    if hint is None:
        return Instructed(None, "ambiguous")
    train, test = (variant(row, number, seed, p, hint) for number in (0, TEST))
    if isinstance(train, str):
        return Instructed(None, train)
    if isinstance(test, str):
        return Instructed(None, f"test_{test}")
    written = {
        "id": row["id"],
        "instruction": train.instruction,
        "test_instruction": test.instruction,
        "request": train.request,
        "test_request": test.request,
        "values": train.values,
        "test_values": test.values,
        "hint": hint,
    }
    return Instructed(written, None, train)


def by_model(
    rows: Sequence[Row], p: Instruct, seed: int, languages: int, store: Path | None = None
) -> tuple[Made, dict[str, Any]]:
    """The recipe for operations (schema OPERATIONS), in their order, and its figures; with values, where params.yaml
    wants them, for those that have the grammar's wordings beside their columns (schema INSTRUCTIONS).

    languages: how many the dataset has; the recipe runs once an operation for all of them. store: file of the
    generations, by default `generations.sqlite` in `io.cache_folder()`. Raises `UserError`.
    """
    sampling = Sampling(p.temperature, p.top_p, p.new_tokens)
    with Store(store or cache_folder() / STORE) as kept:
        backend = open_backend(p)
        writer = Recorded(backend, kept, sampling)
        scoring = open_likelihood(p, backend)
        scorer = writer if scoring is backend else Recorded(scoring, kept, sampling)
        judge_ = judge_of(p, writer)
        if p.values == "spoken":
            result = run_with_values([_instances(row) for row in rows], writer, scorer, judging_values(judge_), p, seed)
        else:
            result = run(rows, writer, scorer, judge_, p, seed)
    others = scorer.failures if scorer is not writer else Counter[str]()
    return result, {
        "backend": p.backend,
        "model": writer.identity,
        "prompts": asking.versions(),
        "generations": writer.generated,
        "reused": writer.reused,
        "generations_once_a_language": (writer.generated + writer.reused) * languages,
        "scored": scorer.scored,
        "failures": dict(sorted((writer.failures + others).items())),
        "tokens": {"prompt": writer.prompt_tokens, "completion": writer.completion_tokens},
        "counts": dict(sorted(result.counts.items())),
        **_of_server(backend),
    }


def _instances(row: Row) -> tuple[Row, Row]:
    """The instances to train on and to test with, of an operation with the grammar's wordings (schema INSTRUCTIONS)."""
    return (
        instance(row, row["instruction"], row["values"], row["hint"]),
        instance(row, row["test_instruction"], row["test_values"], row["hint"]),
    )


def rejected(rows: Sequence[Row], instructions: Sequence[Row]) -> dict[str, int]:
    """Training wordings of operations that a rule rejects all the same, by rule."""
    reasons = (reject(row, done["instruction"]) for row, done in zip(rows, instructions, strict=True))
    return dict(sorted(Counter(reason for reason in reasons if reason).items()))


def judge_of(p: Instruct, writer: Backend) -> Judge:
    """The judge that params.yaml names: the rules alone, or what they leave to the learned model or to the writer."""
    if p.judge == "rules":
        return lambda pairs: [reject(row, text) for row, text in pairs]
    if p.judge == "llm":
        return lambda pairs: _asked(pairs, writer, p.description_words)

    from apipack.models.embedding import embed

    encode = partial(embed, model="embedded", batch=64)

    def verdicts(pairs: Sequence[tuple[Row, str]]) -> list[str | None]:
        judged = judge([{**row, "candidate": text} for row, text in pairs], encode)
        return [
            None if verdict.label == "good" else (verdict.reasons[0] if verdict.reasons else "model")
            for verdict in judged
        ]

    return verdicts


def _asked(pairs: Sequence[tuple[Row, str]], writer: Backend, words: int) -> list[str | None]:
    """`llm` where the writer calls a wording bad that the rules let pass; what it does not answer stands."""
    reasons = [reject(row, text) for row, text in pairs]
    left = [at for at, reason in enumerate(reasons) if reason is None]
    prompts = [asking.verdict(*pairs[at], words) for at in left]
    for number, outcome in writer.generate(prompts):
        if isinstance(outcome, Completion) and outcome.text.strip(" \"'*.").lower().startswith("bad"):
            reasons[left[number]] = "llm"
    return reasons


def _of_server(backend: Backend) -> dict[str, Any]:
    """What a server's backend counts beside; faults are failed attempts, most of which a retry made good."""
    if not hasattr(backend, "faults"):
        return {}
    return {"faults": dict(sorted(backend.faults.items())), "cost": round(getattr(backend, "cost", 0.0), 4)}
