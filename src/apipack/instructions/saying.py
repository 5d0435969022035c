"""How a value stands in an instruction, and whether an instruction says each of its values exactly once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

Value = str | int | float | bool
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"")
_BARE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?")


class Checked(NamedTuple):
    """Values that an instruction lacks, and those that it has more often than they are asked for."""

    missing: tuple[Value, ...]
    duplicated: tuple[Value, ...]

    def __bool__(self) -> bool:
        return not (self.missing or self.duplicated)


def written(value: Value, double: bool = False) -> str:
    """A value as instructions have it: text in quotes, ISO dates, numbers, true and false as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if _BARE.fullmatch(value):
        return value
    mark = '"' if double or "'" in value else "'"
    return f"{mark}{value}{mark}"


def says(instruction: str, values: Iterable[Value]) -> Checked:
    """Hold an instruction against the values that it has to say. Text may be in either kind of quotes; a value that is
    asked for twice has to be there twice."""
    asked: dict[tuple[type[Value], Value], int] = {}
    for value in values:
        asked[type(value), value] = asked.get((type(value), value), 0) + 1
    missing, duplicated = [], []
    for (_, value), times in asked.items():
        count = stands(instruction, value)
        if count < times:
            missing.append(value)
        elif count > times:
            duplicated.append(value)
    return Checked(tuple(missing), tuple(duplicated))


def stands(instruction: str, value: Value) -> int:
    """How often a value stands in an instruction, other than as a part of something longer."""
    text = written(value)
    if isinstance(value, str) and not _BARE.fullmatch(value):
        return sum(_standing(instruction, f"{mark}{value}{mark}", "", "") for mark in "'\"" if mark not in value)
    return _standing(_unquoted(instruction), text, ".,:/-", ":/-")


@lru_cache(maxsize=1_000)
def _unquoted(instruction: str) -> str:
    return _QUOTED.sub(" ", instruction)


def _standing(text: str, part: str, not_before: str, not_after: str) -> int:
    """Occurrences of a part with no letter or digit beside it, nor one of these marks; `1.5` does not hold `1`."""
    count, at = 0, text.find(part)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(part) :][:2]
        free = not (before.isalnum() or before == "_" or (before and before in not_before))
        inside = after[:1].isalnum() or after[:1] == "_" or (after[:1] and after[:1] in not_after)
        decimal = bool(not_after) and len(after) == 2 and after[0] in ".," and after[1].isdigit()
        count += free and not inside and not decimal
        at = text.find(part, at + 1)
    return count
