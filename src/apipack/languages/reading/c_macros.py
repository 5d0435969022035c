"""C's macros: which are defined, and calls of them written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, parse, refuse, source
from apipack.languages.wire import Unreadable

EXPANSIONS = 100
"""How many calls of macros are written out at most."""
_PLAIN = re.compile(r"(?:(?:\"(?:[^\"\\\n]|\\.)*\"|[A-Z_]\w*)\s*)+|\(?[0-9]+L?\)?")
_TOKEN = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#\s*\w+|\b[A-Za-z_]\w*\b")
_OF_COMPILER = re.compile("__(?!cplusplus|APPLE__|MINGW)|_POSIX|_GNU|CURL|LIBCURL|linux|unix")
"""Macros that compilers or libraries define."""


class Macros:
    """Those of a file. functions: macros that take arguments."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.functions: dict[str, Node] = {}
        self.expansions = 0

    def define(self, node: Node) -> Node | None:
        """Note a macro; the value of one that is a text or a number."""
        self.names.add(source(field(node, "name")))
        value = node.child_by_field_name("value")
        text = source(value).strip() if value is not None else ""
        if not _PLAIN.fullmatch(text):
            return None
        (declaration,) = named(parse("c", f"int x = {text};"))
        return field(field(declaration, "declarator"), "value")

    def define_function(self, node: Node) -> None:
        self.functions[source(field(node, "name"))] = node

    def is_defined(self, node: Node) -> bool:
        name = source(node)
        is_own = name in self.names or name in self.functions
        if not is_own and _OF_COMPILER.match(name):
            raise refuse(node)
        return is_own

    @contextmanager
    def written_out(self, node: Node) -> Iterator[Node | None]:
        """The block that a call of a macro stands for, None for another node. A macro does not stand in itself."""
        name = source(field(node, "function")) if node.type == "call_expression" else ""
        macro = self.functions.pop(name, None)
        try:
            yield None if macro is None else self._block(node, macro)
        finally:
            if macro is not None:
                self.functions[name] = macro

    @contextmanager
    def value_of(self, node: Node) -> Iterator[Node | None]:
        """The expression that a call of a macro stands for, None for another call."""
        name = source(field(node, "function"))
        macro = self.functions.pop(name, None)
        try:
            text = None if macro is None else self._text(node, macro)
            if text is None:
                yield None
            else:
                (declaration,) = named(parse("c", f"int x = ({text});"))
                yield field(field(declaration, "declarator"), "value")
        finally:
            if macro is not None:
                self.functions[name] = macro

    def _block(self, node: Node, macro: Node) -> Node:
        (function,) = named(parse("c", f"void written_out(void) {{ {self._text(node, macro)}; }}"))
        return field(function, "body")

    def _text(self, node: Node, macro: Node) -> str:
        parameters = [source(part) for part in named(macro.child_by_field_name("parameters"))]
        given = [source(part) for part in named(field(node, "arguments"))]
        text = source(field(macro, "value")).replace("\\\n", "\n")
        if len(parameters) != len(given) or len(text) + sum(map(len, given)) > 4_000 or "##" in text:
            raise refuse(node)
        self.expansions += 1
        if self.expansions > EXPANSIONS:
            raise Unreadable("macros in macros")
        meant = dict(zip(parameters, given, strict=True))
        return _TOKEN.sub(lambda token: _meaning(token[0], meant), text)


def _meaning(token: str, meant: dict[str, str]) -> str:
    """A token of a macro; the text that `#` makes of an argument is not looked into."""
    return "CURLINFO_TEXT" if token.startswith("#") else meant.get(token, token)
