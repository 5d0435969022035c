"""JavaScript's methods of arrays that call a function."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
)
from apipack.languages.wire import Unreadable


def each_of(run: Evaluation, values: list[Any], given: Arguments) -> list[Any]:
    """What a function gives for each member and its index."""
    function = given.positional[0]
    if not isinstance(function, Closure | Builtin):
        raise Unreadable("a loop that calls no function")
    if isinstance(function, Builtin):
        return [run.apply(function, Arguments([value])) for value in values]
    return [run.apply(function, Arguments([value, index])) for index, value in enumerate(values)]


def _flat_map(run: Evaluation, values: list[Any], given: Arguments) -> list[Any]:
    members: list[Any] = []
    for result in each_of(run, values, given):
        members += result if isinstance(result, list) else [result]
    return members


def _filter(run: Evaluation, values: list[Any], given: Arguments) -> Any:
    kept = list(map(run.truth, each_of(run, values, given)))
    if None in kept:
        return MYSTERY
    return [value for value, keeps in zip(values, kept, strict=True) if keeps]


def _reduce(run: Evaluation, values: list[Any], given: Arguments) -> Any:
    function, *start = given.positional
    rest = list(values)
    if not isinstance(function, Closure) or not (start or rest):
        raise Unreadable("a sum of nothing")
    total = start[0] if start else rest.pop(0)
    for value in rest:
        total = run.apply(function, Arguments([total, value]))
    return total


LOOPS = {"map": each_of, "forEach": each_of, "flatMap": _flat_map, "filter": _filter, "reduce": _reduce}
"""Methods of an array that call a function."""
