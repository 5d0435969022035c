"""Whether a value that is sent is of the type of the reference's: texts, as they stand in URLs, headers and forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from apipack.openapi.number_texts import INTEGER, NUMBER


class Declared(NamedTuple):
    """What an operation says of one of its parameters. kind: its schema's type; fixed: one value is allowed."""

    kind: str
    fixed: bool


TEXT = Declared("", False)
Pairs = list[tuple[str, str]]
Parameters = Mapping[tuple[str, str], Declared]
"""By place and name."""
_UNFILLED = re.compile(r"\$?\{[A-Za-z_][\w.]*\}")


def is_unfilled(value: str, gold: str) -> bool:
    """Whether a value is a name in braces that a program forgot to fill: `{id}` for `f"{id}"`. gold: the reference's,
    which is another one, and no stand-in for a credential."""
    return bool(_UNFILLED.fullmatch(value)) and not (_UNFILLED.fullmatch(gold) or "REPLACE_" in gold)


def same_value(a: str, b: str, declared: Declared = TEXT) -> bool:
    """Texts by the declared type where the reference's value is of it, else by what they look like; empty only for
    empty, and a fixed value only for itself. Where the reference's is no number and no boolean, any text is."""
    if a == b:
        return True
    if declared.fixed or not a or not b:
        return False
    if declared.kind == "string":
        return True
    ours, theirs = _kind(a), _kind(b)
    if theirs == "text" and declared.kind not in ("integer", "number", "boolean"):
        return True
    if declared.kind == "number" and theirs == "integer":
        return ours in ("integer", "number")
    return ours == theirs or (ours == "integer" and theirs == "number")


def same_pairs(predicted: Pairs, gold: Pairs, place: str = "", parameters: Parameters | None = None) -> bool:
    """Each name as often, with values of the same type. parameters: what is declared of names of this place."""
    if Counter(name for name, _ in predicted) != Counter(name for name, _ in gold):
        return False
    declared = parameters or {}
    ours, theirs = sorted(predicted), sorted(gold)
    return all(
        same_value(a, b, declared.get((place, name), TEXT)) and not (place == "query" and is_unfilled(a, b))
        for (name, a), (_, b) in zip(ours, theirs, strict=True)
    )


def _kind(value: str) -> str:
    if INTEGER.fullmatch(value):
        return "integer"
    if NUMBER.fullmatch(value):
        return "number"
    return "boolean" if value.lower() in ("true", "false") else "text"
