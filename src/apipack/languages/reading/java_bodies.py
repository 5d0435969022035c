"""What Java's compiler refuses about the bodies of methods, each kind by a module of its own."""

from __future__ import annotations

from tree_sitter import Node

from apipack.languages.reading.java_answers import check_answer
from apipack.languages.reading.java_assigned import check_unset
from apipack.languages.reading.java_flow import Unsure, check_body, check_jump, sequence
from apipack.languages.reading.java_values import (
    check_arguments,
    check_changes,
    check_copies,
    check_declaration,
    check_number,
    check_return,
    check_statement,
)

CHECKS = {
    **dict.fromkeys(("method_declaration", "constructor_declaration", "lambda_expression"), (check_body,)),
    **dict.fromkeys(("break_statement", "continue_statement"), (check_jump,)),
    "return_statement": (check_return,),
    "expression_statement": (check_statement,),
    "local_variable_declaration": (check_declaration, check_unset, check_answer),
    "field_declaration": (check_declaration,),
    "decimal_integer_literal": (check_number,),
    "type_arguments": (check_arguments,),
}
"""By the type of a node."""


def check(root: Node, nodes: dict[str, list[Node]]) -> None:
    """Refuse a unit or fragment with a body that does not compile. nodes: all of it by their kind."""
    for kind, checks in CHECKS.items():
        for node in nodes.get(kind, ()):
            for one in checks:
                one(node)
    check_changes(nodes)
    check_copies(nodes)
    try:
        sequence(root.named_children)
    except Unsure:
        return
