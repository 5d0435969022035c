"""Cases of JavaScript's switch, and what holds a `super`, as its tree has them."""

from __future__ import annotations

from tree_sitter import Node

from apipack.languages.reading.grammar import named

HOLDERS = ("method_definition", "field_definition", "function_expression", "function_declaration")


def case_body(case: Node) -> list[Node]:
    body = [part for part in named(case) if part != case.child_by_field_name("value")]
    if len(body) == 1 and body[0].type == "statement_block":
        body = list(named(body[0]))
    return body


def breaks(node: Node) -> bool:
    return node.type == "break_statement" or any(map(breaks, node.children))
