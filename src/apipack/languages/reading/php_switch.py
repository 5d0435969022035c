"""PHP's switch and match as its tree has them, lowered to branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named

TAG = p.Name("$the value of a switch")
Branch = tuple[p.Expression | None, tuple[p.Statement, ...]]


def switched(
    node: Node, value_of: Callable[[Node], p.Expression], lowered: Callable[[Node], Sequence[p.Statement]]
) -> p.Statement | None:
    """A switch as branches, one in the other; None where a case goes on to the next, or is left in its middle."""
    test: p.Expression | None = None
    branches: list[Branch] = []
    cases = named(field(node, "body"))
    for case in cases:
        value, is_last = case.child_by_field_name("value"), case is cases[-1]
        body = [part for part in named(case) if part != value]
        if value is not None:
            equal = p.Binary("==", TAG, value_of(value))
            test = equal if test is None else p.Binary("||", test, equal)
        if value is not None and not body and not is_last:
            continue
        is_over = is_last or bool(body and _leaves(body[-1]))
        body = body[:-1] if body and body[-1].type == "break_statement" else body
        if not is_over or any(map(_breaks, body)) or (value is None and test is not None):
            return None
        branches.append((test, tuple(inner for part in body for inner in lowered(part))))
        test = None
    otherwise = next((inside for tested, inside in branches if tested is None), ())
    for tested, inside in reversed(branches):
        if tested is not None:
            otherwise = (p.If(tested, inside, otherwise),)
    return p.Block((p.Assign(TAG, value_of(field(node, "condition")), True), *otherwise))


def matched(node: Node, value_of: Callable[[Node], p.Expression]) -> p.Expression:
    """A match as conditions, one in the other; without a default, what nothing matches throws."""
    given = value_of(field(node, "condition"))
    chosen: p.Expression = p.Call(p.Name("exit"))
    for arm in reversed(named(field(node, "body"))):
        result = value_of(field(arm, "return_expression"))
        conditions = arm.child_by_field_name("conditional_expressions")
        if conditions is None:
            chosen = result
            continue
        test: p.Expression | None = None
        for condition in named(conditions):
            equal = p.Binary("===", given, value_of(condition))
            test = equal if test is None else p.Binary("||", test, equal)
        chosen = p.Conditional(test or p.Unknown(), result, chosen)
    return chosen


def _leaves(node: Node) -> bool:
    if node.type == "expression_statement":
        return named(node)[0].type == "throw_expression"
    return node.type in ("break_statement", "return_statement", "exit_statement")


def _breaks(node: Node) -> bool:
    return node.type in ("break_statement", "continue_statement") or any(map(_breaks, node.children))
