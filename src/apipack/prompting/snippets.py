"""The code in what a model or a person wrote: out of Markdown fences, prose and prompts.

A text without any of these comes back as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

TAGS = {
    "curl": ("curl", "bash", "sh", "shell", "zsh", "console", "shell-session", "shellsession", "terminal", "cmd"),
    "libcurl": ("libcurl", "c", "cpp", "c++"),
    "java": ("java",),
    "node": ("node", "nodejs", "node.js", "javascript", "js", "mjs", "cjs"),
    "python": ("python", "py", "python3", "pycon"),
    "go": ("go", "golang"),
    "ruby": ("ruby", "rb"),
    "php": ("php",),
    "swift": ("swift",),
    "javascript": ("javascript", "js", "mjs", "jsx"),
}
"""Info strings of a fence that name a language."""

_FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\r\n]*)\r?$", re.MULTILINE)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"^\W{0,4}api[_ ]?call\W{0,4}:[ \t*]*", re.MULTILINE | re.IGNORECASE)
_OTHER_LABEL = re.compile(
    r"^\*\*(?:domain|api_provider|lang)\*\*:|^#{0,3}\s*(?:API_Provider|Lang|Domain):", re.MULTILINE
)
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\r\n]+)\1(?!`)")
_INSTALL = re.compile(
    r"\s*(?:[$!%#>]\s*)?(?:sudo\s+)?(?:pip3?|python3? -m pip|npm|yarn|pnpm|go get|go mod|gem|bundle|composer|brew"
    r"|apt(?:-get)?|dotnet|cargo|swift package)\b[^\n]*"
)
_URL = re.compile(r"https?://|\bHTTPS?Connection\b|\bhostname\b")
_PROMPT = re.compile(r"(?:\w+@[\w.-]+:?[^\s$#]*)?[$%] ")
_STARTS = {
    "curl": re.compile(r"(?:[$%] )?curl(?:\.exe)?\s|[A-Za-z_]\w*=\S|export \w+=|echo .*\| *curl\b|cat <<"),
    "libcurl": re.compile(r"#include\b|CURL\s*\*|int main\b|//|/\*"),
    "java": re.compile(
        r"import [\w.]+;|import static |package [\w.]+;|public class |class \w+|[A-Z]\w*(?:<[\w, ]+>)? \w+ ?="
        r"|//|/\*|try \("
    ),
    "python": re.compile(
        r"import \w|from [\w.]+ import|[A-Za-z_]\w*(?:\.\w+)* ?= ?\S|#|>>> |def \w+\(|async def|requests\.\w+\("
    ),
    "go": re.compile(r"package \w+\s*$|import \(|import \"|//"),
    "ruby": re.compile(r"require ['\"]|require_relative|[a-z_]\w* ?= ?\S|#"),
    "php": re.compile(r"<\?php|<\?=|\$\w+ ?=|use [\w\\]+;|require |//"),
    "swift": re.compile(r"import \w+\s*$|(?:let|var) \w+|//|#if "),
    "node": re.compile(
        r"(?:const|let|var) |import .*from|import ['\"]|require\(|fetch\(|axios|request\(|\(?async |function "
        r"|//|/\*|['\"]use strict"
    ),
}
_STARTS["javascript"] = re.compile(_STARTS["node"].pattern + r"|\$\.ajax|await ")
ATTEMPTS = 12


@dataclass(frozen=True)
class Fenced:
    """A block of Markdown: the words after its opening mark, and the code."""

    info: str
    code: str


def snippet(text: str, language: str | None = None) -> str:
    """The call in a text; language: one of the ten, which tells which of several blocks is meant."""
    text = _THOUGHT.sub("", text)
    if label := _LABEL.search(text):
        text = _OTHER_LABEL.split(text[label.end() :])[0]
    blocks = fences(text)
    if blocks:
        return unprompted(_chosen(blocks, language), language)
    code = text.strip(" \t\r\n")
    return unprompted(_without_prose(code, language), language) if language else code


def fences(text: str) -> list[Fenced]:
    """Blocks between ``` or ~~~ marks in order; one that is not closed ends with the text.

    Lines of Markdown that end in CRLF end in LF in its code.
    """
    blocks: list[Fenced] = []
    position = 0
    while opening := _FENCE.search(text, position):
        mark = opening["mark"]
        closing = re.compile(rf"^[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\r?$", re.MULTILINE)
        closed = closing.search(text, opening.end())
        inner = text[opening.end() : closed.start() if closed else len(text)].removeprefix("\n")
        if opening[0].endswith("\r") or text[opening.end() :][:2] == "\r\n":
            inner = inner.replace("\r\n", "\n")
        blocks.append(Fenced(opening["info"].strip().lower(), _dedented(inner, opening["indent"]).strip("\n")))
        position = closed.end() if closed else len(text)
    return blocks


def _dedented(code: str, indent: str) -> str:
    if not indent:
        return code
    return re.sub(rf"^{re.escape(indent)}|^[ \t>]{{1,{len(indent)}}}(?=\S|$)", "", code, flags=re.MULTILINE)


def _chosen(blocks: list[Fenced], language: str | None) -> str:
    """The block that holds the call: of the language by its info string, with a URL, and no install command."""
    return max(enumerate(blocks), key=lambda pair: (*_rank(pair[1], language), -pair[0]))[1].code


def _rank(block: Fenced, language: str | None) -> tuple[bool, bool, bool, bool]:
    tag = re.split(r"[\s,{:]", block.info.lstrip("{. "))[0]
    commands = [line for line in block.code.splitlines() if line.strip()]
    is_call = bool(commands) and not all(map(_INSTALL.fullmatch, commands)) and not _is_answer(block.code)
    is_named = bool(language) and tag in TAGS[language or "curl"]
    is_other = bool(language) and not is_named and any(tag in tags for tags in TAGS.values())
    return is_call, not is_other, bool(_URL.search(block.code)), is_named


def _is_answer(code: str) -> bool:
    """Whether a block shows an answer: JSON, XML or HTTP, and no program."""
    return bool(re.match(r"\s*(?:[\[{]\s*[\"\]}{\d]|HTTP/\d|<\?xml|<!DOCTYPE|<html)", code))


def unprompted(code: str, language: str | None) -> str:
    """Code without the prompts of a terminal, and without the install commands before it."""
    lines = code.split("\n")
    if language == "python" and any(line.startswith(">>> ") for line in lines):
        return "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))
    first = next((line for line in lines if line.strip()), "")
    if language in ("curl", None) and (prompt := _PROMPT.match(first)):
        return _session(lines, prompt[0])
    while language and lines and (not lines[0].strip() or (len(lines) > 1 and _INSTALL.fullmatch(lines[0]))):
        lines = lines[1:]
    return "\n".join(lines)


def _session(lines: Iterable[str], prompt: str) -> str:
    """Commands of a terminal session: what follows a prompt, with the lines that a command goes on over."""
    kept: list[str] = []
    goes_on = False
    for line in lines:
        is_command = line.startswith(prompt)
        if is_command or goes_on:
            text = line[len(prompt) :] if is_command else line.removeprefix("> ")
            kept.append(text)
            goes_on = text.rstrip("\r").endswith("\\") or "\n".join(kept).replace("\\'", "").count("'") % 2 == 1
    kept = [line for line in kept if not _INSTALL.fullmatch(line)] or kept
    return "\n".join(kept)


def _without_prose(code: str, language: str) -> str:
    """Code without a fence: from the first line that looks like the language's, up to where prose begins."""
    starts = _STARTS[language]
    lines = code.split("\n")
    if not starts.match(lines[0]):
        if inline := [match[2] for match in _INLINE.finditer(code) if _URL.search(match[2])]:
            return inline[0].strip()
        begin = next((number for number, line in enumerate(lines) if starts.match(line)), None)
        before = "\n".join(lines[:begin])
        if begin is None or not _is_prose(before):
            return code
        lines = lines[begin:]
    return _without_end(lines)


def _without_end(lines: list[str]) -> str:
    """Lines up to the last paragraph that is no prose."""
    paragraphs = re.split(r"(\n[ \t\r]*\n)", "\n".join(lines))
    while len(paragraphs) > 1 and _is_prose(paragraphs[-1]):
        paragraphs = paragraphs[:-2]
    return "".join(paragraphs)


def _is_prose(text: str) -> bool:
    """Whether a paragraph is sentences: words, a full stop or colon at its end, and no code's punctuation."""
    plain = _INLINE.sub("x", text.strip())
    if not plain or re.search(r"[;{}]\s*$|^\s*[#/]|[=(]\s*$|\)\s*$", plain, re.MULTILINE):
        return False
    return bool(re.search(r"[.:!?]\**$", plain)) and len(re.findall(r"[A-Za-z][a-z']+", plain)) >= 2
