"""Verdicts on anybody's predictions, a row at a time: what `apipack score` prints."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.metrics import score
from apipack.evaluation.verdicts import fits, same_place
from apipack.languages import Unreadable, read, try_read
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
        found = self.operations.get(name, [])
        if len(found) != 1:
            raise ScoreError(f"{self.path:.200} has {len(found) or 'no'} operation{'s' * bool(found)} {name:.80}")
        return found[0]

    def built(self, raw: RawOperation, host: str) -> BuiltRequest | None:
        """The operation's own request, on `host` where no server is named; None where none can be built."""
        try:
            return build(self.document, raw, host)
        except (SpecError, RecursionError):
            return None

    def has_endpoint(self, request: Request) -> bool:
        """Whether some operation has this method, host and path."""
        same = (raw for raws in self.operations.values() for raw in raws if raw.method.upper() == request.method)
        made = (self.built(raw, request.parts.netloc) for raw in same)
        return any(one is not None and fits(request, one.template) for one in made)


def scored(lines: Iterable[str]) -> Iterator[Row]:
    """Each row {language, prediction, reference[, spec, operation]} with its verdicts. Raises `ScoreError`.

    Verdicts: readable (the strict reader sees exactly one request), endpoint_match, call_match (the paper's),
    request_match; with `spec` (a file) and `operation` (an id in it) also valid (the request breaks no rule of the
    operation that the reference keeps) and hallucinated (its endpoint is none of the specification's). Without a
    specification no argument is known to be fixed, and every path segment must be the reference's.
    """
    opened = functools.lru_cache(maxsize=8)(_open)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = _checked(line)
                yield row | _verdicts(row, opened(row["spec"]) if "spec" in row else None)
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


def _verdicts(row: Row, spec: Spec | None) -> Row:
    try:
        gold = read(row["language"], row["reference"])
    except Unreadable as error:
        raise ScoreError(f"the reference cannot be read as {row['language']}: {error}") from error
    template, arguments = gold.url.partition("?")[0].replace("{", "%7B"), []
    raw = spec.operation(row["operation"]) if spec else None
    if spec and raw and (built := spec.built(raw, gold.parts.netloc)):
        template, arguments = built.template, [list(one) for one in built.arguments]
    found = score(row["language"], row["prediction"], row["reference"], gold, template, arguments)
    predicted = try_read(row["language"], row["prediction"])
    verdicts: Row = {
        "readable": predicted is not None,
        "endpoint_match": found.endpoint_match,
        "call_match": found.call_match,
        "request_match": found.request_match,
    }
    if spec and raw:
        known = violations(spec.document, raw, gold)
        verdicts["valid"] = (
            predicted is not None
            and predicted.method == gold.method
            and (fits(predicted, template) or same_place(predicted, gold))
            and violations(spec.document, raw, predicted) <= known
        )
        verdicts["hallucinated"] = (
            predicted is not None and not same_place(predicted, gold) and not spec.has_endpoint(predicted)
        )
    return verdicts
