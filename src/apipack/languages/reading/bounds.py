"""How large a value of a program may become, whatever the program does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apipack.languages.wire import Unreadable

TEXT, MEMBERS, BITS = 4_000_000, 20_000, 10_000
"""Characters of a text, members of data all the way down, and bits of a product."""
WORD = 63
"""Bits that integers have in every language."""


def check_size(value: Any) -> None:
    """Refuse data whose members, counted as often as they stand in it, are too many; shared data grows fast."""
    todo, count = [value], 0
    while todo:
        held = todo.pop()
        data = getattr(held, "data", None) or getattr(held, "attributes", None)
        held = data if isinstance(data, list | dict) else held
        if isinstance(held, list | tuple | dict):
            count += len(held)
            if count > MEMBERS:
                raise Unreadable("too much data")
            todo += held.values() if isinstance(held, dict) else held


def check_texts(parts: Iterable[Any], joint: str = "") -> None:
    """Refuse texts that are too long when they are joined."""
    if sum(len(part) + len(joint) for part in parts if isinstance(part, str)) > TEXT:
        raise Unreadable("a text too long")


def check_product(left: int, right: int) -> None:
    """Refuse a product of too many bits."""
    if left.bit_length() + right.bit_length() > BITS:
        raise Unreadable("a number too large")


def within(number: int) -> int:
    """The number; refused where some language would have another one, or a fraction."""
    if number.bit_length() > WORD:
        raise Unreadable("a number too large")
    return number
