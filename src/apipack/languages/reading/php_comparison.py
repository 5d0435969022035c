"""PHP: what is true, equal and the same."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.values import Thing
from apipack.languages.wire import Unreadable


def truth_of(value: Any) -> bool:
    return bool(value) and value != "0" if not isinstance(value, Thing) else True


def condition(test: p.Expression) -> p.Expression:
    """A test of which nobody needs the value that it gives, but whether it holds."""
    match test:
        case p.Call(p.Name("truth of"), (p.Argument(p.Binary(operator, left, right)),)):
            return p.Binary(operator, condition(left), condition(right))
    return test


def same(left: Any, right: Any) -> bool:
    """`===`."""
    if isinstance(left, Thing) or isinstance(right, Thing):
        return left is right
    if type(left) is not type(right):
        return False
    if not isinstance(left, dict):
        return bool(left == right)
    if list(left) != list(right) or list(map(type, left)) != list(map(type, right)):
        return False
    return all(map(same, left.values(), right.values()))


def equal(left: Any, right: Any) -> bool | None:
    """`==` where one side is a truth value or nothing, or both are texts; None for others."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    if left is None or right is None:
        if isinstance(left, str | None) and isinstance(right, str | None):
            return (left or "") == (right or "")
        return truth_of(left) == truth_of(right)
    if isinstance(left, str) and isinstance(right, str):
        if left != right and _is_numeric(left) and _is_numeric(right):
            raise Unreadable("texts that are compared as numbers")
        return left == right
    return None


def _is_numeric(value: str) -> bool:
    return re.match(r"[\s+-]*[0-9.]", value) is not None
