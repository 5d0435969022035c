"""Parts of JavaScript's tree: cases of a switch, what holds a `super`, `?.`, delete, typeof, `++` and holes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, source

HOLDERS = ("method_definition", "field_definition", "function_expression", "function_declaration")


def case_body(case: Node) -> list[Node]:
    body = [part for part in named(case) if part != case.child_by_field_name("value")]
    if len(body) == 1 and body[0].type == "statement_block":
        body = list(named(body[0]))
    return body


def breaks(node: Node) -> bool:
    return node.type == "break_statement" or any(map(breaks, node.children))


def is_perhaps(node: Node) -> bool:
    """Whether a member stands behind `?.`, and is not called."""
    is_called = node.parent is not None and node.parent.type == "call_expression"
    return node.child_by_field_name("optional_chain") is not None and not is_called


def deleted(target: p.Target) -> p.Expression:
    if isinstance(target, p.Member):
        return p.call("delete of", target.object, p.Const(target.name))
    return p.call("delete of", target.object, target.key) if isinstance(target, p.Index) else p.Opaque("delete")


def has_holes(array: Node) -> bool:
    """Whether an array leaves members out."""
    parts = [child.type for child in array.children if child.type != "comment"]
    return any(first in ("[", ",") and second == "," for first, second in pairwise(parts))


def updated(
    node: Node, value_of: Callable[[Node], p.Expression], target_of: Callable[[Node], p.Target]
) -> p.Expression:
    """`++` and `--` of a number."""
    argument, operator = field(node, "argument"), field(node, "operator")
    step = 1 if source(operator) == "--" else -1
    changed = p.Assign(target_of(argument), p.Binary("-", value_of(argument), p.Const(step)))
    return changed if operator.start_byte < argument.start_byte else p.Binary("-", changed, p.Const(-step))


def type_of(argument: Node, value_of: Callable[[Node], p.Expression]) -> p.Expression:
    """`typeof`, which fails at no name that is not declared."""
    if argument.type == "identifier":
        return p.call("type of name", p.Const(source(argument)))
    return p.call("type of", value_of(argument))
