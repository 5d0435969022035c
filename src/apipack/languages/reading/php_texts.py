"""PHP's texts: interpolated strings, heredocs and nowdocs, lowered to parts that are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, refuse, source
from apipack.languages.wire import Unreadable

Lower = Callable[[Node], p.Expression]
"""How an expression inside of a text is lowered."""

_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[nrtvef\\$\"])|x(?P<hex>[0-9A-Fa-f]{1,2})|u\{(?P<point>[0-9A-Fa-f]{1,6})\}|(?P<octal>[0-7]{1,3}))"
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
ASCII = 0x80


def interpolated(node: Node, children: Sequence[Node], quote: str, lower: Lower) -> Iterator[p.Expression]:
    """Parts of an interpolated string, whose children must leave nothing out."""
    position = children[0].start_byte if children else 0
    for child in children:
        if child.start_byte != position:
            raise refuse(node)
        position = child.end_byte
        if child.type in ("string_content", "escape_sequence"):
            yield p.Const(_unescaped(source(child), quote))
        elif child.type == "dynamic_variable_name":
            raise refuse(child)
        elif child.is_named:
            yield lower(child)


def _unescaped(text: str, quote: str) -> str:
    def meaning(escape: re.Match[str]) -> str:
        kind = escape.lastgroup or ""
        value = escape[kind]
        if kind == "simple":
            return escape[0] if value == '"' and quote != '"' else _SIMPLE.get(value, value)
        code = int(value, 8 if kind == "octal" else 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000 or (kind != "point" and code >= ASCII):
            raise Unreadable(f"escape {escape[0]}")
        return chr(code)

    return _ESCAPE.sub(meaning, text)


def heredoc(node: Node, lower: Lower) -> p.Expression:
    """An interpolated text of several lines, whose tree leaves out the line breaks."""
    body, end = node.child_by_field_name("value"), field(node, "end_tag")
    if body is None:
        return p.Const("")
    raw, start = body.text or b"", body.start_byte
    pieces: list[bytes | Node] = []
    position = start + len(raw) - len(raw.removeprefix(b"\n"))
    for child in [*body.children, None]:
        gap = raw[position - start : child.start_byte - start if child else None]
        if gap.strip(b"\n"):
            raise refuse(node)
        is_text = child is not None and child.type in ("string_content", "escape_sequence")
        written = gap + (child.text or b"" if child and is_text else b"")
        if pieces and isinstance(pieces[-1], bytes):
            pieces[-1] += written
        else:
            pieces.append(written)
        if child is None:
            break
        if child.type == "dynamic_variable_name":
            raise refuse(child)
        if child.is_named and not is_text:
            pieces.append(child)
        position = child.end_byte
    return p.Text(tuple(_heredoc_parts(pieces, end.start_point[1], lower)))


def _heredoc_parts(pieces: Sequence[bytes | Node], width: int, lower: Lower) -> Iterator[p.Expression]:
    """Parts of a heredoc without the indentation of its lines, of which only the first piece begins one."""
    for index, piece in enumerate(pieces):
        if isinstance(piece, Node):
            yield lower(piece)
            continue
        text = piece.decode()
        yield p.Const(
            _unescaped(_outdented(text, width) if index == 0 else _outdented(f"{' ' * width}{text}", width), "")
        )


def nowdoc(node: Node) -> p.Expression:
    body, end = node.child_by_field_name("value"), field(node, "end_tag")
    return p.Const("" if body is None else _outdented(source(body).removeprefix("\n"), end.start_point[1]))


def _outdented(text: str, width: int) -> str:
    """Lines without the indentation that the end of the text has."""
    lines = text.split("\n")
    if any(line.strip() and not line.startswith(" " * width) for line in lines):
        raise Unreadable("a text that is indented less than its end")
    return "\n".join(line[width:] for line in lines)
