"""Prompt and completion text, the same code for training and for tests (paper, section 4.2 and appendix)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from apipack.prompting.snippets import snippet
from apipack.prompting.thoughts import without_thoughts
from apipack.records import TOOLS
from apipack.retrieval.params import Retrieve

Row = dict[str, Any]

STOP = "\n**instruction**"

_FIELD = re.compile(r"^\*\*(domain|api_call|api_provider|lang)\*\*: ?", re.M)


@dataclass(frozen=True, slots=True)
class Shot:
    """One few-shot example: what was asked, and the completion that answers it; id of its operation."""

    instruction: str
    completion: str
    id: str = ""


SLACK = 3
"""Tokens by which the pieces of a text and the text itself may differ, a piece: a tokenizer may join what stands on
both sides of a cut, and begins every text with a token of its own."""
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Budget:
    """tokens: most a prompt may have. count: tokens of a text."""

    tokens: int
    count: Callable[[str], int]

    def most(self, pieces: Sequence[str], limit: int) -> int:
        """Tokens of the pieces' text: exactly, where they come near `limit`, otherwise a number on the same side of it.
        The pieces are counted one by one and remembered, since prompts share most of theirs."""
        length = sum(len(piece.encode()) for piece in pieces)
        if length <= limit:  # no token is below a byte
            return length
        about = sum(_remembered(self.count, piece) for piece in pieces)
        slack = SLACK * len(pieces)
        return about + slack if abs(about - limit) > slack else self.count("".join(pieces))


@lru_cache(maxsize=REMEMBERED)
def _remembered(count: Callable[[str], int], text: str) -> int:
    return count(text)


def prompt(
    row: Row | None, language: str, instruction: str, shots: Sequence[Shot], p: Retrieve, documentation: str = ""
) -> str:
    """The text a model completes. row: schema OPERATIONS (api_name, api_description), None if the API is not known.
    shots: best last. documentation: of operations, empty where none is shown."""
    return "".join(pieces(row, language, instruction, shots, p, documentation))


def pieces(
    row: Row | None, language: str, instruction: str, shots: Sequence[Shot], p: Retrieve, documentation: str = ""
) -> list[str]:
    """`prompt`, taken apart: what stands above the examples, each example, and the task."""
    head = ""
    if row is not None:
        about = " ".join(row["api_description"].split()[: p.description_words])
        head = f"**api_description**: {row['api_name']}" + (f". {about}" if about else "") + "\n"
    if documentation:
        head += f"**documentation**:\n{documentation}\n"
    examples = [f"**instruction**: {shot.instruction}\n**output**:\n{shot.completion}\n\n" for shot in shots]
    return [f"{head}**lang**: {language}\n\n", *examples, f"**instruction**: {instruction}\n**output**:\n"]


def fitting(
    row: Row | None,
    language: str,
    instruction: str,
    shots: Sequence[Shot],
    p: Retrieve,
    budget: Budget,
    documentation: str = "",
) -> Sequence[Shot]:
    """The last, that is the best, of these examples, as many as the budget has room for in the whole prompt.

    Whole examples go, worst first; the paper's script cuts the end of the examples, the best one's call.
    """
    for worst in range(len(shots)):
        text = pieces(row, language, instruction, shots[worst:], p, documentation)
        if budget.most(text, budget.tokens) <= budget.tokens:
            return shots[worst:]
    return []


def completion(row: Row, language: str, call: str, p: Retrieve) -> str:
    """What a model is to write: the call alone, or the labelled fields of `retrieve.output` in that order; of a tool
    always the call alone."""
    if p.output == ["api_call"] or language == TOOLS:
        return call
    fields = {
        "domain": ", ".join(row["tags"]) or row["api_name"],
        "api_call": call,
        "api_provider": row["provider"],
        "lang": language,
    }
    return "\n".join(f"**{name}**: {fields[name]}" for name in p.output)


def extract_call(output: str, language: str | None = None) -> str:
    """The call in a completion, behind its thoughts: after `**api_call**:` if labelled, else the code of the text
    (`snippets`). Where that is nothing, the text itself, which may be a call that is not seen."""
    whole = output.split(STOP)[0]
    output = without_thoughts(whole, language)
    parts = _FIELD.split(output)
    for label, text in zip(parts[1::2], parts[2::2], strict=True):
        if label == "api_call":
            output = text
            break
    return snippet(output, language).strip() or whole.strip()
