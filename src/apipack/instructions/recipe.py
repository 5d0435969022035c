"""The paper's recipe with a language model, once an operation (its section 3; the authors' is once a language).

Three seeds an API from the grammar → rewritten by the model → examples in the prompt that asks for `candidates`
wordings an operation → the judge → mean log-likelihood, and back-translation likelihood of the operation's text →
selection → another accepted candidate for tests. What the model cannot give falls back to the grammar, counted.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from apipack.inference.backends.base import Backend, Completion, LogLikelihood, Prompt
from apipack.instructions import asking
from apipack.instructions.grammar import candidates as grammar_candidates
from apipack.instructions.grammar import wordings as grammar_wordings
from apipack.instructions.params import Instruct
from apipack.instructions.phrases import Row
from apipack.instructions.selection import Candidate, another, select
from apipack.instructions.valued import Judge
from apipack.progress import progress

SEEDS = 3
_Outcome = TypeVar("_Outcome")


@dataclass
class Made:
    """rows: of schema INSTRUCTIONS. candidates: of schema CANDIDATES. counts: of what happened, by name."""

    rows: list[Row]
    candidates: list[Row]
    counts: Counter[str] = field(default_factory=Counter)


def run(rows: Sequence[Row], writer: Backend, scorer: Backend, judge: Judge, p: Instruct, seed: int) -> Made:
    """Instructions for operations (schema OPERATIONS), in their order."""
    result = Made([], [])
    for row, options in zip(rows, _options(rows, writer, scorer, judge, p, seed, result.counts), strict=True):
        train, test = select(options, p.max_similarity)
        if train is None:
            result.counts["fallback_no_candidate"] += 1
            train, test = grammar_wordings(row, seed, p.description_words)
        elif test is None:
            result.counts["fallback_one_candidate"] += 1
            test = grammar_wordings(row, seed, p.description_words)[1]
        result.rows.append({"id": row["id"], "instruction": train, "test_instruction": test})
        result.candidates += _told(row, options, 0)
    return result


def run_with_values(
    pairs: Sequence[tuple[Row, Row]], writer: Backend, scorer: Backend, judge: Judge, p: Instruct, seed: int
) -> Made:
    """Instructions for instances (`valued.instance`), each with another of the same operation for tests, whose values
    are other ones; each of both has candidates of its own."""
    result = Made([], [])
    instances = [row for pair in pairs for row in pair]
    options = iter(_options(instances, writer, scorer, judge, p, seed, result.counts))
    for (row, other), of_train, of_test in zip(pairs, options, options, strict=True):
        train = select(of_train, p.max_similarity)[0]
        result.counts["fallback_no_candidate"] += train is None
        train = train or row["stiff"]
        test = another(of_test, train, p.max_similarity)
        result.counts["fallback_no_test_candidate"] += test is None
        result.rows.append({"id": row["id"], "instruction": train, "test_instruction": test or other["stiff"]})
        result.candidates += _told(row, of_train, 0) + _told(row, of_test, len(of_train))
    return result


def _options(
    rows: Sequence[Row], writer: Backend, scorer: Backend, judge: Judge, p: Instruct, seed: int, counts: Counter[str]
) -> list[list[Candidate]]:
    """Judged and scored candidates of each row."""
    examples = _examples(rows, writer, judge, p, seed, counts)
    prompts = []
    for row in rows:
        others = [pair for pair in examples[row["api"]] if pair[0]["id"] != row["id"]]
        prompts.append(asking.candidate(row, others, _seed(seed, row["id"]), p.description_words))
    proposed = _candidates(rows, prompts, writer, judge, p, counts)
    return _scored(rows, prompts, proposed, scorer, p, counts)


def _told(row: Row, options: Sequence[Candidate], first: int) -> list[Row]:
    """Rows of schema CANDIDATES, their places counted from `first`."""
    return [
        {"id": row["id"], "place": number, "candidate": option.text, "reason": option.reason}
        | {"likelihood": option.likelihood, "back_likelihood": option.back}
        for number, option in enumerate(options, first)
    ]


def _examples(
    rows: Sequence[Row], writer: Backend, judge: Judge, p: Instruct, seed: int, counts: Counter[str]
) -> dict[str, list[tuple[Row, str]]]:
    """By API, up to SEEDS (operation, request) pairs: seeds of the grammar, in the model's words where those pass."""
    by_api: dict[str, list[Row]] = defaultdict(list)
    for row in {row["id"]: row for row in reversed(rows)}.values():  # the first instance of each operation
        by_api[row["api"]].append(row)
    drawn = [row for api in by_api for row in sorted(by_api[api], key=lambda row: _seed(seed, row["id"]))[:SEEDS]]
    stiff = [row.get("stiff") or grammar_candidates(row, seed, 1, p.description_words)[0] for row in drawn]
    prompts = [asking.rewrite(row, said, _seed(seed, row["id"])) for row, said in zip(drawn, stiff, strict=True)]
    counts["seeds"] = len(drawn)
    said, rewritten = list(stiff), {}
    for number, outcome in _watched(writer.generate(prompts), len(prompts), "rewrite seeds"):
        text, reason = asking.clean(outcome.text) if isinstance(outcome, Completion) else ("", outcome.kind)
        if reason is None:
            rewritten[number] = text
    whole = sorted(rewritten)
    for number, verdict in zip(whole, judge([(drawn[i], rewritten[i]) for i in whole]), strict=True):
        if verdict is None:
            said[number] = rewritten[number]
            counts["seeds_rewritten"] += 1
    examples: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row, request in zip(drawn, said, strict=True):
        examples[row["api"]].append((row, request))
    return examples


