"""Tests of a shell: which of them hold whatever the machine is. What a test runs to have its words is run."""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.shell_printing import PRINTING
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

Words = Callable[[Node], Value]
_ORDERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}
_TEXTS = ("string", "raw_string", "word", "number", "simple_expansion", "expansion", "concatenation")
_SUBSTITUTIONS = ("command_substitution", "process_substitution")
SURE = ("echo", "printf", "set", "sleep", "true", "export")
"""Commands that do not fail."""
_SENDS = re.compile(r"\b(?:curl|wget|https?)\s")
"""What fails where the request does."""
_SPLITS = re.compile(r"[\s*?\[\]]|\A\Z")


def decided(test: Node, word: Words) -> bool | None:
    """Whether a test_command holds, None where that is not known. word: the text of an operand."""
    inner = named(test)
    if len(inner) != 1:
        _check_silent(test)
        return None
    is_split = not source(test).startswith("[[")

    def operand(node: Node) -> Value:
        try:
            value = word(node)
        except Unreadable:
            _check_silent(node)
            return MYSTERY
        is_bare = node.type in ("simple_expansion", "expansion", "concatenation")
        return MYSTERY if is_split and is_bare and isinstance(value, str) and _SPLITS.search(value) else value

    return holds(inner[0], operand)


def holds(test: Node, word: Words) -> bool | None:
    inner = named(test)
    if test.type == "parenthesized_expression" and len(inner) == 1:
        return holds(inner[0], word)
    if test.type == "unary_expression":
        return _unary(test, word)
    if test.type == "binary_expression":
        return _binary(test, word)
    if test.type in _TEXTS:
        value = word(test)
        return None if isinstance(value, Mystery) else value != ""
    _check_silent(test)
    return None


def _unary(test: Node, word: Words) -> bool | None:
    operator, operand = source(test.children[0]), named(test)[-1]
    if operator == "!":
        truth = holds(operand, word)
        return None if truth is None else not truth
    if operator in ("-z", "-n") and operand.type in _TEXTS:
        value = word(operand)
        return None if isinstance(value, Mystery) else (value == "") == (operator == "-z")
    _check_silent(operand)
    return None


def _binary(test: Node, word: Words) -> bool | None:
    left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
    if left is None or right is None:
        raise refuse(test)
    operator = "".join(source(child) for child in test.children if child.id not in (left.id, right.id)).strip()
    if operator in ("&&", "||"):
        first = holds(left, word)
        if first is None:
            _check_silent(right)
            return None
        return first if first == (operator == "||") else holds(right, word)
    is_number = operator in _ORDERS and right.type in _TEXTS
    if left.type not in (*_TEXTS, "command_substitution") or not (is_number or _is_plain(right)):
        _check_silent(left)
        _check_silent(right)
        return None
    values = word(left), word(right)
    if any(isinstance(value, Mystery) for value in values):
        return None
    a, b = map(str, values)
    if operator in ("=", "==", "!="):
        return (a == b) == (operator != "!=")
    if operator in _ORDERS and all(re.fullmatch("0|-?[1-9][0-9]{0,8}", value) for value in (a, b)):
        return _ORDERS[operator](int(a), int(b))
    return None


def _is_plain(node: Node) -> bool:
    """Whether the right side of a comparison is a text, and no pattern."""
    return node.type in ("string", "raw_string", "number") or (
        node.type == "word" and re.fullmatch(r"[\w.:/@%+-]+", source(node)) is not None
    )


def _check_silent(node: Node) -> None:
    """Refuse what a test may run and may not."""
    if node.type in _SUBSTITUTIONS:
        raise refuse(node)
    for child in named(node):
        _check_silent(child)


def is_there(node: Node) -> bool:
    """Whether a command asks for a tool that such a program needs, as `command -v jq` does."""
    body = node.child_by_field_name("body") if node.type == "redirected_statement" else node
    if body is None or body.type not in ("command", "negated_command"):
        return False
    words = source(body).removeprefix("!").split()
    tools = words[2:] if words[:2] == ["command", "-v"] else words[1:] if words[0] in ("which", "hash") else []
    return bool(tools) and all(tool in (*PRINTING, "curl") for tool in tools)


def never_fails(node: Node) -> bool:
    """Whether a statement succeeds on every machine."""
    if node.type == "list":
        return all(map(never_fails, named(node)))
    if node.type == "command":
        return source(node).split()[0] in SURE
    if node.type == "variable_assignment":
        return not _SENDS.search(source(node))
    return node.type == "declaration_command"
