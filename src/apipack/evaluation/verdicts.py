"""The verdict on a call, by executing it or by reading it (static): one record, whoever asks.

The paper's two matches compare texts. The others are of the request: those that arrived when the call ran, else the one
that a reader sees in the code. passed: exactly one request, the reference's with values compared by type, that breaks
no rule of the operation which the reference keeps. hallucinated: a request goes to an endpoint (method, host and path)
that the API does not have. syntax_error: the code does not compile. A call that was neither executed nor read may be
right, so what only its request tells is None: unknown is not wrong. Where reading shows that nothing is sent, it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from apipack.evaluation.arguments import Comparison, compare
from apipack.evaluation.difflib_ratio import ratio_above
from apipack.evaluation.framing import differences, faults
from apipack.evaluation.metrics import THRESHOLD, same_place, same_request
from apipack.evaluation.paper_urls import same_endpoint
from apipack.evaluation.url_templates import fits
from apipack.languages.codec import Reading
from apipack.languages.environment import FILE_CONTENT
from apipack.languages.wire import authority, without_client_headers
from apipack.records import Request
from apipack.sandbox.comparison import request_of

if TYPE_CHECKING:
    from apipack.evaluation.apis import Apis
    from apipack.sandbox import Record
    from apipack.sandbox.execution import Outcome


LOST = "lost"
"""The status of a call that nobody could watch (`sandbox.execution.Outcome`)."""
RATES = {"pass_rate": "passed", "hallucination_rate": "hallucinated", "syntax_error_rate": "syntax_error"}
"""Name of a rate, in tables and metrics → the field of `Verdict` that it is the share of."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """None: nobody could tell, since the call was neither read nor executed, or there is no reference or specification.

    readable: a reader sees exactly one request. endpoint_match, call_match: the paper's. request_match: the request is
    the reference's; exact_match: with every value equal. arguments: how many of them are right, None where no values
    were asked for. executed: all but the first three are of what arrived. broken_rules: why the request is not valid,
    empty where it is. problem: why the call is not readable.
    """

    readable: bool
    endpoint_match: bool | None = None
    call_match: bool | None = None
    request_match: bool | None = None
    exact_match: bool | None = None
    arguments: Comparison | None = None
    passed: bool | None = None
    hallucinated: bool | None = None
    syntax_error: bool | None = None
    executed: bool = False
    broken_rules: tuple[str, ...] | None = None
    problem: str = ""

    @property
    def valid(self) -> bool | None:
        """Whether there is one request, to the operation that was meant, which breaks none of its rules."""
        return None if self.broken_rules is None else not self.broken_rules


@dataclass(frozen=True, slots=True)
class Reference:
    """The right call. operation: what its specification calls it. template, arguments: schema OPERATIONS. asks: the
    instruction says values, so that arguments are compared."""

    call: str
    request: Request
    template: str
    arguments: Sequence[Sequence[Any]]
    operation: str = ""
    asks: bool = True

    @classmethod
    def of_test(cls, test: Mapping[str, Any]) -> Reference:
        """test: a row of schema TESTS."""
        request, arguments = Request.from_json(test["request"]), json.loads(test["arguments"])
        asks = test.get("values") is not None
        return cls(test["reference"], request, test["template"], arguments, test["id"], asks)

    def same(self, request: Request) -> bool:
        """Whether it is the reference's request, values compared by type."""
        return same_request(request, self.request, self.template, self.arguments)

    def compared(self, request: Request | None) -> Comparison | None:
        """The arguments of a request beside the reference's; None where no values were asked for."""
        return compare(request, self.request, self.template, self.arguments) if self.asks else None


class Specification(Protocol):
    """What has the operation of a reference: `apis.Apis` of a crawl, `spec_files.Spec` of a file."""

    def has_endpoint(self, operation: str, request: Request) -> bool: ...

    def goes_elsewhere(self, operation: str, template: str, request: Request) -> bool: ...

    def violations(self, operation: str, request: Request) -> frozenset[str]: ...


def judge(
    reading: Reading, reference: Reference, specification: Specification | None = None, threshold: float = THRESHOLD
) -> Verdict:
    """The static verdict. Without a specification, only the matches are told."""
    request = reading.request
    endpoint, call = paper_matches(reading, reference.call, reference.request, threshold)
    verdict = Verdict(request is not None, endpoint, call, problem=reading.problem)
    if specification is not None:
        verdict = replace(verdict, syntax_error=does_not_compile(reading))
    if request is None and reading.code.strip() and not reading.unsent:
        return replace(verdict, arguments=reference.compared(None))
    requests = [] if request is None else [without_client_headers(request, _names(reference))]
    return _sent(verdict, requests, requests, reference, specification)


def paper_matches(
    reading: Reading, gold_call: str, gold: Request | None, threshold: float = THRESHOLD
) -> tuple[bool, bool]:
    """The paper's endpoint match and API-call match. gold: what the reference sends, where that is known."""
    endpoint = same_endpoint(reading.language, reading.code, reading.request, gold_call, gold, threshold)
    return endpoint, endpoint and ratio_above(reading.code, gold_call, threshold)


