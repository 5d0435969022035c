"""The one thing every spider yields."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SpecItem:
    """One specification as the hub sent it. api: the hub's own id, unique in the hub; body: after content coding."""

    hub: str
    provider: str
    api: str
    version: str
    source_url: str
    media_type: str
    body: bytes = field(repr=False)
