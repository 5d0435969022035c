"""Parts of JavaScript's tree: cases of a switch, what holds a `super`, `?.` and delete."""

from __future__ import annotations

from collections.abc import Callable

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


def counting(
    step: Node, value_of: Callable[[Node], p.Expression], target_of: Callable[[Node], p.Target]
) -> p.Expression:
    """What a loop does after each turn."""
    if step.type != "update_expression":
        return value_of(step)
    counter = field(step, "argument")
    return p.Assign(target_of(counter), p.Binary(source(field(step, "operator"))[:1], value_of(counter), p.Const(1)))
