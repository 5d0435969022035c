"""Go: what a function does at its end, in results that have names and in functions that are deferred."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.go_types import zero_of
from apipack.languages.reading.grammar import descendants, field, named, source

FUNCTIONS = ("function_declaration", "method_declaration", "func_literal")


def with_results(function: Node, body: tuple[p.Statement, ...]) -> tuple[p.Statement, ...]:
    """The body of a function whose results may have names, which `return` gives where it has no values."""
    result = function.child_by_field_name("result")
    members = named(result) if result is not None and result.type == "parameter_list" else []
    results = [(name, field(member, "type")) for member in members for name in member.children_by_field_name("name")]
    if not results:
        return body
    plain = {source(name) for name, kind in results if source(kind) != "error"}
    if any(_changes(part, plain) for part in descendants(function) if part.type == "defer_statement"):
        return (p.Opaque("a deferred function that changes a result"),)
    zeros = [p.Assign(p.Name(source(name)), zero_of(kind), True) for name, kind in results]
    names = tuple(p.Name(source(name)) for name, _ in results)
    given = p.Jump("return", names[0] if len(names) == 1 else p.Items(names))
    filled: tuple[p.Statement, ...] = _filled(body, given)
    return (*zeros, *filled)


def _changes(node: Node, names: set[str]) -> bool:
    """Whether an assignment inside of a node is to one of these names."""
    targets = [
        part.child_by_field_name("left") or part
        for part in descendants(node)
        if part.type in ("assignment_statement", "inc_statement", "dec_statement")
    ]
    return any(source(inner) in names for target in targets for inner in descendants(target))


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


def ordered(block: Node, lowered: Sequence[tuple[Node, Sequence[p.Statement]]]) -> tuple[p.Statement, ...]:
    """Statements of a block with their nodes; what is deferred runs behind those that follow it, and in a block inside
    of a function some time after it."""
    rest: tuple[p.Statement, ...] = ()
    is_body = block.parent is not None and block.parent.type in FUNCTIONS
    for node, statements in reversed(lowered):
        if node.type != "defer_statement":
            rest = (*statements, *rest)
        elif is_body:
            rest = (p.Try(rest, (), tuple(statements)),)
        else:
            rest = (p.If(p.Unknown(), tuple(statements)), *rest)
    return rest
