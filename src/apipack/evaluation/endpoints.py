"""The endpoints of an API: which of its operations a request goes to (OAS 3: Path Templating)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

from apipack.evaluation.url_templates import fits, segments, template_parts
from apipack.records import Request

Key = TypeVar("Key")


class Endpoint(NamedTuple, Generic[Key]):
    """template: as in schema OPERATIONS. key: the operation. any_host: its specification names no host."""

    method: str
    template: str
    key: Key
    any_host: bool = False


class Endpoints(Generic[Key]):
    """Endpoints by method and number of path segments, so that a request is held against few of them."""

    def __init__(self, endpoints: Iterable[Endpoint[Key]]) -> None:
        self._endpoints: dict[tuple[str, int], list[Endpoint[Key]]] = defaultdict(list)
        for endpoint in endpoints:
            number = len(segments(template_parts(endpoint.template)))
            self._endpoints[endpoint.method, number].append(endpoint)

    def of(self, request: Request) -> list[Endpoint[Key]]:
        """Those with the request's method, host and path, the one with the fewest parameters first."""
        alike = self._endpoints.get((request.method, len(segments(request.parts))), ())
        found = [one for one in alike if fits(request, one.template, any_host=one.any_host)]
        return sorted(found, key=lambda one: (one.template.count("{"), one.template))

    def takes_away(self, request: Request, template: str) -> bool:
        """Whether a request that a template fits goes to another endpoint, since that has concrete segments where the
        template has parameters, and none the other way round."""
        return any(_is_more_concrete(one.template, template) for one in self.of(request))


def _is_more_concrete(template: str, other: str) -> bool:
    ours, theirs = segments(template_parts(template)), segments(template_parts(other))
    if len(ours) != len(theirs) or any("{" in own and "{" not in one for own, one in zip(ours, theirs, strict=True)):
        return False
    return any("{" not in own and "{" in one for own, one in zip(ours, theirs, strict=True))
