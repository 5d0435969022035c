"""Java with OkHttp 3: a fragment for a method that throws IOException, with `okhttp3.*` and StandardCharsets.

Limits: no body with GET and HEAD; POST, PUT and PATCH need one, an empty RequestBody where the request has
none. The body's MediaType replaces a Content-Type header; a String body would add a charset to it, bytes do
not. A string constant holds 65,535 bytes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import LINE_STRING, Literals
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import Unreadable, Unrepresentable
from apipack.records import Request

LITERALS = Literals(
    point=lambda code: f"\\{code:03o}" if code < 0x80 else f"\\u{code:04x}",
    forms=("octal", "u4"),
    simple={"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"},
    pairs=True,
)
CONSTANT_BYTES = 65535

CLIENT = "OkHttpClient client = new OkHttpClient();\n\n"
MEDIA_TYPE = "MediaType mediaType = MediaType.parse(%(type)s);\n"
BODY = "RequestBody body = RequestBody.create(%(media)s, %(text)s.getBytes(StandardCharsets.UTF_8));\n"
TEXT_BODY = "RequestBody body = RequestBody.create(%(media)s, %(text)s);\n"
REQUEST = "Request request = new Request.Builder()\n  .url(%(url)s)\n"
VERB = "  .%(verb)s(%(argument)s)\n"
OTHER_VERB = "  .method(%(method)s, %(argument)s)\n"
HEADER = "  .addHeader(%(name)s, %(value)s)\n"
END = "  .build();\n\nResponse response = client.newCall(request).execute();"

NO_BODY = "RequestBody.create(null, new byte[0])"
NEEDS_BODY = ("POST", "PUT", "PATCH", "PROPPATCH", "REPORT")
VERBS = {"GET": "get", "HEAD": "head", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}

_MEDIA = "mediaType|null"
_ARGUMENT = r"body|null|RequestBody\.create\(null,[ \t]*+(?:new byte\[0\]|\"\")\)|"
_CLIENT, _MEDIA_TYPE, _REQUEST, _HEADER, _END = (
    pattern(part, LINE_STRING) for part in (CLIENT, MEDIA_TYPE, REQUEST, HEADER, END)
)
_BODY, _TEXT_BODY = (pattern(part, LINE_STRING, media=_MEDIA) for part in (BODY, TEXT_BODY))
_VERB = pattern(VERB, LINE_STRING, verb="|".join(VERBS.values()), argument=_ARGUMENT)
_OTHER_VERB = pattern(OTHER_VERB, LINE_STRING, argument=_ARGUMENT)
_TYPE_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]++"
_PARSED_TYPE = re.compile(rf"{_TYPE_TOKEN}/{_TYPE_TOKEN}(?P<charset>; ?charset=[Uu][Tt][Ff]-8)?")
_EARLY = re.compile(r"(?<!\\)(?:\\\\)*+\\u00(?:0[aAdD]|22|5[cC])")
"""Unicode escapes become quotes, backslashes and line ends before the compiler sees the literal (JLS 3.3)."""


def render(request: Request) -> str:
    if request.body is not None and request.method == "GET":
        raise Unrepresentable("OkHttp sends no body with GET")
    parts = [CLIENT]
    if request.body is not None:
        content_type = request.header("content-type")
        if content_type is not None:
            parts.append(MEDIA_TYPE % {"type": _quoted(content_type)})
        media = "null" if content_type is None else "mediaType"
        parts.append(BODY % {"media": media, "text": _quoted(request.body)})
    parts.append(REQUEST % {"url": _quoted(request.url)})
    needed = request.method in NEEDS_BODY
    body = "body" if request.body is not None else NO_BODY if needed else ""
    if request.method in VERBS:
        parts.append(VERB % {"verb": VERBS[request.method], "argument": body})
    else:
        parts.append(OTHER_VERB % {"method": f'"{request.method}"', "argument": body or "null"})
    return "".join((*parts, _headers(request.headers), END))


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    return "".join([HEADER % {"name": _quoted(name), "value": _quoted(value)} for name, value in headers])


def _quoted(text: str) -> str:
    if len(text) * 6 > CONSTANT_BYTES and _modified_utf8_bytes(text) > CONSTANT_BYTES:
        raise Unrepresentable("a Java string constant over 65,535 bytes")
    return LITERALS.quote(text)


def _modified_utf8_bytes(text: str) -> int:
    """Length in a class file (JVMS 4.4.7): NUL takes two bytes, a surrogate pair six."""
    pairs = len(text.encode("utf-16-le")) // 2 - len(text)
    return len(text.encode()) + text.count("\0") + 2 * pairs


def _text(literal: str) -> str:
    if _EARLY.search(literal):
        raise Unreadable("a Unicode escape that ends the literal")
    return LITERALS.unquote(literal)


def read(code: str) -> Request:
    cursor = Cursor(code)
    cursor.expect(_CLIENT, "OkHttpClient")
    media = cursor.maybe(_MEDIA_TYPE)
    raw = cursor.maybe(_BODY)
    text = None if raw else cursor.maybe(_TEXT_BODY)
    url = _text(cursor.expect(_REQUEST, "Request.Builder and url")["url"])
    headers = _read_headers(cursor)
    method, argument = _verb(cursor)
    headers += _read_headers(cursor)
    cursor.expect(_END, "build, newCall and execute")
    cursor.end()
    declared = raw or text
    if (declared and declared["media"] == "mediaType" and not media) or (argument == "body" and not declared):
        raise Unreadable("an undeclared variable")
    if argument != "body" or not declared:
        return Request(method, url, tuple(headers), None)
    content_type = _text(media["type"]) if media and declared["media"] == "mediaType" else None
    return Request(method, url, _typed(headers, content_type, bool(text)), _text(declared["text"]))


def _read_headers(cursor: Cursor) -> list[tuple[str, str]]:
    return [(_text(field["name"]), _text(field["value"])) for field in cursor.every(_HEADER)]


def _verb(cursor: Cursor) -> tuple[str, str]:
    """Method and body argument of the builder; raises Unreadable on what OkHttp throws at."""
    if verb := cursor.maybe(_VERB):
        method, argument = verb["verb"].upper(), verb["argument"]
        if (method in ("GET", "HEAD")) != (not argument) and method != "DELETE":
            raise Unreadable(f".{verb['verb']}({argument}) does not compile")
    elif verb := cursor.maybe(_OTHER_VERB):
        method, argument = _text(verb["method"]), verb["argument"]
        if not argument:
            raise Unreadable(".method needs a body or null")
    else:
        return "GET", ""
    if method in ("GET", "HEAD") and argument not in ("", "null"):
        raise Unreadable(f"OkHttp sends no body with {method}")
    if method in NEEDS_BODY and argument == "null":
        raise Unreadable(f"OkHttp needs a body with {method}")
    return method, argument


def _typed(headers: list[tuple[str, str]], content_type: str | None, text: bool) -> tuple[tuple[str, str], ...]:
    """The fields after OkHttp's bridge, where the body's MediaType takes the place of Content-Type."""
    given = [value for name, value in headers if name.lower() == "content-type"]
    if text:
        media_type = _PARSED_TYPE.fullmatch(content_type) if content_type else None
        if content_type and not media_type:
            raise Unreadable("a media type whose charset is not plain")
        if media_type and not media_type["charset"]:
            content_type = f"{content_type}; charset=utf-8"
    if content_type is None or given == [content_type]:
        return tuple(headers)
    if not _PARSED_TYPE.fullmatch(content_type):
        raise Unreadable("a media type other than the Content-Type header")
    rest = [field for field in headers if field[0].lower() != "content-type"]
    return (*rest, ("Content-Type", content_type))
