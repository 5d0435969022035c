"""Java: a local variable that is used where it has no value (JLS 16, Definite Assignment)."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import descendants, field, named, refused, source
from apipack.languages.reading.java_flow import Unsure, goes_on

USES = (
    *("argument_list", "binary_expression", "return_statement", "parenthesized_expression", "variable_declarator"),
    "update_expression",
)
"""What has a name of a variable in it that is surely used."""


def check_unset(node: Node) -> None:
    """Of a declaration without a value: refuse a use behind it that no assignment comes before."""
    block = node.parent
    if block is None or block.type not in ("block", "constructor_body", "program"):
        return
    statements = named(block)
    rest = statements[statements.index(node) + 1 :]
    for declarator in node.children_by_field_name("declarator"):
        if declarator.child_by_field_name("value") is None:
            _sequence(rest, source(field(declarator, "name")), False)


def _sequence(statements: Sequence[Node], name: str, is_set: bool) -> bool:
    for statement in statements:
        is_set = _after(statement, name, is_set)
    return is_set


def _after(node: Node, name: str, is_set: bool) -> bool:
    """Whether a variable has a value behind a statement, as it has behind one that does not complete, and in doubt.
    is_set: it has one before."""
    if is_set or (_names(node, name) and _set_by(node, name)):
        return True
    try:
        return not goes_on(node)
    except Unsure:
        return True


def _set_by(node: Node, name: str) -> bool:
    """Whether a statement gives a value to a variable that has none."""
    match node.type:
        case "block":
            return _sequence(named(node), name, False)
        case "if_statement" if not _sets(field(node, "condition"), name):
            _use(field(node, "condition"), name)
            other = node.child_by_field_name("alternative")
            then = _after(field(node, "consequence"), name, False)
            return (_after(other, name, False) if other is not None else False) and then
        case "while_statement" | "for_statement" | "enhanced_for_statement":
            return _loop(node, name)
        case "try_statement" | "try_with_resources_statement":
            return _attempt(node, name)
        case "switch_expression":
            return _switch(node, name)
    if _sets(node, name):
        return True
    _use(node, name)
    return False


def _loop(node: Node, name: str) -> bool:
    condition = node.child_by_field_name("condition")
    heads = [child for child in named(node) if child != field(node, "body")]
    is_always = condition is None or source(condition).strip("( )") == "true"
    if (is_always and node.type != "enhanced_for_statement") or any(_sets(head, name) for head in heads):
        return True
    for head in heads:
        if node.type != "for_statement" or head == condition:
            _use(head, name)
    _after(field(node, "body"), name, False)
    return False


def _attempt(node: Node, name: str) -> bool:
    if any(child.type in ("finally_clause", "resource_specification") and _names(child, name) for child in named(node)):
        return True
    is_set = _after(field(node, "body"), name, False)
    for clause in (child for child in named(node) if child.type == "catch_clause"):
        is_set &= _after(field(clause, "body"), name, False)
    return is_set


def _switch(node: Node, name: str) -> bool:
    body = field(node, "body")
    has_all = any(child.type == "switch_rule" for child in named(body)) or "default" in source(body)
    return has_all or not _sets(body, name)


def _sets(node: Node, name: str) -> bool:
    """Whether an assignment is in a node."""
    assignments = (part for part in descendants(node) if part.type == "assignment_expression")
    return any(source(field(assignment, "left")) == name for assignment in assignments)


def _names(node: Node, name: str) -> bool:
    return any(part.type == "identifier" and source(part) == name for part in descendants(node))


def _use(node: Node, name: str) -> None:
    """Refuse a use of a variable in an expression; what is not surely one is none."""
    todo = [node]
    while todo:
        part = todo.pop()
        if part.type in ("class_body", "lambda_expression"):
            continue
        if part.type == "identifier" and source(part) == name and _is_variable(part):
            raise refused(part, f"{name} may have no value")
        todo += named(part)


def _is_variable(node: Node) -> bool:
    outer = node.parent
    if outer is None:
        return False
    if outer.type in ("method_invocation", "field_access"):
        return outer.child_by_field_name("object") == node
    return outer.type in USES
