"""Verdicts on anybody's predictions, a row at a time: what `apipack score` prints."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.url_templates import fits
from apipack.evaluation.verdicts import Reference, judge
from apipack.languages.codec import Reading
from apipack.openapi import Document, SpecError, load
from apipack.openapi.conformance import violations
from apipack.openapi.document import RawOperation
from apipack.operations.requests import BuiltRequest, build
from apipack.operations.texts import endpoint
from apipack.records import LANGUAGES, Request

Row = dict[str, Any]
TEXTS = ("language", "prediction", "reference")


class ScoreError(UserError):
    """A row cannot be scored; the message is one line that names it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification with its operations; ids of operations need not differ."""

    path: str
    document: Document
    operations: dict[str, list[RawOperation]]

    def operation(self, name: str) -> RawOperation:
        """The one operation of an id. Raises `ScoreError`."""
        named = self.operations.get(name, [])
        if len(named) != 1:
            raise ScoreError(f"{self.path:.200} has {len(named) or 'no'} operation{'s' * bool(named)} {name:.80}")
        return named[0]

    def built(self, raw: RawOperation, host: str) -> BuiltRequest | None:
        """The operation's own request, on `host` where no server is named; None where none can be built."""
        try:
            return build(self.document, raw, host)
        except (SpecError, RecursionError):
            return None

    def has_endpoint(self, _: str, request: Request) -> bool:
        """Whether some operation has this method, host and path."""
        same = (raw for raws in self.operations.values() for raw in raws if raw.method.upper() == request.method)
        requests = (self.built(raw, request.parts.netloc) for raw in same)
        return any(built is not None and fits(request, built.template) for built in requests)

    def violations(self, operation: str, request: Request) -> frozenset[str]:
        """The operation's rules that a request breaks. Raises `ScoreError`."""
        return violations(self.document, self.operation(operation), request)


def scored(lines: Iterable[str]) -> Iterator[Row]:
    """Each row {language, prediction, reference[, spec, operation]} with its verdict. Raises `ScoreError`.

    Of `verdicts.Verdict`: readable and the three matches; with `spec` (a file) and `operation` (an id in it) also
    passed, hallucinated, syntax_error, broken_rules, and whether it is valid. Without a specification no argument is
    known to be fixed, and every path segment must be the reference's.
    """
    opened = functools.lru_cache(maxsize=8)(_open)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = _checked(line)
                yield row | _verdict(row, opened(row["spec"]) if "spec" in row else None)
            except ScoreError as error:
                raise ScoreError(f"line {number}: {error}") from error


def _checked(line: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ScoreError(f"not JSON: {error}") from error
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in TEXTS):
        raise ScoreError(f"not an object with the texts {', '.join(TEXTS)}")
    if row["language"] not in LANGUAGES:
        raise ScoreError(f"no such language: {row['language']:.40}; there are {', '.join(LANGUAGES)}")
    if ("spec" in row) != ("operation" in row):
        raise ScoreError("spec and operation go together")
    if not all(isinstance(row.get(key, ""), str) for key in ("spec", "operation")):
        raise ScoreError("spec and operation are texts")
    return row


def _open(path: str) -> Spec:
    try:
        document = Document(load(Path(path).read_bytes()))
        operations: dict[str, list[RawOperation]] = {}
        for raw in document.operations():
            operations.setdefault(endpoint(raw), []).append(raw)
        return Spec(path, document, operations)
    except (OSError, SpecError, RecursionError, ValueError) as error:
        raise ScoreError(f"{path:.200}: {' '.join(str(error).split())}") from error


def _verdict(row: Row, spec: Spec | None) -> Row:
    right = Reading.of(row["language"], row["reference"])
    if right.request is None:
        raise ScoreError(f"the reference {right.problem}")
    reference = _reference(row, right.request, spec)
    verdict = judge(Reading.of(row["language"], row["prediction"]), reference, spec)
    answers = {name: value for name, value in asdict(verdict).items() if value is not None}
    return answers if verdict.valid is None else {**answers, "valid": verdict.valid}


def _reference(row: Row, request: Request, spec: Spec | None) -> Reference:
    if spec and (built := spec.built(spec.operation(row["operation"]), request.parts.netloc)):
        arguments = [list(argument) for argument in built.arguments]
        return Reference(row["reference"], request, built.template, arguments, row["operation"])
    template = request.url.partition("?")[0].replace("{", "%7B")
    return Reference(row["reference"], request, template, [], row.get("operation", ""))