def _candidates(
    rows: Sequence[Row], prompts: list[Prompt], writer: Backend, judge: Judge, p: Instruct, counts: Counter[str]
) -> list[list[Candidate]]:
    """Candidates of each operation; those with fewer than two accepted are asked again, `rewrites` times at most."""
    proposed: list[list[Candidate]] = [[] for _ in rows]
    short = list(range(len(rows)))
    for attempt in range(1 + p.rewrites):
        if not short:
            break
        asked = [replace(prompts[i], seed=prompts[i].seed + attempt * p.candidates) for i in short]
        counts["asked_again"] += len(short) * p.candidates if attempt else 0
        texts: dict[int, tuple[str, str | None]] = {}
        total = len(asked) * p.candidates
        for number, outcome in _watched(writer.generate(asked, p.candidates), total, "candidates"):
            texts[number] = asking.clean(outcome.text) if isinstance(outcome, Completion) else ("", outcome.kind)
        whole = [number for number in sorted(texts) if texts[number][1] is None]
        verdicts = judge([(rows[short[number // p.candidates]], texts[number][0]) for number in whole])
        reasons = dict(zip(whole, verdicts, strict=True))
        for number in sorted(texts):
            text, fault = texts[number]
            reason = fault or reasons[number]
            counts[f"rejected_{reason}" if reason else "accepted"] += 1
            proposed[short[number // p.candidates]].append(Candidate(text, reason))
        short = [i for i in short if len(_accepted(proposed[i])) < 2]
    return proposed


def _accepted(options: Sequence[Candidate]) -> set[str]:
    return {option.text.casefold() for option in options if option.reason is None}


def _scored(
    rows: Sequence[Row],
    prompts: list[Prompt],
    proposed: list[list[Candidate]],
    scorer: Backend,
    p: Instruct,
    counts: Counter[str],
) -> list[list[Candidate]]:
    """The same candidates with both likelihoods, of the accepted ones."""
    where = [(i, j) for i, options in enumerate(proposed) for j, option in enumerate(options) if option.reason is None]
    forward = [(prompts[i], proposed[i][j].text) for i, j in where]
    backward = [
        (asking.back_translation(proposed[i][j].text), asking.operation_text(rows[i], p.description_words).strip())
        for i, j in where
    ]
    scores: list[float | None] = [None] * (2 * len(where))
    for number, outcome in _watched(scorer.loglikelihood(forward + backward), len(scores), "likelihoods"):
        if isinstance(outcome, LogLikelihood):
            scores[number] = outcome.mean
        else:
            counts["not_scored"] += 1
    scored = [list(options) for options in proposed]
    for at, (i, j) in enumerate(where):
        scored[i][j] = replace(proposed[i][j], likelihood=scores[at], back=scores[at + len(where)])
    return scored


def _watched(outcomes: Iterator[_Outcome], total: int, what: str) -> Iterator[_Outcome]:
    yield from progress(outcomes, total, what)


def _seed(seed: int, identifier: str) -> int:
    """A 31-bit seed of an operation, spaced so that the seeds of its candidates meet no other's but by chance."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{identifier}".encode()).digest()[:4]) >> 1
