"""What every client has in common: the requests HTTP allows, and the two ways a call can be out of reach.

Both directions pass through `problem`: a request that no client can send is not rendered, and code that
would send one is not read. Clients own the fields that frame a message (RFC 9112), so these are never ours.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from urllib.parse import SplitResult

from apipack.records import Request, is_method


class Unrepresentable(ValueError):
    """The language's client cannot send this request; the message is a short reason."""


class Unreadable(ValueError):
    """The code is not a call that the language's reader understands; the message is a short reason."""


class Unsent(Unreadable):
    """The code certainly sends nothing: it does not compile, or throws before; the message is a short reason."""


class Uncompiled(Unreadable):
    """The language refuses the code before it runs; the message is a short reason."""


CLIENT_OWNED = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "expect", "keep-alive", "te", "trailer", "upgrade"}
)
CLIENT_ADDED = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-length", "expect", "host"}
    | {"transfer-encoding", "user-agent", "sec-fetch-mode", "upgrade", "http2-settings", "depth"}
)
"""Lower-case names of the fields that some client adds by itself: code that does not name them may send them."""
CACHE_HINTS = frozenset({("pragma", "no-cache"), ("cache-control", "no-cache"), ("cache-control", "max-age=0")})
"""What fetch adds for its option `cache`, and with a conditional request (Fetch, 4.6)."""
PORTS = {"http": 80, "https": 443}
REMOVED = frozenset({"host", "content-length", "transfer-encoding"})
"""Fields without which the request that curl sends is another one."""

FORM = "application/x-www-form-urlencoded"

_PCHARS = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@\[\]/]++|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    r"https?://(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[(?P<six>[0-9A-Fa-f:.]{2,45})\])"
    rf"(?::(?P<port>[0-9]{{1,5}}))?(?P<path>/{_PCHARS}*)?(?:\?(?:{_PCHARS}|\?)*)?"
)
HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""host[:port], which holds no path, query or user."""
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[eE]){1,2}(?:/|\Z)")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")
_SURROGATE = re.compile("[\ud800-\udfff]")


_last: tuple[Request, str | None] | None = None


def problem(request: Request) -> str | None:
    """Why no client sends this request as it stands, or None: method, URL, fields and body are checked.

    Remembered for the last request, since ten languages write and read it one after another.
    """
    global _last
    last = _last
    if last is None or (last[0] is not request and last[0] != request):
        last = _last = request, _problem(request)
    return last[1]


def _problem(request: Request) -> str | None:
    if not is_method(request.method):
        return f"{request.method[:20]!r} is no method that every client sends"
    return _url_problem(request.url) or _header_problem(request.headers) or _body_problem(request)


def _url_problem(url: str) -> str | None:
    match = _URL.fullmatch(url)
    if not match:
        return "not an absolute, percent-encoded http(s) URL without fragment and user info"
    six, port, path = match.group("six", "port", "path")
    if port and not 0 < int(port) < 65536:
        return f"port {port} is out of range"
    if six and not _is_ipv6(six):
        return f"[{six}] is not an IPv6 address"
    if path and _DOT_SEGMENT.search(path):
        return "dot segments in the path, which clients remove"
    return None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=64)
def _header_problem(headers: tuple[tuple[str, str], ...]) -> str | None:
    content_types = 0
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            return f"{name[:40]!r} is not a header name"
        lower = name.lower()
        if lower in CLIENT_OWNED:
            return f"{name} is set by the client"
        if not _VALUE.fullmatch(value):
            return f"the value of {name} is not ASCII text without outer spaces"
        content_types += lower == "content-type"
    return "Content-Type twice" if content_types > 1 else None


def _body_problem(request: Request) -> str | None:
    if request.body is None:
        return None
    if request.method in ("HEAD", "TRACE"):
        return f"{request.method} carries no body"
    return "lone surrogate in the body" if not request.body.isascii() and _SURROGATE.search(request.body) else None


def without_client_headers(request: Request, kept: Collection[str] = ()) -> Request:
    """The request without the fields that say nothing of what was asked for: those of CLIENT_ADDED, but for the
    lower-case names in `kept`, and the type of no body."""
    dropped = (CLIENT_ADDED - set(kept)) | (set() if request.body else {"content-type"})
    hints = CACHE_HINTS - {(name, value) for name, value in CACHE_HINTS if name in kept}
    return replace(
        request,
        headers=tuple(
            (name, value)
            for name, value in request.headers
            if name.lower() not in dropped and (name.lower(), value) not in hints
        ),
    )


def authority(parts: SplitResult) -> str:
    """Lower-case host with its port, unless that is the scheme's own."""
    return parts.netloc.lower().removesuffix(f":{PORTS.get(parts.scheme)}")


@lru_cache(maxsize=64)
def repeated(headers: tuple[tuple[str, str], ...]) -> str | None:
    """The reason a client whose headers are a mapping cannot send these, or None."""
    seen: set[str] = set()
    for name, _ in headers:
        if (lower := name.lower()) in seen:
            return f"header {name} is repeated"
        seen.add(lower)
    return None


def untyped(request: Request, client: str) -> str | None:
    """The reason a client that types bodies by itself cannot send a body without Content-Type, or None."""
    if request.body is not None and not _is_typed(request.headers):
        return f"{client} adds a Content-Type of its own"
    return None


@lru_cache(maxsize=64)
def _is_typed(headers: tuple[tuple[str, str], ...]) -> bool:
    return any(name.lower() == "content-type" for name, _ in headers)


def header_line(name: str, value: str) -> str:
    """A field as curl and libcurl take it: `Name: value`, or `Name;` where the value is empty."""
    return f"{name}: {value}" if value else f"{name};"


def parse_header_lines(lines: list[str], body: str | None) -> tuple[tuple[str, str], ...]:
    """The fields that curl sends for its header lines; with a body it types a form unless told otherwise."""
    headers: list[tuple[str, str]] = []
    own = "content-type" if body is not None else ""
    for line in lines:
        name, colon, value = line.partition(":")
        value = value.strip(" \t")
        if not colon and line.endswith(";"):
            name = line[:-1]
        elif not colon:
            raise Unreadable(f"{line[:40]!r} is not a header line")
        if name.lower() == own:
            own = ""
        if colon and not value and name.lower() in REMOVED:
            raise Unreadable(f"{name} is taken off the request")
        if value or not colon:
            headers.append((name, value))
    return (*headers, ("Content-Type", FORM)) if own else tuple(headers)


def curl_method(custom: str | None, head: bool, body: str | None) -> str:
    """The method that curl and libcurl send: a custom one, HEAD for no-body, POST with data, else GET."""
    if head and (body is not None or custom not in (None, "HEAD")):
        raise Unreadable("HEAD with another method or a body")
    if custom == "HEAD" and not head:
        raise Unreadable("a custom HEAD waits for a body that never comes")
    return custom or ("HEAD" if head else "GET" if body is None else "POST")
