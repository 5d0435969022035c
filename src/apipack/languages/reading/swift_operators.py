"""Swift's operators by their precedence: the grammar takes `a == b && c` for `a == (b && c)`."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, parse, source

SIDES = {
    **dict.fromkeys(("additive_expression", "multiplicative_expression", "infix_expression"), ("lhs", "rhs", "")),
    **dict.fromkeys(("equality_expression", "comparison_expression"), ("lhs", "rhs", "")),
    "nil_coalescing_expression": ("value", "if_nil", "??"),
    "conjunction_expression": ("lhs", "rhs", "&&"),
    "disjunction_expression": ("lhs", "rhs", "||"),
}
"""Fields of an operation's sides, and its operator where that is always the same."""
_LEVELS = (("||",), ("&&",), ("==", "!=", "===", "!==", "<", ">", "<=", ">=", "~="), ("??",), ("+", "-", "&+", "&-"))
"""Operators, the loosest first; all others bind closer."""
Lower = Callable[[Node], p.Expression]


def operation(node: Node, value: Lower) -> p.Expression:
    """An operation whose sides are grouped as the compiler groups them. value: lowers an operand."""
    return _grouped(*_in_a_row(node, value))


def called_operation(node: Node) -> Node | None:
    """The operation that the grammar calls or takes a member of: of `a + b(c).d()` it takes `a + b`, where the compiler
    takes `b` alone."""
    base = node
    while base.type in ("call_expression", "navigation_expression"):
        base = named(base)[0]
    return base if base is not node and base.type in SIDES else None


def _in_a_row(node: Node, value: Lower) -> tuple[list[p.Expression], list[str]]:
    """Operands and the operators between them; a sign belongs to the operand behind it alone."""
    if node.type == "prefix_expression" and field(node, "target").type in SIDES:
        operands, operators = _in_a_row(field(node, "target"), value)
        return [p.Unary(source(field(node, "operation")), operands[0]), *operands[1:]], operators
    if (called := called_operation(node)) is not None:
        operands, operators = _in_a_row(called, value)
        last = called
        while last.type in SIDES:
            last = field(last, SIDES[last.type][1])
        text = (node.text or b"")[last.start_byte - node.start_byte :].decode()
        return [*operands[:-1], value(named(parse("swift", text))[0])], operators
    if node.type not in SIDES:
        return [value(node)], []
    left, right, operator = SIDES[node.type]
    first, before = _in_a_row(field(node, left), value)
    rest, after = _in_a_row(field(node, right), value)
    return [*first, *rest], [*before, operator or source(field(node, "op")), *after]


def _level(operator: str) -> int:
    return next((level for level, operators in enumerate(_LEVELS) if operator in operators), len(_LEVELS))


def _grouped(operands: list[p.Expression], operators: list[str]) -> p.Expression:
    """One expression; the last of the loosest operators is the outermost, the first one for `??`."""
    if not operators:
        return operands[0]
    loosest = min(map(_level, operators))
    places = [place for place, operator in enumerate(operators) if _level(operator) == loosest]
    at = places[0] if operators[places[0]] == "??" else places[-1]
    left = _grouped(operands[: at + 1], operators[:at])
    return p.Binary(operators[at], left, _grouped(operands[at + 1 :], operators[at + 1 :]))
