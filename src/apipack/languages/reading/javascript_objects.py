"""JavaScript's Object and Array: members of objects, and lists of what can be looped over."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import constant
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_arrays import each_of
from apipack.languages.reading.javascript_data import text
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Module, Mystery, known
from apipack.languages.wire import Unreadable


def _members(given: Arguments, take: Any) -> Any:
    (value,) = given.take("value", required=1)
    if isinstance(value, dict):
        return take(value)
    if isinstance(value, Mystery):
        return MYSTERY
    raise Unreadable("members of no object")


def _from_entries(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.take("entries", required=1)
    if isinstance(value, Mystery):
        return MYSTERY
    pairs = run.dialect.members(value)
    if pairs is None or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise Unreadable("an object of no pairs")
    return {text(known(key)): member for key, member in pairs}


def _assigned(run: Evaluation, given: Arguments) -> Any:
    run.certain()
    target, *others = given.positional
    if not all(isinstance(argument, dict) for argument in given.positional):
        raise Unreadable("Object.assign of no objects")
    for other in others:
        target.update(run.dialect.spread(other))
    return target


def _array_from(run: Evaluation, given: Arguments) -> Any:
    values, *function = given.take("items", "map")
    if isinstance(values, Mystery):
        return MYSTERY
    members = run.dialect.members(values)
    if members is None:
        raise Unreadable("an array of what is no list")
    return members if function == [UNDEFINED] else each_of(run, members, Arguments(function))


def _deleted(run: Evaluation, given: Arguments) -> bool:
    """delete of a member of an object."""
    run.certain()
    owner, key = given.positional
    if not isinstance(owner, dict) or not isinstance(key, str):
        raise Unreadable("a member that cannot be taken away")
    owner.pop(key, None)
    return True


def _perhaps(run: Evaluation, given: Arguments) -> Any:
    """A member behind `?.`."""
    owner, name = given.positional
    return UNDEFINED if owner is None or owner is UNDEFINED else run.dialect.member(run, owner, name)


MEMBERS = {"delete of": Builtin(_deleted), "member of perhaps": Builtin(_perhaps)}
OBJECT = Module(
    "Object",
    {
        "keys": Builtin(lambda run, given: _members(given, list)),
        "values": Builtin(lambda run, given: _members(given, lambda value: list(value.values()))),
        "entries": Builtin(lambda run, given: _members(given, lambda value: [[k, v] for k, v in value.items()])),
        "fromEntries": Builtin(lambda run, given: _from_entries(run, given)),
        "freeze": Builtin(lambda run, given: given.positional[0]),
        "assign": Builtin(lambda run, given: _assigned(run, given)),
    },
)
ARRAY = Module(
    "Array",
    {
        "isArray": constant(lambda value: isinstance(value, list)),
        "from": Builtin(lambda run, given: _array_from(run, given)),
    },
)
