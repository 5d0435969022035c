"""A config file of curl: its lines as words of a command."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apipack.languages.wire import Unreadable

_LINE = re.compile(r"(?P<name>-{0,2}[\w.#-]+)(?:[ \t]*[=:][ \t]*|[ \t]+)?(?P<value>.*)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*(?:#.*)?')
_MEANINGS = {"t": "\t", "n": "\n", "r": "\r", "v": "\v"}


def config_words(text: str) -> Iterator[str]:
    """Options and their values; a value in quotes has escapes, another ends at the first space."""
    for line in text.splitlines():
        stripped = line.strip(" \t")
        if not stripped or stripped.startswith("#"):
            continue
        found = _LINE.fullmatch(stripped)
        if found is None:
            raise Unreadable("a line of a config file")
        name, value = found["name"], found["value"]
        yield name if name.startswith("-") else f"--{name}"
        if quoted := _QUOTED.fullmatch(value):
            yield re.sub(r"\\(.)", lambda escape: _MEANINGS.get(escape[1], escape[1]), quoted[1])
        elif value.startswith('"') or re.search(r"\s", value):
            raise Unreadable("a value of a config file")
        elif value:
            yield value
