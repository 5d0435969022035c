"""JavaScript's Map and Set, and what all collections of pairs have in common: their members in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Mystery, Thing
from apipack.languages.wire import Unreadable

Listed = list[list[Any]]


class PairList(Thing):
    """A collection that a loop takes pairs from."""

    def pair_list(self) -> Listed:
        raise NotImplementedError

    def listed(self) -> list[Any]:
        """What a loop or a spread gives."""
        return list(self.pair_list())

    def get(self, run: Evaluation, name: str) -> Any:
        return len(self.pair_list()) if name == "size" else super().get(run, name)

    def do_entries(self, run: Evaluation, given: Arguments) -> Listed:
        given.take()
        return self.pair_list()

    def do_keys(self, run: Evaluation, given: Arguments) -> list[Any]:
        given.take()
        return [key for key, _ in self.pair_list()]

    def do_values(self, run: Evaluation, given: Arguments) -> list[Any]:
        given.take()
        return [value for _, value in self.pair_list()]

    def do_forEach(self, run: Evaluation, given: Arguments) -> Any:
        (function,) = given.take("callback", required=1)
        for key, value in self.pair_list():
            run.apply(function, Arguments([value, key, self]))
        return UNDEFINED


class Map(PairList):
    """Map, whose keys are texts and numbers."""

    def __init__(self, pairs: Iterable[list[Any]]) -> None:
        self.held: dict[tuple[type, Any], list[Any]] = {}
        for key, value in pairs:
            self.held[_key(key)] = [key, value]

    def pair_list(self) -> Listed:
        return [list(pair) for pair in self.held.values()]

    def do_set(self, run: Evaluation, given: Arguments) -> Map:
        run.certain()
        key, value = given.take("key", "value", required=1)
        self.held[_key(key)] = [key, value]
        return self

    def do_get(self, run: Evaluation, given: Arguments) -> Any:
        return self.held.get(_key(*given.take("key", required=1)), [UNDEFINED, UNDEFINED])[1]

    def do_has(self, run: Evaluation, given: Arguments) -> bool:
        return _key(*given.take("key", required=1)) in self.held

    def do_delete(self, run: Evaluation, given: Arguments) -> bool:
        run.certain()
        return self.held.pop(_key(*given.take("key", required=1)), None) is not None


class Set(PairList):
    """Set of texts and numbers."""

    def __init__(self, members: Iterable[Any]) -> None:
        self.held = {_key(member): member for member in members}

    def pair_list(self) -> Listed:
        return [[member, member] for member in self.held.values()]

    def listed(self) -> list[Any]:
        return list(self.held.values())

    def do_add(self, run: Evaluation, given: Arguments) -> Set:
        run.certain()
        (member,) = given.take("value", required=1)
        self.held.setdefault(_key(member), member)
        return self

    def do_has(self, run: Evaluation, given: Arguments) -> bool:
        return _key(*given.take("value", required=1)) in self.held

    def do_delete(self, run: Evaluation, given: Arguments) -> bool:
        run.certain()
        return self.held.pop(_key(*given.take("value", required=1)), None) is not None


def _key(key: Any) -> tuple[type, Any]:
    if not isinstance(key, str | int | float | None):
        raise Unreadable("a key that is no plain value")
    kind = float if isinstance(key, int | float) and not isinstance(key, bool) else type(key)
    return kind, key


def map_of(run: Evaluation, given: Arguments) -> Any:
    pairs = _members(run, given)
    if isinstance(pairs, Mystery):
        return MYSTERY
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise Unreadable("a Map of no pairs")
    return Map(pairs)


def set_of(run: Evaluation, given: Arguments) -> Any:
    members = _members(run, given)
    return MYSTERY if isinstance(members, Mystery) else Set(members)


def _members(run: Evaluation, given: Arguments) -> Any:
    (values,) = given.take("iterable")
    if values is None or values is UNDEFINED:
        return []
    if isinstance(values, Mystery):
        return MYSTERY
    members = run.dialect.members(values)
    if members is None:
        raise Unreadable("a collection of what is no list")
    return members


COLLECTIONS = {"Map": Builtin(map_of), "Set": Builtin(set_of)}
