"""Swift's literals: the text between interpolations, raw texts, and the type that a literal has by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import named, refuse
from apipack.languages.swift import LITERALS
from apipack.languages.wire import Unreadable

_JOINED = re.compile(r"\\[ \t]*\n|(\\.)", re.DOTALL)
"""A backslash that joins two lines, or any other escape."""

Value = Callable[[Node], p.Expression]
"""What lowers an interpolated expression."""


def literal_kind(node: Node) -> str:
    """The type of a literal as the compiler infers it: `mixed` where it cannot, nothing where another part tells."""
    if node.type in ("array_literal", "dictionary_literal"):
        members = node.children_by_field_name("element") or node.children_by_field_name("value")
        kinds = {kind for member in members if (kind := literal_kind(member))}
        if not members or len(kinds) > 1 or "mixed" in kinds:
            return "mixed"
        return f"{node.type} of {next(iter(kinds), '')}"
    kinds_of = {"integer_literal": "number", "real_literal": "number", "boolean_literal": "bool"}
    return "text" if node.type.endswith("string_literal") else kinds_of.get(node.type, "")


def is_spaced(node: Node, root: Node) -> bool:
    """Whether an operator has white space on both sides or on none, without which it is another operator."""
    code = root.text or b""
    start, end = node.start_byte - root.start_byte, node.end_byte - root.start_byte
    before, after = code[start - 1 : start], code[end : end + 1]
    return before.isspace() == after.isspace() or before in (b"(", b",") or after in (b")", b",")


def text_pieces(node: Node, quotes: int) -> Iterator[tuple[str, Node | None]]:
    raw = node.text or b""
    position = quotes
    for child in named(node):
        if child.type != "interpolated_expression":
            continue
        start, end = child.start_byte - node.start_byte, child.end_byte - node.start_byte
        value = child.child_by_field_name("value")
        if value is None or raw[start - 2 : start] != b"\\(" or raw[end : end + 1] != b")":
            raise refuse(child)
        yield raw[position : start - 2].decode(), value
        position = end + 1
    yield raw[position : len(raw) - quotes].decode(), None


def unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return LITERALS.unquote('"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', text) + '"')


def raw(literal: str) -> p.Expression:
    match = re.fullmatch(r'(#+)"([^\n]*)"\1', literal)
    if not match or f"\\{match[1]}" in match[2] or match[2].startswith('""'):
        raise Unreadable("a raw text")
    return p.Const(match[2])


def string(node: Node, value: Value) -> Iterator[p.Expression]:
    """Parts of a literal: the text between its interpolations, and these."""
    for text, inner in text_pieces(node, 1):
        yield p.Const(unescaped(text))
        if inner is not None:
            yield value(inner)


def lines(node: Node, value: Value) -> p.Expression:
    """A literal of several lines, without the indentation of its closing mark."""
    pieces = list(text_pieces(node, 3))
    last = pieces[-1][0].rpartition("\n")
    if not last[1] or last[2].strip(" \t") or not pieces[0][0].startswith("\n"):
        raise refuse(node)
    indent = last[2]
    parts: list[p.Expression] = []
    for index, (text, inner) in enumerate(pieces):
        text = text.removeprefix("\n") if index == 0 else text
        if index == len(pieces) - 1:
            text = text[: len(text) - len(indent)].removesuffix("\n")
        lines = text.split("\n")
        starts = 0 if index == 0 else 1
        if any(line.strip() and not line.startswith(indent) for line in lines[starts:]):
            raise refuse(node)
        cut = [*lines[:starts], *[line[len(indent) :] for line in lines[starts:]]]
        parts.append(p.Const(unescaped(_JOINED.sub(lambda mark: mark[1] or "", "\n".join(cut)))))
        if inner is not None:
            parts.append(value(inner))
    return p.Text(tuple(parts))
