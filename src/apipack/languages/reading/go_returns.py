"""Go: what a function does at its end, in results that have names and in functions that are deferred."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.go_types import zero_of
from apipack.languages.reading.grammar import field, named, source


def with_results(function: Node, body: tuple[p.Statement, ...]) -> tuple[p.Statement, ...]:
    """The body of a function whose results may have names, which `return` gives where it has no values."""
    result = function.child_by_field_name("result")
    members = named(result) if result is not None and result.type == "parameter_list" else []
    results = [(name, field(member, "type")) for member in members for name in member.children_by_field_name("name")]
    if not results:
        return body
    zeros = [p.Assign(p.Name(source(name)), zero_of(kind), True) for name, kind in results]
    names = tuple(p.Name(source(name)) for name, _ in results)
    given = p.Jump("return", names[0] if len(names) == 1 else p.Items(names))
    filled: tuple[p.Statement, ...] = _filled(body, given)
    return (*zeros, *filled)


def _filled(node: Any, given: p.Jump) -> Any:
    """The same with this instead of each `return` without values."""
    if node == p.Jump("return"):
        return given
    if isinstance(node, tuple):
        return tuple(_filled(child, given) for child in node)
    if not isinstance(node, p.If | p.Each | p.While | p.Block | p.Try):
        return node
    parts = {part.name: getattr(node, part.name) for part in dataclasses.fields(node)}
    return dataclasses.replace(node, **{name: _filled(part, given) for name, part in parts.items()})


def ordered(block: Sequence[tuple[Node, Sequence[p.Statement]]]) -> tuple[p.Statement, ...]:
    """Statements of a block with their nodes; a function that is deferred runs behind those that follow it."""
    rest: tuple[p.Statement, ...] = ()
    for node, statements in reversed(block):
        is_function = node.type == "defer_statement" and source(node).removeprefix("defer").lstrip().startswith("func")
        rest = (p.Try(rest, (), tuple(statements)),) if is_function else (*statements, *rest)
    return rest
