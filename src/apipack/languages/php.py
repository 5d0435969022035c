"""PHP with its cURL extension: one curl_setopt_array.

Limits: those of libcurl (header lines, forms, HEAD as NOBODY), but lengths are explicit, so NUL is sent.
`$` is escaped in double quotes, where PHP would put a variable.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import Literals, is_plain
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
    point=lambda code: f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}",
    forms=("octal", "hex", "braces"),
    simple={"e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "$": "$", '"': '"'},
    unknown="keep",
    never="uxX",
    octets=True,
)
SINGLE = Literals(point=str, forms=(), simple={"\\": "\\", "'": "'"}, unknown="keep")

START = "$curl = curl_init();\n\ncurl_setopt_array($curl, [\n"
URL = "  CURLOPT_URL => %(url)s,\n"
RETURN = "  CURLOPT_RETURNTRANSFER => true,\n"
METHOD = "  CURLOPT_CUSTOMREQUEST => %(method)s,\n"
HEAD = "  CURLOPT_NOBODY => true,\n"
BODY = "  CURLOPT_POSTFIELDS => %(body)s,\n"
HEADERS = "  CURLOPT_HTTPHEADER => ["
HEADERS_END = "],\n"
END = "]);\n\n$response = curl_exec($curl);\n\necho $response;"

STRING = r"(?:\"(?:[^\"\\]++|\\[\s\S])*+\"|'(?:[^'\\]++|\\[\s\S])*+')"
_FIXED = re.compile(r"(?:[^$\\{]++|\\[\s\S]|\$(?![A-Za-z_{\x7f-\U0010ffff])|\{(?!\$))*")
_OPEN = re.compile(r"<\?php[ \t\r\n]++")
_START, _HEADERS, _HEADERS_END, _END = (
    pattern(part, STRING) for part in (START, HEADERS, HEADERS_END.removesuffix(",\n"), END)
)
_OPTIONS = {
    kind: pattern(part.removesuffix(",\n"), STRING)
    for kind, part in {"url": URL, "return": RETURN, "method": METHOD, "head": HEAD, "body": BODY}.items()
}
_COMMA = re.compile(r",[ \t\r\n]*+")
_LINE = re.compile(rf"{STRING}[ \t\r\n]*+")


def render(request: Request) -> str:
    if reason := untyped(request, "cURL"):
        raise Unrepresentable(reason)
    parts = ["<?php\n\n", START, URL % {"url": quoted(request.url)}, RETURN]
    parts.append(HEAD if request.method == "HEAD" else METHOD % {"method": f'"{request.method}"'})
    if request.body is not None:
        parts.append(BODY % {"body": quoted(request.body)})
    if request.headers:
        parts.append(_headers(request.headers))
    return "".join((*parts, END))


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    lines = [quoted(header_line(*header)) for header in headers]
    inner = lines[0] if len(lines) == 1 else "\n    " + ",\n    ".join(lines) + "\n  "
    return f"{HEADERS}{inner}{HEADERS_END}"


def quoted(text: str) -> str:
    """A PHP literal: single-quoted where that spares escapes, else double-quoted without variables."""
    if ('"' in text or "$" in text) and is_plain(text, "'"):
        return f"'{text}'"
    return LITERALS.quote(text).replace("$", "\\$")


def read(code: str) -> Request:
    cursor = Cursor(code)
    cursor.expect(_OPEN, "<?php")
    cursor.expect(_START, "curl_init and curl_setopt_array")
    options: dict[str, str] = {}
    lines: list[str] | None = None
    while True:
        if lines is None and cursor.maybe(_HEADERS):
            lines = _lines(cursor)
        elif not _option(cursor, options):
            break
        if not cursor.maybe(_COMMA):
            break
    cursor.expect(_END, "the end of the options and curl_exec")
    cursor.end()
    if "url" not in options:
        raise Unreadable("no CURLOPT_URL")
    body = options.get("body")
    method = curl_method(options.get("method"), "head" in options, body)
    return Request(method, options["url"], parse_header_lines(lines or [], body), body)


def _option(cursor: Cursor, options: dict[str, str]) -> bool:
    for kind, expected in _OPTIONS.items():
        if match := cursor.maybe(expected):
            if kind in options:
                raise Unreadable(f"{kind} set twice")
            options[kind] = _text(match[kind]) if match.lastgroup else ""
            return True
    return False


def _lines(cursor: Cursor) -> list[str]:
    lines: list[str] = []
    while line := cursor.maybe(_LINE):
        lines.append(_text(line[0].rstrip(" \t\r\n")))
        if not cursor.maybe(_COMMA):
            break
    cursor.expect(_HEADERS_END, "the end of the header lines")
    return lines


def _text(literal: str) -> str:
    if literal[0] == "'":
        return SINGLE.unquote(literal)
    if not _FIXED.fullmatch(literal[1:-1]):
        raise Unreadable("a variable in a string")
    return LITERALS.unquote(literal)
