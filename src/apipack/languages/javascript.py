"""JavaScript in a browser with XMLHttpRequest.

Limits (Fetch and XHR standards): GET and HEAD drop the body, TRACE is refused, forbidden header names are
ignored, repeated names are joined, and a charset other than UTF-8 in the type of a text body is rewritten.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import JAVASCRIPT, JAVASCRIPT_STRING, javascript_string
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import Unreadable, Unrepresentable, repeated, untyped
from apipack.records import Request

DATA = "const data = %(data)s;\n\n"
START = """const xhr = new XMLHttpRequest();
xhr.withCredentials = true;

xhr.addEventListener('readystatechange', function () {
  if (this.readyState === this.DONE) {
    console.log(this.responseText);
  }
});

"""
OPEN = "xhr.open(%(method)s, %(url)s);\n"
HEADER = "xhr.setRequestHeader(%(name)s, %(value)s);\n"
SEND = "\nxhr.send(%(data)s);"

FORBIDDEN = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-request-private-network",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "origin",
        "referer",
        "set-cookie",
        "via",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    }
)
_CHARSET = re.compile(r";\s*charset=(?!\"?utf-8\"?\s*(?:;|\Z))", re.IGNORECASE)

_DATA = pattern(DATA, JAVASCRIPT_STRING, data=rf"null|{JAVASCRIPT_STRING}")
_START = pattern(
    START.replace("'readystatechange'", "%(event)s"),
    JAVASCRIPT_STRING,
    event="'readystatechange'|\"readystatechange\"",
)
_OPEN, _HEADER = pattern(OPEN, JAVASCRIPT_STRING), pattern(HEADER, JAVASCRIPT_STRING)
_SEND = pattern(SEND.lstrip(), JAVASCRIPT_STRING, data="data|null|")


def render(request: Request) -> str:
    if reason := _unsendable(request):
        raise Unrepresentable(reason)
    parts = [] if request.body is None else [DATA % {"data": javascript_string(request.body)}]
    parts += [START, OPEN % {"method": f"'{request.method}'", "url": javascript_string(request.url)}]
    parts.append(_headers(request.headers))
    parts.append(SEND % {"data": "" if request.body is None else "data"})
    return "".join(parts)


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    return "".join(
        [HEADER % {"name": javascript_string(name), "value": javascript_string(value)} for name, value in headers]
    )


def _unsendable(request: Request) -> str | None:
    if request.method == "TRACE":
        return "XMLHttpRequest refuses TRACE"
    if request.body is not None and request.method in ("GET", "HEAD"):
        return f"XMLHttpRequest sends no body with {request.method}"
    for name, _ in request.headers:
        lower = name.lower()
        if lower in FORBIDDEN or lower.startswith(("proxy-", "sec-")):
            return f"{name} is a forbidden header"
    if request.body is not None and _CHARSET.search(request.header("content-type") or ""):
        return "XMLHttpRequest rewrites a charset other than UTF-8"
    return repeated(request.headers) or untyped(request, "XMLHttpRequest")


def read(code: str) -> Request:
    cursor = Cursor(code)
    declared = cursor.maybe(_DATA)
    cursor.expect(_START, "XMLHttpRequest and its listener")
    opened = cursor.expect(_OPEN, "xhr.open")
    headers = tuple(
        (JAVASCRIPT.unquote(field["name"]), JAVASCRIPT.unquote(field["value"])) for field in cursor.every(_HEADER)
    )
    sent = cursor.expect(_SEND, "xhr.send")["data"]
    cursor.end()
    if sent == "data" and not declared:
        raise Unreadable("data is not declared")
    literal = declared["data"] if declared and sent == "data" else "null"
    body = None if literal == "null" else JAVASCRIPT.unquote(literal)
    request = Request(JAVASCRIPT.unquote(opened["method"]), JAVASCRIPT.unquote(opened["url"]), headers, body)
    if reason := _unsendable(request):
        raise Unreadable(reason)
    return request
