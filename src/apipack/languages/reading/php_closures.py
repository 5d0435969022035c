"""PHP's closures: whether one sees the variables around it that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, source

CHANGING = ("array_push", "array_unshift", "ksort")
"""Functions that change the array that they are given."""


def captures(node: Node) -> bool:
    """Whether a closure sees the variables around it that it names, which nothing changes after they are set."""
    clause = next((child for child in named(node) if child.type == "anonymous_function_use_clause"), None)
    used = {source(name) for name in _variables(field(node, "body"))}
    parameters = {source(name) for name in _variables(field(node, "parameters"))}
    captured = {source(name) for name in _variables(clause)} if clause else used - parameters
    if node.type == "anonymous_function" and used - parameters - captured - _set(field(node, "body")):
        return False
    root = node
    while root.parent is not None:
        root = root.parent
    counts = Counter(_assignments(root))
    return all(counts[name] <= 1 for name in captured - parameters)


def _variables(node: Node) -> Iterator[Node]:
    if node.type == "variable_name":
        yield node
    for child in named(node):
        yield from _variables(child)


def _assignments(node: Node) -> Iterator[str]:
    """Names that are assigned to, once for each time; a member of a variable counts as the variable."""
    if node.type.endswith("assignment_expression"):
        yield from (source(name) for name in list(_variables(field(node, "left")))[:1])
    elif node.type in ("foreach_statement", "update_expression", "unset_statement"):
        yield from (source(name) for name in _variables(node))
    elif node.type == "function_call_expression" and source(field(node, "function")).lstrip("\\") in CHANGING:
        yield from (source(name) for name in list(_variables(field(node, "arguments")))[:1])
    for child in named(node):
        yield from _assignments(child)


def _set(node: Node) -> set[str]:
    return {"$this", *_assignments(node), *_parameters(node)}


def _parameters(node: Node) -> Iterator[str]:
    """Names of the parameters of functions inside."""
    if node.type == "simple_parameter":
        yield source(field(node, "name"))
    for child in named(node):
        yield from _parameters(child)
