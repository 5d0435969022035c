"""Java: the dialect in which a program is evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.dialect import Dialect
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.frozen import check_changes
from apipack.languages.reading.java_collections import Entry, Stream, pairs_of
from apipack.languages.reading.java_data import Character, Charset, formatted, text, to_octets
from apipack.languages.reading.java_functions import (
    NAME,
    each_of,
    functional,
)
from apipack.languages.reading.java_library import LANG, TYPES
from apipack.languages.reading.java_okhttp import (
    Type,
)
from apipack.languages.reading.java_units import is_unit, lower
from apipack.languages.reading.objects import Bound, Instance
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Foreign,
    Thing,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request

INT = 31
"""Bits of an int beside its sign."""


SPRING = "org.springframework."
SPRING_CLIENT = re.compile(r"\b(?:WebClient|RestClient|RestTemplate)\b")
"""Whose types a fragment means where libraries share a name."""


def read(code: str) -> Request:
    return Evaluation(Java(is_unit(code), preferred=SPRING if SPRING_CLIENT.search(code) else "")).run(lower(code))


def _substring(value: str, start: int, end: int | None = None) -> str:
    if not value.isascii() or not 0 <= start <= (len(value) if end is None else end) <= len(value):
        raise Unreadable("a part of a text")
    return value[start:end]


def _stripped(value: str) -> str:
    if not value.isascii():
        raise Unreadable("white space of a text beyond ASCII")
    return value.strip(" \t\n\v\f\r\x1c\x1d\x1e\x1f")


def _member_at(value: list[Any], index: int) -> Any:
    if not 0 <= index < len(value):
        raise Unreadable("a member that is not there")
    return value[index]


def _replaced_all(value: str, pattern: str, new: str) -> str:
    if re.search(r"[\\^$.|?*+()\[{]", pattern) and not re.fullmatch(r"(\\[^\w\s]|\[[^\w\\\]^-]\])+", pattern):
        raise Unreadable("a pattern of a text")
    if re.search(r"[\\$]", new) or not pattern:
        raise Unreadable("a pattern of a text")
    return value.replace(re.sub(r"\\(.)|\[(.)\]", r"\1\2", pattern), new)


class Program(Thing):
    """The class of the program: `this`, its instances, and its static members."""

    def get(self, run: Evaluation, name: str) -> Any:
        return run.globals.names.get(name, Foreign(name))

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        run.globals.names[name] = value

    def make(self, run: Evaluation, given: Arguments) -> Program:
        given.take()
        return self


class Java(Dialect):
    """Types are modules; a program with classes names what it imports, a fragment need not."""

    must_declare = True
    receiver = "this"
    own_class = "The class"
    counts_arguments = True
    names_apart = True
    names: Mapping[str, Any]
    modules = TYPES
    methods: Mapping[type, Mapping[str, Any]] = {
        Charset: dict.fromkeys(("name", "toString", "displayName"), str),
        str: {
            "getBytes": to_octets,
            "format": formatted,
            "formatted": formatted,
            "trim": lambda value: value.strip("".join(map(chr, range(0x21)))),
            "strip": _stripped,
            "toString": lambda value: value,
            "concat": lambda value, other: value + other,
            "toUpperCase": lambda value: value.upper(),
            "toLowerCase": lambda value: value.lower(),
            "length": lambda value: len(value.encode("utf-16-le")) // 2,
            "isEmpty": lambda value: not value,
            "equals": lambda value, other: value == other,
            "replace": lambda value, old, new: value.replace(old, new) if old else value,
            "replaceAll": _replaced_all,
            "isBlank": lambda value: not _stripped(value),
            "startsWith": lambda value, start: value.startswith(start),
            "endsWith": lambda value, end: value.endswith(end),
            "contains": lambda value, part: part in value,
            "equalsIgnoreCase": lambda value, other: value.lower() == other.lower(),
            "stripTrailing": lambda value: _stripped(f"|{value}")[1:],
            "substring": _substring,
        },
        list: {
            "size": lambda value: len(value),
            "isEmpty": lambda value: not value,
            "get": _member_at,
            "contains": lambda value, member: member in value,
        },
        dict: {
            "entrySet": lambda value: [Entry(*pair) for pair in pairs_of(value)],
            "keySet": lambda value: [key for key, _ in pairs_of(value)],
            "get": lambda value, key: value.get(key),
            "getOrDefault": lambda value, key, default: value.get(key, default),
            "containsKey": lambda value, key: key in value,
            "values": lambda value: [member for _, member in pairs_of(value)],
            "isEmpty": lambda value: not value,
            "size": lambda value: len(value),
        },
    }
    methods = {**methods, **dict.fromkeys((int, bool, float), {"toString": text})}
    changing: Mapping[type, Mapping[str, Any]] = {
        dict: {
            "put": lambda value, key, member: value.update({key: member}),
            "putAll": lambda value, other: value.update(other),
            "putIfAbsent": lambda value, key, member: value.setdefault(key, member),
            "remove": lambda value, key: value.pop(key, None),
        },
        list: {"add": list.append, "addAll": lambda value, others: value.extend(others)},
    }

    def __init__(self, is_unit: bool, preferred: str) -> None:
        paths = sorted(reversed(list(TYPES)), key=lambda path: path.startswith(preferred) and preferred != "")
        simple = {path.rpartition(".")[2]: TYPES[path] for path in paths}
        self.names = {
            **({} if is_unit else simple),
            **LANG,
            **{f"type {path}": value for path, value in TYPES.items()},
            "the program": Program(),
            "this": Program(),
        }

    def imported(self, path: str, member: str | None) -> Any:
        members = {name.rpartition(".")[2]: value for name, value in TYPES.items() if name.rpartition(".")[0] == path}
        if path in TYPES and member == "*":
            self.names = {**self.names, **getattr(TYPES[path], "members", {})}
            return MYSTERY
        if path in TYPES and member is not None:
            return TYPES[path].get(None, member) if isinstance(TYPES[path], Thing) else MYSTERY
        if path in TYPES:
            return TYPES[path]
        self.names = {**self.names, **members}
        return Foreign(path) if not members else MYSTERY

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no boolean")
        return value

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator == "/" and type(left) is type(right) is int and right:
            return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        result = super().binary(operator, left, right)
        numbers = [value for value in (left, right, result) if isinstance(value, int)]
        if len(numbers) == 3 and [value.bit_length() > INT for value in numbers] == [False, False, True]:
            raise Unreadable("a number beyond int")
        return result

    def plus(self, left: Any, right: Any) -> Any:
        kinds = {type(left), type(right)}
        if Character in kinds and str not in kinds:
            raise Unreadable("a sum of characters")
        if isinstance(left, str) or isinstance(right, str):
            return text(left) + text(right)
        return super().plus(left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, Character) and isinstance(right, Character):
            return left == right
        if isinstance(left, str) and isinstance(right, str):
            raise Unreadable("texts are compared by identity")
        return super().equal(left, right)

    def member(self, run: Any, value: Any, name: str) -> Any:
        check_changes(value, any(isinstance(value, kind) and name in names for kind, names in self.changing.items()))
        if isinstance(value, list) and name == "stream":
            return Builtin(lambda run, given: Stream(value))
        if isinstance(value, list | dict) and name == "forEach":
            return Builtin(lambda run, given: each_of(run, value, given))
        is_constant = isinstance(value, Instance) and NAME in value.attributes and value.kind.find(name) is None
        if is_constant and name in ("name", "toString"):
            return Builtin(lambda run, given: value.attributes[NAME])
        if isinstance(value, bytes | list) and name == "length":
            return len(value)
        if isinstance(value, Closure | Bound | Builtin):
            return functional(value, name)
        return super().member(run, value, name)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if new and isinstance(callee, Type | Program):
            return callee.make(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
