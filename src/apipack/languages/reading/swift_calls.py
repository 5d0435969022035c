"""Swift's calls: their labels as names of arguments, what makes a type, and what must be tried."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, refuse, source
from apipack.languages.reading.swift_nodes import is_tried, suffix_of
from apipack.languages.reading.swift_operators import SIDES, operation
from apipack.languages.reading.swift_survey import Lowering
from apipack.languages.wire import Uncompiled, Unreadable, Unsent

QUERY_ITEM = frozenset({"name", "value"})
"""Labels of a URLQueryItem, whose name may be left out."""
HEADERS = {
    "authorization": (frozenset({"bearerToken"}), frozenset({"username", "password"}), frozenset({None})),
    **dict.fromkeys(("accept", "acceptLanguage", "contentType", "userAgent"), (frozenset({None}),)),
}
"""What makes a header of Alamofire, whose type may be left out, with its labels."""


class NotTried(Unsent, Uncompiled):
    """A call that is certain to be one that may throw stands without `try`."""


def call_of(lowering: Lowering, node: Node) -> p.Expression:
    function, suffix = named(node)
    return _call(lowering, node, function, suffix)


def _call(lowering: Lowering, node: Node, function: Node, suffix: Node) -> p.Expression:
    survey = lowering.survey
    if function.type in SIDES:
        return _called_behind(lowering, node, function, suffix)
    given: tuple[p.Argument, ...] = ()
    if function.type == "call_expression" and not any(part.type == "value_arguments" for part in named(suffix)):
        inner = named(function)
        function, given = inner[0], arguments(lowering, inner[1])
    given = (*given, *arguments(lowering, suffix))
    if source(suffix).startswith("["):
        if len(given) != 1 or given[0].name is not None:
            raise refuse(node)
        return p.Index(lowering.value(function), given[0].value)
    if function.type == "prefix_expression" and source(field(function, "operation")) == ".":
        name = source(field(function, "target"))
        if survey.rich.get(name):
            return p.Call(p.Member(p.Name(survey.rich[name]), name), given)
        titles = {argument.name for argument in given}
        paths = [path for path, names in survey.inits if titles and titles <= names]
        if name == "init" and titles == QUERY_ITEM:
            return p.Call(p.Name("case of" if paths else "URLQueryItem"), given)
        if name == "init" and len(paths) == 1:
            return p.Call(paths[0], given)
        if titles in HEADERS.get(name, ()):
            return p.Call(p.Member(p.Name("HTTPHeader"), name), given)
        return p.Call(p.Name("case of"), given)
    called = source(function) if function.type == "simple_identifier" else ""
    if function.type == "navigation_expression":
        called = suffix_of(function)
    if _throws(lowering, function, called, given) and not is_tried(node):
        reason = f"line {node.start_point[0] + 1}: {called} can throw, and is not tried"
        raise NotTried(reason) if _is_foundation_json(function) else Unreadable(reason)
    if called in survey.made and {argument.name for argument in given} <= survey.made[called] and given:
        labels = survey.labels.get(called, {})
        given = tuple(p.Argument(part.value, labels.get(part.name or "", part.name)) for part in given)
        return p.Call(p.Name(f"{called} of the program"), given)
    if called in survey.labels:
        labels = survey.labels[called]
        given = tuple(
            p.Argument(argument.value, labels.get(argument.name, argument.name) if argument.name else None)
            for argument in given
        )
    return p.Call(lowering.value(function), given)


def _called_behind(lowering: Lowering, node: Node, function: Node, suffix: Node) -> p.Expression:
    """`a + b.map(…)`, whose arguments belong to what stands behind the operator."""
    last = function
    while last.type in SIDES:
        last = field(last, SIDES[last.type][1])
    inner = _call(lowering, node, last, suffix)
    return operation(function, lambda operand: inner if operand == last else lowering.value(operand))


def _throws(lowering: Lowering, function: Node, called: str, given: Sequence[p.Argument]) -> bool:
    """Whether the compiler asks for `try` before a call: of Foundation, or of a function that says so."""
    names = {argument.name for argument in given}
    if called in lowering.survey.throwing or (called in ("Data", "String") and "contentsOf" in names):
        return True
    if function.type != "navigation_expression":
        return False
    return (
        (_is_foundation_json(function) and called != "isValidJSONObject")
        or called == "encode"
        or (called == "data" and bool(names & {"for", "from"}))
    )


def _is_foundation_json(function: Node) -> bool:
    """A type's own name; methods go by theirs alone, which a type of the program may have as well."""
    return function.type == "navigation_expression" and source(field(function, "target")) == "JSONSerialization"


def arguments(lowering: Lowering, node: Node) -> tuple[p.Argument, ...]:
    given: list[p.Argument] = []
    for child in named(node):
        if child.type == "value_arguments":
            given += [_argument(lowering, argument) for argument in named(child)]
        elif child.type == "lambda_literal":
            given.append(p.Argument(lowering.closure(child), "block"))
        else:
            raise refuse(child)
    return tuple(given)


def _argument(lowering: Lowering, node: Node) -> p.Argument:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if value is None:
        return p.Argument(p.Unknown(), source(name) if name else None)
    return p.Argument(lowering.value(value), source(name) if name else None)
