"""Python's generator expressions and `map`, which do nothing before somebody asks for what they give."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import Arguments, Builtin, Mystery
from apipack.languages.wire import Unreadable

CONSUMERS = frozenset({"list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min", "max", "any", "all"})
"""Functions that ask for all that they are given."""
CHANGES: dict[str, tuple[type, Callable[..., None]]] = {"+": (list, list.extend), "|": (dict, dict.update)}
"""Operators that change what stands before them, of which type and how."""
METHODS = frozenset({"join", "extend", "update"})
"""Methods that do so too."""
ITERATORS = frozenset({"zip", "filter", "enumerate", "reversed", "iter"})
"""Functions that give their values once."""


def is_lazy(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "map"
    return isinstance(node, ast.GeneratorExp)


def in_place(name: str, value: p.Expression, other: p.Expression) -> p.Expression:
    """What `+=` and the like give: a list or a dict that is changed, and seen so by whoever holds it."""
    return p.call("changed by", p.Const(name), value, other) if name in CHANGES else p.Binary(name, value, other)


def changed_by(run: Evaluation, given: Arguments) -> Any:
    operator, value, other = given.positional
    if type(value) is CHANGES[operator][0] and not isinstance(other, Mystery):
        run.dialect.changed(run, CHANGES[operator][1], value, Arguments([other]))
        return value
    return run.dialect.binary(operator, value, other)


def is_consumer(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in CONSUMERS
    return isinstance(function, ast.Attribute) and function.attr in METHODS


def given_to(
    function: ast.expr, arguments: Sequence[ast.expr], lower: Callable[[ast.expr], p.Expression]
) -> list[p.Expression]:
    """Arguments by position of a call, which may ask for all that the one of them gives."""
    values = list(map(lower, arguments))
    return [consumed(arguments[0], values[0])] if len(values) == 1 and is_consumer(function) else values


def consumed(node: ast.expr, value: p.Expression) -> p.Expression:
    """A value all of which is asked for where it stands. node: its own syntax."""
    return p.call("in turn", p.Function((), (p.Jump("return", value),))) if is_lazy(node) else value


def inner_loops(node: ast.ListComp) -> ast.ListComp:
    """A comprehension without its first loop."""
    return ast.copy_location(ast.ListComp(node.elt, node.generators[1:]), node)


def check_asked_once(module: ast.Module) -> None:
    """Refuse a generator in a variable that is named again: it gives its values once."""
    held = {
        target.id
        for node in ast.walk(module)
        if isinstance(node, ast.Assign) and (is_lazy(node.value) or _is_iterator(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    names = [node.id for node in ast.walk(module) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    if held and any(names.count(name) > 1 for name in held):
        raise Unreadable("a generator that is asked twice")


def _is_iterator(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ITERATORS


def in_turn(run: Evaluation, given: Arguments) -> Any:
    (function,) = given.positional
    run.dialect.consuming += 1
    try:
        return run.apply(function, Arguments([]))
    finally:
        run.dialect.consuming -= 1


def lazy(collect: Callable[[Evaluation, Arguments], Any]) -> Builtin:
    """What gives a list of all at once here, and refuses one of requests that may not be asked for."""

    def collected(run: Evaluation, given: Arguments) -> Any:
        before = run.request
        values = collect(run, given)
        if run.request is not before and not run.dialect.consuming:
            raise Unreadable("a request of a generator that nobody may ask for")
        return values

    return Builtin(collected)
