"""What a specification says in words: markup to plain text, identifiers to words, the name of an operation."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

from apipack.openapi.paths import RawOperation

MAX_TEXT = 1_000
_ELEMENTS = (
    "a abbr address article aside b blockquote br button c caption center cite code col dd del details div dl dt em "
    "example figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img input ins item kbd li link list main "
    "mark nav nobr ol p para paramref pre q remarks returns s samp script section see small span strike strong style "
    "sub summary sup table tbody td tfoot th thead tr tt u ul var video"
)
HTML = frozenset(_ELEMENTS.split())
"""Elements of HTML and of C#'s comments; other names between `<` and `>` are placeholders and types."""

_TAG = re.compile(r"<!--.{0,2000}?-->|<(/?)([A-Za-z][\w.:-]{0,60})((?:\s[^<>]{0,2000})?)/?>", re.S)
_AUTOLINK = re.compile(r"<((?:https?|ftp)://[^\s<>]{1,500})>")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)")
_WORD = r"[A-Za-z0-9.,:;'\"()?!/+@%=-]+"
_PLAIN = re.compile(rf"{_WORD}(?: {_WORD})*")
_MARKS = frozenset("`*_#>|~\\")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n`]*$", re.M)
_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)((?:[^`]|(?<!`)`(?!`)){1,500}?)(?<!`)\1(?!`)")
_BLOCK = re.compile(r"^(?:[ \t]{0,3}>[ \t]?)+|^[ \t]{0,3}#{1,6}(?=[ \t]|$)[ \t]*|[ \t]+#+[ \t]*$", re.M)
_DIVIDER = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+$", re.M)
_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.M)
_STARS = re.compile(r"(?<!\*)(\*{1,3})(?=[^\s*])((?:(?!\n\s*\n)[^*]){1,500}?)(?<=[^\s*])\1(?!\*)")
_LINES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])((?:(?!\n\s*\n).){1,500}?)(?<=[^\s_])\1(?!\w)", re.S)
_STRIKE = re.compile(r"(?<!~)~~(?=[^\s~])([^~]{1,500}?)(?<=[^\s~])~~(?!~)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_KEPT = re.compile("\ue000(\\d+)\ue001")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def plain(text: Any) -> str:
    """Markdown (CommonMark, with GitHub's tables and strikethrough) or HTML to one line of plain text of at most
    `MAX_TEXT` characters, cut at a word if it can be. What is no markup by its rules stays: `user_id`, `a * b`."""
    if not isinstance(text, str):
        return ""
    return text if len(text) <= MAX_TEXT and _PLAIN.fullmatch(text) else _without_markup(text[: MAX_TEXT * 8])


@lru_cache(maxsize=1_000)
def _without_markup(text: str) -> str:
    """`plain`, remembered: operations of an API say the same of themselves."""
    if "<" in text:
        text = _without_tags(text)
    with suppress(ValueError):  # a number of more digits than `int` reads
        text = html.unescape(text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if not _MARKS.isdisjoint(text):
        text = _without_marks(text)
    if not text.isascii():
        text = text.encode("utf-8", "ignore").decode("utf-8")
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT].rpartition(" ")[0] or text[:MAX_TEXT]


def _without_tags(text: str) -> str:
    """The text without HTML; `<id>` and `List<Pet>` are none unless they are closed."""
    text = _AUTOLINK.sub(r"\1", text)
    closed = set(re.findall(r"</([A-Za-z][\w.:-]{0,60})\s*>", text))

    def kept(tag: re.Match[str]) -> str:
        name = tag[2]
        markup = name is None or name.lower() in HTML or name in closed or "=" in tag[3]
        return " " if markup else tag[0]

    return _TAG.sub(kept, text)


def _without_marks(text: str) -> str:
    """The text without Markdown's marks; code spans and escaped marks are as they stand."""
    kept: list[str] = []

    def keep(content: str) -> str:
        kept.append(content)
        return f"\ue000{len(kept) - 1}\ue001"

    if "\ue000" in text:
        text = text.replace("\ue000", "")
    if "`" in text or "~~~" in text:
        text = _FENCE.sub("", text)
        text = _SPAN.sub(lambda span: keep(span[2]), text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda escape: keep(escape[1]), text)
    if "|" in text:
        text = _DIVIDER.sub("", text)
        text = _ROW.sub(lambda row: row[0].replace("|", " "), text)
    if "#" in text or ">" in text:
        text = _BLOCK.sub("", text)
    for mark, pattern in (("*", _STARS), ("_", _LINES)):
        for _ in range(3):  # emphasis inside of emphasis
            if mark not in text or (fewer := pattern.sub(r"\2", text)) == text:
                break
            text = fewer
    if "~~" in text:
        text = _STRIKE.sub(r"\1", text)
    return _KEPT.sub(lambda match: kept[int(match[1])], text) if kept else text


def words(identifier: str) -> list[str]:
    """Lower-case words of a camelCase, snake_case or path-like identifier."""
    return [word.lower() for word in _WORDS.findall(identifier)]


def asked(name: str) -> str:
    """What a user calls an operation by, where `get /pets` is `GET /pets`."""
    verb, _, path = name.partition(" ")
    return f"{verb.upper()} {path}" if verb.isalpha() and path.startswith("/") else name


def endpoint(raw: RawOperation) -> str:
    """The operationId as it is written, of which at most `MAX_TEXT` characters, or one made of method and path."""
    identifier = raw.operation.get("operationId")
    if isinstance(identifier, int) and not isinstance(identifier, bool):  # YAML's number for a text without quotes
        identifier = str(identifier)
    if isinstance(identifier, str) and identifier.strip():
        return identifier[:MAX_TEXT].encode("utf-8", "ignore").decode("utf-8")
    return "_".join([raw.method, *words(raw.path)])
