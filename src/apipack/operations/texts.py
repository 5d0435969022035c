"""What a specification says in words: markup to plain text, identifiers to words, the name of an operation."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from typing import Any

from apipack.openapi.document import RawOperation

MAX_TEXT = 1_000

_TAG = re.compile(r"<[^<>]{0,200}>")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)")
_MARKUP = re.compile(r"[`*_#>|~](?:(?<![^\n]#)(?<=#)#{0,5}\s+|[`*_#>|~]{0,2}(?=\S)|(?<=\S[`*|~])[`*|~]{0,2})")
"""A heading's marks, marks before a word, marks after one. It begins with a set, for which `re` looks fast."""
_PLAIN = re.compile(r"(?:[A-Za-z0-9.,:;'\"()?!/+@%=-]++(?: (?! |\Z))?+)*+")
_MARKS = frozenset("`*_#>|~")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def plain(text: Any) -> str:
    """Markdown or HTML to one line of plain text of at most `MAX_TEXT` characters, cut at a word if it can be."""
    if not isinstance(text, str):
        return ""
    if len(text) <= MAX_TEXT and _PLAIN.fullmatch(text):
        return text
    text = text[: MAX_TEXT * 8]
    if "<" in text:
        text = _TAG.sub(" ", text)
    with suppress(ValueError):  # a number of more digits than `int` reads
        text = html.unescape(text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if not _MARKS.isdisjoint(text):
        text = _MARKUP.sub("", text)
    if not text.isascii():
        text = text.encode("utf-8", "ignore").decode("utf-8")
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT].rpartition(" ")[0] or text[:MAX_TEXT]


def words(identifier: str) -> list[str]:
    """Lower-case words of a camelCase, snake_case or path-like identifier."""
    return [word.lower() for word in _WORDS.findall(identifier)]


def endpoint(raw: RawOperation) -> str:
    """operationId, or one made of method and path."""
    identifier = raw.operation.get("operationId")
    if isinstance(identifier, str) and identifier.strip():
        return plain(identifier)
    return "_".join([raw.method, *words(raw.path)])
