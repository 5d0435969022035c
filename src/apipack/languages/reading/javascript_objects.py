"""JavaScript's Object and Array: members of objects, and lists of what can be looped over."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import constant
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_arrays import each_of
from apipack.languages.reading.javascript_data import text
from apipack.languages.reading.javascript_keys import key_text, ordered, put
from apipack.languages.reading.naming import lookup
from apipack.languages.reading.objects import Bound
from apipack.languages.reading.scopes import Closure
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
    return ordered({text(known(key)): member for key, member in pairs})


def _assigned(run: Evaluation, given: Arguments) -> Any:
    run.certain()
    target, *others = given.positional
    others = [other for other in others if other is not None and other is not UNDEFINED]
    if not all(isinstance(argument, dict) for argument in (target, *others)):
        raise Unreadable("Object.assign of no objects")
    check_frozen(run, target)
    for other in others:
        for key, member in run.dialect.spread(other).items():
            put(target, key, member)
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
    if not isinstance(owner, dict):
        raise Unreadable("a member that cannot be taken away")
    check_frozen(run, owner)
    owner.pop(key_text(key), None)
    return True


def _perhaps(run: Evaluation, given: Arguments) -> Any:
    """A member behind `?.`."""
    owner, name = given.positional
    return UNDEFINED if owner is None or owner is UNDEFINED else run.dialect.member(run, owner, name)


def check_frozen(run: Evaluation, value: Any) -> None:
    """Refuse a change of what is frozen, which does nothing, or fails in strict code."""
    if any(value is held for held in run.dialect.frozen):  # type: ignore[attr-defined]
        raise Unreadable("a change of what is frozen")


def _frozen(run: Evaluation, given: Arguments) -> Any:
    """Object.freeze."""
    run.certain()
    (value,) = given.take("object", required=1)
    if isinstance(value, dict | list):
        run.dialect.frozen.append(value)  # type: ignore[attr-defined]
    return value


def _looped(run: Evaluation, given: Arguments) -> Any:
    """Keys that `for in` takes."""
    (value,) = given.positional
    return list(map(str, range(len(value)))) if isinstance(value, list) else _members(given, list)


def _has_own(run: Evaluation, given: Arguments) -> Any:
    owner, key = given.take("object", "key", required=2)
    if isinstance(owner, Mystery) or isinstance(key, Mystery):
        return MYSTERY
    if not isinstance(owner, dict):
        raise Unreadable("members of no object")
    return key_text(key) in owner


def _type_of(run: Evaluation, given: Arguments) -> Any:
    """typeof of plain values and of functions."""
    (value,) = given.positional
    if isinstance(value, Closure | Bound):
        return "function"
    if value is UNDEFINED:
        return "undefined"
    kinds: tuple[tuple[Any, str], ...] = ((bool, "boolean"), (int | float, "number"), (str, "string"))
    if found := [name for kind, name in kinds if isinstance(value, kind)]:
        return found[0]
    return "object" if value is None or isinstance(value, dict | list) else MYSTERY


def _type_of_name(run: Evaluation, given: Arguments) -> Any:
    (name,) = given.positional
    try:
        return _type_of(run, Arguments([lookup(run, name)]))
    except Unreadable:
        return MYSTERY


MEMBERS = {
    "delete of": Builtin(_deleted),
    "member of perhaps": Builtin(_perhaps),
    "keys to loop over": Builtin(_looped),
    "type of": Builtin(_type_of),
    "type of name": Builtin(_type_of_name),
}
OBJECT = Module(
    "Object",
    {
        "keys": Builtin(lambda run, given: _members(given, list)),
        "values": Builtin(lambda run, given: _members(given, lambda value: list(value.values()))),
        "entries": Builtin(lambda run, given: _members(given, lambda value: [[k, v] for k, v in value.items()])),
        "fromEntries": Builtin(lambda run, given: _from_entries(run, given)),
        "freeze": Builtin(_frozen),
        "seal": Builtin(_frozen),
        "hasOwn": Builtin(_has_own),
        "prototype": Module("prototype", {"hasOwnProperty": Module("hasOwnProperty", {"call": Builtin(_has_own)})}),
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
