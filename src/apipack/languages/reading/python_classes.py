"""Python's classes as its own syntax tree has them: what makes a dataclass, what is frozen, what `super()` means."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from apipack.languages.reading import program as p
from apipack.languages.wire import Unreadable

KINDS = {
    ("abstractmethod",): "method",
    ("abc.abstractmethod",): "method",
    ("property", "abstractmethod"): "property",
    ("property", "abc.abstractmethod"): "property",
    (): "method",
    ("staticmethod",): "static",
    ("classmethod",): "class",
    ("property",): "property",
}
"""Kinds of methods by their decorators."""

PLAIN_BASES = frozenset({"object", "ABC", "abc.ABC"})
"""Classes that give those that extend them nothing."""

ACCESS = ("property", "staticmethod", "classmethod", "setter", "getter", "abstract", "overload", "contextmanager")
"""Of decorators that do more than to call the method."""

FROZEN = ("frozen=True", "NamedTuple")
"""What makes the fields of a class unchangeable."""


def is_dataclass(decorator: ast.expr) -> bool:
    """Whether a decorator makes a dataclass, whose options leave its constructor alone."""
    match decorator:
        case ast.Call(func=function, args=[], keywords=keywords):
            plain = all(keyword.arg in ("frozen", "slots", "eq", "order", "repr") for keyword in keywords)
            return plain and is_dataclass(function)
        case ast.Name(id="dataclass") | ast.Attribute(value=ast.Name(id="dataclasses"), attr="dataclass"):
            return True
    return False


def _is_frozen(node: ast.ClassDef) -> bool:
    head = " ".join(ast.unparse(part) for part in (*node.decorator_list, *node.bases))
    return any(mark in head for mark in FROZEN)


def check_frozen(module: ast.Module) -> None:
    """Refuse a program that sets an attribute which has the name of a field of a frozen dataclass or NamedTuple."""
    nodes = list(ast.walk(module))
    frozen = [node for node in nodes if isinstance(node, ast.ClassDef) and _is_frozen(node)]
    changed = {node.attr for node in nodes if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)}
    for node in frozen:
        fields = {ast.unparse(member.target) for member in node.body if isinstance(member, ast.AnnAssign)}
        if fields & changed:
            raise Unreadable(f"line {node.lineno}: a frozen dataclass that is changed")


class Super(ast.NodeTransformer):
    """Writes `super()` with the class and the object that it means."""

    def __init__(self, kind: str, receiver: str) -> None:
        self.given = [ast.Name(receiver, ast.Load()), ast.Name(kind, ast.Load())]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            return ast.copy_location(ast.Call(ast.Name("super of", ast.Load()), list(self.given), []), node)
        return node


def as_dict(fields: Sequence[tuple[str, p.Expression | None]]) -> tuple[str, str, p.Function]:
    """The method of a NamedTuple that gives its fields."""
    pairs = tuple((p.Const(name), p.Member(p.Name("self"), name)) for name, _ in fields)
    return "_asdict", "method", p.Function((("self", None),), (p.Jump("return", p.Pairs(pairs)),))


def is_plain_case(case: ast.match_case) -> bool:
    """Whether a case compares values, or takes all others."""
    match case.pattern:
        case ast.MatchValue(value=ast.Constant()) | ast.MatchAs(pattern=None):
            return case.guard is None
        case ast.MatchOr(patterns=patterns):
            return case.guard is None and all(isinstance(one, ast.MatchValue) for one in patterns)
    return False


def is_plain(node: ast.expr) -> bool:
    """Whether an expression does nothing."""
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.Attribute(value=owner):
            return is_plain(owner)
        case ast.Call(func=ast.Name(id="len"), args=[value], keywords=[]):
            return is_plain(value)
    return False
