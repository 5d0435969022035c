"""Swift's values over constants: Data, structs, JSON, texts."""

from __future__ import annotations

import base64
import json
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import applied
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.swift_enums import CASE
from apipack.languages.reading.swift_values import Copied
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Foreign,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable


def text(value: Any) -> str:
    """A value inside of a text."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e16:
        return repr(value)
    raise Unreadable("the text of an object")


class Bytes(Copied):
    """Data, NSData and NSMutableData."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    @property
    def at_count(self) -> int:
        return len(self.octets)

    def do_append(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (more,) = given.take("contentsOf" if given.named else "other", required=1)
        if isinstance(more, str) and not given.named:
            raise Unreadable("a text that is appended to Data")
        self.octets += octets(more)

    def do_base64EncodedString(self, run: Evaluation, given: Arguments) -> str:
        given.take("options")
        return base64.b64encode(self.octets).decode()


def octets(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if not isinstance(value, Bytes):
        known(value)
        raise Unreadable("not Data")
    return value.octets


def data_of(run: Evaluation, given: Arguments) -> Bytes:
    first, other = given.take("first", "data") if given.positional else (UNDEFINED, *given.take("data"))
    value = first if first is not UNDEFINED else other
    return Bytes(b"" if value is UNDEFINED else octets(value))


def shared_data_of(run: Evaluation, given: Arguments) -> Bytes:
    """NSMutableData, which is a class."""
    held = data_of(run, given)
    held.is_shared = True
    return held


class Struct(Thing):
    """A struct of the program: its members with what they are by default."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def call(self, run: Evaluation, given: Arguments) -> Record:
        values = given.take(*self.fields)
        if given.positional:
            raise Unreadable("members without labels")
        members = {
            name: default if value is UNDEFINED else value
            for (name, default), value in zip(self.fields.items(), values, strict=True)
        }
        return Record(members)


class Record(Thing):
    """A struct's value."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.members = members

    def get(self, run: Evaluation, name: str) -> Any:
        if name not in self.members:
            raise Unreadable(f"{name} is no member")
        return self.members[name]


def _jsonable(value: Any, encodes: bool, name: Callable[[str], str] = str) -> Any:
    if isinstance(value, Instance) and encodes and CASE in value.attributes:
        value = value.attributes["rawValue"]
        if value is None:
            raise Unreadable("JSON of a case")
    if isinstance(value, Instance) and encodes:
        keys = value.kind.shared.get("the keys")
        if not keys:
            raise Unreadable("JSON of an object")
        members = {key: value.attributes[attribute] for attribute, key in keys.items()}
        return {name(key): _jsonable(member, True, name) for key, member in members.items() if member is not None}
    if isinstance(value, Record) and encodes:
        members = {name(key): member for key, member in value.members.items() if member is not None}
        return {key: _jsonable(member, encodes, name) for key, member in members.items()}
    if isinstance(value, dict):
        return {text(key): _jsonable(member, encodes, name) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member, encodes, name) for member in value]
    if value is None and not encodes:
        raise Unreadable("nil in an object for JSON")
    if isinstance(value, Null):
        return None
    if isinstance(value, float):
        text(value)
        return int(value) if value == int(value) else value
    if not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


class Null(Thing):
    """NSNull()."""


def json_of(value: Any, encodes: bool, name: Callable[[str], str] = str) -> Bytes:
    """encodes: as JSONEncoder does, or as JSONSerialization."""
    written = json.dumps(_jsonable(value, encodes, name), ensure_ascii=False, separators=(",", ":"))
    return Bytes(written.replace("/", "\\/").encode())


def serialized(run: Evaluation, given: Arguments) -> Bytes:
    value, _ = given.take("withJSONObject", "options", required=1)
    return json_of(value, False)


def deserialized(run: Evaluation, given: Arguments) -> Mystery:
    """What nobody looks into, of bytes that are JSON; others throw."""
    value = given.named.get("with", MYSTERY)
    if isinstance(value, Bytes):
        json.loads(value.octets)
    return MYSTERY


class Encoder(Thing):
    """JSONEncoder."""

    settable = frozenset({"outputFormatting"})

    def __init__(self) -> None:
        self.is_snake = False

    def set_keyEncodingStrategy(self, run: Evaluation, value: Any) -> None:
        if value not in ("useDefaultKeys", "convertToSnakeCase"):
            raise Unreadable("another way to encode keys")
        self.is_snake = value == "convertToSnakeCase"

    def do_encode(self, run: Evaluation, given: Arguments) -> Bytes:
        (value,) = given.take("value", required=1)
        return json_of(value, True, _snake if self.is_snake else str)


def _snake(name: str) -> str:
    """A key as convertToSnakeCase writes it; one with a run of capitals is refused."""
    if re.search("[A-Z]{2}|^[A-Z_]|_$", name):
        raise Unreadable("a key that is changed")
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


class Identifier(Thing):
    """UUID()."""

    def __init__(self, number: int) -> None:
        self.at_uuidString = sending.drawn(number)


def replaced(value: str, given: Arguments) -> str:
    """replacingOccurrences(of:with:)."""
    if set(given.named) != {"of", "with"} or given.positional:
        raise Unreadable("a replacement with options")
    old, new = (text_of(given.named[name]) for name in ("of", "with"))
    return value.replace(old, new) if old else value


SPACES = {"whitespaces": " \t", "newlines": "\n\v\f\r", "whitespacesAndNewlines": " \t\n\v\f\r"}
"""Sets of white space by name: their characters of ASCII."""


def trimmed(value: str, characters: Any) -> str:
    """trimmingCharacters(in:) of a text of ASCII."""
    name = characters.name.rpartition(".")[2] if isinstance(characters, Foreign) else characters
    if not value.isascii() or not isinstance(name, str) or name not in SPACES:
        raise Unreadable("characters that are cut off")
    return value.strip(SPACES[name])


def of_affix(value: str, name: str, given: Arguments) -> Any:
    """hasPrefix, hasSuffix and appending."""
    affix = text_of(*given.take("affix", required=1))
    given_by = {"hasPrefix": value.startswith(affix), "hasSuffix": value.endswith(affix), "appending": value + affix}
    return given_by[name]


def string_of(run: Evaluation, given: Arguments) -> Any:
    """String of data, of a number, or of what is not known."""
    if "data" in given.named or "decoding" in given.named:
        value = given.named.get("data", given.named.get("decoding"))
        return sending.octets_text(value.octets) if isinstance(value, Bytes) else MYSTERY
    if "describing" in given.named:
        return MYSTERY
    if "format" in given.named:
        return applied(formatted, [given.named["format"], *given.positional])
    (value,) = given.take("value", required=1)
    return MYSTERY if isinstance(value, Mystery) else text(value)


def formatted(pattern: str, *values: Any) -> str:
    """String(format:)."""
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        form, kind = verb[1], verb[2]
        value = rest.pop(0)
        if kind == "@" and not form and isinstance(value, str):
            return value
        if kind in ("d", "ld", "i") and isinstance(value, int) and not isinstance(value, bool) and "." not in form:
            return f"%{form}d" % value
        if kind == "f" and isinstance(value, float):
            return f"%{form}f" % value
        raise Unreadable(f"{verb[0]} of such a value")

    return re.sub(r"%(0?[1-9]?[0-9]?(?:\.[0-9])?)(ld|.|$)", written, pattern)


SETS = {
    "urlQueryAllowed": "!$&'()*+,-./:;=?@_~",
    "urlPathAllowed": "!$&'()*+,-./:=@_~",
    "urlHostAllowed": "!$&'()*+,-.:;=[]_~",
    "alphanumerics": "",
}
"""Sets of characters by name: those of ASCII beside letters and digits."""


LETTERS = frozenset(string.ascii_letters + string.digits)


class CharacterSet(Copied):
    """CharacterSet, whose members of ASCII beside letters and digits are kept."""

    def __init__(self, marks: str) -> None:
        self.marks = marks

    def _given(self, given: Arguments) -> str:
        positional, charactersIn = given.take("character", "charactersIn")  # noqa: N806
        value = known(positional if charactersIn is UNDEFINED else charactersIn)
        if not isinstance(value, str) or not value.isascii() or any(map(str.isalnum, value)):
            raise Unreadable("a set of letters")
        return value

    def do_insert(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.marks += self._given(given)

    def do_remove(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        removed = self._given(given)
        self.marks = "".join(mark for mark in self.marks if mark not in removed)

    def do_subtracting(self, run: Evaluation, given: Arguments) -> CharacterSet:
        (other,) = map(known, given.take("other", required=1))
        return CharacterSet("".join(mark for mark in self.marks if mark not in _marks_of(other)))

    def do_union(self, run: Evaluation, given: Arguments) -> CharacterSet:
        (other,) = map(known, given.take("other", required=1))
        return CharacterSet(self.marks + _marks_of(other))


@dataclass
class Marks(Thing):
    """A CharacterSet that has no letters and no digits, which others get or lose."""

    marks: str


def _marks_of(value: Any) -> str:
    if not isinstance(value, Marks):
        raise Unreadable("a set of characters")
    return value.marks


class CharacterSets(Module):
    """CharacterSet, the type: each access makes a set of its own."""

    def call(self, run: Evaluation, given: Arguments) -> Thing:
        (members,) = map(known, given.take("charactersIn", required=1))
        letters = set(members) & LETTERS
        if not members.isascii() or (letters and letters != LETTERS):
            raise Unreadable("a set of some letters")
        marks = "".join(mark for mark in members if mark not in LETTERS)
        return CharacterSet(marks) if letters else Marks(marks)

    def get(self, run: Any, name: str) -> Any:
        return CharacterSet(SETS[name]) if name in SETS else super().get(run, name)


def percent_encoded(value: str, allowed: Any) -> str:
    marks = allowed.marks if isinstance(allowed, CharacterSet) else SETS.get(str(allowed))
    if marks is None:
        raise Unreadable("a set of characters")
    encoded = quote(value, safe=marks)
    for character in set("-._~") - set(marks):
        encoded = encoded.replace(character, f"%{ord(character):02X}")
    return encoded
