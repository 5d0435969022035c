"""Prompt and completion text, the same code for training and for tests (paper, section 4.2 and appendix)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apipack.params import Retrieve

Row = dict[str, Any]

STOP = "\n**instruction**"

_FENCE = re.compile(r"```[\w+-]*\n(.*?)(?:```|\Z)", re.S)
_FIELD = re.compile(r"^\*\*(domain|api_call|api_provider|lang)\*\*: ?", re.M)


@dataclass(frozen=True, slots=True)
class Shot:
    """One few-shot example: what was asked, and the completion that answers it."""

    instruction: str
    completion: str


def prompt(row: Row, language: str, instruction: str, shots: Sequence[Shot], p: Retrieve) -> str:
    """The text a model completes. row: schema OPERATIONS (api_name, api_description). shots: best last."""
    about = " ".join(row["api_description"].split()[: p.description_words])
    head = f"**api_description**: {row['api_name']}" + (f". {about}" if about else "")
    examples = "".join(f"**instruction**: {shot.instruction}\n**output**:\n{shot.completion}\n\n" for shot in shots)
    return f"{head}\n**lang**: {language}\n\n{examples}**instruction**: {instruction}\n**output**:\n"


def completion(row: Row, language: str, call: str, p: Retrieve) -> str:
    """What a model is to write: the call alone, or the labelled fields of `retrieve.output` in that order."""
    if p.output == ["api_call"]:
        return call
    fields = {
        "domain": ", ".join(row["tags"]) or row["api_name"],
        "api_call": call,
        "api_provider": row["provider"],
        "lang": language,
    }
    return "\n".join(f"**{name}**: {fields[name]}" for name in p.output)


def extract_call(output: str) -> str:
    """The call in a completion: after `**api_call**:` if labelled, inside a code fence if there is one."""
    output = output.split(STOP)[0]
    parts = _FIELD.split(output)
    for label, text in zip(parts[1::2], parts[2::2], strict=True):
        if label == "api_call":
            output = text
            break
    if fenced := _FENCE.search(output):
        output = fenced[1]
    return output.strip()
