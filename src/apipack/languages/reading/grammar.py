"""Trees of tree-sitter: one parser a language, and what all lowerings need of a node. Code is only ever parsed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence

import tree_sitter_bash
import tree_sitter_c
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_ruby
import tree_sitter_swift
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from apipack.languages.wire import Uncompiled, Unreadable

GRAMMARS: dict[str, Callable[[], object]] = {
    "shell": tree_sitter_bash.language,
    "c": tree_sitter_c.language,
    "go": tree_sitter_go.language,
    "java": tree_sitter_java.language,
    "javascript": tree_sitter_javascript.language,
    "php": tree_sitter_php.language_php,
    "ruby": tree_sitter_ruby.language,
    "swift": tree_sitter_swift.language,
}
LONGEST, OUTSIDE_STRINGS, DEEPEST, DOCUMENTS = 100_000, 20_000, 200, 16
"""Limits of what is parsed: characters, those outside of literals, brackets inside of each other, here-documents. A
parser that recovers from errors takes more than linear time, and a deep tree overflows the stack of C."""

_LITERAL = re.compile(r"\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|`[^`]*+`", re.DOTALL)
_BRACKET = re.compile(r"[\[({]|[\])}]")

_PLAIN_COMMAND = re.compile(
    r"""curl[ \t](?:'[^']*+'|"(?:[^"\\$`]|\\.)*+"|\\['\n]|[\w \t:/.=@?&%+,-]++)*\s*""", re.DOTALL | re.ASCII
)
_WIDE_BRACE = re.compile(r"\{[0-9]*(?:\.\.[0-9]*)?[^\0-\xff]")


@functools.cache
def _parser(grammar: str) -> Parser:
    return Parser(Language(GRAMMARS[grammar]()))


def parse(grammar: str, code: str) -> Node:
    """The tree of code; raises Unreadable where it has an error."""
    check_size(code)
    if grammar == "shell":
        _check_braces(code)
    root = _parser(grammar).parse(code.encode()).root_node
    if root.has_error:
        raise Unreadable(f"line {_error_line(root)}: syntax")
    return root


def check_size(code: str) -> None:
    """Refuse code that a parser may choke on."""
    if len(code) > LONGEST or code.count("<<") > DOCUMENTS:
        raise Unreadable("too much code")
    if len(code) > OUTSIDE_STRINGS and len(_LITERAL.sub("xx", code)) > OUTSIDE_STRINGS:
        raise Unreadable("too much code")
    depth = 0
    for bracket in _BRACKET.finditer(code):
        depth += 1 if bracket[0] in "[({" else -1
        if depth > DEEPEST:
            raise Unreadable("too deeply nested")


def _check_braces(code: str) -> None:
    """Refuse what can crash the process: behind a brace the scanner of this grammar calls C's isdigit, which reads
    beyond its table from U+0100 on (tree-sitter-bash, issue 337). Only in a plain command do quotes surely hide it."""
    if _WIDE_BRACE.search(code) and not _PLAIN_COMMAND.fullmatch(code):
        raise Unreadable("a brace before a character beyond Latin-1")


def _error_line(root: Node) -> int:
    node = root
    while bad := next((child for child in node.children if child.has_error or child.is_missing), None):
        node = bad
    return node.start_point[0] + 1


def source(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode()


def field(node: Node, name: str) -> Node:
    """A child by its field, which must be there."""
    child = node.child_by_field_name(name)
    if child is None:
        raise Unreadable(f"line {node.start_point[0] + 1}: no {name}")
    return child


def named(node: Node | None) -> Sequence[Node]:
    """Children that are no punctuation and no comment."""
    return [child for child in node.named_children if "comment" not in child.type] if node else []


def descendants(root: Node) -> Iterator[Node]:
    """A node and all below it, in no order."""
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        todo += node.children


@functools.cache
def _query(grammar: str, kinds: tuple[str, ...]) -> Query:
    return Query(Language(GRAMMARS[grammar]()), "\n".join(f"({kind}) @{kind}" for kind in kinds))


def nodes_of(grammar: str, root: Node, kinds: tuple[str, ...]) -> dict[str, list[Node]]:
    """A node and all below it that are of these kinds, by their kind."""
    return QueryCursor(_query(grammar, kinds)).captures(root)


def by_kind(root: Node) -> dict[str, list[Node]]:
    """A node and all below it that have a name, by their kind."""
    kinds: dict[str, list[Node]] = {}
    todo = [root]
    while todo:
        node = todo.pop()
        kind = node.type
        if kind in kinds:
            kinds[kind].append(node)
        else:
            kinds[kind] = [node]
        todo += node.named_children[::-1]
    return kinds


def refused(node: Node, what: str) -> Uncompiled:
    """The refusal of a node that no compiler takes, with its line."""
    return Uncompiled(f"line {node.start_point[0] + 1}: {what}")


def refuse(node: Node) -> Unreadable:
    """The refusal of a node that no lowering knows."""
    return Unreadable(f"line {node.start_point[0] + 1}: {node.type.replace('_', ' ')} is not known here")
