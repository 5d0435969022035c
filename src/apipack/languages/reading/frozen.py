"""Lists and mappings that cannot change: Ruby's frozen ones, and what Java's `of` gives."""

from __future__ import annotations

from typing import Any

from apipack.languages.wire import Unreadable


class FrozenList(list[Any]):
    """A list that a program reads alone."""


class FrozenDict(dict[Any, Any]):
    """A mapping that a program reads alone."""


def frozen(value: Any) -> Any:
    """The same members where they cannot change."""
    if isinstance(value, list):
        return FrozenList(value)
    return FrozenDict(value) if isinstance(value, dict) else value


def check_changes(value: Any, is_changed: bool) -> None:
    """Refuse a change of what is frozen, at which the program fails."""
    if is_changed and isinstance(value, FrozenList | FrozenDict):
        raise Unreadable("a change of what is frozen")
