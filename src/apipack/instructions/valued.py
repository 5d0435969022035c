"""Values for a language model to say: an instance is an operation with the values of one variant, and its judge rejects
a wording that lost one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import orjson

from apipack.instructions.phrases import Row
from apipack.instructions.saying import says, written
from apipack.instructions.spoken import labels
from apipack.operations.filling import Said

Judge = Callable[[Sequence[tuple[Row, str]]], list[str | None]]
"""(operation, wording) pairs → for each the reason to reject it, or None."""
_TELLING = re.compile(r"[a-z]{4,}")


def instance(row: Row, stiff: str, values: str, hint: str) -> Row:
    """An operation (schema OPERATIONS) for the recipe, with the values that its wording has to say.

    stiff: the grammar's wording, for where the model gives none. values: JSON of schema INSTRUCTIONS. hint: what tells
    the operation from others of its API."""
    said = [Said(*value) for value in orjson.loads(values)]
    texts = [written(value.value) for value in said]
    labelled = list(zip(labels(said), texts, strict=True))
    return {**row, "stiff": stiff, "said": [value.value for value in said], "labelled": labelled, "hint": hint}


def lost(row: Row, wording: str) -> str | None:
    """Why a wording is not that of an instance: `value_not_said`, `value_said_twice`, or `not_told_apart` where it
    leaves out a word of the hint."""
    checked = says(wording, row["said"])
    if checked.missing:
        return "value_not_said"
    if checked.duplicated:
        return "value_said_twice"
    words = set(_TELLING.findall(wording.lower()))
    return None if words.issuperset(_TELLING.findall(row["hint"].lower())) else "not_told_apart"


def judging_values(judge: Judge) -> Judge:
    """The judge, for instances: asked about those wordings alone that say what they have to."""

    def verdicts(pairs: Sequence[tuple[Row, str]]) -> list[str | None]:
        reasons = [lost(row, wording) for row, wording in pairs]
        whole = [at for at, reason in enumerate(reasons) if reason is None]
        for at, reason in zip(whole, judge([pairs[at] for at in whole]), strict=True):
            reasons[at] = reason
        return reasons

    return verdicts
