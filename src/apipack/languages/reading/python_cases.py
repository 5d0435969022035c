"""Python's `match`, and loops with an `else`, as branches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from apipack.languages.reading import program as p

Body = Callable[[Sequence[ast.stmt]], tuple[p.Statement, ...]]


def matched(
    subject: ast.expr, cases: Sequence[ast.match_case], value_of: Callable[[ast.expr], p.Expression], body: Body
) -> Sequence[p.Statement]:
    """A match as branches, one in the other."""
    tag = p.Name("the value of a match")
    otherwise: tuple[p.Statement, ...] = ()
    for case in reversed(cases):
        if isinstance(case.pattern, ast.MatchAs):
            captured = [p.Assign(p.Name(case.pattern.name), tag)] if case.pattern.name else []
            otherwise = (*captured, *body(case.body))
            continue
        patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
        tests = [
            p.Binary("==", tag, value_of(pattern.value)) if isinstance(pattern, ast.MatchValue) else p.Unknown()
            for pattern in patterns
        ]
        otherwise = (p.If(p.joined("||", tests), body(case.body), otherwise),)
    return [p.Assign(tag, value_of(subject)), *otherwise]


class _Marked(ast.NodeTransformer):
    """Sets a mark before each `break` of a loop; those of loops and functions inside of it are theirs."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def visit_Break(self, node: ast.Break) -> list[ast.stmt]:
        mark = ast.Assign([ast.Name(self.mark, ast.Store())], ast.Constant(True))
        return [ast.fix_missing_locations(ast.copy_location(mark, node)), node]

    def visit_For(self, node: ast.For) -> ast.AST:
        node.orelse = [inner for part in node.orelse for inner in _listed(self.visit(part))]
        return node

    visit_While = visit_AsyncFor = visit_For  # type: ignore[assignment]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    visit_AsyncFunctionDef = visit_Lambda = visit_ClassDef = visit_FunctionDef  # type: ignore[assignment]


def _listed(part: ast.stmt | list[ast.stmt]) -> list[ast.stmt]:
    return part if isinstance(part, list) else [part]


def with_else(
    loop: ast.For | ast.While, statement: Callable[[ast.stmt], Sequence[p.Statement]], body: Body
) -> Sequence[p.Statement]:
    """A loop whose `else` runs where no `break` left it."""
    mark = f"left at {loop.lineno}"
    otherwise, loop.orelse = loop.orelse, []
    marking = _Marked(mark)
    loop.body = [inner for part in loop.body for inner in _listed(marking.visit(part))]
    lowered = statement(loop)
    return [p.Assign(p.Name(mark), p.Const(False)), *lowered, p.If(p.Name(mark), (), body(otherwise))]
