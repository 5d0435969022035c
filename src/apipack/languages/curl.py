"""curl in a POSIX shell: one option a line, every value in single quotes.

Limits: an argument is at most 128 KiB (Linux MAX_ARG_STRLEN) and holds no NUL; curl types an untyped body
as a form. The reader splits words as a shell does, without expansions, and knows the options that shape or
leave alone the request; any other option is Unreadable.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.wire import Unreadable, Unrepresentable, curl_method, header_line, parse_header_lines, untyped
from apipack.records import Request

ARGUMENT_BYTES = 128 * 1024
WORDS = 1000

_BLANK = re.compile(r"(?:[ \t]++|\\\r?\n)*")
_PART = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\$`]++|\\[\s\S])*+)"|\\(?P<escaped>[^\r\n])"""
    r"|(?P<bare>[A-Za-z0-9_./:=@%+,?-]++)"
)
_DOUBLE_ESCAPE = re.compile(r'\\([\\"$`\n])')

VALUED = {
    "-X": "method",
    "--request": "method",
    "--url": "url",
    "-H": "header",
    "--header": "header",
    "--data-raw": "raw",
    "-d": "data",
    "--data": "data",
    "--data-ascii": "data",
    "--data-binary": "data",
}
HARMLESS = ("-s", "--silent", "-S", "--show-error", "-sS", "-v", "--verbose", "-i", "--include", "-k", "--insecure")
FLAGS = {"-I": "head", "--head": "head", "-g": "globoff", "--globoff": "globoff"} | dict.fromkeys(
    (*HARMLESS, "-L", "--location"), "harmless"
)


def render(request: Request) -> str:
    if reason := untyped(request, "curl"):
        raise Unrepresentable(reason)
    words = ["--head" if request.method == "HEAD" else f"--request {request.method}"]
    if "[" in request.url:
        words.append("--globoff")
    words.append(f"--url {quoted(request.url)}")
    words += _headers(request.headers)
    if request.body is not None:
        words.append(f"--data-raw {quoted(request.body)}")
    return "curl " + " \\\n  ".join(words)


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"--header {quoted(header_line(name, value))}" for name, value in headers]


def quoted(text: str) -> str:
    """A text as one word of a shell, in single quotes. Raises `Unrepresentable`."""
    if "\0" in text:
        raise Unrepresentable("NUL in a shell argument")
    if len(text) * 4 >= ARGUMENT_BYTES and len(text.encode()) >= ARGUMENT_BYTES:
        raise Unrepresentable("a shell argument over 128 KiB")
    return "'" + text.replace("'", "'\\''") + "'"


def read(code: str) -> Request:
    words = _words(code)
    if not words or words[0] != "curl":
        raise Unreadable("not a curl command")
    given: dict[str, list[str]] = {kind: [] for kind in ("method", "url", "header", "raw", "data", "head", "globoff")}
    given["harmless"] = []
    rest = iter(words[1:])
    for word in rest:
        kind, value = _option(word)
        if kind in ("head", "globoff", "harmless"):
            value = word
        elif value is None:
            value = next(rest, None)
        if value is None:
            raise Unreadable(f"{word} without its value")
        if kind == "data" and value.startswith("@"):
            raise Unreadable(f"{word} {value[:40]} reads a file")
        given["raw" if kind == "data" else kind].append(value)
    return _request(given)


def _option(word: str) -> tuple[str, str | None]:
    if word in VALUED:
        return VALUED[word], None
    if word in FLAGS:
        return FLAGS[word], None
    if not word.startswith("-"):
        return "url", word
    if word[:2] in VALUED:
        return VALUED[word[:2]], word[2:]
    raise Unreadable(f"option {word[:40]} is not known here")


def _request(given: dict[str, list[str]]) -> Request:
    if len(given["url"]) != 1:
        raise Unreadable(f"{len(given['url'])} URLs")
    url = given["url"][0]
    if "[" in url.partition("://")[2].lstrip("[") and not given["globoff"]:
        raise Unreadable("[ in the URL is a glob")
    body = "&".join(given["raw"]) if given["raw"] else None
    method = curl_method(given["method"][-1] if given["method"] else None, bool(given["head"]), body)
    return Request(method, url, parse_header_lines(given["header"], body), body)


def _words(code: str) -> list[str]:
    code = code.strip(" \t\r\n")
    if "\0" in code:
        raise Unreadable("NUL in a shell command")
    words: list[str] = []
    position = 0
    while position < len(code):
        parts: list[str] = []
        while part := _PART.match(code, position):
            kind = part.lastgroup or ""
            parts.append(_DOUBLE_ESCAPE.sub(_unescaped, part[kind]) if kind == "double" else part[kind])
            position = part.end()
        blank = _BLANK.match(code, position)
        end = blank.end() if blank else position
        if not parts or (end == position and position < len(code)):
            raise Unreadable(f"the shell reads {code[position : position + 10]!r} in another way")
        words.append("".join(parts))
        if len(words) > WORDS:
            raise Unreadable(f"more than {WORDS} words")
        position = end
    return words


def _unescaped(escape: re.Match[str]) -> str:
    return "" if escape[1] == "\n" else escape[1]
