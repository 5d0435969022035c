"""What a reasoning model wrote before its answer, and the tags that it wraps the answer in.

Chat templates may put the opening tag into the prompt, so that a completion has the closing one alone.
"""

from __future__ import annotations

import re

from apipack.prompting.code_lines import is_program, plain_lines
from apipack.prompting.fences import FENCE, blocks_from
from apipack.prompting.language_signs import begins_program

_SIGNS = ("</", "/THINK]", "/think▷", "<|channel|>", "<answer>", "<final_answer>")
_NAME = r"(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning)"
_OPENING = re.compile(rf"<{_NAME}>|\[THINK\]|◁think▷", re.IGNORECASE)
_CLOSING = re.compile(rf"</{_NAME}>|\[/THINK\]|◁/think▷|<\|channel\|>final<\|message\|>", re.IGNORECASE)
_ANSWER = re.compile(r"^[ \t]*<(answer|final_answer)>", re.IGNORECASE | re.MULTILINE)


def without_thoughts(text: str, language: str | None = None) -> str:
    """The text behind the thoughts, and of that what stands in an answer's tags.

    A closing tag counts at an end of its line and outside of code: the texts of a call may have such tags.
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    end = 0
    if _OPENING.match(text.lstrip()):
        first = _CLOSING.search(text)
        end = first.end() if first else 0
    closings = [tag for tag in _CLOSING.finditer(text, end) if _is_edge(text, tag)]
    for tag in reversed(closings):
        if not _is_in_code(text, tag, language):
            end = tag.end()
            break
    return _answer(text[end:], language)


def _answer(text: str, language: str | None) -> str:
    for tag in reversed(list(_ANSWER.finditer(text))):
        inside, _, behind = text[tag.end() :].partition(f"</{tag[1]}>")
        if inside.strip() and not behind.strip() and not _is_in_code(text, tag, language):
            return inside
    return text


def _is_edge(text: str, tag: re.Match[str]) -> bool:
    """Whether a tag stands at the beginning or the end of its line, and not at the edge of a text in quotes."""
    line = text.rfind("\n", 0, tag.start()) + 1
    before = text[line : tag.start()].strip()
    behind = text[tag.end() :].split("\n", 1)[0].strip()
    if before and behind:
        return False
    return before[-1:] not in ("'", '"', "`", "\\") and behind[:1] not in ("'", '"', "`", "\\", ",", ";", ")")


def _is_in_code(text: str, tag: re.Match[str], language: str | None) -> bool:
    """Whether a tag lies in a block of Markdown, or in a string of a program that stands in none."""
    for opening, closed in blocks_from(text):
        if closed and opening.end() <= tag.start() < closed.start():
            marks = [
                mark["info"].strip()
                for mark in FENCE.finditer(text, tag.end())
                if mark["mark"].startswith(opening["mark"])
            ]
            return len(marks) % 2 == 1 and not marks[0]
    if is_program(text, language):
        return True
    if not begins_program(text, language):
        return False
    number = text.count("\n", 0, tag.start())
    plain = plain_lines(text, language or "")
    return not all(plain[number : number + 2])
