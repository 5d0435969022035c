"""Java: texts, JSON and maps over constants."""

from __future__ import annotations

import json
import re
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
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


def formatted(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] in ("%%", "%n"):
            return "%" if verb[0] == "%%" else "\n"
        if verb[1] not in "sd" or (verb[1] == "d" and not isinstance(rest[0], int)):
            raise Unreadable(f"{verb[0]} of such a value")
        return text(rest.pop(0))

    return re.sub("%(.)", written, pattern)


class Builder(Written):
    """StringBuilder and StringBuffer."""

    def __init__(self, given: Arguments) -> None:
        (first,) = given.take("text")
        self.parts = [] if first is UNDEFINED or isinstance(first, int) else [text(known(first))]

    def written(self) -> str:
        return "".join(self.parts)

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
        given.take()
        return self.written()


def _jsonable(value: Any) -> Any:
    if isinstance(value, Document):
        return _jsonable(value.data)
    if isinstance(value, dict):
        return {str(key): _jsonable(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member) for member in value]
    if isinstance(value, float):
        text(value)
    elif not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


def to_json(run: Evaluation, given: Arguments) -> str:
    (value,) = given.take("value", required=1)
    return Document(value).written()


class Entry(Thing):
    """Map.Entry."""

    def __init__(self, key: Any, value: Any) -> None:
        self.pair = key, value

    def do_getKey(self, run: Evaluation, given: Arguments) -> Any:
        return self.pair[0]

    def do_getValue(self, run: Evaluation, given: Arguments) -> Any:
        return self.pair[1]


class Collector(Thing):
    """What Collectors gives. joint: of texts; None collects a list."""

    def __init__(self, joint: str | None) -> None:
        self.joint = joint


def joining(run: Evaluation, given: Arguments) -> Collector:
    (joint,) = given.take("delimiter")
    return Collector("" if joint is UNDEFINED else text_of(joint))


class Stream(Thing):
    """A stream of a list's members."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members

    def do_map(self, run: Evaluation, given: Arguments) -> Stream:
        (function,) = given.take("mapper", required=1)
        return Stream([run.apply(function, Arguments([member])) for member in self.members])

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
        return list(self.members) if collector.joint is None else collector.joint.join(map(text_of, self.members))

    def do_toList(self, run: Evaluation, given: Arguments) -> list[Any]:
        return list(self.members)


def map_of(*pairs: Any) -> dict[Any, Any]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def new_map(run: Evaluation, given: Arguments) -> dict[Any, Any]:
    (other,) = given.take("map")
    return {} if other is UNDEFINED or isinstance(other, int) else dict(other)
