"""The order of settings, languages and levels in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from apipack.evaluation.params import Level, Setting
from apipack.records import LANGUAGES

ORDER: dict[str, tuple[Any, ...]] = {
    "setting": get_args(Setting),
    "language": tuple(LANGUAGES),
    "level": get_args(Level),
}


def rank(by: Sequence[str], key: Sequence[Any]) -> list[tuple[int, str]]:
    """By what to sort values of these columns; what is not known comes last."""
    known = [_place(ORDER.get(name, ()), value) for name, value in zip(by, key, strict=True)]
    return [(at, str(value)) for at, value in zip(known, key, strict=True)]


def _place(order: tuple[Any, ...], value: Any) -> int:
    return order.index(value) if value in order else len(order)
