"""Go's types as its tree has them: structs with the JSON names of their fields, and zero values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, refuse, source

ZEROS: dict[str, object] = {"string": "", "bool": False, "int": 0, "int64": 0, "int32": 0, "float64": 0}
NILS = ("pointer_type", "slice_type", "map_type", "interface_type")
EMBEDDED = "*"
"""What stands for the JSON name of a struct that is embedded in another."""
FIELDS = re.compile(r'json:"(?P<name>[^",]*)(?P<options>[^"]*)"')


def struct_type(node: Node) -> p.Statement:
    """A struct as a list of (field, JSON name or nothing, omitempty)."""
    kind = field(node, "type")
    if kind.type in ("map_type", "slice_type"):
        data = p.Call(p.Name("data of"), (p.Argument(p.Const(kind.type)),))
        return p.Assign(p.Name(f"type {source(field(node, 'name'))}"), data, True)
    if kind.type == "type_identifier" and source(kind) in ZEROS:
        same = p.Assign(p.Name(source(field(node, "name"))), p.Name("same"), True)
        is_written = has_method(node, source(field(node, "name")), "String", "Error")
        return p.Assign(p.Name(f"texts of {source(kind)}"), same, True) if is_written else same
    if kind.type != "struct_type":
        return p.Assign(p.Name(f"type {source(field(node, 'name'))}"), p.Unknown(), True)
    name = source(field(node, "name"))
    return p.Assign(p.Name(f"type {name}"), struct_of(name, kind), True)


def struct_of(title: str, kind: Node) -> p.Expression:
    """What makes a struct of a type."""
    fields: list[p.Expression] = []
    for member in named(named(kind)[0]):
        tag = member.child_by_field_name("tag")
        match = FIELDS.search(source(tag)) if tag else None
        names = member.children_by_field_name("name")
        if not names:
            embedded = p.Const(source(field(member, "type")).rpartition(".")[2])
            if tag is not None:
                raise refuse(member)
            fields.append(p.Items((embedded, p.Const(EMBEDDED), p.Const(False), p.Const(None), p.Const(False))))
        for name in names:
            key = match["name"] if match and match["name"] else source(name)
            empty = bool(match and ",omitempty" in match["options"])
            if match and ",string" in match["options"]:
                raise refuse(member)
            hidden = key == "-" or not source(name)[0].isupper()
            type_of = field(member, "type")
            zero = p.Const(ZEROS.get(source(type_of)))
            is_nil = p.Const(type_of.type in NILS or (empty and not _is_struct(type_of)))
            fields.append(
                p.Items((p.Const(source(name)), p.Const("" if hidden else key), p.Const(empty), zero, is_nil))
            )
    return p.Call(p.Name("struct of"), (p.Argument(p.Const(title)), p.Argument(p.Items(tuple(fields)))))


def has_method(node: Node, title: str, *names: str) -> bool:
    """Whether a type of the file has a method of one of these names."""
    root = node
    while root.parent is not None:
        root = root.parent
    methods = [child for child in named(root) if child.type == "method_declaration"]
    owners = [source(field(one, "receiver")) for one in methods if source(field(one, "name")) in names]
    return any(re.search(rf"\b{re.escape(title)}\)?$", owner) for owner in owners)


def _is_struct(kind: Node) -> bool:
    """Whether the zero of a type is a struct, which `omitempty` does not leave out."""
    if kind.type != "type_identifier":
        return kind.type in ("struct_type", "qualified_type", "array_type")
    root = kind
    while root.parent is not None:
        root = root.parent
    specs = [spec for child in named(root) if child.type == "type_declaration" for spec in named(child)]
    types = [field(spec, "type") for spec in specs if source(field(spec, "name")) == source(kind)]
    return any(_is_struct(inner) for inner in types if inner != kind and source(inner) != source(kind))


MAPS = ("url.Values", "http.Header", "textproto.MIMEHeader")
"""Types that are maps, of which the zero value takes no member."""


def zero_of(kind: Node) -> p.Expression:
    if kind.type == "struct_type":
        return p.Call(struct_of("", kind), (), True)
    if kind.type == "qualified_type":
        return p.Const(None) if source(kind) in MAPS else p.Call(qualified(kind), (), True)
    if kind.type == "type_identifier" and source(kind) not in ZEROS and source(kind) != "error":
        return p.Call(p.Name(f"type {source(kind)}"), (), True)
    return p.Const(ZEROS.get(source(kind)))


def qualified(kind: Node) -> p.Expression:
    return p.Member(p.Name(source(field(kind, "package"))), source(field(kind, "name")))


def array_of(kind: Node, items: p.Items) -> p.Expression:
    """An array of as many members as its type says, which nothing changes."""
    length = kind.child_by_field_name("length")
    if length is not None and source(length) != str(len(items.items)):
        return p.Opaque("an array of more members")
    return p.call("array of", items)


RUNES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\'": "'", "\\\\": "\\"}


def rune(literal: str) -> p.Expression:
    """A rune, which is a number."""
    inner = RUNES.get(literal[1:-1], literal[1:-1])
    return p.Const(ord(inner)) if len(inner) == 1 else p.Unknown()


def breaks(node: Node) -> bool:
    """Whether a switch is left early, or a case goes on to the next."""
    todo = list(node.children)
    while todo:
        inner = todo.pop()
        if inner.type == "fallthrough_statement":
            return True
        if inner.type == "break_statement" and not named(inner) and not _is_last(inner):
            return True
        todo += inner.children
    return False


def _is_last(node: Node) -> bool:
    """Whether a break ends its case, which ends there anyway."""
    statements = node.parent
    case = statements.parent if statements is not None else None
    return case is not None and case.type.endswith("_case") and node.next_named_sibling is None


def jump_of(node: Node) -> Sequence[p.Statement]:
    """A break or continue; one with a label must leave the nearest loop."""
    kind, labels = node.type.removesuffix("_statement"), named(node)
    if kind == "break" and not labels and _is_last(node):
        return []
    outer = node.parent
    while outer is not None and outer.type not in ("for_statement", "func_literal", "function_declaration"):
        if kind == "break" and not labels and re.search("switch|select", outer.type):
            raise refuse(node)
        outer = outer.parent
    around = outer.parent if outer is not None else None
    if labels and (
        around is None or around.type != "labeled_statement" or source(field(around, "label")) != source(labels[0])
    ):
        raise refuse(node)
    return [p.Jump(kind)]


def is_generic(function: Node) -> bool:
    """Whether a name is that of a function of the file that has parameters for types."""
    root = function
    while root.parent is not None:
        root = root.parent
    return any(
        child.type == "function_declaration"
        and child.child_by_field_name("type_parameters") is not None
        and source(field(child, "name")) == source(function)
        for child in named(root)
    )


def is_nil_check(node: Node) -> bool:
    """`(*T)(nil)`, by which the compiler checks that a type has an interface's methods."""
    return re.fullmatch(r"\(\*\w+\)\(nil\)|&?\w+\{\}", source(node)) is not None


def inner_of(node: Node) -> Node:
    return named(node)[0] if node.type == "literal_element" else node


def var_specs(node: Node) -> Sequence[Node]:
    return named(node) if node.type == "var_spec_list" else [node]
