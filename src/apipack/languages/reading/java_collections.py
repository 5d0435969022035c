"""Java: maps, their entries, and streams with what collects them."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.bounds import check_texts
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.frozen import FrozenDict, FrozenList
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Thing,
    text_of,
)
from apipack.languages.wire import Unreadable


class Entry(Thing):
    """Map.Entry."""

    def __init__(self, key: Any, value: Any) -> None:
        self.pair = key, value

    def do_getKey(self, run: Evaluation, given: Arguments) -> Any:
        return self.pair[0]

    def do_getValue(self, run: Evaluation, given: Arguments) -> Any:
        return self.pair[1]


class Collector(Thing):
    """What Collectors gives. joint: of texts; None collects a list. around: what stands before and behind."""

    def __init__(self, joint: str | None, around: tuple[str, str] = ("", "")) -> None:
        self.joint, self.around = joint, around


def joining(run: Evaluation, given: Arguments) -> Collector:
    joint, before, behind = ("" if value is UNDEFINED else text_of(value) for value in given.take("a", "b", "c"))
    return Collector(joint, (before, behind))


class Stream(Thing):
    """A stream of a list's members."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members

    def do_map(self, run: Evaluation, given: Arguments) -> Stream:
        (function,) = given.take("mapper", required=1)
        return Stream([run.apply(function, Arguments([member])) for member in self.members])

    do_mapToObj = do_map

    def do_flatMap(self, run: Evaluation, given: Arguments) -> Stream:
        (function,) = given.take("mapper", required=1)
        streams = [run.apply(function, Arguments([member])) for member in self.members]
        if not all(isinstance(stream, Stream) for stream in streams):
            raise Unreadable("a stream of no streams")
        return Stream([member for stream in streams for member in stream.members])

    def do_reduce(self, run: Evaluation, given: Arguments) -> Any:
        first, function = given.take("identity", "accumulator", required=2)
        for member in self.members:
            first = run.short(run.apply(function, Arguments([first, member])))
        return first

    def do_sorted(self, run: Evaluation, given: Arguments) -> Stream:
        given.take()
        if not all(isinstance(member, str) for member in self.members):
            raise Unreadable("an order that is not known here")
        return Stream(sorted(self.members, key=lambda member: member.encode("utf-16-be")))

    def do_boxed(self, run: Evaluation, given: Arguments) -> Stream:
        return self

    def do_filter(self, run: Evaluation, given: Arguments) -> Stream:
        (function,) = given.take("predicate", required=1)
        kept = [run.truth(run.apply(function, Arguments([member]))) for member in self.members]
        if None in kept:
            raise Unreadable("a filter that nobody can decide")
        return Stream([member for member, keeps in zip(self.members, kept, strict=True) if keeps])

    def do_collect(self, run: Evaluation, given: Arguments) -> Any:
        (collector,) = given.take("collector", required=1)
        if not isinstance(collector, Collector):
            raise Unreadable("a collector that is not known here")
        if collector.joint is None:
            return list(self.members)
        check_texts(self.members, collector.joint)
        return collector.around[0] + collector.joint.join(map(text_of, self.members)) + collector.around[1]

    def do_toList(self, run: Evaluation, given: Arguments) -> list[Any]:
        return FrozenList(self.members)


def map_of(*pairs: Any) -> dict[Any, Any]:
    """Map.of, whose keys and values are there, and whose keys are no two the same."""
    members = FrozenDict(zip(pairs[::2], pairs[1::2], strict=True))
    if len(members) * 2 != len(pairs) or None in pairs:
        raise Unreadable("a map that cannot be made")
    return members


def new_map(run: Evaluation, given: Arguments) -> dict[Any, Any]:
    (other,) = given.take("map")
    return {} if other is UNDEFINED or isinstance(other, int) else dict(other)


class TreeMap(dict[Any, Any]):
    """A map whose keys are in order."""


def new_tree_map(run: Evaluation, given: Arguments) -> TreeMap:
    return TreeMap(new_map(run, given))


def pairs_of(members: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Keys and values in the order of the map."""
    if not isinstance(members, TreeMap):
        return list(members.items())
    return [(key, members[key]) for key in sorted(map(text_of, members), key=lambda key: key.encode("utf-16-be"))]
