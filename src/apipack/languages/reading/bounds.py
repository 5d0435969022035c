"""How large a value of a program may become, whatever the program does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from apipack.languages.wire import Unreadable

TEXT, MEMBERS, BITS = 4_000_000, 20_000, 10_000
"""Characters of a text, members of data all the way down, and bits of a product."""
WORD = 63
"""Bits that integers have in every language."""
DOUBTFUL = 3
"""Turns of a loop in doubt that show what a turn may send."""


def all_members(value: Any, opened: Callable[[Any], Any] = lambda held: held) -> Iterator[Any]:
    """The value and all that data holds, keys too, as often as it stands there; refuses too many: shared data grows
    fast. opened: what to look into in place of something held."""
    todo, count = [value], 0
    while todo:
        held = opened(todo.pop())
        yield held
        if isinstance(held, list | tuple | dict):
            count += len(held)
            if count > MEMBERS:
                raise Unreadable("too much data")
            todo += held
            if isinstance(held, dict):
                todo += held.values()


def check_size(value: Any) -> None:
    """Refuse data of too many members, those of objects among them."""
    for _ in all_members(value, _data):
        pass


def _data(held: Any) -> Any:
    data = getattr(held, "data", None) or getattr(held, "attributes", None)
    return data if isinstance(data, list | dict) else held


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
