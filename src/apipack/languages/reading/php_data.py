"""PHP's functions over constants: texts, JSON, queries, arrays."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.reading.values import (
    Thing,
)
from apipack.languages.wire import Unreadable

FLAGS = {
    "JSON_FORCE_OBJECT": 16,
    "JSON_UNESCAPED_SLASHES": 64,
    "JSON_PRETTY_PRINT": 128,
    "JSON_UNESCAPED_UNICODE": 256,
    "JSON_PRESERVE_ZERO_FRACTION": 1024,
    "JSON_THROW_ON_ERROR": 4194304,
    "PHP_QUERY_RFC1738": 1,
    "PHP_QUERY_RFC3986": 2,
}
DIGITS = 14


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, int):
        return str(value)
    if value == 0 and isinstance(value, float):
        raise Unreadable("a number without a sign")
    if isinstance(value, float) and len(repr(value).strip("-").replace(".", "")) <= DIGITS and "e" not in repr(value):
        return str(int(value)) if value == int(value) else repr(value)
    raise Unreadable("the text of no plain value")


def _is_list(value: dict[Any, Any]) -> bool:
    return list(value) == list(range(len(value)))


def number_of(value: Any) -> Any:
    """What a cast makes a number of; a text must be a plain one."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?", value):
        raise Unreadable("a number of no plain text")
    return float(value) if isinstance(value, str) and "." in value else value


class Object(Thing):
    """stdClass, and an array that is cast to an object."""

    def __init__(self, members: dict[Any, Any]) -> None:
        self.members = members

    def get(self, run: Any, name: str) -> Any:
        if name not in self.members:
            raise Unreadable(f"{name[:40]} is no member")
        return self.members[name]

    def set(self, run: Any, name: str, value: Any) -> None:
        self.members[name] = value


def _jsonable(value: Any, flags: int) -> Any:
    if isinstance(value, Object):
        return {str(key): _jsonable(member, flags) for key, member in value.members.items()}
    if isinstance(value, dict):
        if _is_list(value) and not flags & FLAGS["JSON_FORCE_OBJECT"]:
            return [_jsonable(member, flags) for member in value.values()]
        return {str(key): _jsonable(member, flags) for key, member in value.items()}
    if isinstance(value, float):
        text(value)
        return value if flags & FLAGS["JSON_PRESERVE_ZERO_FRACTION"] or value != int(value) else int(value)
    if not isinstance(value, str | int | None):
        raise Unreadable("JSON of more than data")
    return value


def json_encode(value: Any, flags: int = 0, depth: int = 512) -> str:
    if flags & ~sum(FLAGS[name] for name in FLAGS if name.startswith("JSON_")):
        raise Unreadable("flags of json_encode")
    pretty = bool(flags & FLAGS["JSON_PRETTY_PRINT"])
    written = json.dumps(
        _jsonable(value, flags),
        ensure_ascii=not flags & FLAGS["JSON_UNESCAPED_UNICODE"],
        separators=(",", ": ") if pretty else (",", ":"),
        indent=4 if pretty else None,
    )
    if flags & FLAGS["JSON_UNESCAPED_UNICODE"]:
        written = written.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    written = re.sub(r"(?<!\\)((?:\\\\)*)\\u007f", "\\1\x7f", written)
    return written if flags & FLAGS["JSON_UNESCAPED_SLASHES"] else written.replace("/", "\\/")


def upper(value: Any) -> str:
    """strtoupper, which changes ASCII alone."""
    return re.sub("[a-z]+", lambda letters: letters[0].upper(), text(value))


def lower(value: Any) -> str:
    return re.sub("[A-Z]+", lambda letters: letters[0].lower(), text(value))


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def urlencode(value: Any) -> str:
    return quote_plus(text(value)).replace("~", "%7E")


def rawurlencode(value: Any) -> str:
    return quote(text(value), safe="-_.~")


def http_build_query(data: Any, prefix: str = "", separator: str | None = "&", kind: int = 1) -> str:
    if prefix and any(isinstance(name, int) for name in data):
        raise Unreadable("http_build_query with a prefix")
    joint = "&" if separator is None else separator
    encode = rawurlencode if kind == FLAGS["PHP_QUERY_RFC3986"] else urlencode
    return joint.join(f"{encode(name)}={encode(value)}" for name, value in _flat(data))


def _flat(data: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(data, dict):
        members = [(f"{name}[{key}]" if name else str(key), value) for key, value in data.items()]
        return [pair for key, value in members for pair in _flat(value, key)]
    if data is None:
        return []
    return [(name, str(int(data)) if isinstance(data, bool) else text(data))]


def sprintf(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        width, digits, kind = verb["width"], verb["digits"], verb["kind"]
        if verb[0] == "%%":
            return "%"
        value = rest.pop(0)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if kind == "s" and not digits and not (width.startswith("0") and text(value).startswith("-")):
            return text(value).rjust(int(width or 0), "0" if width.startswith("0") else " ")
        if kind == "d" and isinstance(value, int) and is_number and not digits:
            return f"%{width}d" % value
        if kind in "fF" and is_number and len(repr(value)) <= DIGITS:
            return f"%{width}.{digits or 6}f" % value
        raise Unreadable(f"{verb[0]} of such a value")

    return re.sub(r"%(?P<width>0?[0-9]{0,2})(?:\.(?P<digits>[0-9]))?(?P<kind>.)", written, pattern)


def implode(first: Any, second: Any) -> str:
    joint, parts = (first, second) if isinstance(first, str) else (second, first)
    if len(joint) * len(parts) > 4_000_000:
        raise Unreadable("a text too long")
    return str(joint).join(map(text, parts.values()))


def merged_arrays(*arrays: dict[Any, Any]) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for array in arrays:
        for key, value in array.items():
            merged[len([taken for taken in merged if isinstance(taken, int)]) if isinstance(key, int) else key] = value
    return merged
