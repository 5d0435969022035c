"""JavaScript's texts, numbers and simple patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from tree_sitter import Node

from apipack.languages.literals import JAVASCRIPT
from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import named, source
from apipack.languages.reading.values import Thing
from apipack.languages.wire import Unreadable

EXACT = 2**53
LONG = 10**17
"""Above it, a double has digits that are not written."""
PRODUCT = 4_000_000
SIMPLE = re.compile(
    r"/(?P<begin>\^?)(?:(?P<one>\\[^\w\s]|[\w ,:;%@=&/'\"!#~<>-])\+|(?P<text>(?:\\[^\w\s]|[\w ,:;%@=&/'\"!#~<>-])+))"
    r"(?P<end>\$?)/(?P<all>g?)",
    re.ASCII,
)


HOLE = re.compile(
    r"/(?P<before>(?:\\[/+.?&=${}:-]|[\w ,:%@=&/{}<>-])*)\((?P<kind>\\[wd]|\[\^[/}>:]+\]|\[\w-]+\])\+\)"
    r"(?P<after>(?:\\[/+.?&=${}:-]|[\w ,:%@=&/{}<>-])*)/(?P<all>g?)",
    re.ASCII,
)
FILLED = 10_000
"""Characters of a text whose holes are filled."""


class Hole(Thing):
    """A regular expression of a name between two texts, as a path has it for an argument."""

    inert = frozenset({"test", "exec"})

    def __init__(self, simple: re.Match[str]) -> None:
        before, after = (re.escape(re.sub(r"\\(.)", r"\1", simple[name])) for name in ("before", "after"))
        self.pattern = re.compile(f"{before}({simple['kind']}+){after}", re.ASCII)
        self.is_global = bool(simple["all"])

    def filled(self, value: str, fill: Callable[[list[Any]], str]) -> str:
        """The text with what the function gives for a match and its name."""
        if len(value) > FILLED:
            raise Unreadable("a text too long")
        return self.pattern.sub(lambda found: fill([found[0], found[1]]), value, 0 if self.is_global else 1)


CHARACTERS = re.compile(r"/\[(?P<not>\^?)(?P<members>(?:\\[^\w\s]|[^\\\]\[\r\n])+)\](?P<many>\+?)/(?P<all>g?)")
_MEMBER = re.compile(r"\\(?P<escaped>.)|(?P<first>[0-9A-Za-z])-(?P<last>[0-9A-Za-z])|(?P<plain>.)")


class Characters(Thing):
    """A regular expression of one character of a set, or of several in a row."""

    inert = frozenset({"test", "exec"})

    def __init__(self, written: re.Match[str]) -> None:
        members = "".join(
            f"{one['first']}-{one['last']}" if one["first"] else re.escape(one["escaped"] or one["plain"])
            for one in _MEMBER.finditer(written["members"])
        )
        self.pattern = re.compile(f"[{written['not']}{members}]{written['many']}")
        self.is_global = bool(written["all"])

    def filled(self, value: str, fill: Callable[[list[Any]], str]) -> str:
        """The text with what the function gives for a match."""
        if len(value) > FILLED or any(character > "\uffff" for character in value):
            raise Unreadable("a text too long, or with wide characters")
        return self.pattern.sub(lambda found: fill([found[0]]), value, 0 if self.is_global else 1)

    def replaced(self, value: str, new: str) -> str:
        if len(value) * max(len(new), 1) > PRODUCT:
            raise Unreadable("a text too long")
        return self.filled(value, lambda found: new)


class Pattern(Thing):
    """A regular expression of one text, or of one character again and again. What it finds is not known."""

    inert = frozenset({"test", "exec"})

    def __init__(self, simple: re.Match[str]) -> None:
        self.is_many = simple["one"] is not None
        self.text = re.sub(r"\\(.)", r"\1", simple["one"] or simple["text"])
        self.at_begin, self.at_end, self.is_global = (bool(simple[name]) for name in ("begin", "end", "all"))

    def replaced(self, value: str, new: str) -> str:
        if len(value) * max(len(new), 1) > PRODUCT:
            raise Unreadable("a text too long")
        if not self.at_begin and not self.at_end:
            count = 0 if self.is_global else 1
            return re.sub(re.escape(self.text) + "+" * self.is_many, lambda found: new, value, count=count)
        rest = self._without(value)
        if rest == value or (self.at_begin and self.at_end and rest):
            return value
        return new + rest if self.at_begin else rest + new

    def filled(self, value: str, fill: Callable[[list[Any]], str]) -> str:
        if self.at_begin or self.at_end or len(value) > FILLED:
            raise Unreadable("a replacement by a pattern")
        pattern = re.escape(self.text) + "+" * self.is_many
        return re.sub(pattern, lambda found: fill([found[0]]), value, count=0 if self.is_global else 1)

    def _without(self, value: str) -> str:
        if self.at_begin:
            return value.lstrip(self.text) if self.is_many else value.removeprefix(self.text)
        return value.rstrip(self.text) if self.is_many else value.removesuffix(self.text)


def pattern(text: str) -> p.Expression:
    """A regular expression; of one that is not simple nobody knows what it finds."""
    if (simple := SIMPLE.fullmatch(text)) is not None:
        return p.Const(Pattern(simple))
    if (characters := CHARACTERS.fullmatch(text)) is not None:
        return p.Const(Characters(characters))
    return p.Unknown() if (hole := HOLE.fullmatch(text)) is None else p.Const(Hole(hole))


def string(node: Node) -> str:
    return JAVASCRIPT.unquote(re.sub(r"\\(?:\r\n|[\r\n\u2028\u2029])", "", source(node)))


def template(node: Node, lower: Callable[[Node], p.Expression]) -> Iterator[p.Expression]:
    """Parts of a template: text is taken between the substitutions, since the grammar leaves out some of it."""
    for part, value in _parts(node):
        yield p.Const(_cooked(part))
        if value is not None:
            yield lower(value)


def _parts(node: Node) -> Iterator[tuple[str, Node | None]]:
    """Each text of a template as it is written, with the value behind it."""
    raw = node.text or b""
    position = 1
    for child in node.named_children:
        if child.type == "template_substitution":
            start = child.start_byte - node.start_byte
            yield raw[position:start].decode(), named(child)[0]
            position = child.end_byte - node.start_byte
    yield raw[position:-1].decode(), None


def raw_template(node: Node, lower: Callable[[Node], p.Expression]) -> Iterator[p.Expression]:
    """Parts of the template of String.raw, whose backslashes are characters."""
    for part, value in _parts(node):
        yield p.Const(part.replace("\r\n", "\n").replace("\r", "\n"))
        if value is not None:
            yield lower(value)


def _cooked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in text:
        return text
    text = text.replace("\\\n", "")
    return JAVASCRIPT.unquote(f"`{text}`")


def number(text: str) -> p.Expression:
    digits = text.replace("_", "")
    if re.fullmatch(r"0[xXoObB][0-9A-Fa-f]+|0|[1-9][0-9]*", digits):
        value: int | float = int(digits, 0)
    elif re.fullmatch(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", digits) and not digits.startswith("00"):
        value = float(digits)
        value = int(value) if value.is_integer() else value
    else:
        return p.Opaque("a number")
    return p.Const(rounded) if (rounded := _rounded(value)) is not None else p.Opaque("a number that JavaScript rounds")


def _rounded(value: float) -> int | float | None:
    """The double of a literal, None where it is written in other digits than its own."""
    if abs(value) < EXACT:
        return value
    if abs(value) >= LONG:
        return None
    double = float(value)
    return int(double) if int(Decimal(repr(double))) == int(double) else None
