"""Filters on operations: each returns the reason to drop a row, or None to keep it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson

from apipack.dataset.params import Filter
from apipack.instructions.rules import reject
from apipack.operations.natural_language import ENGLISH
from apipack.records import is_method

Row = dict[str, Any]

LOCAL_HOST = re.compile(r"https?://(localhost|127\.|10\.|192\.168\.|0\.0\.0\.0|169\.254\.|\[::1\])", re.I)
# RFC 2606 names and names without a dot; `.local` stays, the hub's mark of software that its users host.
PLACEHOLDER_HOST = re.compile(r"(.*\.)?(example(\.(com|net|org))?|test|invalid|localhost)|[^.]*", re.I)
PLACEHOLDER_PATH = re.compile(r"%7B|%7D|%3C[A-Za-z ]|\{|\}|<")
READ = [
    "api_name",
    "description",
    "endpoint",
    "functionality",
    "instruction",
    "method",
    "natural_language",
    "path",
    "request",
    "template",
    "test_instruction",
]
"""Columns of an operation that decide whether it is fit."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:;'\"()?!/_-]")


def operation_reason(row: Row, p: Filter) -> str | None:
    """Why an operation (`READ`, of schemas UNIQUE and INSTRUCTIONS) is dropped, or None."""
    for reason, fails in OPERATION_FILTERS:
        if fails(row, p):
            return reason
    if broken := wording_reason(row, row["instruction"], p):
        return f"instruction_{broken}"
    broken = wording_reason(row, row["test_instruction"], p)
    return f"test_instruction_{broken}" if broken else None


def wording_reason(row: Row, text: str, p: Filter) -> str | None:
    """Why a wording of an operation is unfit, or None."""
    if len(text) < p.min_instruction:
        return "too_short"
    if len(text) > p.max_instruction:
        return "too_long"
    return "not_english" if english_share(text) < p.english else reject(row, text)


def english_share(text: str) -> float:
    """Share of characters that plain English is written with; 1.0 for an empty text."""
    return (len(text) - len(_NOT_PLAIN.findall(text))) / len(text) if text else 1.0


def _host(row: Row) -> str:
    return urlsplit(row["template"]).netloc.rpartition(":")[0] or urlsplit(row["template"]).netloc


def _path(row: Row) -> str:
    """The path of the request itself, where a template's parameters have values."""
    return urlsplit(orjson.loads(row["request"])["url"]).path


OPERATION_FILTERS: tuple[tuple[str, Callable[[Row, Filter], bool]], ...] = (
    ("unknown_method", lambda row, p: not is_method(row["method"])),
    ("local_host", lambda row, p: bool(LOCAL_HOST.match(row["template"]))),
    ("placeholder_in_host", lambda row, p: bool(PLACEHOLDER_HOST.fullmatch(_host(row)))),
    ("placeholder_in_path", lambda row, p: bool(PLACEHOLDER_PATH.search(_path(row)))),
    ("no_functionality", lambda row, p: not row["functionality"]),
    ("request_too_long", lambda row, p: len(row["request"]) > p.max_request),
    ("not_english", lambda row, p: row["natural_language"] != ENGLISH),
)
