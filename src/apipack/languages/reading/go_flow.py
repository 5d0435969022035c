"""Go: whether a function that gives a result ends with one (Terminating statements), and where its jumps may stand."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, source

SWITCHES = ("expression_switch_statement", "type_switch_statement", "select_statement")
CASES = ("expression_case", "type_case", "default_case", "communication_case")
LEAVES = frozenset({"func_literal"})


def ends(node: Node, label: str = "") -> bool:
    """Whether nothing runs behind a statement. label: what it is called."""
    match node.type:
        case "return_statement" | "goto_statement":
            return True
        case "expression_statement":
            return _panics(named(node)[0])
        case "block" | "statement_list":
            return _last_ends(named(node))
        case "labeled_statement":
            return len(named(node)) > 1 and ends(named(node)[-1], source(field(node, "label")))
        case "if_statement":
            other = node.child_by_field_name("alternative")
            return other is not None and ends(field(node, "consequence")) and ends(other)
        case "for_statement":
            return _goes_on(node) and not _is_left(field(node, "body"), label, True)
        case "expression_switch_statement" | "type_switch_statement" | "select_statement":
            cases = [child for child in named(node) if child.type in CASES]
            is_whole = node.type == "select_statement" or any(case.type == "default_case" for case in cases)
            return is_whole and all(_case_ends(case) and not _is_left(case, label, True) for case in cases)
    return False


def _panics(node: Node) -> bool:
    return node.type == "call_expression" and source(field(node, "function")) == "panic"


def _last_ends(statements: Sequence[Node]) -> bool:
    rest = [statement for statement in statements if statement.type != "empty_statement"]
    return bool(rest) and ends(rest[-1])


def _case_ends(case: Node) -> bool:
    lists = [child for child in named(case) if child.type == "statement_list"]
    if not lists:
        return False
    statements = named(lists[0])
    return bool(statements) and (statements[-1].type == "fallthrough_statement" or _last_ends(statements))


def _goes_on(loop: Node) -> bool:
    """Whether a loop has no condition."""
    parts = [child for child in named(loop) if child.type != "block"]
    if parts and parts[0].type == "for_clause":
        return parts[0].child_by_field_name("condition") is None
    return not parts


def _is_left(node: Node, label: str, is_inner: bool) -> bool:
    """Whether a break leaves the statement around. is_inner: one without a label does."""
    if node.type == "break_statement":
        labels = named(node)
        return source(labels[0]) == label if labels else is_inner
    if node.type in LEAVES:
        return False
    deeper = is_inner and node.type != "for_statement" and node.type not in SWITCHES
    return any(_is_left(child, label, deeper) for child in named(node))
