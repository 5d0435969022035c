"""Somebody's own specifications as the dataset has them: operations with instructions and calls, and rules to check."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from apipack.errors import UserError
from apipack.evaluation.apis import Apis
from apipack.instructions.wordings import instructed
from apipack.languages.rendering import render_rows
from apipack.openapi.loading import content
from apipack.operations.parsing import Parsed, parse_spec
from apipack.params import Params

Row = dict[str, Any]

HOST = "api.example.com"  # where a specification names no server


class Specifications(NamedTuple):
    """rows: schema OPERATIONS with instructions, each its own cluster; their `api` is the file. calls: by operation and
    language. drops: schema DROPS, of documents, operations and calls. unread: file → why it is no specification."""

    rows: list[Row]
    calls: dict[tuple[str, str], str]
    apis: Apis
    drops: list[Row]
    unread: dict[str, str]

    def callable(self) -> list[Row]:
        """The rows that have a call in one of the languages."""
        ids = {operation for operation, _ in self.calls}
        return [row for row in self.rows if row["id"] in ids]


def specifications(files: Sequence[Path], languages: Sequence[str], p: Params) -> Specifications:
    """What the files give. Raises `UserError` for a file that cannot be read; what is in it is no error."""
    rows: list[Row] = []
    drops: list[Row] = []
    paths: dict[str, Path] = {}
    for file in files:
        parsed = _parsed(file, p)
        rows += parsed.rows
        drops += parsed.drops
        paths |= {row["spec_sha256"]: file for row in parsed.rows[:1]}
    wordings = instructed(rows, p.instruct, p.seed)
    rows = [{**row, **wording, "cluster": row["id"]} for row, wording in zip(rows, wordings, strict=True)]
    table, lost = render_rows([(row["id"], row["request"]) for row in rows], languages)
    calls = {(row["id"], row["language"]): row["call"] for row in table.to_pylist()}
    names = {file.as_posix() for file in files}
    unread = {drop["id"]: " ".join(drop["detail"].split()) for drop in drops if drop["id"] in names}
    return Specifications(rows, calls, Apis(rows, paths), [*drops, *lost], unread)


def _parsed(file: Path, p: Params) -> Parsed:
    try:
        body = content(file, p.parse.max_bytes)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
    name = file.as_posix()
    spec = {"hub": "file", "provider": HOST, "api": name, "version": "", "source_url": name, "file": name}
    sha256 = hashlib.sha256(body).hexdigest()
    return parse_spec(spec | {"sha256": sha256}, body, optional=p.parse.optional, max_bytes=p.parse.max_bytes)
