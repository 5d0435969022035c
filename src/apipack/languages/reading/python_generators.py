"""Python's generators as its own syntax tree has them: context managers, which yield once what `with` gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

MANAGERS = {
    "contextmanager": False,
    "contextlib.contextmanager": False,
    "asynccontextmanager": True,
    "contextlib.asynccontextmanager": True,
}
"""Decorators that make a context manager of a generator, and whether it is entered by `async with`."""
CLEANUP = frozenset({"close", "aclose", "debug", "info", "warning", "error", "print"})
"""Calls behind a `yield` that change no request."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def yields(statements: Sequence[ast.stmt]) -> list[ast.expr]:
    """The `yield` expressions of a function's body, those of functions inside of it aside."""
    return [node for node in _own(statements) if isinstance(node, ast.Yield | ast.YieldFrom)]


def _own(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)


def manager(node: Function) -> ast.FunctionDef | None:
    """A context manager of a generator, as a function that returns what it yields; None for other functions."""
    kinds = list(map(ast.unparse, node.decorator_list))
    if len(kinds) != 1 or kinds[0] not in MANAGERS or len(yields(node.body)) != 1:
        return None
    if MANAGERS[kinds[0]] != isinstance(node, ast.AsyncFunctionDef):
        return None
    body = _returning(node.body)
    if body is None:
        return None
    plain = ast.FunctionDef(node.name, node.args, body, node.decorator_list)
    return ast.fix_missing_locations(ast.copy_location(plain, node))


def _returning(statements: Sequence[ast.stmt]) -> list[ast.stmt] | None:
    """Statements that return where they would yield; None where more than cleaning up is behind it."""
    for index, statement in enumerate(statements):
        if not yields([statement]):
            continue
        before, after = list(statements[:index]), statements[index + 1 :]
        if not all(map(_cleans, after)):
            return None
        match statement:
            case ast.Expr(value=ast.Yield(value=value)):
                return [*before, ast.copy_location(ast.Return(value), statement)]
            case ast.With(items=items, body=body):
                inner = _returning(body)
                return None if inner is None else [*before, ast.copy_location(ast.With(items, inner), statement)]
            case ast.AsyncWith(items=items, body=body):
                inner = _returning(body)
                return None if inner is None else [*before, ast.copy_location(ast.AsyncWith(items, inner), statement)]
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                inner = _returning(body)
                cleanup = [*orelse, *final]
                if inner is None or not all(map(_cleans, cleanup)):
                    return None
                return [*before, ast.copy_location(ast.Try(inner, handlers, [], []), statement)]
        return None
    return None


def _cleans(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(value=ast.Call(func=function)) | ast.Expr(value=ast.Await(value=ast.Call(func=function))):
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            return name in CLEANUP
    return False
