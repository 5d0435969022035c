"""Swift's values: what an assignment copies, of the program and of Foundation."""

from __future__ import annotations

import copy
from typing import Any, Self

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.values import Arguments, Mystery, Symbol, Thing
from apipack.languages.wire import Unreadable


class Copied(Thing):
    """A struct of Foundation. is_shared: it is a class of the same members, as NSMutableURLRequest is."""

    is_shared = False

    def copy(self) -> Self:
        """A value of its own."""
        return copy.copy(self)


class Borrowed(Thing):
    """A part of a value that changes in place, and that no variable holds."""


def copied_value(value: Any) -> Any:
    """What a variable holds that a value is given to: structs, arrays and dictionaries share nothing."""
    if isinstance(value, Borrowed):
        raise Unreadable("a part of a value that is held")
    if isinstance(value, Copied):
        return value if value.is_shared else value.copy()
    if isinstance(value, Instance):
        return _copied_instance(value) if value.kind.copies else value
    if isinstance(value, dict):
        return {key: copied_value(member) for key, member in value.items()}
    return [copied_value(member) for member in value] if isinstance(value, list) else value


def _copied_instance(value: Instance) -> Instance:
    other = Instance(value.kind)
    other.attributes = {name: copied_value(member) for name, member in value.attributes.items()}
    return other


KINDS: dict[str, type] = {"String": str, "Int": int, "Double": float, "Bool": bool}


def cast_of(run: Evaluation, given: Arguments) -> Any:
    """`as?` and `as!` of data to a simple type: nothing, or a failure, where it is of another one."""
    value, kind, operator = given.positional
    if isinstance(value, Mystery):
        return value
    if value is None and operator == "as?":
        return None
    if kind == "[String: Any]" and isinstance(value, dict):
        return value
    if kind not in KINDS or isinstance(value, Symbol) or not isinstance(value, str | bool | int | float):
        raise Unreadable(f"a cast to {kind}")
    if type(value) is KINDS[kind]:
        return value
    if operator == "as!" or not isinstance(value, str):
        raise Unreadable(f"a cast to {kind}, which may fail")
    return None


def in_order(given: Arguments, *names: str, required: int = 0) -> list[Any]:
    """`Arguments.take` of labels that stand in their order, as the compiler asks for."""
    if list(given.named) != [name for name in names if name in given.named]:
        raise Unreadable("labels in another order")
    return given.take(*names, required=required)
