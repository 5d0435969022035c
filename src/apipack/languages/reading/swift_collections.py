"""Swift: methods of arrays and dictionaries."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from apipack.languages.reading.bounds import check_texts
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.swift_values import copied_value
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Thing, known
from apipack.languages.wire import Unreadable


def appended(value: list[Any], *members: Any, contentsOf: Any = UNDEFINED) -> None:  # noqa: N803
    """append of an array: of one member, or of those of another."""
    if contentsOf is not UNDEFINED and not isinstance(contentsOf, list):
        raise Unreadable("members of what is no array")
    if len(members) + (contentsOf is not UNDEFINED) != 1:
        raise Unreadable("arguments that append does not take")
    value += copied_value(contentsOf if isinstance(contentsOf, list) else list(members))


class Member(Thing):
    """A pair of a dictionary."""

    def __init__(self, key: Any, value: Any) -> None:
        self.at_key, self.at_value = key, value


def each_of(run: Evaluation, collection: Any, given: Arguments) -> list[Any]:
    """What a closure gives for each member of an array or a dictionary."""
    (block,) = given.take("block", required=1)
    if not isinstance(block, Closure) or len(collection) > 1000:
        raise Unreadable("a loop over such a collection")
    count = len(block.function.parameters)
    if isinstance(collection, list):
        return [run.apply(block, Arguments(_parts(member, count))) for member in collection]
    is_split = count > 1
    pairs = [[key, value] if is_split else [Member(key, value)] for key, value in collection.items()]
    return [run.apply(block, Arguments(pair)) for pair in pairs]


def _parts(member: Any, count: int) -> list[Any]:
    """A member of an array as a closure takes it, one of several parameters that of a tuple or a pair."""
    if count > 1 and isinstance(member, Member):
        return [member.at_key, member.at_value]
    return member if count > 1 and isinstance(member, list) and len(member) == count else [member]


def sorted_by(run: Evaluation, value: Any, block: Any) -> list[Any]:
    """sorted(by:) of an array or a dictionary."""
    members = value if isinstance(value, list) else [Member(*pair) for pair in value.items()]
    if not isinstance(block, Closure) or len(members) > 100:
        raise Unreadable("an order that is not known here")

    def compared(first: Any, second: Any) -> int:
        orders = [run.truth(run.apply(block, Arguments(pair))) for pair in ([first, second], [second, first])]
        if orders not in ([True, False], [False, True], [False, False]):
            raise Unreadable("an order that is not known here")
        return int(bool(orders[1])) - int(bool(orders[0]))

    ordered = sorted(members, key=functools.cmp_to_key(compared))
    if isinstance(value, dict) and any(compared(*pair) == 0 for pair in itertools.pairwise(ordered)):
        raise Unreadable("an order that is not known here")
    return ordered


def merged(run: Evaluation, value: dict[Any, Any], given: Arguments) -> dict[Any, Any]:
    """What merging gives: a closure chooses where both have a key."""
    other, block = (given.positional or [None])[0], given.named.get("block", given.named.get("uniquingKeysWith"))
    if not isinstance(other, dict) or not isinstance(block, Closure) or len(given.positional) > 1:
        raise Unreadable("a dictionary that is merged with another value")
    chosen = {key: run.apply(block, Arguments([value[key], other[key]])) for key in other if key in value}
    return copied_value(value | other | chosen)


def joined(parts: Any, separator: str = "") -> str:
    """joined(separator:) of texts."""
    check_texts(parts, separator)
    return separator.join(parts)


def of_each(run: Evaluation, value: Any, name: str) -> Any:
    """Other methods of arrays and dictionaries that call a closure."""
    if name in ("first", "last"):
        return (value[0 if name == "first" else -1] if value else None) if isinstance(value, list) else MYSTERY

    def call(run: Evaluation, given: Arguments) -> Any:
        if name == "sorted":
            if "block" in given.named or "by" in given.named:
                return sorted_by(run, value, *given.named.values())
            given.take()
            if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
                raise Unreadable("an order that is not known here")
            return sorted(value)
        if name == "reduce":
            total, block = given.take("first", "block", required=2)
            for member in value if isinstance(value, list) else [Member(*pair) for pair in value.items()]:
                total = run.short(run.apply(block, Arguments([total, member])))
            return total
        results = each_of(run, value, given)
        if name == "compactMap":
            return [result for result in known(results) if result is not None]
        truths = [run.truth(result) for result in results]
        if None in truths:
            raise Unreadable("a filter that nobody can decide")
        members = list(value.items()) if isinstance(value, dict) else value
        kept = [member for member, truth in zip(members, truths, strict=True) if truth]
        return dict(kept) if isinstance(value, dict) else kept

    return Builtin(call)
