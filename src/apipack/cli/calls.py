"""Calls for anybody's specifications: of a file, of every file of a folder, of one address."""

from __future__ import annotations

import difflib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from apipack.cli.output import line, put, say
from apipack.languages.codec import Unrepresentable, render
from apipack.openapi.document import Document
from apipack.openapi.loading import TOO_DEEP, SpecError, content, load
from apipack.openapi.paths import RawOperation
from apipack.operations.requests import build
from apipack.operations.texts import endpoint

ENDINGS = (".json", ".yaml", ".yml")
MAX_NAME = 120
MOST_TOLD = 3
"""Repaired members that the last line names."""
BARE = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?::\d+)?(?:/|$)")


class Source(NamedTuple):
    """One document. name: where it lies in a folder, empty for a document alone; provider: as of `requests.build`."""

    name: str
    body: bytes
    provider: str


@dataclass
class Told:
    """What the last lines say. bare: servers that name a host and no scheme; names: what operations are called."""

    calls: int = 0
    operations: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    repairs: int = 0
    refused: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        parts = [
            f"{self.calls} calls of {self.operations} operations",
            f"operations left out: {_counts(self.left_out)}",
        ]
        parts += [f"calls left out: {_counts(self.languages)}"] if self.languages else []
        parts += [f"documents left out: {_counts(self.documents)}"] if self.documents else []
        refused = dict.fromkeys(self.refused[:MOST_TOLD])
        told = f" ({'; '.join(refused)}{', …' if self.repairs > len(refused) else ''})" if refused else ""
        return "; ".join([*parts, f"members repaired: {self.repairs}{told}"])


def print_calls(source: Source, languages: list[str], wanted: str | None, optional: bool, told: Told) -> bool:
    """Print the calls of a document and lines for what gives none. Returns whether it has an operation of the id
    `wanted`, or any at all where that is None. Raises `SpecError` for a document that cannot be read."""
    document = Document(load(source.body))
    raws = [(endpoint(raw), raw) for raw in document.operations()]
    if not raws and not document.lost:
        told.documents["no_operations"] += 1
        _say(source, "no_operations: its paths have none")
    told.names |= {name for name, _ in raws}
    alike = Counter(name for name, _ in raws)
    operations = [(name, raw) for name, raw in raws if wanted in (None, name, f"{raw.verb} {raw.path}")]
    for lost in document.lost if wanted is None else ():
        _leave_out(told, source, lost.path if lost.method == "*" else f"{lost.method} {lost.path}", lost.problem)
    if wanted is not None and not operations and not source.name:  # it may be one of these
        for lost in document.lost:
            _say(source, f"{_short(lost.path if lost.method == '*' else f'{lost.method} {lost.path}')}: {lost.problem}")
    for name, raw in operations:
        try:
            built = build(document, raw, source.provider, optional=optional)
        except (SpecError, RecursionError, UnicodeEncodeError) as error:
            _leave_out(told, source, name if alike[name] == 1 else f"{name} ({raw.verb} {raw.path})", error)
            continue
        request = built.request
        told.operations += 1
        if built.host_inferred:
            told.hosts.add(request.parts.netloc)
            told.bare |= {server.url for server in document.servers(raw)[:1] if BARE.match(server.url)}
        for language in languages:
            try:
                row = _row(source, name, raw, language, render(language, request))
            except Unrepresentable as error:
                told.languages[language] += 1
                _say(source, f"{_short(name)}: {language}: {error}")
                continue
            told.calls += 1
            put(line(row))
    told.repairs += document.repairs
    told.refused += document.refused
    return bool(operations)


def print_folder(
    folder: Path, provider: str, languages: list[str], wanted: str | None, optional: bool, told: Told
) -> bool:
    """Print the calls of every document below a folder. Returns whether one has an operation, as of `print_calls`."""
    printed = False
    for path in files(folder):
        inside = path.relative_to(folder).as_posix()
        try:
            printed |= print_calls(Source(inside, content(path), provider), languages, wanted, optional, told)
        except (OSError, SpecError, RecursionError) as error:
            leave_out_document(told, inside, error)
    return printed or bool(told.left_out)


def host_of_ours(told: Told) -> str:
    """Where calls go whose document names no host; empty where there are none."""
    if not told.hosts:
        return ""
    return f"a document names no host: its calls go to {', '.join(sorted(told.hosts))}; --host names another"


def scheme_missing(told: Told) -> str:
    """What is meant, perhaps, where a server is a relative address that looks like a host; empty where none does."""
    if not told.bare:
        return ""
    server = min(told.bare)
    return f"the server {_short(server)} has no scheme, so it is a path; is https://{_short(server)} meant?"


def near(told: Told, name: str) -> str:
    """Operations whose names are like one that is not there."""
    alike = difflib.get_close_matches(name, sorted(told.names), 3, 0.6)
    return f"; like it: {', '.join(map(_short, alike))}" if alike else ""


def bundle_first(told: Told) -> str:
    """What to do where references lead to other files, which nothing fetches; empty where none does."""
    if "external_ref" not in told.left_out:
        return ""
    return "external_ref: other files are not read: make one document of all first, with `redocly bundle` for example"


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
    if not isinstance(error, SpecError):
        error = SpecError("too_deep", TOO_DEEP) if isinstance(error, RecursionError) else SpecError("not_unicode")
    told.left_out[error.reason] += 1
    _say(source, f"{_short(name)}: {error}")


def _say(source: Source, text: str) -> None:
    say(f"{source.name}: {text}" if source.name else text)


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}..."


def leave_out_document(told: Told, name: str, error: Exception) -> None:
    told.documents[error.reason if isinstance(error, SpecError) else "unreadable"] += 1
    say(f"{name}: {told_of(error)}")


def told_of(error: Exception) -> str:
    """What an error says to who gave the file, without the number that the system has for it."""
    if isinstance(error, RecursionError):
        return f"too_deep: {TOO_DEEP}"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def files(folder: Path) -> Iterator[Path]:
    """The JSON and YAML files below a folder, sorted; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if name.lower().endswith(ENDINGS))


def _counts(counter: Counter[str]) -> str:
    if not counter:
        return "0"
    named = ", ".join(
        f"{reason} {count}" for reason, count in sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    return f"{counter.total()} ({named})"
