"""libcurl in C: a whole program around one easy handle, as `curl --libcurl` writes it.

Limits: header fields go as curl's header lines; an untyped body becomes a form; HEAD is CURLOPT_NOBODY.
POSTFIELDS ends at NUL unless POSTFIELDSIZE is set. Escapes are octal, whose length is bounded.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import C_ESCAPES, LINE_STRING, Literals
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import (
    Unreadable,
    Unrepresentable,
    curl_method,
    header_line,
    parse_header_lines,
    untyped,
)
from apipack.records import Request

LITERALS = Literals(
    point=lambda code: "".join(f"\\{octet:03o}" for octet in chr(code).encode()) if code < 0xA0 else f"\\u{code:04x}",
    forms=("octal", "greedy_hex", "u4", "u8"),
    simple=C_ESCAPES | {"'": "'", "?": "?"},
    octets=True,
    least=0xA0,
)

INCLUDE = "#include <curl/curl.h>\n\n"
START = "int main(void) {\n  CURL *hnd = curl_easy_init();\n\n"
METHOD = "  curl_easy_setopt(hnd, CURLOPT_CUSTOMREQUEST, %(method)s);\n"
HEAD = "  curl_easy_setopt(hnd, CURLOPT_NOBODY, 1L);\n"
URL = "  curl_easy_setopt(hnd, CURLOPT_URL, %(url)s);\n"
HEADERS = "\n  struct curl_slist *headers = NULL;\n"
HEADER = "  headers = curl_slist_append(headers, %(line)s);\n"
HEADERS_SET = "  curl_easy_setopt(hnd, CURLOPT_HTTPHEADER, headers);\n"
SIZE = "\n  curl_easy_setopt(hnd, CURLOPT_POSTFIELDSIZE, %(size)sL);"
BODY = "\n  curl_easy_setopt(hnd, CURLOPT_POSTFIELDS, %(body)s);\n"
END = "\n  CURLcode ret = curl_easy_perform(hnd);\n  return ret;\n}"

_INCLUDES = re.compile(
    r"(?:#include[ \t]*+<(?:stdio|stdlib|string)\.h>[ \t]*+\r?\n[ \t\r\n]*+)*"
    r"#include[ \t]*+<curl/curl\.h>[ \t]*+\r?\n[ \t\r\n]*+"
)
_MARKS = re.compile(r"(?<=\?)\?")
_TRIGRAPH = re.compile(r"\?\?[=/'()!<>-]")
_START, _HEADERS, _HEADER, _HEADERS_SET, _END = (
    pattern(part, LINE_STRING) for part in (START, HEADERS, HEADER, HEADERS_SET, END)
)
_OPTIONS = {
    kind: pattern(part, LINE_STRING, size="[0-9]{1,9}")
    for kind, part in {"method": METHOD, "head": HEAD, "url": URL, "size": SIZE, "body": BODY}.items()
}


def render(request: Request) -> str:
    if reason := untyped(request, "libcurl"):
        raise Unrepresentable(reason)
    parts = [INCLUDE, START]
    parts.append(HEAD if request.method == "HEAD" else METHOD % {"method": f'"{request.method}"'})
    parts.append(URL % {"url": _quoted(request.url)})
    if request.headers:
        parts.append(_headers(request.headers))
    if request.body is not None:
        if "\0" in request.body:
            parts.append(SIZE % {"size": len(request.body.encode())})
        parts.append(BODY % {"body": _quoted(request.body)})
    return "".join((*parts, END))


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    lines = [HEADER % {"line": _quoted(header_line(*header))} for header in headers]
    return "".join((HEADERS, *lines, HEADERS_SET))


def _quoted(text: str) -> str:
    literal = LITERALS.quote(text)
    return _MARKS.sub(r"\\?", literal) if "??" in literal else literal


def read(code: str) -> Request:
    cursor = Cursor(code)
    cursor.expect(_INCLUDES, "#include <curl/curl.h>")
    cursor.expect(_START, "main and curl_easy_init")
    options: dict[str, str] = {}
    lines: list[str] | None = None
    while cursor.position < len(code):
        if lines is None and cursor.maybe(_HEADERS):
            lines = [_text(header["line"]) for header in cursor.every(_HEADER)]
            cursor.expect(_HEADERS_SET, "CURLOPT_HTTPHEADER")
        elif not _option(cursor, options):
            break
    cursor.expect(_END, "curl_easy_perform")
    cursor.end()
    if "url" not in options:
        raise Unreadable("no CURLOPT_URL")
    body = _body(options)
    method = curl_method(options.get("method"), "head" in options, body)
    return Request(method, options["url"], parse_header_lines(lines or [], body), body)


def _option(cursor: Cursor, options: dict[str, str]) -> bool:
    for kind, expected in _OPTIONS.items():
        if match := cursor.maybe(expected):
            if kind in options:
                raise Unreadable(f"{kind} set twice")
            value = match[kind] if kind != "head" else ""
            options[kind] = _text(value) if value.startswith('"') else value
            return True
    return False


def _text(literal: str) -> str:
    if _TRIGRAPH.search(literal):
        raise Unreadable("a trigraph")
    return LITERALS.unquote(literal)


def _body(options: dict[str, str]) -> str | None:
    """The octets that POSTFIELDS and POSTFIELDSIZE send."""
    if "body" not in options:
        if "size" in options:
            raise Unreadable("POSTFIELDSIZE without POSTFIELDS")
        return None
    body = options["body"]
    if "size" not in options:
        return body.partition("\0")[0]
    octets, size = body.encode(), int(options["size"])
    if size > len(octets):
        raise Unreadable("POSTFIELDSIZE is past the end of the literal")
    return octets[:size].decode("utf-8", "surrogateescape")
