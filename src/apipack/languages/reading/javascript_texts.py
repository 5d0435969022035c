"""JavaScript's texts, numbers and simple patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from apipack.languages.literals import JAVASCRIPT
from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import named, source
from apipack.languages.reading.values import Thing
from apipack.languages.wire import Unreadable

EXACT = 2**53
PRODUCT = 4_000_000
SIMPLE = re.compile(r"/(?P<text>(?:\\[/+.?&=-]|[\w ,:%@=&/-])+)(?P<end>\$?)/(?P<all>g?)", re.ASCII)


class Pattern(Thing):
    """A regular expression of one text, at the end of the whole where is_end says so. What it finds is not known."""

    inert = frozenset({"test", "exec"})

    def __init__(self, text: str, is_end: bool, is_global: bool) -> None:
        self.text, self.is_end, self.is_global = re.sub(r"\\(.)", r"\1", text), is_end, is_global

    def replaced(self, value: str, new: str) -> str:
        if self.is_end:
            return value.removesuffix(self.text) + new if value.endswith(self.text) else value
        if len(value) * max(len(new), 1) > PRODUCT:
            raise Unreadable("a text too long")
        return value.replace(self.text, new, -1 if self.is_global else 1)


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
