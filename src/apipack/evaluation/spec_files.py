"""A specification in a file: what `apipack score` asks of it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apipack.errors import UserError
from apipack.evaluation.endpoints import Endpoint, Endpoints
from apipack.evaluation.url_templates import fits_segment, segments, template_parts
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, content, load
from apipack.openapi.paths import RawOperation
from apipack.operations.requests import BuiltRequest, build, url_templates
from apipack.operations.texts import asked, endpoint
from apipack.records import Request

NO_HOST = "api.example.com"
"""Stands for the host of a specification that names none."""


class ScoreError(UserError):
    """A row cannot be scored; the message is one line that says why."""


@dataclass(frozen=True)
class Spec:
    """A specification with its operations, by the ids that they have as they are written or that `apipack calls` gives
    them, which need not differ, and by `METHOD path`."""

    path: str
    document: Document
    operations: dict[str, list[RawOperation]]

    @classmethod
    def open(cls, path: str) -> Spec:
        """Raises `ScoreError` for a file that cannot be read."""
        try:
            document = Document(load(content(Path(path))))
            operations: dict[str, list[RawOperation]] = {}
            for raw in document.operations():
                ids = {endpoint(raw), str(raw.operation.get("operationId") or ""), f"{raw.verb} {raw.path}"}
                for name in ids - {""}:
                    operations.setdefault(name, []).append(raw)
            return cls(path, document, operations)
        except (OSError, SpecError, RecursionError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
            raise ScoreError(f"{path:.200}: {' '.join(reason.split())}") from error

    def operation(self, name: str) -> RawOperation:
        """The one operation of an id. Raises `ScoreError`."""
        named = self.operations.get(name) or self.operations.get(asked(name), [])
        if len(named) != 1:
            raise ScoreError(f"{self.path:.200} has {len(named) or 'no'} operation{'s' * bool(named)} {name:.80}")
        return named[0]

    def built(self, raw: RawOperation, host: str) -> BuiltRequest | None:
        """The operation's own request, on `host` where no server is named; None where none can be built."""
        try:
            return build(self.document, raw, host)
        except (SpecError, RecursionError):
            return None

    def takes(self, operation: str, request: Request) -> bool:
        """Whether a request has the method of an operation and ends with its path, on whatever server."""
        raw = self.operation(operation)
        pattern = segments(template_parts(raw.path.split("#")[0].partition("?")[0]))[1:]
        ours = segments(request.parts)[1:][-len(pattern) :]
        if request.method != raw.verb:
            return False
        if len(ours) == len(pattern) and all(map(fits_segment, ours, pattern)):
            return True
        built = self.built(raw, request.parts.netloc)  # a value of a path parameter may hold slashes
        return built is not None and built.request.parts.path == request.parts.path

    def has_endpoint(self, _: str, request: Request) -> bool:
        """Whether some operation has this method, host and path."""
        return bool(self._endpoints.of(request))

    def goes_elsewhere(self, _: str, template: str, request: Request) -> bool:
        """Whether a more concrete endpoint takes a request that a template fits."""
        return self._endpoints.takes_away(request, template)

    @functools.cached_property
    def _endpoints(self) -> Endpoints[None]:
        raws = {id(raw): raw for named in self.operations.values() for raw in named}
        return Endpoints(endpoint for raw in raws.values() for endpoint in self._endpoints_of(raw))

    def _endpoints_of(self, raw: RawOperation) -> Iterator[Endpoint[None]]:
        """On each of its servers."""
        for template, inferred in url_templates(self.document, raw, NO_HOST):
            yield Endpoint(raw.verb, template, None, any_host=inferred)

    def violations(self, operation: str, request: Request) -> frozenset[str]:
        """The operation's rules that a request breaks. Raises `ScoreError`."""
        return violations(self.document, self.operation(operation), request)
