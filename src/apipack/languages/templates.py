"""Templates that write code and the patterns that read it back: both come from the same text.

A template is %-formatted by its renderer. `pattern` turns it into a regular expression in which every
`%(name)s` is a string literal (or what the caller says) and white space is as free as the language leaves
it. All repetition is possessive, so reading takes linear time whatever a model wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from apipack.languages.wire import Unreadable

_TOKEN = re.compile(
    r"%\((?P<slot>\w+)\)s|(?P<word>\$?\w+)|(?P<space>\s+)"
    r"|(?P<mark>\"[^\"]*\"|'[^']*'|::|:=|=>|->|={3}|!=|.)"
)


def pattern(template: str, string: str, *, lines: bool = False, **slots: str) -> re.Pattern[str]:
    """The pattern of a template.

    string: expression of a string literal; slots: expressions of the other placeholders by name.
    lines: newlines end statements (Go, Ruby, Swift) and white space stays where the template has it.
    """
    parts: list[str] = []
    space: str | None = None
    before = ""
    for token in _TOKEN.finditer(template):
        kind = token.lastgroup
        if kind == "space":
            space = token[0]
            continue
        word = kind == "word" or (kind == "slot" and token["slot"] in slots)
        parts.append(_gap(space, bool(before) and word and before == "word", not before, lines))
        if kind == "slot":
            parts.append(f"(?P<{token['slot']}>{slots.get(token['slot'], string)})")
        else:
            parts.append(re.escape(token[0]))
        space, before = None, "word" if word else "mark"
    if lines:
        parts.append(r"[ \t]*+(?:\r?\n[ \t\r\n]*+|\Z)" if space and "\n" in space else r"[ \t]*+")
    else:
        parts.append(r"[ \t\r\n]*+")
    return re.compile("".join(parts))


def _gap(space: str | None, between_words: bool, first: bool, lines: bool) -> str:
    if first:
        return ""
    if not lines:
        if not (between_words and space):
            return r"[ \t\r\n]*+"
        return r"[ \t\r\n]++" if "\n" in space else r"[ \t]++"
    if space is None:
        return ""
    return r"[ \t]*+\r?\n[ \t\r\n]*+" if "\n" in space else r"[ \t]++"


class Cursor:
    """A position in code that moves over patterns; every miss is Unreadable with its line."""

    __slots__ = ("code", "position")

    def __init__(self, code: str) -> None:
        self.code = code
        self.position = len(code) - len(code.lstrip(" \t\r\n"))

    def maybe(self, expected: re.Pattern[str]) -> re.Match[str] | None:
        """Move over the pattern if it is here."""
        match = expected.match(self.code, self.position)
        if match:
            self.position = match.end()
        return match

    def expect(self, expected: re.Pattern[str], what: str) -> re.Match[str]:
        """Move over the pattern, which must be here."""
        return self.maybe(expected) or self.fail(what)

    def every(self, expected: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Move over the pattern as often as it is here."""
        while match := self.maybe(expected):
            yield match

    def end(self) -> None:
        """The code ends here."""
        if self.code[self.position :].strip(" \t\r\n"):
            self.fail("the end")

    def fail(self, what: str) -> re.Match[str]:
        line = self.code.count("\n", 0, self.position) + 1
        raise Unreadable(f"line {line}: expected {what}")
