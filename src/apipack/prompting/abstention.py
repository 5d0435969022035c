"""When no call is right: prompts that document the wrong operations, or ask for a call without a value that it needs.

What is right is known from the specification alone (`no_call`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import orjson

from apipack.instructions.spoken import spoken
from apipack.operations.documentation import required_members
from apipack.operations.filling import Said
from apipack.prompting.no_call import ASK, NO_CALL
from apipack.retrieval.documented import ABSENT, MISSING, OTHER_API

KINDS = (OTHER_API, ABSENT, MISSING)
_PLACES = ("path", "query", "header")


def unanswerable(
    row: Mapping[str, Any], kind: str, instruction: str, values: str | None, variant: int, seed: int, words: int
) -> tuple[str, str] | None:
    """(instruction, right answer) of a prompt of one of KINDS; None where an operation has none of this kind.

    row: schema OPERATIONS, with its hint. values: what the instruction says, as JSON of [place, name, value, source].
    variant: of the instruction, negative in a test's wording. words: of the description at most. Which of several
    required values is lacking is drawn, so that its place does not tell it.
    """
    if kind != MISSING:
        return instruction, NO_CALL
    said = [Said(*value) for value in json.loads(values or "[]")]
    form = orjson.loads(row["form"])
    required = {
        (given["place"], given["name"])
        for given in form.get("parameters", ())
        if given["required"] and "kind" in given["node"] and given["place"] in _PLACES
    }
    required |= {("body", name) for name in required_members(form.get("body"))}
    needed = [value for value in said if (value.place, value.name) in required]
    if not needed:
        return None
    lacking = random.Random(f"{seed}:{row['id']}:{variant}:lacking").choice(needed)  # not always the first argument
    others = [value for value in said if value is not lacking]
    text, _ = spoken(dict(row), others, seed, variant, words, row["hint"] or "")
    return None if text is None else (text, f"{ASK}{lacking.name}")
