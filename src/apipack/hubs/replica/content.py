"""The snapshot's documents as files that hubs serve, and the few facts of each that a hub's list shows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from apipack.hubs.snapshot import SnapshotError, specs

BLANK = re.compile(r"[ \t\r\n]*")

_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Spec:
    """One document. api: `PROVIDER` or `PROVIDER:SERVICE`; info, openapi: as in the document; etag: its sha256."""

    api: str
    info: dict[str, Any]
    openapi: str
    file: Path
    etag: str

    @property
    def version(self) -> str:
        return str(self.info["version"])

    @property
    def provider(self) -> str:
        return self.api.partition(":")[0]

    @property
    def service(self) -> str:
        """What follows the colon, the provider where nothing does."""
        return self.api.partition(":")[2] or self.api


def unpack(tarball: Path, folder: Path) -> list[Spec]:
    """The snapshot's documents in order of their ids, written to `folder` under numbers: no id or version of the
    snapshot ever becomes part of a file name. Raises `SnapshotError`, which names a document that cannot be listed."""
    documents = []
    for number, (api, body) in enumerate(tqdm(specs(tarball), "unpack", unit="spec", disable=None)):
        file = folder / f"{number}.json"
        file.write_bytes(body)
        info, openapi = _facts(body, f"{tarball.name}: {api}")
        documents.append(Spec(api, info, openapi, file, hashlib.sha256(body).hexdigest()))
    return sorted(documents, key=lambda spec: spec.api)


def _facts(body: bytes, name: str) -> tuple[dict[str, Any], str]:
    """`info`, and the value of `openapi` or `swagger`.

    Top-level members are decoded only until both are found: a whole parse of the largest takes 260 MB.
    """
    members: dict[str, Any] = {}
    try:
        for key, value in _members(body.decode()):
            members["openapi" if key == "swagger" else key] = value
            if "info" in members and "openapi" in members:
                break
        if not isinstance(members["info"]["version"], str):
            raise TypeError("info.version is not text")
        return members["info"], members["openapi"]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{name} is not an OpenAPI document: {error!r}") from error


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """Key and value of each top-level member of a JSON object, decoded one by one; ValueError where it is none."""
    end = _expect("{", text, 0)
    while True:
        key, end = _decode(text, _blank(text, end))
        value, end = _decode(text, _blank(text, _expect(":", text, end)))
        yield key, value
        if text[_blank(text, end)] == "}":
            return
        end = _expect(",", text, end)


def _blank(text: str, start: int) -> int:
    """Where the white space at `start` ends; ValueError at the end of the text."""
    end = BLANK.match(text, start).end()  # type: ignore[union-attr]  # it matches the empty string
    if end == len(text):
        raise ValueError("the JSON text ends early")
    return end


def _expect(character: str, text: str, start: int) -> int:
    position = _blank(text, start)
    if text[position] != character:
        raise ValueError(f"{character!r} expected at character {position}")
    return position + 1
