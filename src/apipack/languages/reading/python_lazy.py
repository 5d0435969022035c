"""Python's generator expressions and `map`, which do nothing before somebody asks for what they give."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import Arguments, Builtin
from apipack.languages.wire import Unreadable

CONSUMERS = frozenset({"list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min", "max", "any", "all"})
METHODS = frozenset({"join", "extend", "update"})
"""Functions and methods that ask for all that they are given."""


def is_lazy(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "map"
    return isinstance(node, ast.GeneratorExp)


def is_consumer(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in CONSUMERS
    return isinstance(function, ast.Attribute) and function.attr in METHODS


def consumed(node: ast.expr, value: p.Expression) -> p.Expression:
    """A value all of which is asked for where it stands. node: its own syntax."""
    return p.call("in turn", p.Function((), (p.Jump("return", value),))) if is_lazy(node) else value


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
