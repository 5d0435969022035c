"""The prompts of the recipe: our own words, one file each in prompts/, versioned by hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import Template

from apipack.inference.backends.base import Prompt
from apipack.instructions.phrases import Row, api_name, shorten

NAMES = (
    *("system", "rewrite", "candidate", "back_translation", "operation", "judge"),
    *("rewrite_values", "candidate_values", "values"),
)
LONGEST = 600
_REFUSAL = re.compile(r"\b(i'?m sorry|i cannot|i can'?t|i am unable|as an ai|as a language model)\b", re.I)
_LABEL = re.compile(r"^(?:request|user|user request)\s*:\s*", re.I)
_QUOTES = {'"': '"', "“": "”", "'": "'"}


@cache
def text(name: str) -> str:
    return files("apipack.instructions").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8")


def versions() -> dict[str, str]:
    """First twelve hex digits of each prompt file's sha256."""
    return {name: hashlib.sha256(text(name).encode()).hexdigest()[:12] for name in NAMES}


def operation_text(row: Row, words: int) -> str:
    """What is known of an operation, as prompts show it and as back-translation must give it back; with the values of
    an instance (`valued.instance`)."""
    apart = f" ({row['hint']})" if row.get("hint") else ""
    operation = Template(text("operation")).substitute(
        functionality=row["functionality"] + apart,
        description=shorten(" ".join(row["description"].split()), words),
        endpoint=row["endpoint"],
        api=row["api_name"],
    )
    if not row.get("labelled"):
        return operation
    lines = "\n".join(f"- {label}: {value}" for label, value in row["labelled"])
    return operation + Template(text("values")).substitute(values=lines)


def rewrite(row: Row, seed_text: str, seed: int) -> Prompt:
    asked = text("rewrite_values" if row.get("labelled") else "rewrite")
    return Prompt(text("system").strip(), Template(asked).substitute(api=api_name(row), seed=seed_text), seed)


def candidate(row: Row, examples: Sequence[tuple[Row, str]], seed: int, words: int) -> Prompt:
    """examples: (operation, its request) pairs of the same API."""
    shown = "\n".join(f"{operation_text(shown, words)}Request: {request}\n" for shown, request in examples)
    asked = text("candidate_values" if row.get("labelled") else "candidate")
    body = Template(asked).substitute(examples=shown, operation=operation_text(row, words)).strip()
    return Prompt(text("system").strip(), body, seed, row)


def back_translation(wording: str) -> Prompt:
    return Prompt(text("system").strip(), Template(text("back_translation")).substitute(candidate=wording).strip())


def verdict(row: Row, wording: str, words: int) -> Prompt:
    """Asks for `good` or `bad`."""
    body = Template(text("judge")).substitute(operation=operation_text(row, words), candidate=wording)
    return Prompt("You judge requests that were written for web APIs.", body.strip())


def clean(completion: str) -> tuple[str, str | None]:
    """(the request in a completion, None), or (the completion, `empty`, `refusal` or `malformed`)."""
    said = _LABEL.sub("", completion.strip())
    if len(said) > 1 and _QUOTES.get(said[0]) == said[-1]:
        said = said[1:-1].strip()
    if not said:
        return said, "empty"
    if _REFUSAL.search(said[:120]):
        return said, "refusal"
    if len(said) > LONGEST or "\ufffd" in said or not re.search(r"[A-Za-z]{2}", said):
        return said, "malformed"
    return said, None
