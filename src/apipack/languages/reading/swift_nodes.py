"""What the lowering of Swift asks of single nodes: how a member is declared, and what stands around a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, refuse, source

_PLAIN = re.compile(r'"[^"\\]*"')
SELF = p.Name("self")
VALUES = (p.Call, p.Const, p.Text, p.Name, p.Member, p.Binary, p.Pairs, p.Items, p.Conditional, p.Index, p.Unary)
"""Expressions that a body gives where it has nothing else."""


def is_stored(member: Node) -> bool:
    return member.type == "property_declaration" and member.child_by_field_name("computed_value") is None


def titles_of(member: Node) -> set[str]:
    """Names of a member; an init has none."""
    return {source(part) for part in member.children_by_field_name("name")}


def bound(pattern: Node) -> Iterator[str]:
    """The names that a pattern binds: of `(a, b)` two."""
    if not named(pattern):
        yield source(pattern)
    for part in named(pattern):
        if part.type in ("pattern", "simple_identifier"):
            yield from bound(part)


def is_static(member: Node) -> bool:
    return any("static" in source(part).split() for part in named(member) if part.type == "modifiers")


def is_lazy(member: Node) -> bool:
    return any("lazy" in source(part).split() for part in named(member) if part.type == "modifiers")


def holds_more(node: Node) -> bool:
    """Whether an enum has methods, computed properties, or values with its cases."""
    body = named(field(node, "body"))
    return any(member.type == "enum_entry" for member in body) and any(
        member.type != "enum_entry" or member.child_by_field_name("data_contents") is not None for member in body
    )


def getter_of(node: Node) -> Node | None:
    """What holds the statements of a computed property that cannot be set."""
    inner = named(node)
    if any(part.type in ("computed_setter", "computed_modify") for part in inner):
        return None
    return next((part for part in inner if part.type == "computed_getter"), node)


def lazy_of(member: Node, owner: Node) -> tuple[str, Node]:
    """The name and the value of a lazy property that nothing changes once it is made."""
    (name,) = titles_of(member)
    changing = rf"\b{re.escape(name)}\b(?:\[|\??\.(?:append|set|add|insert|remove|update|merge)|[ \t]*[+]?=[^=])"
    if re.search(changing, source(owner)[member.end_byte - owner.start_byte :]) or not name.isidentifier():
        raise refuse(member)
    return name, field(member, "value")


def gives(node: Node) -> bool:
    """Whether a switch is all that a body has, whose value it then gives."""
    outer = node.parent
    return (
        outer is not None
        and outer.type == "statements"
        and len(named(outer)) == 1
        and outer.parent is not None
        and outer.parent.type in ("computed_property", "computed_getter", "function_body")
    )


def coding_keys(body: Sequence[Node], keys: Sequence[str]) -> p.Expression:
    """The JSON name of each stored property, which `CodingKeys` may change."""
    names = {key: key for key in keys}
    for member in body:
        if member.type == "class_declaration" and source(field(member, "name")) == "CodingKeys":
            names = {}
            for entry in named(field(member, "body")):
                for case, value in cases_of(entry):
                    if value is not None and not _PLAIN.fullmatch(source(value)):
                        raise refuse(value)
                    names[source(case)] = source(value)[1:-1] if value is not None else source(case)
    encodes = any(part.type == "function_declaration" and source(field(part, "name")) == "encode" for part in body)
    return p.Pairs(() if encodes else tuple((p.Const(key), p.Const(name)) for key, name in names.items()))


def cases_of(entry: Node) -> Iterator[tuple[Node, Node | None]]:
    """The names of an entry of an enum, each with its raw value."""
    name: Node | None = None
    value: Node | None = None
    for index, child in enumerate(entry.children):
        role = entry.field_name_for_child(index)
        if role == "name":
            if name is not None:
                yield name, value
            name, value = child, None
        elif role == "raw_value":
            value = child
    if name is not None:
        yield name, value


def labels_of(node: Node) -> Iterator[tuple[str, str]]:
    for child in node.children:
        if child.type == "parameter":
            name = source(child.children_by_field_name("name")[0])
            label = child.child_by_field_name("external_name")
            yield (source(label) if label else name), name


def is_tried(node: Node) -> bool:
    """Whether `try` stands before an expression that holds the node."""
    outer: Node | None = node
    while outer is not None and outer.type not in ("statements", "lambda_literal", "source_file"):
        if re.match(r"try[!?\s]", source(outer)):
            return True
        outer = outer.parent
    return False


def memberwise(fields: Sequence[tuple[str, bool, p.Expression]]) -> p.Function:
    """The constructor of a struct that writes none: a parameter for each of its stored properties."""
    body = tuple(p.Assign(p.Member(SELF, name), p.Name(name)) for name, _, _ in fields)
    return p.Function(tuple((name, value) for name, _, value in fields), body)


def outermost(node: Node, kind: str) -> Iterator[Node]:
    for child in named(node):
        if child.type == kind:
            yield child
        else:
            yield from outermost(child, kind)


def suffix_of(node: Node) -> str:
    """The member that a navigation leads to."""
    return source(field(field(node, "suffix"), "suffix"))
