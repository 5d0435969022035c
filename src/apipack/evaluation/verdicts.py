"""The verdict on a call, by reading it (static) or by executing it: one record, whoever asks.

The paper's two matches compare texts. The others are of the request: the one that the strict reader sees in the code,
or those that arrived when it ran. passed: exactly one request, the reference's with values compared by type, that
breaks no rule of the operation which the reference keeps. hallucinated: a request goes to an endpoint (method, host
and path) that the API does not have. syntax_error: the code does not compile.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from apipack.evaluation.difflib_ratio import ratio_above
from apipack.evaluation.metrics import THRESHOLD, find_url, same_place, same_request
from apipack.evaluation.url_templates import fits
from apipack.languages.codec import Reading
from apipack.languages.wire import without_client_headers
from apipack.records import Request
from apipack.sandbox.comparison import request_of

if TYPE_CHECKING:
    from apipack.evaluation.apis import Apis
    from apipack.sandbox.execution import Outcome


RATES = {"pass_rate": "passed", "hallucination_rate": "hallucinated", "syntax_error_rate": "syntax_error"}
"""Name of a rate, in tables and metrics → the field of `Verdict` that it is the share of."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """None: nobody could tell, without a reference or without its specification.

    readable: the strict reader sees exactly one request. endpoint_match, call_match: the paper's. request_match: the
    request that was read is the reference's, whatever execution says. executed: the last four are of what arrived.
    broken_rules: why the request is not valid, empty where it is.
    """

    readable: bool
    endpoint_match: bool | None = None
    call_match: bool | None = None
    request_match: bool | None = None
    passed: bool | None = None
    hallucinated: bool | None = None
    syntax_error: bool | None = None
    executed: bool = False
    broken_rules: tuple[str, ...] | None = None

    @property
    def valid(self) -> bool | None:
        """Whether there is one request, to the operation that was meant, which breaks none of its rules."""
        return None if self.broken_rules is None else not self.broken_rules


@dataclass(frozen=True, slots=True)
class Reference:
    """The right call. operation: what its specification calls it. template, arguments: schema OPERATIONS."""

    call: str
    request: Request
    template: str
    arguments: Sequence[Sequence[Any]]
    operation: str = ""

    @classmethod
    def of_test(cls, test: Mapping[str, Any]) -> Reference:
        """test: a row of schema TESTS."""
        request, arguments = Request.from_json(test["request"]), json.loads(test["arguments"])
        return cls(test["reference"], request, test["template"], arguments, test["id"])

    def same(self, request: Request) -> bool:
        """Whether it is the reference's request, values compared by type."""
        return same_request(request, self.request, self.template, self.arguments)


class Specification(Protocol):
    """What has the operation of a reference: `apis.Apis` of a crawl, `scoring.Spec` of a file."""

    def has_endpoint(self, operation: str, request: Request) -> bool: ...

    def violations(self, operation: str, request: Request) -> frozenset[str]: ...


def judge(
    reading: Reading, reference: Reference, specification: Specification | None = None, threshold: float = THRESHOLD
) -> Verdict:
    """The static verdict. Without a specification, only the matches are told."""
    request = reading.request
    endpoint = ratio_above(find_url(reading.code, request), reference.request.url, threshold)
    verdict = Verdict(
        readable=request is not None,
        endpoint_match=endpoint,
        call_match=endpoint and ratio_above(reading.code, reference.call, threshold),
        request_match=request is not None and reference.same(request),
    )
    if specification is None:
        return verdict
    verdict = replace(verdict, syntax_error=_does_not_compile(reading))
    if request is None:
        return replace(verdict, passed=False, hallucinated=False, broken_rules=(f"the call {reading.problem}",))
    requests = [without_client_headers(request, _names(reference))]
    return _sent(verdict, requests, bool(verdict.request_match), reference, specification)


def judge_executed(static: Verdict, outcome: Outcome, reference: Reference, specification: Specification) -> Verdict:
    """The verdict on a call that was executed; static: that on the same call by reading."""
    arrived = (request_of(record, _names(reference)) for record in outcome.records)
    requests = [request for request in arrived if request is not None]
    verdict = replace(static, syntax_error=outcome.status == "does_not_compile", executed=True)
    ran = outcome.status == "ok" and len(outcome.records) == len(requests) == 1
    passed = ran and reference.same(requests[0])
    return _sent(verdict, requests, passed, reference, specification)


def check(reading: Reading, spec: str, apis: Apis) -> tuple[str | None, Verdict]:
    """A call without a reference: `METHOD path` of the specification's operation that it goes to, and the verdict.
    spec: its sha256."""
    verdict = Verdict(reading.request is not None, syntax_error=_does_not_compile(reading))
    if reading.request is None:
        return None, replace(verdict, hallucinated=False, broken_rules=(f"the call {reading.problem}",))
    operation, rules = apis.check(spec, reading.request)
    return operation, replace(verdict, hallucinated=operation is None, broken_rules=rules)


def _names(reference: Reference) -> set[str]:
    return {name.lower() for name, _ in reference.request.headers}


def _does_not_compile(reading: Reading) -> bool:
    from apipack.evaluation.syntax import compiles  # a bare GPU box has no grammars, and no specification to ask this

    return reading.request is None and not compiles(reading.language, reading.code)


def _sent(
    verdict: Verdict, requests: Sequence[Request], same: bool, reference: Reference, specification: Specification
) -> Verdict:
    """same: they are one, the reference's, sent by a call that ended well."""
    gold, operation = reference.request, reference.operation
    elsewhere = (request for request in requests if not same_place(request, gold))
    hallucinated = any(not specification.has_endpoint(operation, request) for request in elsewhere)
    broken = {f"{len(requests)} requests arrived"}
    if len(requests) == 1:
        (request,) = requests
        broken = {f"{request.method} {request.url.partition('?')[0]} is another operation"}
        if same or same_place(request, gold) or (request.method == gold.method and fits(request, reference.template)):
            broken = set(specification.violations(operation, request) - specification.violations(operation, gold))
    return replace(verdict, passed=same and not broken, hallucinated=hallucinated, broken_rules=tuple(sorted(broken)))


def agreement(pairs: Iterable[tuple[str, Verdict, Verdict]]) -> dict[str, Any]:
    """Share of executed outputs on which the static verdict is the same, by rate, of all and of each language; empty
    where nothing was executed. pairs: language, verdict by reading, verdict."""
    by_language: dict[str, list[tuple[Verdict, Verdict]]] = defaultdict(list)
    for language, static, verdict in pairs:
        if verdict.executed:
            by_language[language].append((static, verdict))
    if not by_language:
        return {}
    everything = [pair for of_language in by_language.values() for pair in of_language]
    languages = {name: _agreement(of_language) for name, of_language in sorted(by_language.items())}
    return {**_agreement(everything), "languages": languages}


def _agreement(pairs: Sequence[tuple[Verdict, Verdict]]) -> dict[str, Any]:
    shares: dict[str, Any] = {"n": len(pairs)}
    for rate, column in RATES.items():
        same = sum(getattr(static, column) == getattr(verdict, column) for static, verdict in pairs)
        shares[rate] = round(same / len(pairs), 4)
    return shares
