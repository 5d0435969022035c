"""Swift's types: structs, classes and enums with their members, and what extensions add to those of the library."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.bare_members import bound, bound_value, own_class_in
from apipack.languages.reading.grammar import field, named, refuse, source
from apipack.languages.reading.swift_nodes import (
    SELF,
    cases_of,
    coding_keys,
    getter_of,
    is_lazy,
    is_stored,
    lazy_of,
    memberwise,
    outermost,
)
from apipack.languages.reading.swift_nodes import is_static as is_of_type
from apipack.languages.reading.swift_survey import MAKABLE, Lowering
from apipack.languages.reading.values import Symbol

LIBRARY_MEMBERS = (
    "append", "setValue", "addValue", "httpMethod", "httpBody", "addingPercentEncoding", "url", "map", "reduce",
    "joined", "data", "utf8", "isEmpty", "compactMap", "filter", "absoluteString", "allHTTPHeaderFields",
)  # fmt: skip
"""Members of library types that an extension may call by their bare names."""


def type_of(lowering: Lowering, node: Node) -> Sequence[p.Statement]:
    """A struct whose members are stored, or the type that holds `main`."""
    kind = source(field(node, "declaration_kind"))
    body = named(field(node, "body"))
    name = source(field(node, "name"))
    if kind != "extension":
        body = [*body, *lowering.survey.extra(node)]
    functions = [member for member in body if member.type == "function_declaration"]
    if any(source(field(member, "name")) == "main" for member in functions) and "@main" in source(node)[:40]:
        return [*[inner for member in body for inner in lowering.statement(member)], p.call("main")]
    if kind == "extension":
        return _extension(lowering, node, body)
    if kind == "enum" and lowering.survey.is_rich(node):
        return [p.Assign(p.Name(name), _class(lowering, node, body), True)]
    if kind == "enum" and any(entry.type == "enum_entry" for entry in body):
        cases = [part for entry in body if entry.type == "enum_entry" for part in entry.children_by_field_name("name")]
        symbols = tuple((p.Const(source(case)), p.Const(Symbol(source(case)))) for case in cases)
        return [p.Assign(p.Name(name), p.call("enum of", p.Pairs(symbols)), True)]
    is_shared = any(re.match(r"(\w+ )*(static|var) ", source(member)) for member in body)
    is_rich = any(member.type == "class_declaration" or not is_stored(member) for member in body)
    if kind in ("struct", "class", "actor") and (functions or is_shared or is_rich or kind != "struct"):
        return [p.Assign(p.Name(name), _class(lowering, node, body), True)]
    if kind == "enum" and body and not any(entry.type == "enum_entry" for entry in body):
        return [p.Assign(p.Name(name), _class(lowering, node, body), True)]
    if functions or kind != "struct" or not body:
        return [p.Assign(p.Name(name), p.Name("a type"), True)]
    fields: list[p.Argument] = []
    for member in body:
        if member.type != "property_declaration" or member.child_by_field_name("computed_value"):
            return [p.Assign(p.Name(name), p.Name("a type"), True)]
        value = member.child_by_field_name("value")
        (key,) = [lowering.pattern(part) for part in member.children_by_field_name("name") if part.type == "pattern"]
        if not isinstance(key, p.Name):
            raise refuse(member)
        fields.append(p.Argument(lowering.value(value) if value else p.Const(None), key.name))
    return [p.Assign(p.Name(name), p.Call(p.Name("struct of"), tuple(fields)), True)]


def _class(lowering: Lowering, node: Node, body: Sequence[Node]) -> p.Expression:
    """A class, or a struct with methods."""
    name = source(field(node, "name"))
    parents = {source(part) for part in outermost(node, "inheritance_specifier")}
    if parents & lowering.survey.types:
        return p.Opaque("a class that extends another")
    methods: list[tuple[str, bool, p.Function]] = []
    fields: list[tuple[str, bool, p.Expression]] = []
    computed: list[tuple[str, p.Function]] = []
    nested: list[tuple[str, p.Expression]] = []
    for member in body:
        is_static = is_of_type(member)
        if member.type == "init_declaration" and any(child.type == "?" for child in member.children):
            return p.Opaque("an init that may give nothing")
        if member.type == "init_declaration":
            methods.append(("constructor", False, lowering.function(member)))
        elif member.type == "function_declaration":
            methods.append((source(field(member, "name")), is_static, lowering.function(member)))
        elif member.type == "property_declaration" and member.child_by_field_name("computed_value") is not None:
            getter = getter_of(field(member, "computed_value"))
            if is_static or getter is None:
                return p.Opaque("a property that is computed")
            (title,) = member.children_by_field_name("name")
            computed.append((source(title), p.Function((), lowering.returning(getter))))
        elif member.type == "property_declaration" and is_lazy(member):
            key, value = lazy_of(member, node)
            computed.append((key, p.Function((), (p.Jump("return", lowering.value(value)),))))
        elif member.type == "property_declaration":
            for assignment in lowering.properties(member):
                if not isinstance(assignment, p.Assign) or not isinstance(assignment.target, p.Name):
                    return p.Opaque("a property that is computed")
                fields.append((assignment.target.name, is_static, assignment.value))
        elif member.type == "class_declaration":
            nested += [
                (inner.target.name, inner.value)
                for inner in type_of(lowering, member)
                if isinstance(inner, p.Assign) and isinstance(inner.target, p.Name)
            ]
        elif member.type == "enum_entry":
            nested += _cases(lowering, member, node)
        elif member.type != "typealias_declaration":
            return p.Opaque(f"line {member.start_point[0] + 1}: {member.type}")
    names = [method for method, _, _ in methods]
    if len(set(names)) != len(names):
        return p.Opaque("methods of one name")
    if "constructor" not in names:
        methods.append(("constructor", False, memberwise([field for field in fields if not field[1]])))
    owners: dict[str, p.Expression] = {}
    for member_name, is_static, _ in (*methods, *fields):
        owners[member_name] = p.Name(name) if is_static else SELF
    owners |= {key: SELF for key, _ in computed} | {key: p.Name(name) for key, _ in nested}
    lowered = [(key, "static" if fixed else "method", bound(function, owners)) for key, fixed, function in methods]
    own = [p.Assign(p.Member(SELF, key), bound_value(value, owners)) for key, fixed, value in fields if not fixed]
    shared = [(key, own_class_in(value, name)) for key, is_static, value in fields if is_static]
    lowered += [(key, "property", bound(function, owners)) for key, function in computed]
    keys = [key for key, is_static, _ in fields if not is_static]
    shared = [*nested, *shared, ("the keys", coding_keys(body, keys))]
    is_struct = source(field(node, "declaration_kind")) == "struct"
    return p.Class(name, tuple(lowered), tuple(own), tuple(shared), copies=is_struct)


def _cases(lowering: Lowering, entry: Node, node: Node) -> Sequence[tuple[str, p.Expression]]:
    """The cases of an enum as objects, or as what makes them of the values that they hold."""
    texts = any(source(part) == "String" for part in outermost(node, "inheritance_specifier"))
    cases: list[tuple[str, p.Expression]] = []
    for name, value in cases_of(entry):
        holds = name.next_sibling is not None and name.next_sibling.type == "enum_type_parameters"
        raw = p.Const(source(name) if texts else None) if value is None else lowering.value(value)
        kind = "case maker" if holds else "case value"
        cases.append((source(name), p.call(kind, p.Name("The class"), p.Const(Symbol(source(name))), raw)))
    return cases


def _extension(lowering: Lowering, node: Node, body: Sequence[Node]) -> Sequence[p.Statement]:
    """Methods that a type of the library gets."""
    name = source(field(node, "name"))
    if name in lowering.survey.types | lowering.survey.protocols:
        return []
    for member in body:
        if member.type == "init_declaration" and name == MAKABLE:
            lowering.extensions.append(_maker(lowering, member, name))
            continue
        if is_of_type(member) and is_stored(member):
            lowering.extensions += [_shared(name, held) for held in lowering.properties(member)]
            continue
        is_static = is_of_type(member)
        getter = member.child_by_field_name("computed_value")
        getter = getter_of(getter) if getter is not None else None
        if is_static or (member.type != "function_declaration" and getter is None):
            return [p.Opaque(f"an extension of {name}")]
        function = lowering.function(member) if getter is None else p.Function((), lowering.returning(getter))
        function = bound(function, dict.fromkeys(LIBRARY_MEMBERS, SELF))
        title = source(member.children_by_field_name("name")[0])
        given = p.call("extend", p.Const(name), p.Const(title), function, p.Const(getter is not None))
        lowering.extensions.append(given)
    return []


def _shared(name: str, held: p.Statement) -> p.Statement:
    """A static property that a type of the library gets."""
    if not isinstance(held, p.Assign) or not isinstance(held.target, p.Name):
        return p.Opaque(f"an extension of {name}")
    return p.Assign(p.Name(f"{name}.{held.target.name}"), held.value, True)


def _maker(lowering: Lowering, node: Node, name: str) -> p.Statement:
    """An `init` of an extension, which makes `self` by another."""
    function = bound(lowering.function(node), dict.fromkeys(LIBRARY_MEMBERS, SELF))
    first, *others = function.body or (p.Unknown(),)
    if not isinstance(first, p.Call) or first.function != p.Member(SELF, "init"):
        raise refuse(node)
    assigned = p.Assign(SELF, p.Call(p.Name(name), first.arguments), True)
    body = (assigned, *others, p.Jump("return", SELF))
    return p.Define(f"{name} of the program", p.Function(function.parameters, body))
