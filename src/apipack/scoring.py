"""Verdicts on anybody's predictions, a row at a time: what `apipack score` prints."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.languages import Unreadable, read
from apipack.matching import score, try_read
from apipack.openapi import Document, SpecError, load
from apipack.openapi.conformance import violations
from apipack.openapi.document import RawOperation
from apipack.operations import endpoint
from apipack.proof import fits
from apipack.records import LANGUAGES, Request
from apipack.requests import BuiltRequest, build

Row = dict[str, Any]
TEXTS = ("language", "prediction", "reference")


class ScoreError(UserError):
    """A row cannot be scored; the message is one line that names it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification with its operations by id."""

    document: Document
    operations: dict[str, RawOperation]

    def built(self, operation: str, host: str) -> BuiltRequest | None:
        """The operation's own request, on `host` where no server is named; None where none can be built."""
        try:
            return build(self.document, self.operations[operation], host)
        except (SpecError, RecursionError):
            return None

    def has_endpoint(self, request: Request) -> bool:
        """Whether some operation has this method, host and path."""
        same = (name for name, raw in self.operations.items() if raw.method.upper() == request.method)
        made = (self.built(name, request.parts.netloc) for name in same)
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
        return Spec(document, {endpoint(raw): raw for raw in document.operations()})
    except (OSError, SpecError, RecursionError, ValueError) as error:
        raise ScoreError(f"{path:.200}: {' '.join(str(error).split())}") from error


def _verdicts(row: Row, spec: Spec | None) -> Row:
    try:
        gold = read(row["language"], row["reference"])
    except Unreadable as error:
        raise ScoreError(f"the reference cannot be read as {row['language']}: {error}") from error
    template, arguments = gold.url.partition("?")[0].replace("{", "%7B"), []
    if spec:
        if row["operation"] not in spec.operations:
            raise ScoreError(f"{row['spec']:.200} has no operation {row['operation']:.80}")
        if built := spec.built(row["operation"], gold.parts.netloc):
            template, arguments = built.template, [list(one) for one in built.arguments]
    found = score(row["language"], row["prediction"], row["reference"], gold, template, arguments)
    predicted = try_read(row["language"], row["prediction"])
    verdicts: Row = {
        "readable": predicted is not None,
        "endpoint_match": found.endpoint_match,
        "call_match": found.call_match,
        "request_match": found.request_match,
    }
    if spec:
        raw = spec.operations[row["operation"]]
        known = violations(spec.document, raw, gold)
        verdicts["valid"] = (
            predicted is not None
            and predicted.method == gold.method
            and (fits(predicted, template) or _same_place(predicted, gold))
            and violations(spec.document, raw, predicted) <= known
        )
        verdicts["hallucinated"] = (
            predicted is not None and not _same_place(predicted, gold) and not spec.has_endpoint(predicted)
        )
    return verdicts


def _same_place(one: Request, other: Request) -> bool:
    return (one.method, one.parts.netloc, one.parts.path) == (other.method, other.parts.netloc, other.parts.path)
