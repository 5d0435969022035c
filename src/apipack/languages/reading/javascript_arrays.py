"""JavaScript's methods of arrays that call a function."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Mystery,
)
from apipack.languages.wire import Unreadable


def each_of(run: Evaluation, values: list[Any], given: Arguments) -> list[Any]:
    """What a function gives for each member and its index."""
    function = given.positional[0]
    if isinstance(function, Builtin) and function in (run.dialect.names.get(name) for name in ("parseInt", "fetch")):
        raise Unreadable("a function that is given the index too")
    if not isinstance(function, Closure | Builtin) and not hasattr(function, "call"):
        raise Unreadable("a loop that calls no function")
    if not isinstance(function, Closure):
        return [run.apply(function, Arguments([value])) for value in values]
    return [run.apply(function, Arguments([value, index, values])) for index, value in enumerate(list(values))]


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
    rest = list(enumerate(values))
    if not isinstance(function, Closure) or not (start or rest):
        raise Unreadable("a sum of nothing")
    total = start[0] if start else rest.pop(0)[1]
    for index, value in rest:
        total = run.apply(function, Arguments([total, value, index, values]))
    return total


def _find(run: Evaluation, values: list[Any], given: Arguments) -> Any:
    kept = _filter(run, values, given)
    return kept if isinstance(kept, Mystery) else kept[0] if kept else UNDEFINED


def _some(run: Evaluation, values: list[Any], given: Arguments) -> Any:
    kept = _filter(run, values, given)
    return kept if isinstance(kept, Mystery) else bool(kept)


def _every(run: Evaluation, values: list[Any], given: Arguments) -> Any:
    kept = _filter(run, values, given)
    return kept if isinstance(kept, Mystery) else len(kept) == len(values)


LOOPS = {
    "map": each_of,
    "forEach": each_of,
    "flatMap": _flat_map,
    "filter": _filter,
    "reduce": _reduce,
    "find": _find,
    "some": _some,
    "every": _every,
}
"""Methods of an array that call a function."""


def _reversed(value: list[Any]) -> list[Any]:
    value.reverse()
    return value


def _sorted(value: list[Any]) -> list[Any]:
    """sort() of texts and whole numbers, which compares the UTF-16 units of their texts."""
    if not all(isinstance(member, str | int) and not isinstance(member, bool) for member in value):
        raise Unreadable("an order of more than texts")
    value.sort(key=lambda member: str(member).encode("utf-16-be", "surrogatepass"))
    return value


def _kind(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _place(values: list[Any], member: Any) -> int:
    """The first place of what is strictly equal to a plain value."""
    if not isinstance(member, str | int | float | None) and member is not UNDEFINED:
        raise Unreadable("a search for what is no plain value")
    same = [index for index, value in enumerate(values) if _kind(value) is _kind(member) and value == member]
    return same[0] if same else -1


def sliced(value: Any, start: int = 0, end: int | None = None) -> Any:
    """slice of an array, or of a text without characters of two units."""
    if isinstance(value, str) and any(character > "\uffff" for character in value):
        raise Unreadable("a part of a text with wide characters")
    return value[start:] if end is None else value[start:end]


ARRAY_METHODS = {
    "slice": sliced,
    "includes": lambda value, member: _place(value, member) >= 0,
    "indexOf": lambda value, member: _place(value, member),
    "at": lambda value, index: value[index] if -len(value) <= index < len(value) else UNDEFINED,
    "flat": lambda value: [inner for member in value for inner in (member if isinstance(member, list) else [member])],
}
ARRAY_CHANGES = {"push": lambda value, *more: value.extend(more), "reverse": _reversed, "sort": _sorted}
