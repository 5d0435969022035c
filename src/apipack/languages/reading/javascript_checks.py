"""What JavaScript refuses before it runs (ECMA-262, Early Errors): names declared twice, `await` where no function is
async, a constant without a value."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading.grammar import descendants, field, named, source
from apipack.languages.wire import Unreadable

SCOPES = ("program", "statement_block", "switch_body", "for_statement")
FUNCTIONS = (
    "function_declaration",
    "function_expression",
    "generator_function",
    "generator_function_declaration",
    "arrow_function",
    "method_definition",
)


def check(module: Node) -> None:
    """Refuse a script or module that has one of these."""
    for node in descendants(module):
        if node.type in SCOPES and (name := _twice(node)) is not None:
            raise Unreadable(f"{name} is declared twice")
        if node.type == "await_expression" and not _may_wait(node):
            raise Unreadable(f"line {node.start_point[0] + 1}: await in a function that is not async")
        if node.type == "lexical_declaration" and source(node.children[0]) == "const":
            for declared in named(node):
                if declared.type == "variable_declarator" and declared.child_by_field_name("value") is None:
                    raise Unreadable(f"line {node.start_point[0] + 1}: a constant without a value")


def _twice(scope: Node) -> str | None:
    """A name that a scope declares twice, which only `var`s and functions of one function may be."""
    seen: set[str] = set()
    for name in _lexical(scope):
        if name in seen:
            return name
        seen.add(name)
    others = {*_variables(scope), *_functions(scope), *_parameters(scope)} if seen else set()
    return min(seen & others, default=None)


def _lexical(scope: Node) -> Iterator[str]:
    """Names of let, const, class and import."""
    for child in (inner for part in named(scope) for inner in _statements(part)):
        if child.type == "lexical_declaration":
            yield from (name for declared in named(child) for name in _names(declared.child_by_field_name("name")))
        elif child.type == "class_declaration":
            yield from _names(child.child_by_field_name("name"))
        elif child.type == "import_statement":
            for clause in (part for part in named(child) if part.type == "import_clause"):
                yield from _imported(clause)


def _statements(part: Node) -> Iterator[Node]:
    """The statement, and those of a switch's case, which has no scope of its own; what is exported is declared too."""
    if part.type in ("switch_case", "switch_default"):
        yield from part.children_by_field_name("body")
    elif part.type == "export_statement":
        yield from filter(None, [part.child_by_field_name("declaration")])
    else:
        yield part


def _imported(clause: Node) -> Iterator[str]:
    for part in named(clause):
        if part.type == "identifier":
            yield source(part)
        elif part.type == "namespace_import":
            yield source(named(part)[0])
        else:
            for specifier in named(part):
                yield source(specifier.child_by_field_name("alias") or field(specifier, "name"))


def _functions(scope: Node) -> Iterator[str]:
    for child in (inner for part in named(scope) for inner in _statements(part)):
        if child.type in FUNCTIONS:
            yield from _names(child.child_by_field_name("name"))


def _variables(scope: Node) -> Iterator[str]:
    """Names of `var` in the scope and below it, but for other functions."""
    todo = list(named(scope))
    while todo:
        node = todo.pop()
        if node.type == "variable_declaration":
            yield from (name for declared in named(node) for name in _names(declared.child_by_field_name("name")))
        if node.type not in FUNCTIONS:
            todo += named(node)


def _parameters(scope: Node) -> Iterator[str]:
    """Of the function whose body the scope is."""
    function = scope.parent
    if function is None or function.type not in FUNCTIONS:
        return
    yield from _names(function.child_by_field_name("parameter"))
    parameters = function.child_by_field_name("parameters")
    for parameter in named(parameters) if parameters is not None else ():
        yield from _names(parameter)


def _names(pattern: Node | None) -> Iterator[str]:
    """The names that a pattern declares."""
    if pattern is None:
        return
    match pattern.type:
        case "identifier" | "shorthand_property_identifier_pattern":
            yield source(pattern)
        case "assignment_pattern" | "object_assignment_pattern":
            yield from _names(pattern.child_by_field_name("left"))
        case "pair_pattern":
            yield from _names(pattern.child_by_field_name("value"))
        case "array_pattern" | "object_pattern" | "rest_pattern":
            for part in named(pattern):
                yield from _names(part)


def _may_wait(node: Node) -> bool:
    """Whether `await` stands in an async function, or in none."""
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    return around is None or any(child.type == "async" for child in around.children)
