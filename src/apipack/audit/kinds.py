"""What is wrong with a call, as one word: the first of `WRONG` that holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from apipack.audit.questions import Questions
from apipack.evaluation.arguments import arguments
from apipack.evaluation.differing import differing
from apipack.evaluation.params import Evaluate
from apipack.evaluation.predictions import Prediction, judge_all, predictions_of
from apipack.evaluation.verdicts import Reference, Verdict
from apipack.languages.wire import CLIENT_ADDED
from apipack.records import Output, Request

RIGHT = "right"
WRONG = {
    "unreadable": "no request, or more than one, came of it",
    "endpoint_not_found": "a request goes to an endpoint that the API does not have",
    "wrong_endpoint": "the request goes to another operation of the API",
    "missing_argument": "an argument of the operation is missing",
    "wrong_value": "a value is wrong, or there is an argument too many",
}
"""Kind → what it means."""
ANOTHER = "is another operation"  # as `verdicts` says it


class Judged(NamedTuple):
    """One call of a model. kind: RIGHT or one of WRONG. details: rules that it breaks, and arguments that it lacks.
    executed: it ran in the sandbox; otherwise it was read."""

    model: str
    id: str
    language: str
    kind: str
    details: list[str]
    call: str
    reference: str
    executed: bool


def judged(asked: Questions, outputs: dict[str, list[Output]], p: Evaluate, workers: int) -> list[Judged]:
    """What each model's outputs are, in the order of the tests. outputs: of each model, one a test."""
    predictions = predictions_of(asked.tests, outputs)
    verdicts = judge_all(predictions, asked.apis, p, workers)
    return [_judged(prediction, verdict) for prediction, (_, verdict) in zip(predictions, verdicts, strict=True)]


def _judged(prediction: Prediction, verdict: Verdict) -> Judged:
    reading, test = prediction.reading, prediction.test
    lacks = missing(reading.request, prediction.reference)
    kind = kind_of(verdict, lacks)
    rules = [rule.replace(ANOTHER, "is no operation") if verdict.hallucinated else rule for rule in _rules(verdict)]
    if not rules and reading.request is None:
        rules = [f"the call {reading.problem}"]
    if prediction.output.cut:
        rules = ["cut off: the model wrote no end", *rules]
    details = [] if kind == RIGHT else [*rules, *(f"without {name}" for name in lacks)]
    if kind != RIGHT and not details and reading.request is not None:
        gold = prediction.reference
        details = differing(reading.request, gold.request, gold.template, gold.arguments)
    call, reference = reading.code, prediction.reference.call
    return Judged(prediction.model, test["id"], test["language"], kind, details, call, reference, verdict.executed)


def kind_of(verdict: Verdict, lacks: Sequence[str]) -> str:
    """lacks: arguments of the reference that the request has not."""
    rules = _rules(verdict)
    if verdict.passed:
        return RIGHT
    if verdict.hallucinated:
        return "endpoint_not_found"
    if not verdict.readable and not verdict.executed or any(rule.endswith("requests arrived") for rule in rules):
        return "unreadable"
    if any(rule.endswith(ANOTHER) for rule in rules):
        return "wrong_endpoint"
    return "missing_argument" if lacks or any(rule.endswith(": required") for rule in rules) else "wrong_value"


def _rules(verdict: Verdict) -> tuple[str, ...]:
    return verdict.broken_rules or ()


def missing(request: Request | None, reference: Reference) -> list[str]:
    """`place name` of each argument and header of the reference that a request has not; none where there is no
    request."""
    if request is None:
        return []
    return sorted(_names(reference.request, reference.template) - _names(request, reference.template))


def _names(request: Request, template: str) -> set[str]:
    names = {f"{argument.place} {argument.name}".rstrip() for argument in arguments(request, template)}
    headers = {name.lower() for name, _ in request.headers} - CLIENT_ADDED
    return names | {f"header {name}" for name in headers}


def facts(row: dict[str, Any]) -> dict[str, str]:
    """What a reader needs to know of an operation. row: schema OPERATIONS, with its instruction."""
    return {key: row[key] for key in ("method", "path", "endpoint", "api", "instruction")}
