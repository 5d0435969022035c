"""wget, as the words of a curl command that sends the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apipack.languages.wire import Unreadable

FLAGS = frozenset({"quiet", "no-verbose", "server-response", "no-check-certificate", "content-on-error", "verbose"})
HARMLESS = frozenset({"output-document", "timeout", "tries", "output-file", "max-redirect"})
SAME = {"header": "--header", "method": "--request", "user-agent": "--user-agent", "referer": "--referer"}
BODIES = ("post-data", "body-data")
SHORT = {"q": "quiet", "S": "server-response", "v": "verbose", "O": "output-document", "T": "timeout", "t": "tries",
         "U": "user-agent", "o": "output-file"}  # fmt: skip


def as_curl(words: list[str]) -> list[str]:
    """What curl is given for what wget is given; raises Unreadable where that is not certain."""
    given: list[str] = ["--disable"]
    options = list(_options(words))
    names = [name for name, _ in options]
    for name, value in options:
        if name in BODIES:
            given += ["--data-raw", value]
        elif name in SAME:
            given += [SAME[name], value]
        elif name == "url":
            given.append(value)
        elif name not in FLAGS | HARMLESS:
            raise Unreadable(f"option --{name[:40]} of wget is not known here")
    if len({"post-data", "method"} & set(names)) > 1 or sum(name in BODIES for name in names) > 1:
        raise Unreadable("two methods, or two bodies, of wget")
    if "body-data" in names and "method" not in names:
        raise Unreadable("a body of wget without its method")
    return given


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            yield "url", word
        elif word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            yield name, value if equals or name in FLAGS else _next(rest, word)
        elif word == "-nv":
            continue
        else:
            yield from _letters(word, rest)


def _letters(word: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    for end, letter in enumerate(word[1:], 2):
        name = SHORT.get(letter)
        if name is None:
            raise Unreadable(f"option -{letter} of wget is not known here")
        if name not in FLAGS:
            yield name, word[end:] or _next(rest, word)
            return
        yield name, ""


def _next(rest: Iterator[str], word: str) -> str:
    value = next(rest, None)
    if value is None or not re.match("[^-]|-$", value):
        raise Unreadable(f"{word[:40]} of wget without its value")
    return value
