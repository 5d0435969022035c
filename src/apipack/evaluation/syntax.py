"""Whether code would compile: what can be told of it without a compiler. Code is only ever parsed.

Python is asked itself, of a shell's words the quotes are read, and the others are parsed by their tree-sitter grammars;
C, Go and Java must have declared the names that they use (`undeclared_names`). Wrong types and unknown members are not
seen.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable

import tree_sitter_c
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_ruby
import tree_sitter_swift
from tree_sitter import Language, Node, Parser

from apipack.evaluation.undeclared_names import refused
from apipack.records import TOOLS

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
_QUOTED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|(?<!\S)\#[^\n]*""", re.DOTALL)


def compiles(language: str, code: str) -> bool:
    """Whether code of one of the ten languages seems to compile; a fragment counts as the body of a program. What calls
    a tool only has to be a call."""
    if language == TOOLS:
        from apipack.prompting.toolbox import calls_in  # a bare machine, which only writes code, lacks what it needs

        return bool(calls_in(code))
    if language == "python":
        return _python(code)
    if language == "curl":
        return _shell(code)
    if language == "php" and not code.lstrip().startswith("<?"):
        code = f"<?php\n{code}"
    root = _parser(language).parse(code.encode("utf-8", "replace")).root_node
    if root.has_error or (language in ("libcurl", "go") and not any(map(_is_main, root.children))):
        return False
    return not refused(language, _grammar(language), root)


def _is_main(node: Node) -> bool:
    name: Node | None = node
    for field in {"function_definition": ("declarator", "declarator"), "function_declaration": ("name",)}.get(
        node.type, ()
    ):
        name = name.child_by_field_name(field) if name else None
    return name is not None and name is not node and name.text == b"main"


@functools.cache
def _grammar(language: str) -> Language:
    return Language(GRAMMARS[language]())


@functools.cache
def _parser(language: str) -> Parser:
    return Parser(_grammar(language))


def _python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _shell(code: str) -> bool:
    """Quotation marks have their other, and no parenthesis stands unquoted (a syntax error where curl's calls go)."""
    return not re.search(r"""['"()]""", _QUOTED.sub("", code))
