"""Node.js with the `request` package: an options object and a callback.

Limits: the header object holds a name once, in any case; a name repeated side by side is an array.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import JAVASCRIPT, JAVASCRIPT_STRING, javascript_string
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import Unreadable, Unrepresentable, repeated
from apipack.records import Request

START = "const request = require('request');\n\nconst options = {\n"
METHOD = "  method: %(method)s"
URL = "  url: %(url)s"
HEADERS = "  headers: {"
HEADERS_END = "}"
BODY = "  body: %(body)s"
END = """
};

request(options, function (error, response, body) {
  if (error) throw new Error(error);

  console.log(body);
});"""
FIELD = "%(name)s: %(value)s"

_ANY_QUOTE = START.replace("'request'", "%(module)s")
_START = pattern(_ANY_QUOTE, JAVASCRIPT_STRING, module="'request'|\"request\"")
_HEADERS, _HEADERS_END, _END = (pattern(part, JAVASCRIPT_STRING) for part in (HEADERS, HEADERS_END, END))
_TEXTS = {kind: pattern(part, JAVASCRIPT_STRING) for kind, part in {"method": METHOD, "url": URL, "body": BODY}.items()}
_SPACE = r"[ \t\r\n]*+"
_LIST = rf"\[{_SPACE}{JAVASCRIPT_STRING}{_SPACE}(?:,{_SPACE}{JAVASCRIPT_STRING}{_SPACE})*\]"
_FIELD = pattern(
    FIELD, JAVASCRIPT_STRING, name=rf"{JAVASCRIPT_STRING}|[A-Za-z]++", value=rf"{JAVASCRIPT_STRING}|{_LIST}"
)
_COMMA = re.compile(rf",{_SPACE}")
_STRING = re.compile(JAVASCRIPT_STRING)


def render(request: Request) -> str:
    parts = [METHOD % {"method": f"'{request.method}'"}, URL % {"url": javascript_string(request.url)}]
    if request.headers:
        parts.append(_headers(request.headers))
    if request.body is not None:
        parts.append(BODY % {"body": javascript_string(request.body)})
    return START + ",\n".join(parts) + END


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    fields = [FIELD % {"name": javascript_string(name), "value": _value(values)} for name, values in _grouped(headers)]
    inner = fields[0] if len(fields) == 1 else "\n    " + ",\n    ".join(fields) + "\n  "
    return HEADERS + inner + HEADERS_END


def _grouped(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, list[str]]]:
    groups: list[tuple[str, list[str]]] = []
    for name, value in headers:
        if groups and groups[-1][0] == name:
            groups[-1][1].append(value)
        else:
            groups.append((name, [value]))
    if reason := _unsendable(groups):
        raise Unrepresentable(reason)
    return groups


def _unsendable(groups: list[tuple[str, list[str]]]) -> str | None:
    if any(name == "__proto__" for name, _ in groups):
        return "__proto__ in an object literal is no key"
    return repeated(tuple((name, "") for name, _ in groups))


def _value(values: list[str]) -> str:
    literals = [javascript_string(value) for value in values]
    return literals[0] if len(literals) == 1 else f"[{', '.join(literals)}]"


def read(code: str) -> Request:
    cursor = Cursor(code)
    cursor.expect(_START, "require('request') and options")
    texts: dict[str, str] = {}
    groups: list[tuple[str, list[str]]] | None = None
    while True:
        if groups is None and cursor.maybe(_HEADERS):
            groups = _read_headers(cursor)
        elif not _read_text(cursor, texts):
            break
        if not cursor.maybe(_COMMA):
            break
    cursor.expect(_END, "the end of options and the call of request")
    cursor.end()
    if "url" not in texts:
        raise Unreadable("no url")
    if reason := _unsendable(groups or []):
        raise Unreadable(reason)
    headers = tuple((name, value) for name, values in groups or [] for value in values)
    return Request(texts.get("method", "GET"), texts["url"], headers, texts.get("body"))


def _read_text(cursor: Cursor, texts: dict[str, str]) -> bool:
    for kind, expected in _TEXTS.items():
        if match := cursor.maybe(expected):
            if kind in texts:
                raise Unreadable(f"{kind} twice")
            texts[kind] = JAVASCRIPT.unquote(match[kind])
            return True
    return False


def _read_headers(cursor: Cursor) -> list[tuple[str, list[str]]]:
    groups: list[tuple[str, list[str]]] = []
    while field := cursor.maybe(_FIELD):
        name, value = field["name"], field["value"]
        values = [JAVASCRIPT.unquote(literal) for literal in _STRING.findall(value)]
        groups.append((JAVASCRIPT.unquote(name) if name[0] in "'\"" else name, values))
        if not cursor.maybe(_COMMA):
            break
    cursor.expect(_HEADERS_END, "the end of headers")
    return groups
