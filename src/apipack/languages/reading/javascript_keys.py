"""Keys of JavaScript's objects: texts, of which those that are indices of an array come first, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apipack.languages.wire import Unreadable

LAST = 2**32 - 2


def index_of(key: Any) -> int | None:
    """The index of an array that a key is, if it is one."""
    if not isinstance(key, str) or not key.isdecimal() or not key.isascii() or len(key) > 10:
        return None
    return int(key) if str(int(key)) == key and int(key) <= LAST else None


def key_text(key: Any) -> str:
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    if not isinstance(key, str):
        raise Unreadable("a key that is no text")
    return key


def ordered(members: Mapping[Any, Any]) -> dict[str, Any]:
    """Members of an object in the order in which a loop takes them."""
    texts = {key_text(key): member for key, member in members.items()}
    indices = sorted((index, key) for key in texts if (index := index_of(key)) is not None)
    return {key: texts[key] for _, key in indices} | texts if indices else texts


def put(owner: dict[Any, Any], key: str, value: Any) -> None:
    """Set a member of an object."""
    index = None if key in owner else index_of(key)
    last = index_of(next(reversed(owner), "0")) if owner else -1
    owner[key] = value
    if index is not None and (last is None or last > index):
        members = ordered(owner)
        owner.clear()
        owner.update(members)
