"""Ruby's texts: quoted, with interpolations, and here-documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.ruby import LITERALS
from apipack.languages.wire import Unreadable

Value = Callable[[Node], p.Expression]
"""What lowers an interpolated expression."""


def plain(node: Node, value: Value) -> str:
    text = string(node, value)
    if isinstance(text, p.Text) and all(isinstance(part, p.Const) for part in text.parts):
        return "".join(str(part.value) for part in text.parts if isinstance(part, p.Const))
    if isinstance(text, p.Const):
        return str(text.value)
    raise refuse(node)


def string(node: Node, value: Value) -> p.Expression:
    opening = source(node.children[0])
    inner = node.children[1:-1]
    raw = (node.text or b"")[len(opening.encode()) : -len(source(node.children[-1]).encode())].decode()
    if opening == "'" or opening.startswith("%q"):
        if opening != "'" and "\\" in raw:
            raise refuse(node)
        return p.Const(re.sub(r"\\([\\'])", r"\1", raw))
    if opening != '"' and not opening.startswith(("%Q", "%(", "%{", "%[")):
        raise refuse(node)
    return p.Text(tuple(_parts(node, inner, value)))


def _parts(node: Node, children: Sequence[Node], value: Value) -> Iterator[p.Expression]:
    position = children[0].start_byte if children else 0
    for child in children:
        if child.start_byte != position:
            raise refuse(node)
        position = child.end_byte
        if child.type == "interpolation":
            inner = named(child)
            if len(inner) != 1:
                raise refuse(child)
            yield value(inner[0])
        else:
            yield p.Const(_unescaped(source(child)))


def heredoc(beginning: str, body: Node, value: Value) -> p.Expression:
    kind = re.fullmatch(r"<<([~-]?)([\"'`]?)(\w+)[\"'`]?", beginning)
    if kind is None or kind[2] == "`":
        raise Unreadable("a here-document")
    children = [child for child in body.children if child.type not in ("heredoc_end",)]
    pieces = [(child.type == "interpolation", child, source(child)) for child in children]
    texts = [text for _, _, text in pieces]
    if texts and texts[0].startswith("\n"):
        texts[0] = texts[0][1:]
    if kind[1] and texts:
        texts[-1] = re.sub(r"(\A|\n)[ \t]*\Z", r"\1", texts[-1])  # before the mark at the end
    if kind[1] == "~":
        texts = _dedented(texts, [is_code for is_code, _, _ in pieces])
    parts: list[p.Expression] = []
    for (is_code, child, _), text in zip(pieces, texts, strict=True):
        if is_code:
            if len(named(child)) != 1:
                raise refuse(child)
            parts.append(value(named(child)[0]))
        else:
            parts.append(p.Const(text if kind[2] == "'" else _unescaped(text)))
    return p.Text(tuple(parts))


def _unescaped(text: str) -> str:
    return LITERALS.unquote(f'"{text}"') if "\\" in text else text


def _dedented(texts: list[str], code: list[bool]) -> list[str]:
    """Texts of a `<<~` document without the indentation that its lines share."""
    whole = "".join("\0" if is_code else text for text, is_code in zip(texts, code, strict=True))
    lines = [line for line in whole.split("\n") if line.strip(" \t")]
    if any("\t" in line[: len(line) - len(line.lstrip())] for line in lines):
        raise Unreadable("tabs before a here-document's lines")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines), default=0)
    dedented: list[str] = []
    starts = True
    for text, is_code in zip(texts, code, strict=True):
        if is_code:
            dedented.append(text)
            starts = False
            continue
        lines = text.split("\n")
        cut = [line if index == 0 and not starts else _cut(line, indent) for index, line in enumerate(lines)]
        dedented.append("\n".join(cut))
        starts = text.endswith("\n")
    return dedented


def _cut(line: str, indent: int) -> str:
    return line[indent:] if line[:indent].strip(" ") == "" else line.lstrip(" ")
