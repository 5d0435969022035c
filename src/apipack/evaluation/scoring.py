"""Verdicts on anybody's predictions, a row at a time: what `apipack score` prints.

No row stops the others: one that cannot be scored has an `error` and verdicts that are null.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import TYPE_CHECKING, Any

from apipack.evaluation.arguments import figures
from apipack.evaluation.differing import differing
from apipack.evaluation.executing import outcomes
from apipack.evaluation.spec_files import ScoreError, Spec
from apipack.evaluation.verdicts import (
    LOST,
    Reference,
    Verdict,
    arrived,
    does_not_compile,
    judge,
    judge_executed,
    paper_matches,
)
from apipack.languages.codec import Reading
from apipack.prompting.no_call import abstained
from apipack.prompting.snippets import snippet
from apipack.records import LANGUAGES, Request, json_value

if TYPE_CHECKING:
    from apipack.sandbox.execution import Outcome

Row = dict[str, Any]
Outcomes = Mapping[Reading, "Outcome"]
Execute = Callable[[Iterable[Reading]], Outcomes]
TEXTS = ("language", "prediction", "reference")
ARGUMENTS = ("argument_precision", "argument_recall", "argument_f1")
BATCH = 2_000


@dataclass
class Told:
    """How many rows, and how many of them with which outcome: the last line. objects: lines that hold an object.
    broken: of the right ones those that did not pass. replaced: names of the rows' own columns that a verdict's stand
    in for."""

    rows: int = 0
    objects: int = 0
    errors: int = 0
    unreadable: int = 0
    executed: int = 0
    right: int = 0
    broken: int = 0
    replaced: set[str] = field(default_factory=set)

    def read(self, row: Row) -> None:
        """A line that holds an object, before it is scored."""
        self.objects += 1
        self.replaced |= row.keys() & NOTHING.keys()

    def add(self, row: Row) -> None:
        self.rows += 1
        self.errors += row["error"] is not None
        self.executed += bool(row["executed"])
        self.right += bool(row["request_match"])
        self.broken += bool(row["request_match"]) and row["passed"] is False
        self.unreadable += row["error"] is None and row["request_match"] is None

    def __str__(self) -> str:
        wrong = self.rows - self.errors - self.right - self.unreadable
        share = self.executed / self.rows if self.rows else 0
        broken = f" ({self.broken} of them break a rule of their operation)" if self.broken else ""
        return (
            f"{self.rows} rows: {self.right} requests right{broken}, {wrong} wrong, {self.unreadable} unreadable, "
            f"{self.errors} with an error; {share:.0%} executed"
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """A row that is a row: its two calls, and the specification that it names."""

    row: Row
    prediction: Reading
    reference: Reading
    spec: Spec | None


def scored(lines: Iterable[str | bytes], told: Told, execute: Execute | None = None) -> Iterator[Row]:
    """Each row {language, prediction, reference[, spec, operation]} with the fields of `verdicts.Verdict`, `valid`,
    precision, recall and F1 of its arguments, `differs` (lines of `differing`) and `error`. spec: a file; operation: an
    id in it.

    Without a specification no argument is known to be fixed, and every path segment must be the reference's. execute:
    calls to what came of them where they can be executed here; by default they are read.
    """
    opened = functools.lru_cache(maxsize=8)(Spec.open)
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, BATCH if execute else 1)):
        cases = [_case(number, line, opened, told) for number, line in batch]
        outcomes = execute(_to_execute(cases)) if execute else {}
        for case in cases:
            row = case if isinstance(case, dict) else case.row | _scores(case, outcomes)
            told.add(row)
            yield row


def executor(workers: int, say: Callable[[str], None]) -> Execute:
    """Executes in the sandbox. say: gets each line about what cannot be executed once."""
    said: set[str] = set()

    def once(line: str) -> None:
        if line not in said:
            said.add(line)
            say(line)

    return lambda readings: outcomes(readings, workers, once)


def _case(number: int, line: str | bytes, opened: Callable[[str], Spec], told: Told) -> _Case | Row:
    """The row of a line, or what is told of one that cannot be scored."""
    row: Row = {}
    try:
        row = _object(line)
        told.read(row)
        _check(row)
        spec = opened(row["spec"]) if row.get("spec") is not None else None
        if spec is not None:
            spec.operation(row["operation"])
        return _Case(row, _reading(row, "prediction"), _reading(row, "reference"), spec)
    except ScoreError as error:
        return row | NOTHING | {"error": f"line {number}: {error}"}


def _object(line: str | bytes) -> Row:
    try:
        row = json_value(line)
    except (ValueError, RecursionError) as error:
        raise ScoreError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ScoreError(f"not an object with the texts {', '.join(TEXTS)}")
    return row


def _check(row: Row) -> None:
    if missing := [key for key in TEXTS if not isinstance(row.get(key), str)]:
        raise ScoreError(f"not an object with the texts {', '.join(TEXTS)}: {', '.join(missing)} missing or no text")
    if row["language"] not in LANGUAGES:
        raise ScoreError(f"no such language: {row['language']:.40}; there are {', '.join(LANGUAGES)}")
    named = [row.get(key) for key in ("spec", "operation")]
    if (named[0] is None) != (named[1] is None):
        raise ScoreError("spec and operation go together")
    if "" in named:
        raise ScoreError("spec or operation is empty")
    if not all(name is None or isinstance(name, str) for name in named):
        raise ScoreError("spec and operation are texts")


def _reading(row: Row, key: str) -> Reading:
    """Of a text without any code, the text itself: only an empty one, or a refusal, sends nothing for certain."""
    if abstained(row[key]) is not None:
        return Reading.of(row["language"], "")
    code = snippet(row[key], row["language"])
    return Reading.of(row["language"], code if code.strip() else row[key])


def _to_execute(cases: Iterable[_Case | Row]) -> list[Reading]:
    """Predictions, and references that cannot be read."""
    real = [case for case in cases if isinstance(case, _Case)]
    return [case.prediction for case in real] + [case.reference for case in real if case.reference.request is None]


def _scores(case: _Case, executed: Outcomes) -> Row:
    outcome = executed.get(case.prediction)
    gold = case.reference.request or _arrived(executed.get(case.reference))
    if gold is None:
        reason = f"the reference {case.reference.problem}"
        return NOTHING | _without_reference(case, outcome) | {"error": reason}
    if case.spec and not case.spec.takes(case.row["operation"], gold):
        reason = f"the reference goes to another operation than {case.row['operation']:.80}"
        return NOTHING | _without_reference(case, outcome) | {"error": reason}
    reference = _reference(case, gold)
    verdict = judge(case.prediction, reference, case.spec)
    if outcome:
        verdict = judge_executed(verdict, outcome, reference, case.spec)
    return _told(verdict) | {"differs": _differs(case.prediction, outcome, reference)}


def _differs(prediction: Reading, outcome: Outcome | None, reference: Reference) -> list[str] | None:
    """How the one request that is sent differs from the reference's; of an execution in which it is not one, what came
    of it; else None."""
    sent = [prediction.request] if prediction.request else []
    if outcome and outcome.status != LOST:
        sent = arrived(outcome.records, {name.lower() for name, _ in reference.request.headers})
        if len(sent) != 1:
            return [f"{len(sent)} requests arrived", *_came_of(outcome)]
    if not sent:
        return None
    return differing(sent[0], reference.request, reference.template, reference.arguments)


def _arrived(outcome: Outcome | None) -> Request | None:
    """The request of a reference that could not be read, and was executed."""
    if outcome is None or outcome.status != "ok" or len(outcome.records) != 1:
        return None
    return next(iter(arrived(outcome.records, set())), None)


def _came_of(outcome: Outcome) -> list[str]:
    """The status, with what a compiler says first or a program last."""
    if outcome.status == "ok":
        return []
    said = [line.strip() for line in outcome.detail.splitlines() if line.strip()]
    status = outcome.status.replace("_", " ")
    return [f"{status}: {said[0 if outcome.status == 'does_not_compile' else -1]:.200}" if said else status]


def _without_reference(case: _Case, outcome: Outcome | None) -> Row:
    """What is known of a prediction whose reference sends nobody knows what."""
    reading = case.prediction
    verdict: Row = {"readable": reading.request is not None, "problem": reading.problem}
    verdict["endpoint_match"], verdict["call_match"] = paper_matches(reading, case.reference.code, None)
    if case.spec is not None:
        verdict["syntax_error"] = outcome.status == "does_not_compile" if outcome else does_not_compile(reading)
        if reading.request is not None:
            verdict["hallucinated"] = not case.spec.has_endpoint("", reading.request)
    return verdict


def _reference(case: _Case, request: Request) -> Reference:
    operation = case.row.get("operation") or ""
    if case.spec and (built := case.spec.built(case.spec.operation(operation), request.parts.netloc)):
        arguments = [list(argument) for argument in built.arguments]
        return Reference(case.reference.code, request, built.template, arguments, operation)
    template = request.url.partition("?")[0].replace("{", "%7B")
    return Reference(case.reference.code, request, template, [], operation)


def _told(verdict: Verdict) -> Row:
    rates = figures([verdict.arguments]) if verdict.arguments and verdict.request_match is not None else {}
    arguments = {name: rates.get(name.removeprefix("argument_")) for name in ARGUMENTS}
    return {**{name: getattr(verdict, name) for name in FIELDS}, "valid": verdict.valid, **arguments, "error": None}


FIELDS = tuple(member.name for member in fields(Verdict) if member.name != "arguments")
NOTHING: Row = {**dict.fromkeys((*FIELDS, "valid", "differs", *ARGUMENTS, "error")), "executed": False}
"""The verdict on a row that cannot be scored."""
