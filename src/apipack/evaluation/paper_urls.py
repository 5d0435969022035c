"""The paper's endpoint match: URLs found in the text of two calls as its authors' published script finds them.

Their way differs by language, and code that has its URL elsewhere has none. curl's stands after `--url`, Java's in
`.url("…")`. Python's are a host in `HTTPSConnection("…")` and a path in `conn.request("…", "…"`. All others begin with
`https://`. Where the reference itself has none, so that no answer could be right, the requests' URLs are compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from apipack.evaluation.difflib_ratio import ratio_above
from apipack.records import TOOLS, Request

_AFTER_OPTION = re.compile(r"--url\s+(\S+)")
_BUILDER = re.compile(r'\.url\("([^"]+)"\)')
_HOST = re.compile(r'http\.client\.HTTPS?Connection\("([^"]+)"\)')
_PATH = re.compile(r'conn\.request\("[DEGLOPSTU]*", "([^"]+)"')
_ANYWHERE = re.compile(r"https://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_FIRST = re.compile(r"https?://[^\s'\"`<>\\]+")


def same_endpoint(
    language: str, call: str, request: Request | None, gold_call: str, gold: Request | None, threshold: float
) -> bool:
    """Whether two calls go to the same URL, by the paper's measure. request, gold: what they send, None if unknown."""
    theirs, ours = _parts(language, gold_call), _parts(language, call)
    if theirs is None:
        theirs, ours = (_url(gold_call, gold),), (_url(call, request),)
    if ours is None or not any(theirs):
        return False
    return all(ratio_above(a, b, threshold) for a, b in zip(ours, theirs, strict=True))


def _parts(language: str, call: str) -> tuple[str, ...] | None:
    """What the authors compare of a call; None where they find no URL."""
    return _FINDERS.get(language, _of_others)(call)


def _of_curl(call: str) -> tuple[str, ...] | None:
    url = _AFTER_OPTION.search(call)
    return (unquote(url[1]),) if url else None


def _of_java(call: str) -> tuple[str, ...] | None:
    url = _BUILDER.search(call)
    return (url[1],) if url else None


def _of_python(call: str) -> tuple[str, ...] | None:
    host, path = _HOST.search(call), _PATH.search(call)
    if host is None or path is None:
        return None
    return tuple(text.rstrip(".").rstrip("/") for text in (host[1], unquote(path[1])))


def _of_others(call: str) -> tuple[str, ...] | None:
    url = _ANYWHERE.search(call)
    return (unquote(url[0]),) if url else None


def _of_tools(call: str) -> None:
    """A call of a tool has no URL but in its arguments."""


_FINDERS: dict[str, Callable[[str], tuple[str, ...] | None]] = {
    "curl": _of_curl,
    "java": _of_java,
    "python": _of_python,
    TOOLS: _of_tools,
}


def _url(call: str, request: Request | None) -> str:
    """The URL of a request, else the first in the text, else nothing."""
    if request is not None:
        return request.url
    url = _FIRST.search(call)
    return url[0] if url else ""
