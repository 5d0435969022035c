"""Java's statements and expressions, lowered to a program."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.java import LITERALS
from apipack.languages.reading import program as p
from apipack.languages.reading.bare_members import bound
from apipack.languages.reading.grammar import descendants, field, named, refuse, source
from apipack.languages.reading.java_classes import THIS, of_super
from apipack.languages.reading.java_data import Character


def declarations(node: Node) -> Sequence[p.Statement]:
    declared: list[p.Statement] = []
    for declarator in node.children_by_field_name("declarator"):
        value = declarator.child_by_field_name("value")
        declared.append(
            p.Assign(p.Name(source(field(declarator, "name"))), _value(value) if value else p.Const(None), True)
        )
    return declared


def function(node: Node) -> p.Function:
    parameters = node.child_by_field_name("parameters")
    names: list[str] = []
    rest = ""
    if parameters is not None and parameters.type == "identifier":
        names = [source(parameters)]
    for child in named(parameters):
        if child.type == "spread_parameter":
            rest = source(field(next(part for part in named(child) if part.type == "variable_declarator"), "name"))
            continue
        names.append(source(child) if child.type == "identifier" else source(field(child, "name")))
    body = field(node, "body")
    inner = _body(body) if body.type in ("block", "constructor_body") else (p.Jump("return", _value(body)),)
    return p.Function(tuple((name, None) for name in names), inner, rest=rest)


def _body(node: Node) -> tuple[p.Statement, ...]:
    return tuple(inner for child in named(node) for inner in statements(child))


def _branch(node: Node) -> tuple[p.Statement, ...]:
    return _body(node) if node.type == "block" else tuple(statements(node))


def statements(node: Node) -> Sequence[p.Statement]:
    match node.type:
        case "package_declaration" | "empty_statement" | "line_comment" | "block_comment" | "assert_statement":
            return []
        case "import_declaration":
            return imported(node)
        case "expression_statement":
            return [_value(named(node)[0])]
        case "local_variable_declaration":
            return declarations(node)
        case "if_statement":
            other = node.child_by_field_name("alternative")
            test = _value(field(node, "condition"))
            return [p.If(test, _branch(field(node, "consequence")), _branch(other) if other else ())]
        case "block":
            return [p.Block(_body(node))]
        case "try_statement" | "try_with_resources_statement":
            return [_attempt(node)]
        case "return_statement":
            inner = named(node)
            return [p.Jump("return", _value(inner[0]) if inner else None)]
        case "throw_statement":
            return [p.Jump("leave")]
        case "yield_statement":
            return [p.Jump("return", _value(named(node)[0]))]
        case "enhanced_for_statement":
            name = p.Name(source(field(node, "name")))
            return [p.Each(name, _value(field(node, "value")), _branch(field(node, "body")))]
        case "while_statement":
            return [p.While(_value(field(node, "condition")), _branch(field(node, "body")))]
        case "for_statement":
            return [_loop(node)]
        case "do_statement":
            return [p.repeated(_branch(field(node, "body")), _value(field(node, "condition")))]
        case "switch_expression":
            return [_switch(node, False)]
        case "synchronized_statement":
            return [p.Block(_body(field(node, "body")))]
        case "explicit_constructor_invocation":
            if source(field(node, "constructor")) != "this":
                return [p.Call(of_super("constructor"), arguments(field(node, "arguments")))]
            return [p.Call(p.Member(THIS, "constructor"), arguments(field(node, "arguments")))]
        case "break_statement" | "continue_statement":
            return [p.Jump(node.type.removesuffix("_statement"))]
    return [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]


def _loop(node: Node) -> p.Statement:
    """A loop with a counter."""
    test = node.child_by_field_name("condition")
    opening: list[p.Statement] = []
    for first in node.children_by_field_name("init"):
        opening += declarations(first) if first.type == "local_variable_declaration" else [_value(first)]
    after = tuple(_value(step) for step in node.children_by_field_name("update"))
    body = _branch(field(node, "body"))
    return p.Block((*opening, p.While(_value(test) if test else p.Const(True), body, after)))


PRIMITIVE = ("integral_type", "floating_point_type")
"""Types whose cast changes a number."""
SUBJECT = p.Name("the value of a switch")


def _switch(node: Node, gives: bool) -> p.Statement:
    """A switch as branches, one in the other. gives: it is an expression, and a branch returns its value."""
    otherwise: tuple[p.Statement, ...] = ()
    cases = [
        case for case in named(field(node, "body")) if case.type in ("switch_rule", "switch_block_statement_group")
    ]
    empty: list[Node] = []
    branches: list[tuple[list[Node], tuple[p.Statement, ...]]] = []
    for case in cases:
        labels = [part for part in named(case) if part.type == "switch_label"]
        parts = [part for part in named(case) if part.type != "switch_label"]
        if not parts:
            empty += labels
            continue
        branches.append(([*empty, *labels], _case(case, parts, gives)))
        empty = []
    for labels, body in reversed(branches):
        values = [value for label in labels for value in named(label)]
        if any(source(label).startswith("default") for label in labels):
            if otherwise and branches[-1][1] is not body:
                return p.Opaque("a default before other cases")
            otherwise = body
            continue
        tests = [p.call("is same", SUBJECT, _label(value)) for value in values]
        otherwise = (p.If(p.joined("||", tests), body, otherwise),)
    return p.Block((p.Assign(SUBJECT, _value(field(node, "condition")), True), *otherwise))


def _label(node: Node) -> p.Expression:
    """The constant of a case; that of an enum is its name."""
    return p.Const(source(node)) if node.type == "identifier" else _value(node)


def _case(case: Node, parts: list[Node], gives: bool) -> tuple[p.Statement, ...]:
    """What a case runs, without the `break` at its end."""
    if case.type == "switch_rule":
        if gives and parts[0].type == "expression_statement":
            return (p.Jump("return", _value(named(parts[0])[0])),)
        body = _branch(parts[0])
    else:
        ends = parts[-1].type in ("break_statement", "return_statement", "throw_statement", "yield_statement")
        if not ends and case != case.parent.named_children[-1]:  # type: ignore[union-attr]
            return (p.Opaque("a case that goes on to the next"),)
        parts = parts[:-1] if parts[-1].type == "break_statement" else parts
        body = tuple(inner for part in parts for inner in statements(part))
    inside = [part for outer in parts for part in descendants(outer)]
    if any(part.type == "break_statement" for part in inside) or (
        gives and any(part.type == "return_statement" for part in inside)
    ):
        return (p.Opaque("a case that is left early"),)
    return body


def imported(node: Node) -> Sequence[p.Statement]:
    path = source(named(node)[0])
    is_static = any(child.type == "static" for child in node.children)
    if any(child.type == "asterisk" for child in node.children):
        return [p.Import(path, f"package {path}", "*" if is_static else None)]
    if is_static:
        owner, _, member = path.rpartition(".")
        return [p.Import(owner, member, member)]
    return [p.Import(path, path.rpartition(".")[2])]


def _attempt(node: Node) -> p.Statement:
    resources: list[p.Statement] = []
    for resource in named(node.child_by_field_name("resources")):
        name = resource.child_by_field_name("name")
        if name is None:
            continue  # a variable that is closed in the end
        resources.append(p.Assign(p.Name(source(name)), _value(field(resource, "value")), True))
    handlers: list[tuple[p.Statement, ...]] = []
    after: tuple[p.Statement, ...] = ()
    for child in named(node):
        if child.type == "catch_clause":
            caught = next(part for part in named(child) if part.type == "catch_formal_parameter")
            declared = p.Assign(p.Name(source(field(caught, "name"))), p.Unknown(), True)
            handlers.append((declared, *_body(field(child, "body"))))
        elif child.type == "finally_clause":
            after = _body(named(child)[0])
    return p.Try((*resources, *_body(field(node, "body"))), tuple(handlers), after)


def _target(node: Node) -> p.Target:
    match node.type:
        case "identifier":
            return p.Name(source(node))
        case "field_access":
            owner = field(node, "object")
            name = source(field(node, "field"))
            return p.Member(_value(owner), name)
        case "array_access":
            return p.Index(_value(field(node, "array")), _value(field(node, "index")))
    raise refuse(node)


def _value(node: Node) -> p.Expression:
    match node.type:
        case "string_literal":
            return p.Const(_string(source(node)))
        case "decimal_integer_literal":
            text = source(node).replace("_", "").rstrip("lL")
            return p.Const(int(text)) if text == "0" or text[0] != "0" else p.Opaque("a number")
        case "decimal_floating_point_literal":
            return p.Const(float(source(node).rstrip("dD"))) if source(node)[-1] not in "fF" else p.Opaque("a float")
        case "true" | "false":
            return p.Const(node.type == "true")
        case "null_literal":
            return p.Const(None)
        case "identifier":
            return p.Name(source(node))
        case "this":
            return THIS
        case "parenthesized_expression":
            return _value(named(node)[0])
        case "field_access":
            owner, name = field(node, "object"), source(field(node, "field"))
            return p.Member(_qualified(owner), name)
        case "method_invocation":
            given = arguments(field(node, "arguments"))
            owner_node, name = node.child_by_field_name("object"), source(field(node, "name"))
            if owner_node is not None and owner_node.type == "super":
                return p.Call(of_super(name), given)
            if owner_node is None:
                return p.Call(p.Name(name), given)
            return p.Call(p.Member(_qualified(owner_node), name), given)
        case "object_creation_expression":
            return _creation(node)
        case "lambda_expression":
            return function(node)
        case "method_reference":
            owner_node, name = node.children[0], source(node.children[-1])
            if owner_node.type in ("array_type", "super") or any(
                child.type == "type_arguments" for child in node.children
            ):
                return p.Unknown()
            kind = named(owner_node)[0] if owner_node.type == "generic_type" else owner_node
            return p.call("reference of", _qualified(kind), p.Const(name))
        case "character_literal":
            inner = source(node)[1:-1].replace('"', '\\"').replace("\\'", "'").replace('\\\\"', '\\"')
            text = LITERALS.unquote(f'"{inner}"')
            if len(text) != 1 or text > "\uffff":
                raise refuse(node)  # javac takes one unit of UTF-16
            return p.Const(Character(text))
        case "switch_expression":
            return p.Call(p.Function((), (_switch(node, True),), sees=True))
        case "class_literal" | "instanceof_expression":
            return p.Unknown()
        case "cast_expression":
            kind, held = field(node, "type"), _value(field(node, "value"))
            return p.call("cast of", held, p.Const(source(kind))) if kind.type in PRIMITIVE else held
        case "assignment_expression":
            left, operator = field(node, "left"), source(field(node, "operator")).removesuffix("=")
            right = _value(field(node, "right"))
            return p.Assign(_target(left), p.Binary(operator, _value(left), right) if operator else right)
        case "binary_expression":
            return p.Binary(source(field(node, "operator")), _value(field(node, "left")), _value(field(node, "right")))
        case "unary_expression":
            return p.Unary(source(field(node, "operator")), _value(field(node, "operand")))
        case "ternary_expression":
            parts = [_value(field(node, name)) for name in ("condition", "consequence", "alternative")]
            return p.Conditional(*parts)
        case "update_expression":
            operand = named(node)[0]
            operator = "+" if "++" in (node.children[0].type, node.children[-1].type) else "-"
            return p.stepped(_target(operand), _value(operand), operator, node.children[0].type in ("++", "--"))
        case "array_initializer":
            return p.Items(tuple(map(_value, named(node))))
        case "array_creation_expression":
            value = node.child_by_field_name("value")
            if value is not None:
                return _value(value)
            empty = re.fullmatch(r"new\s+byte\s*\[\s*0\s*\]", source(node))
            return p.Const(b"") if empty else p.Unknown()
        case "array_access":
            return p.Index(_value(field(node, "array")), _value(field(node, "index")))
    return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")


def _qualified(node: Node) -> p.Expression:
    """An owner; a full name such as java.util.Map is the type it ends with."""
    text = source(node)
    if node.type == "field_access" and re.fullmatch(r"(?:[a-z][a-z0-9_]*\.)+[A-Z]\w*", text):
        return p.Name(f"type {text}")
    return _value(node)


def _creation(node: Node) -> p.Expression:
    kind = field(node, "type")
    body = next((child for child in named(node) if child.type == "class_body"), None)
    if kind.type == "generic_type":
        kind = named(kind)[0]
    if body is not None and any(member.type == "block" for member in named(body)):
        return _double_brace(node, kind, body)
    if body is not None:
        methods = [function(member) for member in named(body) if member.type == "method_declaration"]
        return p.Call(p.Name("callbacks"), (p.Argument(p.Const(source(kind))), *map(p.Argument, methods)))
    given = arguments(field(node, "arguments"))
    name = source(kind)
    if kind.type == "scoped_type_identifier":
        if full := re.fullmatch(r"((?:[a-z][a-z0-9_]*\.)+[A-Z]\w*)((?:\.[A-Z]\w*)*)", name):
            made: p.Expression = p.Name(f"type {full[1]}")
            for inner in full[2].split(".")[1:]:
                made = p.Member(made, inner)
            return p.Call(made, given, True)
        outer, _, inner = name.partition(".")
        return p.Call(p.Member(p.Name(outer), inner), given, True)
    return p.Call(p.Name(name), given, True)


FILLING = ("put", "putAll", "add", "addAll", "set", "addProperty", "append")


def _double_brace(node: Node, kind: Node, body: Node) -> p.Expression:
    """new KIND() {{ … }}: an object that its initializer fills."""
    if len(named(body)) != 1 or source(body).count("{{") > 3:
        return p.Opaque(f"line {node.start_point[0] + 1}: an initializer beside members")
    made = p.Name("the object made")
    given = arguments(field(node, "arguments"))
    filled = bound(p.Function((), _body(named(body)[0])), dict.fromkeys(FILLING, made)).body
    first = p.Assign(made, p.Call(p.Name(source(kind)), given, True), True)
    return p.Call(p.Function((), (first, *filled, p.Jump("return", made)), sees=True))


def arguments(node: Node) -> tuple[p.Argument, ...]:
    return tuple(p.Argument(_value(child)) for child in named(node))


def _string(literal: str) -> str:
    if not literal.startswith('"""'):
        return LITERALS.unquote(literal)
    lines = literal[3:-3].replace("\r\n", "\n").partition("\n")[2].split("\n")
    counted = [line for line in lines[:-1] if line.strip(" \t")] + [lines[-1]]
    indent = min(len(line) - len(line.lstrip(" \t")) for line in counted)
    text = "\n".join(line[indent:].rstrip(" \t") for line in lines)
    meanings = {"\\\n": "", "\\s": " "}
    text = re.sub(r"\\.", lambda escape: meanings.get(escape[0], escape[0]), text, flags=re.DOTALL)
    return LITERALS.unquote('"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', text) + '"')
