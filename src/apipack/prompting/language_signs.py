"""What tells a language in a text: the words at a fence, and how the first line of a program begins."""

from __future__ import annotations

import re

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

_SCRIPT = (
    r"(?:const|let|var) |import .*from|import ['\"]|require\(|fetch\(|axios|request\(|\(?async |function "
    r"|['\"]use strict"
)
STARTS = {
    language: re.compile(pattern)
    for language, pattern in {
        "curl": r"(?:[$%] |\w+@[\w.-]+:[^\s$#]*[$#] )?curl(?:\.exe)?\s"
        r"|[A-Za-z_]\w*=\S|export \w+=|echo .*\| *curl\b|cat\b[^|;]*<<",
        "libcurl": r"#include\b|CURL\s*\*|int main\b",
        "java": r"import [\w.]+;|import static |package [\w.]+;|public class |class \w+"
        r"|[A-Z]\w*(?:<[\w, ]+>)? \w+ ?=|try \(",
        "python": r"import \w|from [\w.]+ import|[A-Za-z_]\w*(?:\.\w+)* ?= ?\S|>>> |def \w+\(|async def"
        r"|requests\.\w+\(",
        "go": r"package \w+\s*$|import \(|import \"",
        "ruby": r"=begin$|require ['\"]|require_relative|[a-z_]\w* ?= ?\S",
        "php": r"<\?php|<\?=|\$\w+ ?=|use [\w\\]+;|require ",
        "swift": r"import \w+\s*$|(?:let|var) \w+|#if ",
        "node": _SCRIPT,
        "javascript": _SCRIPT + r"|\$\.ajax|await ",
    }.items()
}
"""First lines of a program, but for comments."""

COMMENTS = {
    language: re.compile(
        r"#" if language in ("curl", "python", "ruby") else r"#|//|/\*" if language == "php" else r"//|/\*"
    )
    for language in TAGS
}

_PUNCTUATION = re.compile(r"[=({;\"?<]|://|\\$|\s-|^\S+ [\w.'<>/]+$|^from \S+ import ")


def begins_program(text: str, language: str | None) -> bool:
    """Whether the first line of a text is one of a program, and not a sentence that begins with such a word."""
    first = text.lstrip().partition("\n")[0].rstrip()
    return bool(language) and bool(STARTS[language or ""].match(first) and _PUNCTUATION.search(first))
