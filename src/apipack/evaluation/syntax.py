"""Whether code would compile: what can be told of it without a compiler. Code is only ever parsed.

Python is asked itself, and the others are parsed by their tree-sitter grammars; fragments of C and Go have the program
around them that the sandbox gives them. C, Go and Java must have declared the names that they use (`undeclared_names`).
Wrong types and unknown members are not seen, and of C++ nothing is.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable

import tree_sitter_bash
import tree_sitter_c
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_ruby
import tree_sitter_swift
from tree_sitter import Language, Node, Parser

from apipack.evaluation.undeclared_names import refused
from apipack.languages.reading.grammar import check_size, descendants
from apipack.languages.wire import Unreadable
from apipack.records import TOOLS
from apipack.sandbox.runners import go, libcurl

GRAMMARS: dict[str, Callable[[], object]] = {
    "curl": tree_sitter_bash.language,
    "libcurl": tree_sitter_c.language,
    "java": tree_sitter_java.language,
    "node": tree_sitter_javascript.language,
    "go": tree_sitter_go.language,
    "ruby": tree_sitter_ruby.language,
    "php": tree_sitter_php.language_php,
    "swift": tree_sitter_swift.language,
    "javascript": tree_sitter_javascript.language,
}
WHOLE: dict[str, Callable[[str], str]] = {"libcurl": libcurl.whole, "go": go.whole}
RESERVED = {b"}", b"do", b"done", b"elif", b"else", b"esac", b"fi", b"in", b"then"}
"""Words of the shell that are no command where one stands."""
_WIDE = re.compile("[^\x00-\xff]")
_CONTINUED = re.compile(r"\\\n*\Z")
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
    if language == "libcurl" and libcurl.is_cpp(code):
        return True
    code = WHOLE.get(language, str)(code)
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "call.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _shell(code: str) -> bool:
    """Of code that is too long or deep for the grammar: whether quotation marks have their other, and no parenthesis
    stands unquoted."""
    code = _WIDE.sub("x", _CONTINUED.sub("", code))  # behind a brace they can crash the grammar's scanner
    try:
        check_size(code)
    except Unreadable:
        return not re.search(r"""['"()]""", _QUOTED.sub("", code))
    root = _parser("curl").parse(code.encode()).root_node
    if root.has_error:  # the grammar takes `&b%5Bc%5D=2` of an address for an assignment that is none
        return not re.search(r"""['"()`;|<>{}]|&&""", _QUOTED.sub("", code))
    names = (node for node in descendants(root) if node.type == "command_name")
    return not any(node.text in RESERVED for node in names)
