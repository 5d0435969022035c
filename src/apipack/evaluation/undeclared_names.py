"""Names that a compiler of C, Go or Java would refuse: used and nowhere declared, or in Go declared and nowhere used.

Scopes are not told apart, and types, members and C's functions (implicit declarations are warnings) not looked at, so
code without such names need not compile, and a macro or package that is not known here may be taken for one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from tree_sitter import Language, Node, Query, QueryCursor

DECLARED = {
    "libcurl": """
        (_ declarator: (identifier) @declared)
        (preproc_def name: (identifier) @declared)
        (preproc_function_def name: (identifier) @declared)
        (preproc_params (identifier) @declared)
        (enumerator name: (identifier) @declared)
        (call_expression function: (identifier) @ignored)
        (identifier) @name
    """,
    "go": """
        (short_var_declaration left: (expression_list (identifier) @declared @local))
        (range_clause left: (expression_list (identifier) @declared))
        (type_switch_statement alias: (expression_list (identifier) @declared))
        (function_declaration (block (_ (var_declaration (var_spec name: (identifier) @local)))))
        (var_spec name: (identifier) @declared)
        (const_spec name: (identifier) @declared)
        (parameter_declaration name: (identifier) @declared)
        (variadic_parameter_declaration name: (identifier) @declared)
        (function_declaration name: (identifier) @declared)
        (import_spec !name path: (_) @import)
        (import_spec name: (package_identifier) @declared @alias)
        (keyed_element key: (literal_element (identifier) @ignored))
        (qualified_type package: (package_identifier) @name)
        (identifier) @name
    """,
    "java": """
        (variable_declarator name: (identifier) @declared)
        (formal_parameter name: (identifier) @declared)
        (catch_formal_parameter name: (identifier) @declared)
        (resource name: (identifier) @declared)
        (enhanced_for_statement name: (identifier) @declared)
        (inferred_parameters (identifier) @declared)
        (lambda_expression parameters: (identifier) @declared)
        (method_invocation object: (identifier) @name)
        (field_access object: (identifier) @name)
        (argument_list (identifier) @name)
        (assignment_expression (identifier) @name)
        (binary_expression (identifier) @name)
    """,
}
KNOWN: dict[str, Callable[[str], object]] = {
    "libcurl": re.compile(
        r"[A-Z][A-Z0-9_]*|stdin|stdout|stderr|errno|curl_\w+|f?(write|read|puts|printf|close)|free|[mc]alloc|realloc"
    ).fullmatch,
    "go": re.compile(
        r"_|append|cap|clear|close|complex|copy|delete|imag|len|make|max|min|new|panic|print|println|real|recover|iota"
        r"|any|bool|byte|error|rune|string|uintptr|u?int(8|16|32|64)?|float(32|64)|complex(64|128)"
    ).fullmatch,
    "java": re.compile(r"[A-Z]\w*|java|javax|okhttp3|okio|org|com").fullmatch,
}


def refused(language: str, grammar: Language, root: Node) -> set[str]:
    """Such names of a tree without errors; none in languages other than the three."""
    if language not in DECLARED:
        return set()
    captures = QueryCursor(_query(language, grammar)).captures(root)
    captured = {name: list(map(_text, nodes)) for name, nodes in captures.items()}
    imports = {path.strip('"`').rpartition("/")[2] for path in captured.get("import", [])}
    declared = {*captured.get("declared", []), *imports}
    ignored = set(captured.get("ignored", [])) - declared
    used = set(captured.get("name", [])) - ignored
    unknown = {name for name in used - declared if not KNOWN[language](name)}
    if language != "go":
        return unknown
    seen = captured.get("name", [])
    idle = {name for name in captured.get("local", []) if seen.count(name) == captured.get("declared", []).count(name)}
    packages = {name for name in imports | set(captured.get("alias", [])) if name not in seen}
    return unknown | (idle | packages) - {"_", "."}


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


@functools.cache
def _query(language: str, grammar: Language) -> Query:
    return Query(grammar, DECLARED[language])
