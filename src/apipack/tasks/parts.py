"""Which rows share a part: parts bound the memory of a task and are the same whatever the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from apipack.io import parts

Item = TypeVar("Item")


def part_name(*numbers: int) -> str:
    """File name of a part; names sort in the order of their numbers."""
    return "-".join(("part", *(f"{number:05d}" for number in numbers))) + ".parquet"


def provider_groups(folder: Path) -> dict[str, list[str]]:
    """Files of a table whose parts are `part-GROUP-NUMBER`, by group; a group has whole providers."""
    groups: dict[str, list[str]] = defaultdict(list)
    for part in parts(folder):
        groups[part.stem.rpartition("-")[0]].append(str(part.absolute()))
    return groups


def packed(items: Iterable[Item], weight: Callable[[Item], int], limit: int) -> list[list[Item]]:
    """Consecutive items in groups of at most `limit` in weight; a heavier item stands alone."""
    groups: list[list[Item]] = []
    total = limit
    for item in items:
        if total + weight(item) > limit or not groups:
            groups.append([])
            total = 0
        groups[-1].append(item)
        total += weight(item)
    return groups


def linked(keys: Sequence[set[Any]]) -> list[list[int]]:
    """Group the numbers of consecutive parts so that no key appears in two groups. keys: those of each part.

    Parts must be sorted by key. A part without keys joins the group of the part before it.
    """
    groups: list[list[int]] = []
    last: set[Any] = set()
    for number, own in enumerate(keys):
        if groups and (not own or last & own):
            groups[-1].append(number)
        else:
            groups.append([number])
        last = own or last
    return groups
