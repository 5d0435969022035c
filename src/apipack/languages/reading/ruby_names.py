"""What the names of a Ruby script mean where a node stands: local variables, methods, and the class around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tree_sitter import Node

from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, source


@dataclass
class Names:
    """script: methods outside of every class. own: methods of the class around, None outside of one. parameters: those
    of the functions around. method, taken: the method around and its parameters, as `super` has them. title: of the
    class around. shared: variables by the first byte where they are given to others. free: by function, the variables
    that none of its blocks declares. returns: what is around, a method, block or lambda; leaves: the same, or a loop
    inside of it."""

    script: frozenset[str]
    own: frozenset[str] | None = None
    variables: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    constants: frozenset[str] = frozenset()
    title: str = ""
    method: str = ""
    taken: list[str] = field(default_factory=list)
    shared: dict[str, int] = field(default_factory=dict)
    free: dict[int, frozenset[str]] = field(default_factory=dict)
    returns: str = "method"
    leaves: str = "method"

    def is_shared(self, name: str, node: Node) -> bool:
        """Whether a variable may hold what others hold too, where a node stands."""
        return name in self.parameters or self.shared.get(name, node.start_byte) < node.start_byte

    @contextmanager
    def inside(self, **changes: Any) -> Iterator[None]:
        """Other names, for what stands inside of a class or a function."""
        outer = vars(self).copy()
        vars(self).update(vars(replace(self, **changes)))
        try:
            yield
        finally:
            vars(self).update(outer)

    def inside_function(self, node: Node) -> dict[str, Any]:
        """What changes inside of a method, block or lambda."""
        declared = named(node.child_by_field_name("parameters"))
        changes: dict[str, Any] = {
            "variables": self.variables | assigned(node),
            "parameters": self.parameters | {source(part.child_by_field_name("name") or part) for part in declared},
        }
        changes["returns"] = changes["leaves"] = _kind(node)
        if node.type in ("method", "singleton_method"):
            changes["method"] = source(field_of(node, "name"))
            changes["taken"] = [source(part) for part in declared if part.type == "identifier"]
        return changes


def _kind(node: Node) -> str:
    """Whether a function is a method, or a lambda, which `return` leaves as well, or a block."""
    outer = node.parent.child_by_field_name("method") if node.parent is not None else None
    if node.type in ("method", "singleton_method", "lambda"):
        return node.type.removeprefix("singleton_")
    return "lambda" if outer is not None and source(outer) in ("lambda", "define_method") else "block"


def names_of(nodes: Sequence[Node]) -> Names:
    """Those of a script, outside of its classes and functions. nodes: all of it."""
    methods = [node for node in nodes if node.type == "method" and not _is_inside_class(node)]
    shared: dict[str, int] = {}
    for node in nodes:
        if node.type == "identifier" and node.parent is not None and _gives(node.parent, node):
            left = node.parent.child_by_field_name("left")
            for name in (source(node), *([source(left)] if left is not None else [])):
                shared[name] = min(node.start_byte, shared.get(name, node.start_byte))
    return Names(frozenset(source(field_of(node, "name")) for node in methods), shared=shared)


def _gives(outer: Node, node: Node) -> bool:
    """Whether what a variable holds is given to another variable, a list, a hash or a call."""
    if outer.type == "assignment":
        return outer.child_by_field_name("right") == node
    if outer.type == "pair":
        return outer.child_by_field_name("value") == node
    return outer.type in ("argument_list", "array", "instance_variable")


def assigned(node: Node) -> frozenset[str]:
    """Parameters of a method or block, and the local variables that it sets."""
    names: set[str] = set()
    todo = [node]
    while todo:
        child = todo.pop()
        if child.type in ("method_parameters", "block_parameters"):
            names |= {source(part) for part in named(child) if part.type == "identifier"}
        if child.type in ("optional_parameter", "keyword_parameter", "hash_splat_parameter", "splat_parameter"):
            names.add(source(field_of(child, "name")))
        if child.type == "assignment" and field_of(child, "left").type == "identifier":
            names.add(source(field_of(child, "left")))
        todo += named(child)
    return frozenset(names)


def _is_inside_class(node: Node) -> bool:
    return node.parent is not None and (node.parent.type in ("class", "module") or _is_inside_class(node.parent))
