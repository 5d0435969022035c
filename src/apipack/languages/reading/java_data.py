"""Java: texts and JSON over constants."""

from __future__ import annotations

import json
import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.rounding import fixed
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

RESTRICTED = ("connection", "content-length", "expect", "host", "upgrade")
CHARSETS = ("utf-8", "utf8")


class Written(Thing):
    """An object that a string concatenation turns into a text of its own."""

    def written(self) -> str:
        raise NotImplementedError


def text(value: Any) -> str:
    """What a string concatenation makes of a value."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and 1e-3 <= abs(value) < 1e7:
        return repr(value)
    if isinstance(value, Written):
        return value.written()
    raise Unreadable("the text of an object")


def to_octets(value: str, charset: Any = UNDEFINED) -> bytes:
    if charset is not UNDEFINED and str(charset).lower() not in CHARSETS:
        raise Unreadable("another charset")
    return value.encode()


class Charset(str):
    """A charset by its name."""

    __slots__ = ()


class Null(Thing):
    """JSONObject.NULL."""


class Drawn(Written):
    """A random UUID, or the time."""

    def __init__(self, number: int) -> None:
        self.content = sending.drawn(number)

    def written(self) -> str:
        return self.content

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.content


class Character(str):
    """A char, which is a number where it is added to another."""

    __slots__ = ()


_VERB = re.compile(r"%(?:(?P<place>[1-9])\$)?(?P<form>0?[1-9]?[0-9]?(?:\.[0-9])?)(?P<kind>[a-zA-Z%])|%")


def formatted(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] in ("%%", "%n"):
            return "%" if verb[0] == "%%" else "\n"
        value = values[int(verb["place"]) - 1] if verb["place"] else rest.pop(0)
        if verb["kind"] == "s" and not verb["form"]:
            return text(value)
        if verb["kind"] == "b" and not verb["form"] and isinstance(value, bool):
            return text(value)
        if verb["kind"] == "d" and isinstance(value, int) and not isinstance(value, bool) and "." not in verb["form"]:
            return f"%{verb['form']}d" % value
        if verb["kind"] == "f" and isinstance(value, float):
            return fixed(value, verb["form"])
        raise Unreadable(f"{verb[0]} of such a value")

    return _VERB.sub(written, pattern)


class Builder(Written):
    """StringBuilder and StringBuffer."""

    def __init__(self, given: Arguments) -> None:
        (first,) = given.take("text")
        self.parts = [] if first is UNDEFINED or isinstance(first, int) else [text(known(first))]

    def written(self) -> str:
        return "".join(self.parts)

    def do_isEmpty(self, run: Evaluation, given: Arguments) -> bool:
        return not self.written()

    def do_setLength(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (length,) = given.take("length", required=1)
        whole = self.written()
        if not whole.isascii() or not isinstance(length, int) or not 0 <= length <= len(whole):
            raise Unreadable("a length of a builder")
        self.parts = [whole[:length]]

    def do_deleteCharAt(self, run: Evaluation, given: Arguments) -> Builder:
        run.certain()
        (place,) = given.take("index", required=1)
        whole = self.written()
        if not whole.isascii() or not isinstance(place, int) or not 0 <= place < len(whole):
            raise Unreadable("a character of a builder")
        self.parts = [whole[:place] + whole[place + 1 :]]
        return self

    def do_append(self, run: Evaluation, given: Arguments) -> Builder:
        (value,) = given.take("text", required=1)
        if isinstance(value, Mystery) and run.request is not None:
            return self
        run.certain()
        self.parts.append(text(known(value)))
        return self

    def do_length(self, run: Evaluation, given: Arguments) -> int:
        return len(self.written().encode("utf-16-le")) // 2

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()


class Document(Written):
    """JSONObject and JSONArray of org.json, JsonObject of Gson, ObjectNode of Jackson."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def written(self) -> str:
        return json.dumps(_jsonable(self.data), ensure_ascii=False, separators=(",", ":"))

    def do_put(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        if isinstance(self.data, list):
            self.data.append(*given.take("value", required=1))
        else:
            name, value = given.take("name", "value", required=2)
            if value is None:
                raise Unreadable("a member that is taken off")
            self.data[text_of(name)] = value
        return self

    def do_addProperty(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.data[text_of(name)] = value

    do_add = do_put

    def do_addObject(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        given.take()
        document = Document({})
        self.data.append(document)
        return document

    def do_addArray(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        given.take()
        document = Document([])
        self.data.append(document)
        return document

    def do_putArray(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        document = Document([])
        self.data[text_of(*given.take("name", required=1))] = document
        return document

    def do_putObject(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        document = Document({})
        self.data[text_of(*given.take("name", required=1))] = document
        return document

    def do_putNull(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        self.data[text_of(*given.take("name", required=1))] = None
        return self

    def do_set(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.data[text_of(name)] = value
        return self

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        given.take("indent")
        return self.written()

    do_toPrettyString = do_toString


JACKSON, GSON = "the properties", "the fields"
NO_NULLS = "leaves nulls out"
"""Where a class keeps the JSON name of each of its members: those that Jackson sees, and those that Gson does."""


def _jsonable(value: Any, library: str = "") -> Any:
    if isinstance(value, Document):
        return _jsonable(value.data, library)
    if isinstance(value, Instance):
        names = value.kind.shared.get(library)
        if not names:
            raise Unreadable("JSON of an object whose members are hidden")
        members = {key: value.attributes.get(name) for name, key in names.items()}
        keeps_nulls = library == JACKSON and NO_NULLS not in value.kind.shared
        kept = {key: member for key, member in members.items() if member is not None or keeps_nulls}
        return {key: _jsonable(member, library) for key, member in kept.items()}
    if isinstance(value, dict):
        if library == GSON and None in value.values():
            raise Unreadable("a null, which Gson leaves out")
        return {text(key): _jsonable(member, library) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member, library) for member in value]
    if isinstance(value, Null):
        return None
    if isinstance(value, Written):
        return value.written()
    if isinstance(value, float):
        text(value)
    elif not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


def to_json(library: str) -> Any:
    """What a library writes of data and objects."""

    def written(run: Evaluation, given: Arguments) -> str:
        (value,) = given.take("value", required=1)
        return Document(_jsonable(value, library)).written()

    return written


class Joiner(Written):
    """StringJoiner."""

    def __init__(self, given: Arguments) -> None:
        values = given.take("delimiter", "prefix", "suffix", required=1)
        self.joint, *self.around = ("" if value is UNDEFINED else text_of(value) for value in values)
        self.texts: list[str] = []

    def written(self) -> str:
        return self.around[0] + self.joint.join(self.texts) + self.around[1]

    def do_add(self, run: Evaluation, given: Arguments) -> Joiner:
        run.certain()
        self.texts.append(text(known(*given.take("text", required=1))))
        return self

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()
