"""The one thing every spider yields."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SpecItem:
    """One specification. api: the hub's own id, unique in the hub; body: as the hub sent it, after content coding;
    derived: the hub has no document of it, and body is made from what it shows instead; licence: of where it comes
    from, for documents that name none.

    The pipeline adds the body's length in bytes and its sha256.
    """

    hub: str
    provider: str
    api: str
    version: str
    source_url: str
    media_type: str
    body: bytes = field(repr=False)
    derived: bool = False
    licence: str = ""
