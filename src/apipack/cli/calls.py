"""Calls for anybody's specifications: of a file, of every file of a folder, of one address."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from apipack.cli.output import line, put
from apipack.errors import UserError
from apipack.languages.codec import Unrepresentable, render
from apipack.openapi.document import Document, RawOperation
from apipack.openapi.loading import MAX_BYTES, SpecError, load
from apipack.operations.requests import build
from apipack.operations.texts import endpoint

ENDINGS = (".json", ".yaml", ".yml")
SECONDS = 30


class Source(NamedTuple):
    """One document. name: where it lies in a folder, empty for a document alone; provider: as of `requests.build`."""

    name: str
    body: bytes
    provider: str


@dataclass
class Told:
    """What the last line says."""

    calls: int = 0
    operations: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    repairs: int = 0

    def __str__(self) -> str:
        parts = [
            f"{self.calls} calls of {self.operations} operations",
            f"operations left out: {_counts(self.left_out)}",
        ]
        parts += [f"calls left out: {_counts(self.languages)}"] if self.languages else []
        parts += [f"documents left out: {_counts(self.documents)}"] if self.documents else []
        return "; ".join([*parts, f"members repaired: {self.repairs}"])


def print_calls(source: Source, languages: list[str], wanted: str | None, optional: bool, told: Told) -> bool:
    """Print the calls of a document and lines for what gives none. Returns whether it has an operation of the id
    `wanted`, or any at all where that is None. Raises `SpecError` for a document that cannot be read."""
    document = Document(load(source.body))
    raws = [(endpoint(raw), raw) for raw in document.operations()]
    operations = [(name, raw) for name, raw in raws if wanted in (None, name)]
    for lost in document.lost if wanted is None else ():
        _leave_out(told, source, lost.path if lost.method == "*" else f"{lost.method} {lost.path}", lost.problem)
    for name, raw in operations:
        try:
            request = build(document, raw, source.provider, optional=optional).request
        except (SpecError, RecursionError, UnicodeEncodeError) as error:
            _leave_out(told, source, name, error)
            continue
        told.operations += 1
        for language in languages:
            try:
                row = _row(source, name, raw, language, render(language, request))
            except Unrepresentable as error:
                told.languages[language] += 1
                _say(source, f"{name}: {language}: {error}")
                continue
            told.calls += 1
            put(line(row))
    told.repairs += document.repairs
    return bool(operations)


def _row(source: Source, name: str, raw: RawOperation, language: str, call: str) -> dict[str, Any]:
    origin = {"spec": source.name} if source.name else {}
    return {
        **origin,
        "operation": name,
        "method": raw.verb,
        "path": raw.path,
        "language": language,
        "call": call,
    }


def _leave_out(told: Told, source: Source, name: str, error: Exception) -> None:
    reasons = {RecursionError: "too_deep", UnicodeEncodeError: "not_unicode"}
    told.left_out[error.reason if isinstance(error, SpecError) else reasons[type(error)]] += 1
    _say(source, f"{name}: {error}")


def _say(source: Source, text: str) -> None:
    told = " ".join(f"{source.name}: {text}".split()) if source.name else " ".join(text.split())
    print(told.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)


def leave_out_document(told: Told, name: str, error: Exception) -> None:
    told.documents[error.reason if isinstance(error, SpecError) else "unreadable"] += 1
    print(f"{name}: {' '.join(str(error).split())}", file=sys.stderr)


def files(folder: Path) -> Iterator[Path]:
    """The JSON and YAML files below a folder, sorted; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if name.lower().endswith(ENDINGS))


class _SafeRedirects(HTTPRedirectHandler):
    def redirect_request(self, request: Any, response: Any, code: int, message: str, headers: Any, address: str) -> Any:
        _check_address(address)
        return super().redirect_request(request, response, code, message, headers, address)


def fetched(address: str, host: str | None) -> Source:
    """The document of an http or https address. Raises `UserError` with one line."""
    _check_address(address)
    accept = "application/vnd.oai.openapi+json, application/json, application/yaml, */*;q=0.5"
    request = Request(address, headers={"Accept": accept, "User-Agent": "apipack"})
    try:
        with build_opener(_SafeRedirects).open(request, timeout=SECONDS) as response:
            body, final = response.read(MAX_BYTES + 1), response.geturl()
    except HTTPError as error:
        raise UserError(f"{address} answers {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{address} cannot be fetched: {error}") from error
    return Source("", body, host or final)


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        is_address = False
    if not is_address:
        raise UserError(f"{address[:80]} is no http or https address of a document")


def _counts(counter: Counter[str]) -> str:
    if not counter:
        return "0"
    named = ", ".join(
        f"{reason} {count}" for reason, count in sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    return f"{counter.total()} ({named})"
