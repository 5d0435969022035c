"""The specifications behind operations: where their endpoints are, and which of their rules a request breaks."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apipack.evaluation.endpoints import Endpoint, Endpoints
from apipack.io import read_table
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import load
from apipack.records import Request

Row = dict[str, Any]


class Apis:
    """The specifications behind operations, read when they are first needed.

    operations: rows of schema OPERATIONS, with id, spec_sha256, method, path and template. files: sha256 → file.
    """

    def __init__(self, operations: Sequence[Row], files: Mapping[str, Path]) -> None:
        self._files = files
        self._rows = {row["id"]: row for row in operations}
        self._by_spec: dict[str, list[Row]] = defaultdict(list)
        for row in operations:
            self._by_spec[row["spec_sha256"]].append(row)
        self._document = functools.lru_cache(maxsize=4)(self._load)
        self._endpoints = functools.lru_cache(maxsize=64)(self._endpoints_of)

    @classmethod
    def of_crawl(cls, data: Path) -> Apis:
        """Of every operation in data/operations. Raises `FileNotFoundError`."""
        operations = read_table(data / "operations", ["id", "spec_sha256", "method", "path", "template"]).to_pylist()
        specs = read_table(data / "specs/index.parquet", ["sha256", "file"]).to_pylist()
        return cls(operations, {spec["sha256"]: data / "specs" / spec["file"] for spec in specs})

    def spec(self, operation: str) -> str:
        """sha256 of the operation's specification."""
        return str(self._rows[operation]["spec_sha256"])

    def has_endpoint(self, operation: str, request: Request) -> bool:
        """Whether the operation's API has an operation of this method, host and path."""
        return bool(self._endpoints(self.spec(operation)).of(request))

    def goes_elsewhere(self, operation: str, template: str, request: Request) -> bool:
        """Whether a more concrete endpoint of the operation's API takes a request that a template fits."""
        return self._endpoints(self.spec(operation)).takes_away(request, template)

    def check(self, spec: str, request: Request) -> tuple[str | None, tuple[str, ...]]:
        """`METHOD path` of a specification's operation that a request goes to, and which of its rules it breaks; of
        operations that share a URL, and differ in a header or the query, the first whose rules it breaks least."""
        endpoints = self._endpoints(spec).of(request)
        if not endpoints:
            return None, (f"the specification has no operation {request.method} {request.url.partition('?')[0]}",)
        rows = [one.key for one in endpoints if one.template == endpoints[0].template]
        row, rules = rows[0], self.violations(rows[0]["id"], request)
        for other in rows[1:]:
            if rules and len(own := self.violations(other["id"], request)) < len(rules):
                row, rules = other, own
        return f"{row['method']} {row['path']}", tuple(sorted(rules))

    def violations(self, operation: str, request: Request) -> frozenset[str]:
        """The operation's rules that a request breaks."""
        row = self._rows[operation]
        document = self._document(row["spec_sha256"])
        return violations(document, document.operation(row["path"], row["method"]), request)

    def _endpoints_of(self, spec: str) -> Endpoints[Row]:
        return Endpoints(Endpoint(row["method"], row["template"], row) for row in self._by_spec[spec])

    def _load(self, sha256: str) -> Document:
        return Document(load(self._files[sha256].read_bytes()))
