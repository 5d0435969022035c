"""Classes of Java: what they extend, which method a call means, and how libraries name their members in JSON."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, source
from apipack.languages.reading.java_data import GSON, JACKSON, NO_NULLS

THIS = p.Name("this")
_NO_NULLS = re.compile(r"@JsonInclude\(\s*(?:value\s*=\s*)?(?:JsonInclude\.)?(?:Include\.)?NON_NULL\s*\)")
_UNKNOWN = re.compile(r"@JsonIgnoreProperties\(\s*ignoreUnknown\s*=\s*(?:true|false)\s*\)")


TYPES = ("class_declaration", "record_declaration", "interface_declaration", "enum_declaration")


def classes_of(root: Node) -> list[Node]:
    """Classes of a unit, those inside of others first."""
    classes: list[Node] = []
    for child in named(root):
        if child.type in ("class_declaration", "record_declaration", "enum_declaration"):
            classes += [*classes_of(field(child, "body")), child]
    return classes


def interfaces_of(root: Node) -> dict[str, Node]:
    """Interfaces of a unit, those inside of classes too, by their names."""
    interfaces: dict[str, Node] = {}
    for child in named(root):
        if child.type in TYPES:
            interfaces |= interfaces_of(field(child, "body"))
        if child.type == "interface_declaration":
            interfaces[source(field(child, "name"))] = child
    return interfaces


def has_instances(node: Node) -> bool:
    """Whether a class has a constructor, or methods without being the one with `main`."""
    kinds = {member.type for member in named(field(node, "body"))}
    return (
        node.type in ("record_declaration", "enum_declaration")
        or "constructor_declaration" in kinds
        or ("method_declaration" in kinds and not has_main(node))
    )


def above(node: Node, classes: dict[str, Node]) -> Iterator[str]:
    """Names of the classes that a class extends, at most ten."""
    name = superclass(node)
    for _ in range(10):
        if name not in classes:
            return
        yield name
        name = superclass(classes[name])


def with_super(method: tuple[str, bool, p.Function]) -> tuple[str, bool, p.Function]:
    """A constructor that calls the one of the class above it first, as the compiler has it."""
    name, is_static, function = method
    first = function.body[0] if function.body else None
    is_told = isinstance(first, p.Call) and (first.function in (of_super("constructor"), p.Member(THIS, "constructor")))
    if name != "constructor" or is_told or function.rest:
        return method
    return name, is_static, dataclasses.replace(function, body=(p.Call(of_super("constructor")), *function.body))


def of_super(name: str) -> p.Expression:
    """A method of the class that the class around it extends."""
    return p.Member(p.call("super of", THIS, p.Name("The class")), name)


def superclass(node: Node) -> str:
    held = node.child_by_field_name("superclass")
    return source(named(held)[0]).partition("<")[0] if held is not None else ""


def inherited(node: Node, classes: dict[str, Node]) -> dict[str, p.Expression]:
    """Members that a class has of those that it extends, by their owners."""
    members: dict[str, p.Expression] = {}
    name = superclass(node)
    for _ in range(10):
        if name not in classes:
            break
        for member in named(field(classes[name], "body")):
            words = next((source(child).split() for child in member.children if child.type == "modifiers"), [])
            owner: p.Expression = p.Name(name) if "static" in words else THIS
            titled = member.children_by_field_name("declarator") if member.type == "field_declaration" else [member]
            for part in titled if member.type in ("field_declaration", "method_declaration") else []:
                members.setdefault(source(field(part, "name")), owner)
        name = superclass(classes[name])
    return members


def default_methods(node: Node, interfaces: dict[str, Node], classes: dict[str, Node]) -> list[Node]:
    """Methods with bodies that a class has of the interfaces that it names, where it has none of their names."""
    listed = [part for child in node.children if child.type == "super_interfaces" for part in named(child)]
    kinds = [source(kind).partition("<")[0] for part in listed for kind in named(part)]
    taken = {source(field(part, "name")) for part in named(field(node, "body")) if part.type == "method_declaration"}
    taken |= set(inherited(node, classes))
    methods: list[Node] = []
    for kind in kinds:
        for member in named(field(interfaces[kind], "body")) if kind in interfaces else []:
            words = next((source(child).split() for child in member.children if child.type == "modifiers"), [])
            if member.type == "method_declaration" and member.child_by_field_name("body") and "static" not in words:
                name = source(field(member, "name"))
                methods += [] if name in taken else [member]
    return methods


Methods = list[tuple[str, bool, p.Function]]


def overloaded(methods: Methods) -> Methods | None:
    """Methods of one name and other numbers of parameters as one that counts its arguments; None where it cannot."""
    by_name: dict[str, Methods] = {}
    for method in methods:
        by_name.setdefault(method[0], []).append(method)
    merged: Methods = []
    for name, several in by_name.items():
        if len(several) == 1:
            merged += several
            continue
        counts = {len(function.parameters) for _, _, function in several}
        if len(counts) != len(several) or any(function.rest for _, _, function in several):
            return None
        if len({is_static for _, is_static, _ in several}) > 1:
            return None
        rest = p.Name("the arguments")
        branches = [counting(function, rest) for _, _, function in several]
        failing = p.Opaque("arguments that the method does not take")
        merged.append((name, several[0][1], p.Function((), (*branches, failing), rest=rest.name)))
    return merged


def counting(function: p.Function, rest: p.Name) -> p.Statement:
    """Run a function where there are as many arguments as it has parameters."""
    count = p.call("count of", rest)
    call = p.Call(function, (p.Argument(p.Spread(rest)),))
    return p.If(p.Binary("==", count, p.Const(len(function.parameters))), (p.Jump("return", call),))


def json_names(node: Node, fields: list[str], methods: list[str]) -> list[tuple[str, p.Expression]]:
    """How Jackson and Gson name the members of a class; nothing where annotations say more than names."""
    given: dict[str, dict[str, str]] = {"JsonProperty": {}, "SerializedName": {}}
    public: set[str] = set()
    hidden: set[str] = set()
    parts = named(node.child_by_field_name("parameters")) if node.type == "record_declaration" else []
    for member in [*parts, *named(field(node, "body"))]:
        if member.type not in ("formal_parameter", "field_declaration"):
            continue
        named_part = member if member.type == "formal_parameter" else field(member, "declarator")
        key = source(field(named_part, "name"))
        modifiers = next((child for child in member.children if child.type == "modifiers"), None)
        words = source(modifiers).split() if modifiers else []
        if "public" in words or member.type == "formal_parameter":
            public.add(key)
        if "transient" in words:
            hidden.add(key)
        annotations = [part for part in named(modifiers) if "annotation" in part.type]
        for annotation in annotations:
            match = re.fullmatch(
                r'@(JsonProperty|SerializedName)\(\s*(?:value\s*=\s*)?"([\w.$-]+)"\s*\)', source(annotation)
            )
            if match is None or key in given[match[1]]:
                return []
            given[match[1]][key] = match[2]
    said = [source(part) for child in node.children if child.type == "modifiers" for part in named(child)]
    if any(not _NO_NULLS.fullmatch(text) and not _UNKNOWN.fullmatch(text) for text in said if text.startswith("@")):
        return []
    keys = [source(field(child, "name")) for child in parts] or [key for key in fields if key not in hidden]
    public |= set(given["JsonProperty"])
    getters = {method for method in methods if re.match("get[A-Z]|is[A-Z]", method)}
    seen = [key for key in keys if key in public or f"get{key[0].upper()}{key[1:]}" in getters]
    unseen = {f"get{key[0].upper()}{key[1:]}" for key in keys}
    names: list[tuple[str, p.Expression]] = [(GSON, names_of(keys, given["SerializedName"]))]
    if getters <= unseen and not public & hidden:
        names.append((JACKSON, names_of(seen, given["JsonProperty"])))
    if any(map(_NO_NULLS.fullmatch, said)):
        names.append((NO_NULLS, p.Const(True)))
    return names


def names_of(keys: list[str], given: dict[str, str]) -> p.Expression:
    return p.Pairs(tuple((p.Const(key), p.Const(given.get(key, key))) for key in keys))


def has_main(node: Node) -> bool:
    members = named(field(node, "body"))
    return any(member.type == "method_declaration" and source(field(member, "name")) == "main" for member in members)
