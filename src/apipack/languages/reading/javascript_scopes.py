"""The names that each scope of a JavaScript program declares, and how."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, source

SCOPES = ("program", "statement_block", "switch_body", "for_statement")
FUNCTIONS = (
    "function_declaration",
    "function_expression",
    "generator_function",
    "generator_function_declaration",
    "arrow_function",
    "method_definition",
)


def twice(scope: Node) -> str | None:
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
            yield from (name for declared in named(child) for name in names_in(declared.child_by_field_name("name")))
        elif child.type == "class_declaration":
            yield from names_in(child.child_by_field_name("name"))
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
            yield from names_in(child.child_by_field_name("name"))


def _variables(scope: Node) -> Iterator[str]:
    """Names of `var` in the scope and below it, but for other functions."""
    todo = list(named(scope))
    while todo:
        node = todo.pop()
        if node.type == "variable_declaration":
            yield from (name for declared in named(node) for name in names_in(declared.child_by_field_name("name")))
        if node.type not in FUNCTIONS:
            todo += named(node)


def _parameters(scope: Node) -> Iterator[str]:
    """Of the function, or of the `catch`, whose body the scope is."""
    function = scope.parent
    if function is not None and function.type == "catch_clause":
        yield from names_in(function.child_by_field_name("parameter"))
    if function is None or function.type not in FUNCTIONS:
        return
    yield from names_in(function.child_by_field_name("parameter"))
    parameters = function.child_by_field_name("parameters")
    for parameter in named(parameters) if parameters is not None else ():
        yield from names_in(parameter)


def names_in(pattern: Node | None) -> Iterator[str]:
    """The names that a pattern declares."""
    if pattern is None:
        return
    match pattern.type:
        case "identifier" | "shorthand_property_identifier_pattern":
            yield source(pattern)
        case "assignment_pattern" | "object_assignment_pattern":
            yield from names_in(pattern.child_by_field_name("left"))
        case "pair_pattern":
            yield from names_in(pattern.child_by_field_name("value"))
        case "array_pattern" | "object_pattern" | "rest_pattern":
            for part in named(pattern):
                yield from names_in(part)


def declares(scope: Node, name: str) -> str:
    """How a scope or a function declares a name: const, another way, or empty where it does not."""
    for child in (inner for part in named(scope) for inner in _statements(part)):
        declared = named(child) if child.type == "lexical_declaration" else ()
        if any(name in names_in(one.child_by_field_name("name")) for one in declared):
            return source(child.children[0])
    if scope.type == "for_in_statement":
        is_here = scope.child_by_field_name("kind") is not None and name in names_in(scope.child_by_field_name("left"))
        return source(field(scope, "kind")) if is_here else ""
    if scope.type == "catch_clause":
        return "let" if name in names_in(scope.child_by_field_name("parameter")) else ""
    if scope.type in FUNCTIONS:
        body = scope.child_by_field_name("body")
        own = scope.child_by_field_name("name") if scope.type.endswith("expression") else None
        names = {*(_parameters(body) if body is not None else ()), *names_in(own)}
        names |= set(_variables(body)) if body is not None and body.type == "statement_block" else set()
        return "var" if name in names else ""
    others = {*_lexical(scope), *_functions(scope), *(_variables(scope) if scope.type == "program" else ())}
    return "let" if name in others else ""
