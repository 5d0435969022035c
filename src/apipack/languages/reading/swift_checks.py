"""What Swift's compiler refuses about names: a constant that changes, and an optional where a value must stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading import swift_kinds
from apipack.languages.reading.grammar import descendants, field, named, refused, source
from apipack.languages.reading.swift_answers import check_answers
from apipack.languages.reading.swift_nodes import bound
from apipack.languages.reading.swift_scopes import check_scopes
from apipack.languages.wire import Unreadable

STRUCTS = {"URLRequest", "URLComponents"}
CHANGING = {"setValue", "addValue", "append", "insert", "remove", "removeValue", "updateValue", "merge", "removeAll"}
GIVING_OPTIONALS = {"addingPercentEncoding"}
OF_OPTIONALS = {".map", ".flatMap"}
"""Members that an optional has itself."""
TAKING_VALUES = {"URLRequest": "url", "NSMutableURLRequest": "url", "dataTask": "with", "data": "for"}


def check(root: Node, structs: set[str]) -> None:
    """structs: types of the program that are values. Names count by their text, wherever they are declared."""
    nodes = list(descendants(root))
    check_types(nodes)
    check_scopes(nodes, root)
    check_answers(nodes)
    swift_kinds.check(nodes, source(root))
    constants: dict[str, set[bool]] = defaultdict(set)
    settled: dict[str, set[bool]] = defaultdict(set)
    optionals: dict[str, set[bool]] = defaultdict(set)
    for node in nodes:
        for name, value, is_let in _declared(node):
            settled[name].add(is_let and value is not None)
            constants[name].add(is_let and value is not None and _is_value(value, structs | STRUCTS))
            is_bound = node.type == "property_declaration" and value is not None and _is_optional(value)
            optionals[name].add(is_bound or _kind_of(node).endswith("?"))
    fixed = {name for name, kinds in constants.items() if kinds == {True}}
    final = {name for name, kinds in settled.items() if kinds == {True}}
    unsure = {name for name, kinds in optionals.items() if kinds == {True}}
    for node in nodes:
        if (changed := _changed(node)) is not None and changed in fixed:
            raise refused(node, f"{changed} is a constant")
        if node.type == "assignment" and (name := source(field(node, "target"))) in final:
            raise refused(node, f"{name} is a constant")
        for used in _used_values(node):
            if _is_optional(used) or (used.type == "simple_identifier" and source(used) in unsure):
                raise refused(node, f"{source(used)[:40]} may be nil")


LITERALS = {
    "line_string_literal": {"String", "Any", "Substring"},
    "multi_line_string_literal": {"String", "Any"},
    "integer_literal": {
        "Int",
        "Double",
        "Float",
        "Any",
        "Int64",
        "Int32",
        "UInt",
        "TimeInterval",
        "Decimal",
        "CGFloat",
        *swift_kinds.BITS,
    },
    "real_literal": {"Double", "Float", "Any", "TimeInterval", "Decimal", "CGFloat"},
    "boolean_literal": {"Bool", "Any"},
}
"""Kinds of literals → the types of the library that they can be of."""
FLOATING = {"Double", "Float", "CGFloat", "TimeInterval"}
PLAIN = set().union(*LITERALS.values())


def check_types(nodes: list[Node]) -> None:
    """Refuse a literal of another type than the parameter, or the member of a struct, that it is given to."""
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node in nodes:
        owner = node.parent
        if node.type == "parameter" and owner is not None:
            label = node.child_by_field_name("external_name") or node.children_by_field_name("name")[0]
            name = owner.child_by_field_name("name")
            if owner.type == "init_declaration" and owner.parent and owner.parent.parent:
                name = owner.parent.parent.child_by_field_name("name")
            if name is not None:
                kinds[source(name), source(label)].add(source(node).rpartition(":")[2].strip())
        elif node.type == "property_declaration" and owner is not None and owner.type == "class_body" and owner.parent:
            kind = next((source(part).lstrip(": ") for part in named(node) if part.type == "type_annotation"), "")
            for member in node.children_by_field_name("name"):
                if member.type == "pattern":
                    kinds[source(field(owner.parent, "name")), source(member)].add(kind)
    for node in nodes:
        if node.type == "property_declaration":
            _check_annotated(node)
    shown = {word for node in nodes if node.type == "interpolated_expression" for word in source(node).split(".")}
    for node in nodes:
        for called, title, value in _given(node):
            if value.type == "integer_literal" and kinds.get((called, title), set()) & FLOATING and title in shown:
                raise Unreadable(f"{title} has a point where it is text")
            types = {kind.removesuffix("?") for kind in kinds.get((called, title), ())}
            if value.type in LITERALS and types and types <= PLAIN and not types & LITERALS[value.type]:
                raise refused(node, f"{title} is of another type")


def _check_annotated(node: Node) -> None:
    """A literal, or one in a dictionary or an array, of another type than the declaration says."""
    kinds = [part for part in named(node) if part.type == "type_annotation"]
    values = node.children_by_field_name("value")
    if len(kinds) != 1 or len(values) != 1:
        return
    kind, value = source(kinds[0]).lstrip(": ").replace(" ", ""), values[0]
    if value.type in ("dictionary_literal", "array_literal") and kind[:1] == "[" and kind[-1:] == "]":
        kind = kind[1:-1].rpartition(":")[2]
        members = value.children_by_field_name("value") or value.children_by_field_name("element")
    else:
        members = [value]
    for member in members:
        if kind in PLAIN and kind not in LITERALS.get(member.type, {kind}):
            raise refused(member, f"a literal that is no {kind}")


def _given(node: Node) -> Iterator[tuple[str, str, Node]]:
    """(function or type, label, value) of the arguments of a call."""
    if node.type != "call_expression":
        return
    function, suffix = named(node)[0], named(node)[-1]
    called = source(function)
    if function.type == "navigation_expression":
        called = source(field(field(function, "suffix"), "suffix"))
    for argument in (one for part in named(suffix) if part.type == "value_arguments" for one in named(part)):
        name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
        if name and value:
            yield called, source(name), value


def _declared(node: Node) -> Iterator[tuple[str, Node | None, bool]]:
    """(name, value, whether it is a constant) of a declaration, a parameter, or what a condition binds."""
    if node.type == "property_declaration":
        names = [name for name in node.children_by_field_name("name") if name.type == "pattern"]
        values = node.children_by_field_name("value")
        is_let = source(node).split()[0] == "let" or " let " in f" {source(node)[:40].partition('=')[0]} "
        for index, name in enumerate(names):
            is_one = len(values) == len(names) and source(name).isidentifier()
            for title in bound(name):
                yield title, values[index] if is_one else None, is_let
    elif node.type == "pattern" and node.parent and node.parent.type not in ("property_declaration", "pattern"):
        for title in bound(node):
            yield title, None, False
    elif node.type in ("parameter", "lambda_parameter"):
        for name in node.children_by_field_name("name"):
            yield source(name), None, False
    elif node.type in ("if_statement", "guard_statement", "while_statement"):
        for index, child in enumerate(node.children):
            if node.field_name_for_child(index) == "bound_identifier":
                values = [part for part in node.children[index + 1 : index + 3] if part.is_named]
                is_let = source(node.children[index - 1]) == "let"
                yield source(child), values[0] if values else None, is_let


def _is_value(node: Node, structs: set[str]) -> bool:
    """Whether an expression makes a struct, an array or a dictionary."""
    if node.type in ("array_literal", "dictionary_literal"):
        return True
    if node.type == "postfix_expression":
        return _is_value(field(node, "target"), structs)
    return node.type == "call_expression" and source(named(node)[0]) in structs


def _kind_of(node: Node) -> str:
    """The type that is written of a declaration or a parameter."""
    if node.type == "parameter":
        return source(node).rpartition(":")[2].strip()
    kinds = [source(child) for child in named(node) if child.type == "type_annotation"]
    return kinds[0] if len(kinds) == 1 else ""


def _is_optional(node: Node) -> bool:
    """Whether an expression gives an optional: a call that may fail, or a member of a dictionary by a text."""
    if node.type != "call_expression":
        return False
    function, suffix = named(node)[0], source(named(node)[-1])
    if suffix.startswith('["') and "default:" not in suffix:
        return True
    if function.type == "navigation_expression":
        return source(field(field(function, "suffix"), "suffix")) in GIVING_OPTIONALS
    if swift_kinds.is_made_of_text(node):
        return True
    return source(function) in ("URL", "NSURL", "URLComponents") and "(string:" in source(node).replace(" ", "")


def _owner(node: Node) -> str | None:
    """The name in front of a member."""
    target = field(node, "target")
    return source(target) if target.type == "simple_identifier" else None


def _changed(node: Node) -> str | None:
    """The name whose value a node changes."""
    if node.type == "assignment":
        target = named(field(node, "target"))[0]
        if target.type == "navigation_expression":
            return _owner(target)
        if target.type == "call_expression" and source(named(target)[-1]).startswith("["):
            return source(named(target)[0])
        return source(target)
    if node.type == "call_expression" and named(node)[0].type == "navigation_expression":
        function = named(node)[0]
        return _owner(function) if source(field(field(function, "suffix"), "suffix")) in CHANGING else None
    return None


def _used_values(node: Node) -> Iterator[Node]:
    """Expressions that must not be optional: what is interpolated or joined, whose member is taken, a request's URL."""
    if node.type == "interpolated_expression" and (value := node.child_by_field_name("value")):
        yield value
    elif node.type in ("additive_expression", "multiplicative_expression"):
        yield from (field(node, "lhs"), field(node, "rhs"))
    elif node.type == "navigation_expression":
        if not any(child.type == "?" for child in node.children) and source(field(node, "suffix")) not in OF_OPTIONALS:
            yield field(node, "target")
    elif node.type == "call_expression":
        yield from (value for called, label, value in _given(node) if TAKING_VALUES.get(called) == label)
