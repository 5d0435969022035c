"""Swift: cases of enums that hold values or have methods, and how a switch tells them apart."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, Type
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Mystery, Symbol
from apipack.languages.wire import Unreadable

CASE, VALUES = "the case", "the values"


def _case(kind: Type, name: Symbol, raw: Any, values: list[Any]) -> Instance:
    instance = Instance(kind)
    instance.attributes = {CASE: name, VALUES: values, "rawValue": raw}
    return instance


def case_value(run: Evaluation, given: Arguments) -> Instance:
    """A case without values."""
    kind, name, raw = given.positional
    return _case(kind, name, raw, [])


def case_maker(run: Evaluation, given: Arguments) -> Builtin:
    """What makes a case of its values."""
    kind, name, raw = given.positional
    return Builtin(lambda run, given: _case(kind, name, raw, [*given.positional, *given.named.values()]))


def matches(run: Evaluation, given: Arguments) -> Any:
    """Whether the value of a switch is a case, or a literal."""
    value, case = given.positional
    if isinstance(value, Mystery) or isinstance(case, Mystery):
        return MYSTERY
    if isinstance(value, Instance) and isinstance(case, Symbol):
        return value.attributes.get(CASE) == case
    if type(value) is not type(case):
        raise Unreadable("a pattern of another type")
    return value == case


def part_of(run: Evaluation, given: Arguments) -> Any:
    """A value that a case holds."""
    value, index = given.positional
    if isinstance(value, Mystery):
        return MYSTERY
    values = value.attributes.get(VALUES, []) if isinstance(value, Instance) else []
    if index >= len(values):
        raise Unreadable("a value that the case does not hold")
    return values[index]


def raw_value(run: Evaluation, given: Arguments) -> Any:
    """rawValue of a case."""
    texts, value = given.positional
    if isinstance(value, Mystery):
        return MYSTERY
    if isinstance(value, Instance):
        return value.get(run, "rawValue")
    if not isinstance(value, Symbol) or value not in texts:
        raise Unreadable("a case that is not known here")
    return texts[value]
