"""Go: structs of the program, and their JSON over constants."""

from __future__ import annotations

import json
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_types import EMBEDDED
from apipack.languages.reading.naming import lookup
from apipack.languages.reading.objects import Bound
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

RANGE = (1e-6, 1e21)


class Struct(Thing):
    """A struct type of the program: (name, JSON name or nothing, omitempty, zero value, whether that is nil) of each
    field."""

    def __init__(self, name: str, fields: list[list[Any]]) -> None:
        self.name, self.fields = name, fields

    def make(self, run: Evaluation, given: Arguments) -> Record:
        names = [name for name, *_ in self.fields]
        values = given.take(*names)
        for (name, _, _, zero, _), value in zip(self.fields, values, strict=True):
            if zero is not None and isinstance(value, str | int | float) and _sort(value) is not _sort(zero):
                raise Unreadable(f"{name} is of another type")
        return Record(self, dict(zip(names, map(held, values), strict=True)))


def _sort(value: Any) -> type:
    """Text, truth value or number."""
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


class Record(Thing):
    """A struct's value."""

    def __init__(self, struct: Struct, values: dict[str, Any], is_pointer: bool = False) -> None:
        self.struct, self.values, self.is_pointer = struct, values, is_pointer

    def get(self, run: Evaluation, name: str) -> Any:
        if name not in self.values:
            for inner in self.embedded():
                if name in inner.values:
                    return inner.get(run, name)
            held = [self.values[title] for title, key, *_ in self.struct.fields if key == EMBEDDED]
            things = [value for value in held if isinstance(value, Thing) and not isinstance(value, Record)]
            if len(things) == 1 and f"{self.struct.name}.{name}" not in run.globals.names:
                return things[0].get(run, name)
            return Bound(lookup(run, f"{self.struct.name}.{name}"), Record(self.struct, self.values, True))
        value = self.values[name]
        return next(zero for key, _, _, zero, _ in self.struct.fields if key == name) if value is UNDEFINED else value

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name not in self.values:
            inner = next((record for record in self.embedded() if name in record.values), None)
            if inner is None:
                raise Unreadable(f"{name} is no field")
            inner.set(run, name, value)
            return
        self.values[name] = value

    def embedded(self) -> list[Record]:
        """Structs whose fields are also those of this one."""
        held = [self.values[name] for name, key, *_ in self.struct.fields if key == EMBEDDED]
        return [value for value in held if isinstance(value, Record)]

    def shown(self) -> dict[str, Any]:
        """Members as encoding/json takes them."""
        members: dict[str, Any] = {}
        for name, key, omits, zero, is_nil in self.struct.fields:
            value = self.values[name]
            if key == EMBEDDED:
                if not isinstance(value, Record) or set(inner := value.shown()) & set(members):
                    raise Unreadable("a struct that is embedded")
                members |= inner
                continue
            if value is UNDEFINED and zero is None and not is_nil:
                raise Unreadable("the zero of a field that is no plain value")
            value = zero if value is UNDEFINED else value
            if key and not (omits and value in (None, "", 0, False, [], {})):
                members[key] = value
        return members


def pointer_to(run: Evaluation, given: Arguments) -> Any:
    """The address of a value: an assignment of it copies nothing."""
    (value,) = given.positional
    return Record(value.struct, value.values, True) if isinstance(value, Record) else value


def value_at(run: Evaluation, given: Arguments) -> Any:
    """What a pointer points to: an assignment of it copies a struct."""
    (value,) = given.positional
    return Record(value.struct, value.values) if isinstance(value, Record) else value


def copy_of(run: Evaluation, given: Arguments) -> Any:
    """A struct's value that shares no field with it."""
    (value,) = given.positional
    return _copied(value) if isinstance(value, Record) else value


def held(value: Any) -> Any:
    """What a variable, a list, a map or a field holds: a copy of a struct, and a pointer as it is."""
    return _copied(value) if isinstance(value, Record) and not value.is_pointer else value


def _copied(record: Record) -> Record:
    return Record(record.struct, {name: held(value) for name, value in record.values.items()})


def jsonable(value: Any) -> Any:
    if isinstance(value, RawMessage):
        return value.document
    if isinstance(value, Record):
        return {key: jsonable(member) for key, member in value.shown().items()}
    if isinstance(value, dict):
        return {str(key): jsonable(value[key]) for key in sorted(value, key=lambda key: str(key).encode())}
    if isinstance(value, list):
        return [jsonable(member) for member in value]
    if isinstance(value, float):
        if value and not RANGE[0] <= abs(value) < RANGE[1]:
            raise Unreadable("a number that is written with an exponent")
        if value != int(value) and "e" in repr(value):
            raise Unreadable("a number of many digits")
        return int(value) if value == int(value) else value
    if not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


class RawMessage(Thing):
    """json.RawMessage of a document."""

    def __init__(self, document: Any) -> None:
        self.document = document


def raw_message(run: Evaluation, given: Arguments) -> RawMessage:
    (content,) = given.take("content", required=1)
    text = known(content).decode() if isinstance(content, bytes) else text_of(content)

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Unreadable("a name twice in JSON")
        return dict(pairs)

    def no_number(digits: str) -> Any:
        raise Unreadable(f"the number {digits[:20]} in JSON")

    try:
        return RawMessage(json.loads(text, object_pairs_hook=members, parse_float=no_number, parse_constant=no_number))
    except ValueError:
        raise Unreadable("a document that is no JSON") from None


def marshalled(value: Any, indent: str | None, escapes: bool = True) -> bytes:
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(jsonable(value), ensure_ascii=False, separators=separators, indent=indent)
    for character in "<>&\u2028\u2029" if escapes else "\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def marshal(run: Evaluation, given: Arguments) -> list[Any]:
    (value,) = given.take("v", required=1)
    return [marshalled(value, None), None]


def marshal_indent(run: Evaluation, given: Arguments) -> list[Any]:
    value, prefix, indent = given.take("v", "prefix", "indent", required=3)
    return [marshalled(value, indented(prefix, indent)), None]


def indented(prefix: Any, indent: Any) -> str:
    if prefix != "" or not isinstance(indent, str) or indent.strip(" \t") or len(indent) > 16:
        raise Unreadable("an indent")
    return indent
