"""Ruby: methods of texts, lists and hashes that take no block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.bounds import check_texts
from apipack.languages.reading.rounding import fixed
from apipack.languages.reading.ruby_data import text
from apipack.languages.reading.values import (
    Symbol,
    text_of,
)
from apipack.languages.wire import Unreadable


def _join(parts: list[Any], joint: str = "") -> str:
    texts = [text(part) for part in parts]
    check_texts(texts, joint)
    return joint.join(texts)


def _changed(value: Any, change: Any) -> Any:
    """The value itself, once it is changed."""
    change()
    return value


def _single(character: str) -> str:
    if len(character) != 1 or character in "^-\\":
        raise Unreadable("characters of a text")
    return character


def _replaced(value: str, old: Any, new: Any) -> str:
    if "\\" in text_of(new) or not text_of(old):
        raise Unreadable("a replacement with references, or of nothing")
    return value.replace(old, new)


def _stripped(value: str) -> str:
    if not value.isascii():
        raise Unreadable("white space of a text beyond ASCII")
    return value.lstrip("\0\t\n\v\f\r ").rstrip("\0\t\n\v\f\r ")


def _split(value: str, joint: str) -> list[str]:
    """Parts between a text that is no space, without the empty ones at the end."""
    if text_of(joint) in ("", " "):
        raise Unreadable("parts of a text")
    parts = value.split(joint)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _translated(value: str, old: str, new: str) -> str:
    return value.replace(_single(old), _single(new))


def _flat(value: list[Any]) -> list[Any]:
    return [inner for member in value for inner in (_flat(member) if isinstance(member, list) else [member])]


def formatted(pattern: str, *values: Any) -> str:
    """format."""
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        name = verb["name"] or verb["held"]
        value = values[0][Symbol(name)] if name else rest.pop(0)
        kind, form = verb["kind"] or "s", verb["form"] or ""
        if kind == "s" and not form:
            return text(value)
        if kind == "d" and isinstance(value, int) and not isinstance(value, bool) and "." not in form:
            return f"%{form}d" % value
        if kind == "f" and isinstance(value, int | float) and not isinstance(value, bool):
            return fixed(value, form)
        raise Unreadable(f"{verb[0]} of such a value")

    verb = r"%(?:\{(?P<held>\w+)\}|(?:<(?P<name>\w+)>)?(?P<form>0?[1-9]?[0-9]?(?:\.[0-9])?)(?P<kind>[a-zA-Z%])|)"
    return re.sub(verb, written, pattern)


METHODS: Mapping[type, Mapping[str, Any]] = {
    str: {
        "to_s": text,
        "to_str": text,
        "to_sym": text,
        "strip": _stripped,
        "chomp": lambda value: re.sub(r"(?:\r\n|\n|\r)\Z", "", value),
        "upcase": lambda value: value.upper(),
        "downcase": lambda value: value.lower(),
        "bytesize": lambda value: len(value.encode()),
        "length": lambda value: len(value),
        "encode": lambda value, *_: value,
        "empty?": lambda value: not value,
        "<<": lambda value, more: value + text_of(more),
        "size": lambda value: len(value),
        "start_with?": lambda value, *starts: value.startswith(starts),
        "end_with?": lambda value, *ends: value.endswith(ends),
        "include?": lambda value, part: part in value,
        "delete_suffix": lambda value, end: value.removesuffix(end),
        "delete_prefix": lambda value, start: value.removeprefix(start),
        "capitalize": lambda value: value[:1].upper() + value[1:].lower(),
        "gsub": _replaced,
        "tr": _translated,
        "delete": lambda value, character: value.replace(_single(character), ""),
        "b": lambda value: value,
        "force_encoding": lambda value, *_: value,
        "split": _split,
    },
    int: {"to_s": text, "to_i": lambda value: value},
    float: {"to_s": text},
    list: {
        "join": _join,
        "to_a": lambda value: value,
        "length": lambda value: len(value),
        "size": lambda value: len(value),
        "empty?": lambda value: not value,
        "any?": lambda value: any(member is not None and member is not False for member in value),
        "first": lambda value: value[0],
        "last": lambda value: value[-1],
        "compact": lambda value: [member for member in value if member is not None],
        "flatten": _flat,
        "include?": lambda value, member: member in value,
        "to_h": lambda value: {pair[0]: pair[1] for pair in value},
        "dup": lambda value: list(value),
        "uniq": lambda value: list(dict.fromkeys(value)),
        "sort": lambda value: sorted(map(text_of, value)),
    },
    dict: {
        "merge": lambda value, *others: {key: member for merged in (value, *others) for key, member in merged.items()},
        "empty?": lambda value: not value,
        "any?": lambda value: bool(value),
        "size": lambda value: len(value),
        "compact": lambda value: {key: member for key, member in value.items() if member is not None},
        "fetch": lambda value, key, *default: value.get(key, *default) if default else value[key],
        "dig": lambda value, key: value.get(key),
        "key?": lambda value, key: key in value,
        "keys": lambda value: list(value),
        "values": lambda value: list(value.values()),
        "to_a": lambda value: [list(pair) for pair in value.items()],
        "to_h": lambda value: dict(value),
        "dup": lambda value: dict(value),
        "slice": lambda value, *keys: {key: value[key] for key in keys if key in value},
        "except": lambda value, *keys: {key: member for key, member in value.items() if key not in keys},
    },
}
"""Methods of data by its type."""
CHANGING: Mapping[type, Mapping[str, Any]] = {
    list: {
        "<<": lambda value, member: _changed(value, lambda: value.append(member)),
        "push": lambda value, *members: _changed(value, lambda: value.extend(members)),
        **dict.fromkeys(
            ("unshift", "prepend"),
            lambda value, *members: _changed(value, lambda: value.__setitem__(slice(0, 0), members)),
        ),
        "append": lambda value, *members: _changed(value, lambda: value.extend(members)),
        "concat": lambda value, *others: _changed(value, lambda: [value.extend(other) for other in others]),
    },
    dict: {
        "store": lambda value, key, member: value.update({key: member}),
        "merge!": lambda value, *others: _changed(value, lambda: [value.update(other) for other in others]),
        "update": lambda value, other: _changed(value, lambda: value.update(other)),
        "delete": lambda value, key: value.pop(key, None),
    },
}
"""Methods that change their data, by its type."""
