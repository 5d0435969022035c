"""Filters on operations and calls: each returns the reason to drop a row, or None to keep it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from apipack.instructions.rules import reject
from apipack.params import Filter
from apipack.records import METHODS

Row = dict[str, Any]

LOCAL_HOST = re.compile(r"https?://(localhost|127\.|10\.|192\.168\.|0\.0\.0\.0|169\.254\.|\[::1\])", re.I)
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;'\"()?!/_-]")


def operation_reason(row: Row, instruction: str, p: Filter) -> str | None:
    """Why an operation (schema OPERATIONS, with its training instruction) is dropped, or None."""
    for reason, fails in OPERATION_FILTERS:
        if fails(row, instruction, p):
            return reason
    broken = reject(row, instruction)
    return f"instruction_{broken}" if broken else None


def call_reason(call: str, p: Filter) -> str | None:
    return "call_too_long" if len(call) > p.max_call else None


def english_share(text: str) -> float:
    """Share of characters that plain English is written with; 1.0 for an empty text."""
    return len(_PLAIN.findall(text)) / len(text) if text else 1.0


OPERATION_FILTERS: tuple[tuple[str, Callable[[Row, str, Filter], bool]], ...] = (
    ("unknown_method", lambda row, _, p: row["method"] not in METHODS),
    ("local_host", lambda row, _, p: bool(LOCAL_HOST.match(row["template"]))),
    ("placeholder_in_host", lambda row, _, p: "{" in row["template"].split("/")[2]),
    ("no_functionality", lambda row, _, p: not row["functionality"]),
    ("request_too_long", lambda row, _, p: len(row["request"]) > p.max_request),
    ("instruction_too_short", lambda row, text, p: len(text) < p.min_instruction),
    ("instruction_too_long", lambda row, text, p: len(text) > p.max_instruction),
    ("not_english", lambda row, text, p: english_share(text) < p.english),
)
