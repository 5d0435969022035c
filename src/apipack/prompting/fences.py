"""Blocks of Markdown and HTML in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apipack.prompting.code_lines import is_program, plain_lines
from apipack.prompting.language_signs import TAGS, begins_program

_INVISIBLE = "\u200b\u2060\ufeff"
FENCE = re.compile(
    rf"^(?P<indent>[ \t>{_INVISIBLE}]*)(?P<mark>`{{3,}}|~{{3,}})[ \t]*(?P<info>[^`\r\n]*)\r?$", re.MULTILINE
)
_ONE_LINE = re.compile(rf"^[ \t>{_INVISIBLE}]*(`{{3,}})([^`\r\n]+)\1[ \t]*\r?$", re.MULTILINE)
_PAGE = re.compile(r"^[ \t]*<pre\b[^>\n]*>\s*(?:<code\b([^>\n]*)>)?|^[ \t]*<code\b([^>\n]*)>", re.MULTILINE)
_PAGE_END = re.compile(r"(?:</code>\s*)?</pre>|</code>")
_CLASS = re.compile(r"(?:language|lang)-([\w+#.-]+)")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'", "&#34;": '"', "&amp;": "&"}
_ESCAPED = re.compile("|".join(_ENTITIES))
_DOCUMENTS = ("markdown", "md", "mdx")
URL = re.compile(r"https?://|\bHTTPS?Connection\b|\bhostname\b")


@dataclass(frozen=True)
class Fenced:
    """A block of Markdown: the words after its opening mark, and the code."""

    info: str
    code: str


def fences(text: str, language: str | None = None) -> list[Fenced]:
    """Blocks between ``` or ~~~ marks in order; one that is not closed ends with the text.

    Where the prompt opened a block, its closing mark ends the first. Marks in a string of a program are none. Lines of
    Markdown that end in CRLF end in LF in its code. A block of Markdown stands for the blocks in it.
    """
    if "```" not in text and "~~~" not in text:
        return []
    marks = list(FENCE.finditer(text))
    if not marks and (one := _ONE_LINE.search(text)) and not begins_program(text, language):
        info, first = _information(one[2].strip(), language)
        return [Fenced(info.lower(), first.strip())] if first else [Fenced("", one[2].strip())]
    if not marks or (language and _is_in_string(text, marks[0], language)):
        return []
    blocks: list[Fenced] = []
    position = 0
    if _is_closing(text, marks, language):
        blocks.append(Fenced("", text[: marks[0].start()].strip("\r\n")))
        position = marks[0].end()
    for opening, closed in blocks_from(text, position):
        inner = text[opening.end() : closed.start() if closed else len(text)].removeprefix("\n")
        if opening[0].endswith("\r") or text[opening.end() :][:2] == "\r\n":
            inner = inner.replace("\r\n", "\n")
        info, first = _information(opening["info"].strip(), language)
        code = first + _dedented(inner, opening["indent"]).strip("\n")
        nested = fences(code, language) if info.lower() in _DOCUMENTS else []
        blocks += nested or [Fenced(info.lower(), code)]
    return blocks


def blocks_from(text: str, position: int = 0) -> Iterator[tuple[re.Match[str], re.Match[str] | None]]:
    """The opening mark of each block, and the closing one of the same characters, None where the text ends before."""
    while opening := FENCE.search(text, position):
        mark = opening["mark"]
        closing = re.compile(rf"^[ \t>{_INVISIBLE}]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\r?$", re.MULTILINE)
        closed = closing.search(text, opening.end())
        yield opening, closed
        position = closed.end() if closed else len(text)


def _information(info: str, language: str | None) -> tuple[str, str]:
    """The words at an opening mark, and the first line of code where it follows in the same line."""
    tag, _, rest = info.partition(" ")
    is_code = language and tag.lower() in TAGS[language] and re.match(r"curl\s|import |fetch\(|requests\.", rest)
    return (tag, f"{rest}\n") if is_code else (info, "")


def _is_in_string(text: str, mark: re.Match[str], language: str) -> bool:
    """Whether a text begins as a program, in one of whose strings a mark lies."""
    if is_program(text, language):
        return True
    if not begins_program(text, language):
        return False
    return not plain_lines(text, language)[text.count("\n", 0, mark.start())]


def _is_closing(text: str, marks: list[re.Match[str]], language: str | None) -> bool:
    """Whether the first mark closes a block that begins before the text."""
    before, behind = text[: marks[0].start()], text[marks[0].end() :]
    if marks[0]["info"].strip() or not before.strip():
        return False
    if not behind.strip():
        return True
    is_open = len(marks) % 2 == 1 or bool(marks[1]["info"].strip())
    return is_open and (begins_program(before, language) or bool(URL.search(before) and not URL.search(behind)))


def _dedented(code: str, indent: str) -> str:
    if not indent:
        return code
    return re.sub(rf"^{re.escape(indent)}|^[ \t>]{{1,{len(indent)}}}(?=\S|$)", "", code, flags=re.MULTILINE)


def page_blocks(text: str, language: str | None) -> list[Fenced]:
    """Code of the <pre> and <code> elements that begin a line, where the text before them is no program."""
    blocks: list[Fenced] = []
    position = 0 if "<pre" in text or "<code" in text else len(text)
    while opening := _PAGE.search(text, position):
        closed = _PAGE_END.search(text, opening.end())
        if begins_program(text, language):
            return []
        inner = text[opening.end() : closed.start() if closed else len(text)]
        if "<?" in inner:
            return []
        named = _CLASS.search(opening[1] or opening[2] or "")
        blocks.append(Fenced(named[1].lower() if named else "", _unescaped(inner).strip("\r\n")))
        position = closed.end() if closed else len(text)
    return blocks


def _unescaped(code: str) -> str:
    """Code of a page without its entities; one that has the characters themselves was never escaped."""
    if "<" in code or "&" in _ESCAPED.sub("", code):
        return code
    return _ESCAPED.sub(lambda entity: _ENTITIES[entity[0]], code)
