"""Go's switches over values and types, lowered to branches, one in the other; the default comes last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, source
from apipack.languages.reading.values import MYSTERY, Arguments, Mystery, Thing

TAG = p.Name("the value of a switch")
KINDS: dict[str, tuple[type, ...]] = {
    "nil": (type(None),),
    "string": (str,),
    "[]byte": (bytes,),
    "bool": (bool,),
    "int": (int,),
    "float64": (float,),
}
"""Types whose values are told apart by what they are here."""
Statement = Callable[[Node, set[str]], Sequence[p.Statement]]


def flat(node: Node) -> Sequence[Node]:
    return named(node) if node.type == "statement_list" else [node]


def switched(node: Node, statement: Statement, value_of: Callable[[Node], p.Expression]) -> p.Statement:
    """A switch that no case leaves early."""
    first, tag = node.child_by_field_name("initializer"), node.child_by_field_name("value")
    alias = None
    if node.type == "type_switch_statement":
        tag, alias = field(node, "value"), node.child_by_field_name("alias")
    default = next((case for case in named(node) if case.type == "default_case"), None)
    otherwise = _case(default, alias, statement) if default else ()
    for case in reversed([case for case in named(node) if case.type in ("expression_case", "type_case")]):
        tests = [_test(case, value, tag, value_of) for value in _values(case)]
        otherwise = (p.If(p.joined("||", tests), _case(case, alias, statement), otherwise),)
    opening = [*(statement(first, set()) if first else []), *([p.Assign(TAG, value_of(tag), True)] if tag else [])]
    return p.Block((*opening, *otherwise))


def _values(case: Node) -> Sequence[Node]:
    if case.type == "type_case":
        return case.children_by_field_name("type")
    return named(field(case, "value"))


def _test(case: Node, value: Node, tag: Node | None, value_of: Callable[[Node], p.Expression]) -> p.Expression:
    if case.type == "type_case":
        return p.call("is of type", TAG, p.Const(source(value)))
    return p.Binary("==", TAG, value_of(value)) if tag else value_of(value)


def _case(node: Node, alias: Node | None, statement: Statement) -> tuple[p.Statement, ...]:
    """What a case runs."""
    values = [node.child_by_field_name("value"), *node.children_by_field_name("type")]
    declared: set[str] = set()
    names = [] if alias is None else [child for child in (alias, *named(alias)) if child.type == "identifier"]
    bound = [p.Assign(p.Name(source(name)), TAG, True) for name in names]
    statements = [inner for child in named(node) if child not in values for inner in flat(child)]
    return (*bound, *(inner for child in statements for inner in statement(child, declared)))


def is_of_type(run: Any, given: Arguments) -> Any:
    """Whether a value is of a type, as far as that is known."""
    value, name = given.positional
    kinds = KINDS.get(name)
    if isinstance(value, Mystery):
        return MYSTERY
    if name == "io.Reader" and isinstance(value, str | bytes | dict | list | None):
        return False
    if kinds is None:
        return MYSTERY
    return not isinstance(value, Thing) and type(value) in kinds
