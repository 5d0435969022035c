"""Which lines of a program begin outside of its strings, comments, here-documents and brackets.

Told by the tokens alone, without a parser: a bare machine has none, and the text may go on with sentences.
"""

from __future__ import annotations

import ast
import re
from itertools import accumulate

_ONE_LINE = r'"(?:[^"\\\n]|\\.)*"?' + r"|'(?:[^'\\\n]|\\.)*'?"
_MORE_LINES = r'"(?:[^"\\]|\\.)*(?:"|\Z)' + r"|'(?:[^'\\]|\\.)*(?:'|\Z)"
_SLASHES = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)'
_BACKTICKS = r"`(?:[^`\\]|\\.)*(?:`|\Z)"
_ALONE = r"[ \t\r]*$"
_HERE = (
    r"<<[-~]?[ \t]*(?P<mark>['\"`]?)(?P<end>\w+)(?P=mark)(?P<rest>[^\n]*)\n"
    r"(?:(?![ \t]*(?P=end)" + _ALONE + r")[^\n]*(?:\n|\Z))*"
)
_JOINED = r"\\\r?\n"
_TOKENS = {
    "curl": [
        r"(?<!\S)#[^\n]*",
        r"<<<",
        _HERE,
        r"\$'(?:[^'\\]|\\.)*(?:'|\Z)",
        r"'[^']*(?:'|\Z)",
        r'"(?:[^"\\]|\\.)*(?:"|\Z)',
    ],
    "python": [r"#[^\n]*", _TRIPLE, _TRIPLE.replace('"', "'"), _ONE_LINE],
    "ruby": [r"^=begin\b.*?(?:^=end\b|\Z)", r"(?<!\S)#[^\n]*", _HERE, _MORE_LINES, _BACKTICKS],
    "php": [_SLASHES, r"#(?!\[)[^\n]*", "<" + _HERE.replace(_ALONE, r"\b"), _MORE_LINES],
    "go": [_SLASHES, r"`[^`]*(?:`|\Z)", _ONE_LINE],
    "swift": [_SLASHES, _TRIPLE, _ONE_LINE],
    "java": [_SLASHES, _TRIPLE, _ONE_LINE],
    "libcurl": [_SLASHES, _ONE_LINE],
    "node": [_SLASHES, _BACKTICKS, _ONE_LINE],
    "javascript": [_SLASHES, _BACKTICKS, _ONE_LINE],
}
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_PATTERNS = {
    language: re.compile("|".join([*tokens, _JOINED, r"\\.", r"[()\[\]{}\n]"]), re.DOTALL | re.MULTILINE)
    for language, tokens in _TOKENS.items()
}


def plain_lines(code: str, language: str) -> list[bool]:
    """For each line of a program, whether it begins a statement of its own as far as the tokens before it tell."""
    begins = [True] + [False] * code.count("\n")
    newlines = list(accumulate((char == "\n" for char in code), initial=0))
    depth = 0
    for token in _PATTERNS[language].finditer(code):
        text = token[0]
        brackets = token["rest"] if token.lastgroup == "rest" else text if len(text) == 1 else ""
        depth = max(0, depth + sum(_BRACKETS.get(char, 0) for char in brackets))
        if text == "\n" or (text.endswith("\n") and not text.startswith("\\")):  # a here-document ends its last line
            begins[newlines[token.end()]] = depth == 0
    return begins


def is_program(code: str, language: str | None) -> bool:
    """Whether a text is known to be a program as a whole: Python is asked itself."""
    if language != "python":
        return False
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) for node in tree.body)
