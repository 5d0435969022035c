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


ASKING = frozenset({"list", "tuple", "set", "sorted", "sum"})
"""Functions that ask for all that they are given."""
_LEAVING = (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)
UNKNOWN = "whether more is asked for"
"""A name that holds what nobody knows."""


def plain(module: ast.Module) -> ast.Module:
    """A module whose generators are functions where each call of them is gone through at once; where a loop over it may
    be left, nobody knows behind a `yield` whether more is asked for."""
    functions = [node for node in ast.walk(module) if isinstance(node, Function) and _is_plain(node)]
    calls = _gone_through(module)
    taken = [node.name for node in ast.walk(module) if isinstance(node, Function)]
    asked: dict[str, bool] = {}
    for name in {node.name for node in functions if taken.count(node.name) == 1}:
        uses = [node for node in ast.walk(module) if _names(node, name)]
        ends = {calls.get(id(node)) for node in uses}
        if len(ends) == 1 and None not in ends:
            asked[name] = True in ends
    return ast.fix_missing_locations(_Plain(asked).visit(module)) if asked else module


def _is_plain(node: Function) -> bool:
    """Whether a function without decorators yields in statements of their own."""
    own = list(_own(node.body))
    alone = [part.value for part in own if isinstance(part, ast.Expr)]
    found = yields(node.body)
    return bool(found) and not node.decorator_list and all(one in alone for one in found)


def _names(node: ast.AST, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _gone_through(module: ast.Module) -> dict[int, bool]:
    """What is called where all that the call gives is gone through, by its id, and whether that may end early."""
    values: list[tuple[ast.expr, bool]] = []
    for node in ast.walk(module):
        match node:
            case ast.For(iter=value, body=body, orelse=[]) | ast.AsyncFor(iter=value, body=body, orelse=[]):
                values.append((value, any(isinstance(part, _LEAVING) for part in _own(body))))
            case ast.ListComp(generators=[first, *_]) | ast.SetComp(generators=[first, *_]):
                values.append((first.iter, False))
            case ast.Call(func=ast.Name(id=name), args=[value], keywords=[]) if name in ASKING:
                values.append((value, False))
    return {id(value.func): ends for value, ends in values if isinstance(value, ast.Call)}


class _Plain(ast.NodeTransformer):
    """Makes functions of the generators of these names. names: whether what goes through them may end early."""

    def __init__(self, names: dict[str, bool]) -> None:
        self.names = names
        self.is_inside = self.ends = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: Function) -> ast.AST:
        outer = self.is_inside, self.ends
        self.is_inside, self.ends = node.name in self.names, self.names.get(node.name, False)
        self.generic_visit(node)
        is_plain = self.is_inside
        self.is_inside, self.ends = outer
        if not is_plain:
            return node
        gives = ast.Return(ast.Name(UNKNOWN, ast.Load()))
        return ast.copy_location(ast.FunctionDef(node.name, node.args, [*node.body, gives], []), node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.AST]:
        if not self.is_inside or not isinstance(node.value, ast.Yield | ast.YieldFrom):
            return self.generic_visit(node)
        value = ast.copy_location(ast.Expr(node.value.value or ast.Constant(None)), node)
        leaving = ast.Return(ast.Name(UNKNOWN, ast.Load()))
        leaves = ast.If(ast.Name(UNKNOWN, ast.Load()), [leaving], [])
        return [value, ast.copy_location(leaves, node)] if self.ends else [value]

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        self.generic_visit(node)
        called = node.iter.func if isinstance(node.iter, ast.Call) else None
        if called is None or not any(_names(called, name) for name in self.names):
            return node
        return ast.copy_location(ast.For(node.target, node.iter, node.body, []), node)
