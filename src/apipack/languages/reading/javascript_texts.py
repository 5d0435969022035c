"""JavaScript's texts, numbers and simple patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tree_sitter import Node

from apipack.languages.literals import JAVASCRIPT
from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import named, source
from apipack.languages.reading.values import Thing
from apipack.languages.wire import Unreadable

EXACT = 2**53
PRODUCT = 4_000_000
SIMPLE = re.compile(
    r"/(?P<begin>\^?)(?:(?P<one>\\[/+.?&=-]|[\w ,:%@=&/-])\+|(?P<text>(?:\\[/+.?&=-]|[\w ,:%@=&/-])+))"
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

    def _without(self, value: str) -> str:
        if self.at_begin:
            return value.lstrip(self.text) if self.is_many else value.removeprefix(self.text)
        return value.rstrip(self.text) if self.is_many else value.removesuffix(self.text)


def string(node: Node) -> str:
    return JAVASCRIPT.unquote(re.sub(r"\\(?:\r\n|[\r\n\u2028\u2029])", "", source(node)))


def template(node: Node, lower: Callable[[Node], p.Expression]) -> Iterator[p.Expression]:
    """Parts of a template: text is taken between the substitutions, since the grammar leaves out some of it."""
    raw = node.text or b""
    position = 1
    for child in node.named_children:
        if child.type == "template_substitution":
            start = child.start_byte - node.start_byte
            yield p.Const(_cooked(raw[position:start].decode()))
            yield lower(named(child)[0])
            position = child.end_byte - node.start_byte
    yield p.Const(_cooked(raw[position:-1].decode()))


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
        value = int(value) if value == int(value) else value
    else:
        return p.Opaque("a number")
    return p.Const(value) if abs(value) < EXACT else p.Opaque("a number that JavaScript rounds")