def judge_executed(
    static: Verdict, outcome: Outcome, reference: Reference, specification: Specification | None = None
) -> Verdict:
    """The verdict on a call that was executed; static: that on the same call by reading. Without a specification, only
    the matches are told. A call that fails once it has its answer fails on the answer, which is the sandbox's. One that
    the sandbox ends, or that crashes, counts where reading says the same: it might have sent more. One that was lost
    with its sandbox has the static verdict, and so has one whose body is a file that only its user has, where that may
    hold the right one."""
    if outcome.status == LOST:
        return static
    requests = arrived(outcome.records, _names(reference))
    verdict = replace(static, syntax_error=outcome.status == "does_not_compile", executed=True)
    ended = outcome.status in ("ok", "failed") or outcome.status in ("timeout", "killed") and static.request_match
    ran = ended and len(outcome.records) == len(requests) == 1
    verdict = _sent(verdict, requests, requests if ran else [], reference, specification)
    return static if ran and not verdict.request_match and _may_be_right(requests[0], reference) else verdict


def _may_be_right(request: Request, reference: Reference) -> bool:
    """Whether a request is the reference's but for its body, which is a file that stands in for its user's."""
    is_file = (request.body or "").strip() == FILE_CONTENT.strip()
    return is_file and reference.same(replace(request, body=reference.request.body))


def arrived(records: Sequence[Record], expected: set[str]) -> list[Request]:
    """The requests among what arrived; without a Host field (RFC 9112, 3.2) it is none. expected: as `request_of`'s."""
    named = filter(_has_host, records)
    return [request for record in named if (request := request_of(record, expected)) is not None]


def _has_host(record: Record) -> bool:
    return any(name.lower() == "host" and value for name, value in record.headers)


def check(reading: Reading, spec: str, apis: Apis) -> tuple[str | None, Verdict]:
    """A call without a reference: `METHOD path` of the specification's operation that it goes to, and the verdict.
    spec: its sha256."""
    verdict = Verdict(reading.request is not None, syntax_error=does_not_compile(reading), problem=reading.problem)
    if reading.request is None:
        return None, replace(verdict, broken_rules=(f"the call {reading.problem}",))
    operation, rules = apis.check(spec, reading.request)
    broken = tuple(sorted({*rules, *faults(reading.request)}))
    return operation, replace(verdict, hallucinated=operation is None, broken_rules=broken)


def _names(reference: Reference) -> set[str]:
    return {name.lower() for name, _ in reference.request.headers}


def does_not_compile(reading: Reading) -> bool:
    """Whether code that cannot be read seems not to compile: its reader says so, or its grammar."""
    from apipack.evaluation.syntax import compiles  # a bare GPU box has no grammars, and no specification to ask this

    return reading.request is None and (reading.uncompiled or not compiles(reading.language, reading.code))


def _sent(
    verdict: Verdict,
    requests: Sequence[Request],
    whole: Sequence[Request],
    reference: Reference,
    specification: Specification | None,
) -> Verdict:
    """requests: that were sent. whole: the same of a call that ended by itself, else none."""
    gold, operation = reference.request, reference.operation
    sole = requests[0] if len(requests) == 1 else None
    there = sole is not None and _is_there(sole, reference, specification)
    same = sole is not None and bool(whole) and there and reference.same(sole)
    arguments = reference.compared(sole)
    verdict = replace(
        verdict,
        request_match=same,
        exact_match=None if arguments is None else same and arguments.exact,
        arguments=arguments,
    )
    if specification is None:
        return verdict
    elsewhere = (request for request in requests if not same_place(request, gold))
    hallucinated = any(not specification.has_endpoint(operation, request) for request in elsewhere)
    broken = {f"{len(requests)} requests arrived"}
    if sole is not None:
        broken = {_elsewhere(sole, gold, hallucinated)}
        if same or there and (same_place(sole, gold) or _fits(sole, reference)):
            broken = set(specification.violations(operation, sole) - specification.violations(operation, gold))
            broken |= differences(sole, gold)
    return replace(verdict, passed=same and not broken, hallucinated=hallucinated, broken_rules=tuple(sorted(broken)))


def _elsewhere(request: Request, gold: Request, hallucinated: bool) -> str:
    where = f"{request.method} {request.url.partition('?')[0]}"
    if hallucinated:
        return f"{where} is no operation"
    is_moved = request.method == gold.method and authority(request.parts) != authority(gold.parts)
    return f"{where} is on another server" if is_moved else f"{where} is another operation"


def _is_there(request: Request, reference: Reference, specification: Specification | None) -> bool:
    """Whether no other operation takes a request that the reference's template fits: concrete paths come first (OAS 3:
    Path Templating)."""
    if specification is None or same_place(request, reference.request) or not _fits(request, reference):
        return True
    return not specification.goes_elsewhere(reference.operation, reference.template, request)


def _fits(request: Request, reference: Reference) -> bool:
    return request.method == reference.request.method and fits(request, reference.template)
