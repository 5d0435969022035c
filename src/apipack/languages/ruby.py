"""Ruby with Net::HTTP: a request object of its method's class.

Limits: a header name once; no `[` in host and path; an untyped body becomes a form. A POST, PUT or PATCH without body
goes out with zero bytes of form (net-http before 0.7). `#` is escaped before `{`, `$` and `@`, where Ruby
would evaluate what a specification says.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import Literals, is_plain
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import Unreadable, Unrepresentable, repeated, untyped
from apipack.records import METHODS, Request

LITERALS = Literals(
    point=lambda code: f"\\u{code:04x}",
    forms=("octal", "hex", "u4", "braces"),
    simple={"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "s": " ", "t": "\t", "v": "\v"},
    unknown="drop",
    never="xucCM\r\n",
    octets=True,
)
SINGLE = Literals(point=str, forms=(), simple={"\\": "\\", "'": "'"}, unknown="keep")

START = "require 'uri'\nrequire 'net/http'\n\nurl = URI(%(url)s)\n\nhttp = Net::HTTP.new(url.host, url.port)\n"
TLS = "http.use_ssl = true\n"
REQUEST = "\nrequest = Net::HTTP::%(verb)s.new(url)\n"
OTHER_REQUEST = "\nrequest = Net::HTTPGenericRequest.new(%(method)s, %(has_body)s, true, url)\n"
HEADER = "request[%(name)s] = %(value)s\n"
BODY = "request.body = %(body)s\n"
END = "\nresponse = http.request(request)\nputs response.read_body"

STRING = r"\"(?:[^\"\\]++|\\[\s\S])*+\"|'(?:[^'\\]++|\\[\s\S])*+'"
_INTERPOLATION = re.compile(r"#(?=[{$@])")
_FIXED = re.compile(r"(?:[^#\\]++|\\[\s\S]|#(?![{$@]))*")
_START = pattern(
    START.replace("'uri'", "%(uri)s").replace("'net/http'", "%(net)s"),
    STRING,
    lines=True,
    uri="'uri'|\"uri\"",
    net="'net/http'|\"net/http\"",
)
_TLS, _HEADER, _BODY, _END = (pattern(part.lstrip(), STRING, lines=True) for part in (TLS, HEADER, BODY, END))
_REQUEST = pattern(REQUEST.lstrip(), STRING, lines=True, verb="|".join(method.title() for method in METHODS))
_OTHER_REQUEST = pattern(OTHER_REQUEST.lstrip(), STRING, lines=True, has_body="true|false")


def render(request: Request) -> str:
    if reason := _unsendable(request):
        raise Unrepresentable(reason)
    parts = [START % {"url": quoted(request.url)}]
    if request.url.startswith("https:"):
        parts.append(TLS)
    if request.method in METHODS:
        parts.append(REQUEST % {"verb": request.method.title()})
    else:  # a method that Net::HTTP has no class for
        has_body = "false" if request.body is None else "true"
        parts.append(OTHER_REQUEST % {"method": quoted(request.method), "has_body": has_body})
    parts.append(_headers(request.headers))
    if request.body is not None:
        parts.append(BODY % {"body": quoted(request.body)})
    return "".join((*parts, END))


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    return "".join([HEADER % {"name": quoted(name), "value": quoted(value)} for name, value in headers])


def _unsendable(request: Request) -> str | None:
    before_query = request.url.partition("?")[0]
    if "[" in before_query or "]" in before_query:
        return "URI takes no bracket in a path, nor Net::HTTP one around a host"
    return repeated(request.headers) or untyped(request, "Net::HTTP")


def quoted(text: str) -> str:
    """A Ruby literal: single-quoted where that spares escapes, else double-quoted without interpolation."""
    if ('"' in text or "#" in text) and is_plain(text, "'"):
        return f"'{text}'"
    literal = LITERALS.quote(text)
    return _INTERPOLATION.sub(r"\\#", literal) if "#" in literal else literal


def read(code: str) -> Request:
    cursor = Cursor(code)
    url = _text(cursor.expect(_START, "require and URI")["url"])
    if bool(cursor.maybe(_TLS)) != url.startswith("https:"):
        raise Unreadable("use_ssl does not fit the URL")
    other = cursor.maybe(_OTHER_REQUEST)
    method = _text(other["method"]) if other else cursor.expect(_REQUEST, "a Net::HTTP request class")["verb"].upper()
    headers = tuple((_text(field["name"]), _text(field["value"])) for field in cursor.every(_HEADER))
    body = cursor.maybe(_BODY)
    cursor.expect(_END, "http.request")
    cursor.end()
    if other and (method in METHODS or (other["has_body"] == "true") != bool(body)):
        raise Unreadable("a generic request of another form than its method and body have")
    request = Request(method, url, headers, _text(body["body"]) if body else None)
    if reason := _unsendable(request):
        raise Unreadable(reason)
    return request


def _text(literal: str) -> str:
    if "\r" in literal:
        raise Unreadable("a raw carriage return, which Ruby may drop")
    if literal[0] == "'":
        return SINGLE.unquote(literal)
    if not _FIXED.fullmatch(literal[1:-1]):
        raise Unreadable("string interpolation")
    return LITERALS.unquote(literal)
