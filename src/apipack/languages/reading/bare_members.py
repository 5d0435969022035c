"""Classes of Java and Swift: what a method calls by its bare name is a member of its object or of its class."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading import program as p


def bound(
    function: p.Function, members: Mapping[str, p.Expression], methods: frozenset[str] = frozenset()
) -> p.Function:
    """The function with `OWNER.name` for the bare name of a member. members: name → its owner. methods: members that a
    call means although a variable has the same name."""
    names = _unwrapped(function) & members.keys()
    body = _opened(function.body, {name: p.Member(members[name], name) for name in names}) if names else function.body
    return dataclasses.replace(function, body=_replaced(body, members, _locals(function), methods))


def _unwrapped(function: p.Function) -> set[str]:
    """Names that a function declares of themselves alone, as `if let name = name` does: the value is the member."""
    own: set[str] = set()
    others = {name for name, _ in function.parameters} | {function.rest, function.keywords}
    todo: list[Any] = [function.body]
    while todo:
        match node := todo.pop():
            case p.Assign(p.Name(name), value, True):
                (own if value == p.Name(name) else others).add(name)
            case p.Assign(p.Targets()) | p.Each(p.Targets()):
                return set()
            case p.Each(p.Name(name)):
                others.add(name)
            case p.Function(parameters):
                others |= {name for name, _ in parameters}
        todo += _children(node)
    return own - others


def _children(node: Any) -> list[Any]:
    if isinstance(node, tuple):
        return list(node)
    return [getattr(node, field.name) for field in dataclasses.fields(node)] if dataclasses.is_dataclass(node) else []


def _opened(node: Any, members: Mapping[str, p.Expression]) -> Any:
    """The same with the member for what such a declaration is given."""
    if isinstance(node, tuple):
        return tuple(_opened(child, members) for child in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    if isinstance(node, p.Assign) and isinstance(node.target, p.Name) and node.value == node.target:
        return dataclasses.replace(node, value=members.get(node.target.name, node.value)) if node.declares else node
    changes = {field.name: _opened(getattr(node, field.name), members) for field in dataclasses.fields(node)}
    return dataclasses.replace(node, **changes)


def bound_value(value: p.Expression, members: Mapping[str, p.Expression]) -> p.Expression:
    """The same for the value of a field."""
    replaced: p.Expression = _replaced(value, members, frozenset(), frozenset())
    return replaced


def _locals(function: p.Function) -> frozenset[str]:
    """Names that a function declares, in itself and in functions inside of it."""
    names = {name for name, _ in function.parameters} | {function.rest, function.keywords}
    todo: list[Any] = [function.body]
    while todo:
        node = todo.pop()
        if isinstance(node, p.Assign) and node.declares and isinstance(node.target, p.Name):
            names.add(node.target.name)
        if isinstance(node, p.Each) and isinstance(node.target, p.Name):
            names.add(node.target.name)
        if isinstance(node, p.Function):
            names |= {name for name, _ in node.parameters}
        if isinstance(node, tuple):
            todo += node
        elif dataclasses.is_dataclass(node):
            todo += [getattr(node, field.name) for field in dataclasses.fields(node)]
    return frozenset(names)


def _replaced(node: Any, members: Mapping[str, p.Expression], hidden: frozenset[str], methods: frozenset[str]) -> Any:
    if isinstance(node, p.Name):
        owner = None if node.name in hidden else members.get(node.name)
        return node if owner is None else p.Member(owner, node.name)
    if isinstance(node, tuple):
        return tuple(_replaced(child, members, hidden, methods) for child in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    if isinstance(node, p.Call) and isinstance(node.function, p.Name) and node.function.name in methods & hidden:
        node = dataclasses.replace(node, function=p.Member(members[node.function.name], node.function.name))
    parts = {field.name: getattr(node, field.name) for field in dataclasses.fields(node)}
    return dataclasses.replace(
        node, **{name: _replaced(part, members, hidden, methods) for name, part in parts.items()}
    )


def own_class_in(value: p.Expression, name: str) -> p.Expression:
    """The value of a static field that makes its own class, which has no name yet where it stands."""
    replaced: p.Expression = _renamed(value, name)
    return replaced


def _renamed(node: Any, name: str) -> Any:
    if node == p.Name(name):
        return p.Name("The class")
    if isinstance(node, tuple):
        return tuple(_renamed(child, name) for child in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    changes = {field.name: _renamed(getattr(node, field.name), name) for field in dataclasses.fields(node)}
    return dataclasses.replace(node, **changes)
