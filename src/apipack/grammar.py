"""Whether code is grammatical in its language: what can be told of a syntax error without a compiler.

Python is asked itself, a shell's words are read by shlex, and the others by their tree-sitter grammars. Code is only
ever parsed. A grammar sees no undeclared name and no wrong type, which compilers of typed languages refuse as well.
"""

from __future__ import annotations

import ast
import functools
import shlex
from collections.abc import Callable

import tree_sitter_c
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_ruby
import tree_sitter_swift
from tree_sitter import Language, Parser

GRAMMARS: dict[str, Callable[[], object]] = {
    "libcurl": tree_sitter_c.language,
    "java": tree_sitter_java.language,
    "node": tree_sitter_javascript.language,
    "go": tree_sitter_go.language,
    "ruby": tree_sitter_ruby.language,
    "php": tree_sitter_php.language_php,
    "swift": tree_sitter_swift.language,
    "javascript": tree_sitter_javascript.language,
}


def grammatical(language: str, code: str) -> bool:
    """Whether code of one of the ten languages follows its grammar; a fragment counts as the body of a program."""
    if language == "python":
        return _python(code)
    if language == "curl":
        return _shell(code)
    if language == "php" and not code.lstrip().startswith("<?"):
        code = f"<?php\n{code}"
    return not _parser(language).parse(code.encode("utf-8", "replace")).root_node.has_error


@functools.cache
def _parser(language: str) -> Parser:
    return Parser(Language(GRAMMARS[language]()))


def _python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _shell(code: str) -> bool:
    """Quotation marks have their other, and no parenthesis stands unquoted (a syntax error where curl's calls go)."""
    lexer = shlex.shlex(code, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return not any(token[0] in "()" for token in lexer if token)
    except ValueError:
        return False
