"""What model output does when it runs: pass, hallucination and syntax-error rates, by execution or by reading back.

pass: it ran, exactly one request arrived, that request equals the reference's with values compared by type, and it
breaks no rule of the operation's OAS that the reference keeps. hallucination: a request goes to an endpoint (method,
host and path) that the API does not have. syntax error: it does not compile. Without execution, `static`: the same
about the request that the strict reader sees, none where it sees none.
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from apipack.evaluation.metrics import authority, same_request
from apipack.evaluation.schemas import RATES
from apipack.evaluation.syntax import compiles
from apipack.evaluation.url_templates import path_values, template_parts
from apipack.languages import try_read
from apipack.openapi import Document, load
from apipack.openapi.conformance import violations
from apipack.openapi.document import RawOperation
from apipack.records import Request
from apipack.sandbox.comparison import request_of
from apipack.sandbox.execution import Outcome, execute, skipped

Row = dict[str, Any]


class Apis:
    """The specifications behind operations, read when they are first needed.

    operations: rows of schema OPERATIONS, with id, spec_sha256, method, path and template. files: sha256 → file.
    """

    def __init__(self, operations: Sequence[Row], files: Mapping[str, Path]) -> None:
        self._files = files
        self._rows = {row["id"]: row for row in operations}
        self._templates: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in operations:
            self._templates[row["spec_sha256"]].append((row["method"], row["template"]))
        self._document = functools.lru_cache(maxsize=4)(self._load)

    def spec(self, operation: str) -> str:
        """sha256 of the operation's specification."""
        return str(self._rows[operation]["spec_sha256"])

    def has_endpoint(self, operation: str, request: Request) -> bool:
        """Whether the operation's API has an operation of this method, host and path."""
        templates = self._templates[self.spec(operation)]
        return any(method == request.method and fits(request, template) for method, template in templates)

    def check(self, spec: str, request: Request) -> tuple[str | None, list[str]]:
        """`METHOD path` of a specification's operation that a request goes to, and which of its rules it breaks."""
        places = [
            row
            for row in self._rows.values()
            if row["spec_sha256"] == spec and row["method"] == request.method and fits(request, row["template"])
        ]
        if not places:
            return None, [f"the specification has no operation {request.method} {request.url.partition('?')[0]}"]
        row = min(places, key=lambda row: (row["template"].count("{"), row["template"]))  # OAS: concrete paths first
        return f"{row['method']} {row['path']}", sorted(self.violations(row["id"], request))

    def violations(self, operation: str, request: Request) -> frozenset[str]:
        row = self._rows[operation]
        document = self._document(row["spec_sha256"])
        item = document.raw["paths"][row["path"]]
        item = {**document.resolve(item), **item} if "$ref" in item else item
        raw = RawOperation(row["path"], row["method"].lower(), item, item[row["method"].lower()])
        return violations(document, raw, request)

    def _load(self, sha256: str) -> Document:
        return Document(load(self._files[sha256].read_bytes()))


def fits(request: Request, template: str) -> bool:
    """Whether a request goes to the host and path of a URL with `{name}` for path parameters."""
    parts, wanted = request.parts, template_parts(template)
    if authority(parts) != authority(wanted):
        return False
    ours, theirs = parts.path.split("/"), wanted.path.split("/")
    return len(ours) == len(theirs) and all(map(_fits_segment, ours, theirs))


def _fits_segment(segment: str, pattern: str) -> bool:
    if "{" not in pattern:
        return unquote(segment) == unquote(pattern)
    return path_values(segment, pattern) is not None


def prove(rows: Sequence[Row], tests: Sequence[Row], apis: Apis, *, run: bool, workers: int) -> list[Row]:
    """`rows` (schema PREDICTIONS, one a test, in order) with the three rates, `verdict` (executed or static) and
    `static_pass`. run: execute what can be executed here."""
    missing = skipped(sorted({row["language"] for row in rows})) if run else {}
    pairs = {(row["language"], row["call"]): None for row in rows if run and row["language"] not in missing}
    outcomes = dict(zip(pairs, execute(list(pairs), workers), strict=True)) if pairs else {}
    proven: list[Row] = [{}] * len(rows)
    paired = list(zip(rows, tests, strict=True))
    for place in sorted(range(len(rows)), key=lambda place: apis.spec(rows[place]["id"])):  # each is read once
        row, test = paired[place]
        static = judge_static(row, test, apis)
        outcome = outcomes.get((row["language"], row["call"]))
        rates = static if outcome is None else judge_executed(outcome, row, test, apis)
        verdict = "static" if outcome is None else "executed"
        agreement = {f"static_{name}": static[name] for name in RATES}
        proven[place] = {**row, **rates, **agreement, "verdict": verdict}
    return proven


def judge_executed(outcome: Outcome, row: Row, test: Row, apis: Apis) -> dict[str, bool]:
    expected = [name.lower() for name, _ in Request.from_json(test["request"]).headers]
    requests = [request for record in outcome.records if (request := request_of(record, expected)) is not None]
    ran = outcome.status == "ok" and len(outcome.records) == 1 and len(requests) == 1
    return {
        "pass_rate": ran and passes(requests[0], row["id"], test, apis),
        "hallucination_rate": any(_invented(request, row["id"], test, apis) for request in requests),
        "syntax_error_rate": outcome.status == "does_not_compile",
    }


def judge_static(row: Row, test: Row, apis: Apis) -> dict[str, bool]:
    request = try_read(row["language"], row["call"])
    return {
        "pass_rate": request is not None and passes(request, row["id"], test, apis),
        "hallucination_rate": request is not None and _invented(request, row["id"], test, apis),
        "syntax_error_rate": request is None and not compiles(row["language"], row["call"]),
    }


def passes(request: Request, operation: str, test: Row, apis: Apis) -> bool:
    gold = Request.from_json(test["request"])
    if not same_request(request, gold, test["template"], json.loads(test["arguments"])):
        return False
    return apis.violations(operation, request) <= apis.violations(operation, gold)


def _invented(request: Request, operation: str, test: Row, apis: Apis) -> bool:
    gold = Request.from_json(test["request"])
    return not (same_place(request, gold) or apis.has_endpoint(operation, request))


def same_place(one: Request, other: Request) -> bool:
    """Same method, host and path, letter for letter: a path parameter's value may hold slashes of its own."""
    a, b = one.parts, other.parts
    return (one.method, authority(a), a.path) == (other.method, authority(b), b.path)


def agreement(rows: Sequence[Row]) -> dict[str, Any]:
    """Share of executed outputs on which the static verdict is the same, by rate, of all and of each language; empty
    where nothing was executed."""
    executed = [row for row in rows if row["verdict"] == "executed"]
    if not executed:
        return {}
    by_language = defaultdict(list)
    for row in executed:
        by_language[row["language"]].append(row)
    return {**_agreement(executed), "languages": {name: _agreement(of) for name, of in sorted(by_language.items())}}


def _agreement(rows: Sequence[Row]) -> dict[str, Any]:
    same = {name: sum(row[name] == row[f"static_{name}"] for row in rows) / len(rows) for name in RATES}
    return {"n": len(rows), **{name: round(share, 4) for name, share in same.items()}}
