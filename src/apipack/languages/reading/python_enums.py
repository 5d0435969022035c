"""Python: classes of an Enum."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from apipack.languages.reading import program as p
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import Arguments, Module, Mystery, Thing
from apipack.languages.wire import Unreadable


class Member(Thing):
    """A member of an Enum."""

    def __init__(self, name: str, value: Any) -> None:
        self.at_name, self.at_value = name, value


class Enumeration(Module):
    """A class of an Enum, whose members are asked for by their names."""

    def item(self, run: Any, key: Any) -> Any:
        if isinstance(key, Mystery) or key not in self.members:
            raise Unreadable("a member of an enum that is not there")
        return self.members[key]


def enum(run: Evaluation, given: Arguments) -> Module:
    (values,) = given.positional
    return Enumeration("an enum", {name: Member(name, value) for name, value in values.items()})


def lowered_enum(node: ast.ClassDef, value_of: Callable[[ast.expr], p.Expression]) -> p.Expression:
    """An Enum of constants."""
    members: list[tuple[p.Expression | None, p.Expression]] = []
    for member in node.body:
        match member:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value):
                members.append((p.Const(name), value_of(value)))
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                return p.Opaque(f"line {member.lineno}: an enum with more than constants")
    return p.Call(p.Name("enum of"), (p.Argument(p.Pairs(tuple(members))),))
