"""What Swift's compiler refuses about the types of values: `nil` and optionals for a type that has none, numbers
outside of their type, a variable of another type, arguments that a function does not take, and a switch that lacks its
default."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source
from apipack.languages.reading.swift_nodes import is_lazy, is_static, is_stored

BITS = {f"{sign}Int{bits}": (bits, sign == "U") for sign in ("", "U") for bits in (8, 16, 32, 64)}
BITS |= {"Int": (64, False), "UInt": (64, True)}
NUMBERS = BITS.keys() | {"Double", "Float", "CGFloat"}
BASIC = NUMBERS | {"String", "Bool", "Character"}
VALUES = BASIC | {"URL", "Data", "Date", "URLRequest", "TimeInterval"}
"""Types of which `nil` is no value."""
SAME = {"TimeInterval": "Double", "CGFloat": "Double"}
MADE_OF_TEXT = {"Int", "Double", "Float", "UInt", "Bool"}
TEXTS = ("line_string_literal", "multi_line_string_literal")
OF_REQUESTS = {
    "timeoutInterval": ("integer_literal", "real_literal"),
    "httpMethod": (*TEXTS, "raw_string_literal", "nil_literal"),
    "httpBody": ("nil_literal",),
    "httpShouldHandleCookies": ("boolean_literal",),
}
"""Members of a request → the literals that they take."""
OTHERS = {
    "Bool": (*TEXTS, "integer_literal", "real_literal", "nil_literal"),
    "String": ("integer_literal", "real_literal", "boolean_literal", "nil_literal"),
    "Character": ("integer_literal", "real_literal", "boolean_literal", "nil_literal"),
    **dict.fromkeys(NUMBERS, (*TEXTS, "boolean_literal", "nil_literal")),
}
"""Types → the literals that they are not of."""
LITERALS = (*TEXTS, "integer_literal", "real_literal", "boolean_literal", "nil_literal")


def check(nodes: Sequence[Node], code: str) -> None:
    """nodes: all of the program. Names count by their text: what is declared in two ways is left alone."""
    kinds: dict[str, set[str]] = defaultdict(set)
    functions: dict[str, list[Node]] = defaultdict(list)
    has_inits = any(node.type == "init_declaration" and _extends(node) for node in nodes)
    for node in nodes:
        if node.type == "function_declaration":
            functions[source(node.children_by_field_name("name")[0])].append(node)
        elif node.type == "class_declaration" and not has_inits:
            functions[source(field(node, "name"))].append(node)
        is_part = node.type == "pattern" and node.parent is not None and node.parent.type == "property_declaration"
        if node.type in ("property_declaration", "parameter", "lambda_parameter", "pattern") and not is_part:
            for name in node.children_by_field_name("name") or [node]:
                kinds[source(name)].add(_annotated(node))
        elif node.type in ("if_statement", "guard_statement", "while_statement"):
            for index, child in enumerate(node.children):
                if node.field_name_for_child(index) == "bound_identifier":
                    kinds[source(child)].add("")
    has_literals = "ExpressibleBy" in code
    for node in nodes:
        if node.type == "property_declaration" and not has_literals:
            _check_declared(node, kinds)
        elif node.type == "assignment" and not has_literals:
            _check_member(node, kinds)
        elif node.type == "call_expression":
            called = source(named(node)[0]).removeprefix("self.")
            if len(functions.get(called, ())) == 1 and called not in kinds and not _extends(functions[called][0]):
                _check_labels(node, functions[called][0], called)
        elif node.type == "switch_statement":
            _check_switch(node)


def _extends(function: Node) -> bool:
    """Whether a function is added to a type, which may have another of its name."""
    owner = function.parent.parent if function.parent is not None else None
    return owner is not None and any(child.type == "extension" for child in owner.children)


def is_made_of_text(node: Node) -> bool:
    """Whether an expression makes a number of a text, which may fail."""
    if node.type != "call_expression" or source(named(node)[0]) not in MADE_OF_TEXT:
        return False
    arguments = [one for part in named(named(node)[-1]) if part.type == "value_arguments" for one in named(part)]
    return len(arguments) == 1 and len(named(arguments[0])) == 1 and named(arguments[0])[0].type in TEXTS


def _annotated(node: Node) -> str:
    """The type that is written of a variable or a parameter."""
    if node.type == "parameter":
        return source(node).partition(":")[2].partition("=")[0].strip()
    written = [source(part).lstrip(": ") for part in named(node) if part.type == "type_annotation"]
    return written[0] if len(written) == 1 else ""


def _check_declared(node: Node, kinds: dict[str, set[str]]) -> None:
    kind, values = _annotated(node), node.children_by_field_name("value")
    if len(values) != 1 or len(node.children_by_field_name("name")) != 1:
        return
    value = values[0]
    if value.type == "nil_literal" and (not kind or kind in VALUES or re.fullmatch(r"\[[^\[\]]*\]", kind)):
        raise refused(node, f"nil for {kind or 'a type that nobody knows'}")
    if kind in VALUES and is_made_of_text(value):
        raise refused(node, f"{source(value)[:40]} may be nil")
    if kind in ("Data", "URL", "Date") and value.type in LITERALS:
        raise refused(node, f"a literal that is no {kind}")
    if kind in BITS:
        _check_number(value, kind)
    given = kinds.get(source(value), set()) if value.type == "simple_identifier" else set()
    if len(given) == 1 and given | {kind} <= BASIC | SAME.keys():
        (other,) = given
        if SAME.get(other, other) != SAME.get(kind, kind):
            raise refused(node, f"{source(value)[:40]} is no {kind}")


def _check_number(value: Node, kind: str) -> None:
    is_negative = value.type == "prefix_expression" and source(field(value, "operation")) == "-"
    number = field(value, "target") if is_negative else value
    text = source(number).replace("_", "")
    if number.type != "integer_literal" or not text.isdecimal():
        return
    bits, is_unsigned = BITS[kind]
    size = int(text) if len(text) < 30 else 1 << 64
    least, end = (0, 1 << bits) if is_unsigned else (-1 << bits - 1, 1 << bits - 1)
    if not least <= (-size if is_negative else size) < end:
        raise refused(value, f"{text[:40]} is outside of {kind}")


def _check_member(node: Node, kinds: dict[str, set[str]]) -> None:
    """A literal that a member of a request does not take."""
    target, value = named(field(node, "target"))[0], field(node, "result")
    if target.type != "navigation_expression" or source(field(node, "operator")) != "=":
        return
    name = source(field(target, "suffix")).lstrip(".")
    if name in OF_REQUESTS and name not in kinds and value.type in LITERALS and value.type not in OF_REQUESTS[name]:
        raise refused(node, f"{source(value)[:40]} for {name}")


def _check_labels(call: Node, function: Node, name: str) -> None:
    """Refuse a call whose arguments are not the parameters, in their order, but for those with a default."""
    suffix = named(call)[-1]
    parts = named(suffix)
    if len(parts) != 1 or parts[0].type != "value_arguments" or "[" in source(suffix)[:1]:
        return
    wanted = _members(function) if function.type == "class_declaration" else _parameters(function)
    if wanted is None or (function.type == "class_declaration" and "from:" in source(suffix)):
        return
    place = 0
    for argument in named(parts[0]):
        label = _label(argument)
        while place < len(wanted) and wanted[place][0] != label and wanted[place][1]:
            place += 1
        if place == len(wanted) or wanted[place][0] != label:
            raise refused(call, f"{name} has no parameter {label or 'here'}")
        value, kind = argument.child_by_field_name("value"), wanted[place][2]
        if value is not None and value.type in OTHERS.get(kind, ()):
            raise refused(call, f"{source(value)[:40]} for {kind}")
        place += 1
    if not all(has_default for _, has_default, _ in wanted[place:]):
        raise refused(call, f"{name} has another parameter")


Parameters = list[tuple[str, bool, str]]
"""The label, whether it has a default, and the type as it is written, of each."""


def _parameters(function: Node) -> Parameters | None:
    """None of a function that takes any number of arguments."""
    wanted: Parameters = []
    for index, child in enumerate(function.children):
        if child.type == "..." or (child.type == "parameter" and any(part.type == "..." for part in child.children)):
            return None
        if child.type == "parameter":
            title = source(child.child_by_field_name("external_name") or child.children_by_field_name("name")[0])
            has_default = any(part.type == "=" for part in function.children[index + 1 : index + 2])
            wanted.append(("" if title == "_" else title, has_default, _annotated(child)))
    return wanted


def _members(struct: Node) -> Parameters | None:
    """What makes a struct that says no `init`: its stored members. None of another type, and of members that are not
    plain."""
    if source(field(struct, "declaration_kind")) != "struct":
        return None
    wanted: Parameters = []
    for member in named(field(struct, "body")):
        if member.type in ("init_declaration", "directive") or "@" in source(member).split("=")[0]:
            return None
        if not is_stored(member) or is_static(member):
            continue
        names, values = member.children_by_field_name("name"), member.children_by_field_name("value")
        if len(names) != 1 or is_lazy(member):
            return None
        is_let = any(source(part) == "let" for part in named(member) if part.type == "value_binding_pattern")
        if not (is_let and values):
            kind = _annotated(member)
            wanted.append((source(names[0]), bool(values) or (not is_let and kind.endswith("?")), kind))
    return wanted


def _label(argument: Node) -> str:
    name = argument.child_by_field_name("name")
    return source(name) if name is not None else ""


def _check_switch(node: Node) -> None:
    """One over texts or numbers has a default."""
    patterns: list[Node] = []
    for entry in (child for child in named(node) if child.type == "switch_entry"):
        found = [named(part)[0] for part in named(entry) if part.type == "switch_pattern" and named(part)]
        if not found:
            return
        patterns += found
    inner = [named(pattern)[0] if named(pattern) else pattern for pattern in patterns]
    if inner and all(one.type in (*TEXTS, "integer_literal") for one in inner):
        raise refused(node, "a switch without its default")
