"""A Java unit or fragment: its classes with their methods and fields, and the `main` that runs them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.java import _EARLY
from apipack.languages.reading import java_bodies, java_names
from apipack.languages.reading import program as p
from apipack.languages.reading.bare_members import bound, bound_value, own_class_in
from apipack.languages.reading.grammar import by_kind, field, named, parse, source
from apipack.languages.reading.java_checks import check
from apipack.languages.reading.java_classes import (
    THIS,
    TYPES,
    above,
    classes_of,
    default_methods,
    has_instances,
    has_main,
    inherited,
    interfaces_of,
    json_names,
    overloaded,
    superclass,
    with_super,
)
from apipack.languages.reading.java_tree import arguments, declarations, function, imported, statements
from apipack.languages.reading.objects import COMPONENTS
from apipack.languages.wire import Unreadable


def is_unit(code: str) -> bool:
    """Whether code names its imports and classes, which a fragment does not."""
    return re.search(r"^\s*(?:public\s+|final\s+)*class\s+\w+", code, re.MULTILINE) is not None


def lower(code: str) -> tuple[p.Statement, ...]:
    """The statements of a compilation unit or of a fragment."""
    if _EARLY.search(code):
        raise Unreadable("an escape that ends its literal before the compiler reads it")
    root = parse("java", code)
    nodes = by_kind(root)
    check(nodes)
    java_names.check(root, nodes)
    java_bodies.check(root, nodes)
    classes = classes_of(root)
    by_name, interfaces = {source(field(node, "name")): node for node in classes}, interfaces_of(root)
    if any(has_instances(node) or default_methods(node, interfaces, by_name) for node in classes):
        return _with_classes(root, classes)
    body: list[p.Statement] = []
    mains = 0
    for child in named(root):
        if child.type == "class_declaration" and has_main(child):
            body += _class(child)
            mains += 1
        elif child.type == "method_declaration":
            body += _member(child)
            mains += source(field(child, "name")) == "main"
        elif child.type not in TYPES:
            body += statements(child)
    if mains > 1 or (not mains and any(child.type in TYPES for child in named(root))):
        raise Unreadable("no single main")
    if mains and any(child.type.endswith("_statement") for child in named(root)):
        raise Unreadable("a statement outside of every method")
    if mains:
        body.append(p.call("main", p.Unknown()))
    return tuple(body)


def _with_classes(root: Node, classes: list[Node]) -> tuple[p.Statement, ...]:
    mains = [source(field(node, "name")) for node in classes if has_main(node)]
    others = [child for child in named(root) if child.type not in (*TYPES, "package_declaration", "import_declaration")]
    if len(mains) != 1 or others:
        raise Unreadable("no single main")
    imports = [inner for child in named(root) if child.type == "import_declaration" for inner in imported(child)]
    by_name = {source(field(node, "name")): node for node in classes}
    interfaces = interfaces_of(root)
    ordered = sorted(classes, key=lambda node: len(list(above(node, by_name))))
    types = [p.Assign(p.Name(source(field(node, "name"))), _type(node, by_name, interfaces), True) for node in ordered]
    return (*imports, *types, p.Call(p.Member(p.Name(mains[0]), "main"), (p.Argument(p.Unknown()),)))


def _type(node: Node, classes: dict[str, Node], interfaces: dict[str, Node]) -> p.Expression:
    name = source(field(node, "name"))
    body = named(field(node, "body"))
    if node.type == "enum_declaration":
        constants = [member for member in body if member.type == "enum_constant"]
        if len(constants) == len(body) and all(len(named(member)) == 1 for member in constants):
            names = [p.Argument(p.Const(source(field(member, "name")))) for member in constants]
            return p.Call(p.Name("enum of"), tuple(names))
        if any(member.child_by_field_name("body") is not None for member in constants):
            return p.Opaque("an enum whose constants have bodies")
        body = [inner for member in body for inner in (named(member) if member not in constants else [member])]
    body = [*body, *default_methods(node, interfaces, classes)]
    members: dict[str, p.Expression] = {}
    methods: list[tuple[str, bool, p.Function]] = []
    fields: list[tuple[str, bool, p.Expression]] = []
    if node.type == "record_declaration":
        keys = [source(field(child, "name")) for child in named(field(node, "parameters"))]
        own_values = tuple(p.Assign(p.Member(THIS, key), p.Name(key)) for key in keys)
        methods.append(("constructor", False, p.Function(tuple((key, None) for key in keys), own_values)))
        members |= dict.fromkeys(keys, THIS)
        fields.append((COMPONENTS, True, p.Items(tuple(map(p.Const, keys)))))
    for member in body:
        if member.type == "enum_constant":
            given = member.child_by_field_name("arguments")
            constant = p.Call(p.Name("The class"), arguments(given) if given is not None else (), True)
            key = source(field(member, "name"))
            fields.append((key, True, p.call("constant of", constant, p.Const(key))))
            continue
        is_static = any(child.type == "modifiers" and "static" in source(child).split() for child in member.children)
        if member.type == "constructor_declaration":
            methods.append(("constructor", False, function(member)))
        elif member.type == "method_declaration" and member.child_by_field_name("body"):
            methods.append((source(field(member, "name")), is_static, function(member)))
        elif member.type == "field_declaration":
            for assignment in declarations(member):
                if isinstance(assignment, p.Assign) and isinstance(assignment.target, p.Name):
                    fields.append((assignment.target.name, is_static, assignment.value))
        elif member.type == "method_declaration":
            members[source(field(member, "name"))] = THIS
        elif member.type not in TYPES:
            return p.Opaque(f"line {member.start_point[0] + 1}: {member.type}")
    merged = overloaded(methods)
    if merged is None:
        return p.Opaque("methods of one name")
    parent = superclass(node)
    if parent and parent not in classes:
        return p.Unknown() if parent.endswith(("Exception", "Error")) else p.Opaque("a class that extends another")
    methods = [with_super(method) for method in merged] if parent else merged
    above_it = inherited(node, classes)
    if any(key in above_it for key, is_static, _ in fields if not is_static):
        return p.Opaque("a field that hides another")
    members |= above_it
    for member_name, is_static, _ in (*methods, *fields):
        members[member_name] = p.Name(name) if is_static else THIS
    called = frozenset(method for method, _, _ in methods)
    lowered = [
        (method, "static" if fixed else "method", bound(body, members, called)) for method, fixed, body in methods
    ]
    own = [(key, bound_value(value, members)) for key, is_static, value in fields if not is_static]
    defaults = [p.Assign(p.Member(THIS, key), value) for key, value in own]
    shared = [(key, own_class_in(value, name)) for key, is_static, value in fields if is_static]
    shared += json_names(node, [key for key, is_static, _ in fields if not is_static], [key for key, _, _ in methods])
    return p.Class(name, tuple(lowered), tuple(defaults), tuple(shared), p.Name(parent) if parent else None)


def _class(node: Node) -> Sequence[p.Statement]:
    members: list[p.Statement] = [p.Assign(p.Name(source(field(node, "name"))), p.Name("the program"), True)]
    for child in named(field(node, "body")):
        members += _member(child)
    return members


def _member(node: Node) -> Sequence[p.Statement]:
    if node.type == "method_declaration" and node.child_by_field_name("body"):
        return [p.Define(source(field(node, "name")), function(node))]
    if node.type == "field_declaration":
        return declarations(node)
    return [] if node.type in TYPES else [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]
