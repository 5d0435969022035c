"""PHP's tree, lowered to a program. Variables keep their `$`; a class is a name `class NAME`, arrays are mappings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, parse, refuse, source
from apipack.languages.reading.php_checks import checked
from apipack.languages.reading.php_closures import captures
from apipack.languages.reading.php_comparison import condition
from apipack.languages.reading.php_members import is_abstract, members_of, method_name, scope_of
from apipack.languages.reading.php_names import APPEND, NOTHING, SERIALIZED, binds_late, constant, key_of
from apipack.languages.reading.php_quiet import called, counted, quiet, unset, updated
from apipack.languages.reading.php_switch import matched, switched
from apipack.languages.reading.php_texts import heredoc, interpolated, nowdoc
from apipack.languages.wire import Unreadable


def lower(code: str) -> tuple[p.Statement, ...]:
    """A script's statements; a fragment needs no opening tag."""
    if "<?php" not in code and "<?=" not in code:
        code = f"<?php\n{code}"
    if binds_late(code):
        raise Unreadable("a static member of a class that others extend")
    return _body(checked(parse("php", code), code))


def _body(node: Node) -> tuple[p.Statement, ...]:
    return tuple(inner for child in named(node) for inner in _statement(child))


def _statement(node: Node) -> Sequence[p.Statement]:
    if node.type in NOTHING:
        return []
    match node.type:
        case "expression_statement":
            return [_value(named(node)[0])]
        case "echo_statement":
            return [_value(child) for child in named(node)]
        case "namespace_definition":
            body = node.child_by_field_name("body")
            return [] if body is None else _body(body)
        case "namespace_use_declaration":
            return list(_uses(node))
        case "function_definition":
            return [p.Define(source(field(node, "name")), _function(node))]
        case "if_statement":
            return [_if(node, node.children_by_field_name("alternative"))]
        case "compound_statement" | "colon_block":
            return [p.Block(_body(node))]
        case "try_statement":
            return [_attempt(node)]
        case "const_declaration":
            return [p.Assign(p.Name(source(name)), _value(value), True) for name, value in map(named, named(node))]
        case "enum_declaration":
            return _enum(node)
        case "class_declaration":
            return [p.Assign(p.Name(f"class {source(field(node, 'name'))}"), _class(node), True)]
        case "return_statement":
            inner = named(node)
            return [p.Jump("return", _value(inner[0]) if inner else None)]
        case "exit_statement":
            return [*map(_value, named(node)), p.Jump("leave")]
        case "foreach_statement":
            return [_each(node)]
        case "while_statement":
            return [p.While(condition(_value(field(node, "condition"))), _branch(field(node, "body")))]
        case "for_statement" if (loop := counted(node, _value, _branch(field(node, "body")))) is not None:
            return [loop]
        case "do_statement":
            return [p.repeated(_branch(field(node, "body")), condition(_value(field(node, "condition"))))]
        case "for_statement":
            return [p.While(p.Unknown(), _branch(field(node, "body")))]
        case "switch_statement" if (branches := switched(node, _value, _statement)) is not None:
            return [branches]
        case "switch_statement":
            return [p.If(p.Unknown(), _body(case)) for case in named(field(node, "body"))]
        case "break_statement" | "continue_statement":
            return [p.Jump(node.type.removesuffix("_statement"))]
        case "unset_statement":
            return [unset(child, _value) or p.Assign(_target(child), p.Unknown()) for child in named(node)]
    return [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]


def _branch(node: Node) -> tuple[p.Statement, ...]:
    return _body(node) if node.type in ("compound_statement", "colon_block") else tuple(_statement(node))


def _if(node: Node, others: list[Node]) -> p.Statement:
    otherwise: tuple[p.Statement, ...] = ()
    if others:
        first, *rest = others
        body = first.child_by_field_name("body")
        if first.type == "else_if_clause":
            otherwise = (_if(first, rest),)
        elif body is not None:
            otherwise = _branch(body)
    return p.If(condition(_value(field(node, "condition"))), _branch(field(node, "body")), otherwise)


def _attempt(node: Node) -> p.Statement:
    handlers: list[tuple[p.Statement, ...]] = []
    after: tuple[p.Statement, ...] = ()
    for child in named(node):
        if child.type == "catch_clause":
            name = child.child_by_field_name("name")
            caught: tuple[p.Statement, ...] = (p.Assign(_target(name), p.Unknown(), True),) if name else ()
            handlers.append((*caught, *_body(field(child, "body"))))
        elif child.type == "finally_clause":
            after = _body(field(child, "body"))
    return p.Try(_body(field(node, "body")), tuple(handlers), after)


def _each(node: Node) -> p.Statement:
    values, target, *_ = named(node)
    body = _branch(field(node, "body"))
    if target.type == "pair":
        key, value = named(target)
        pairs = p.Call(p.Name("pairs of"), (p.Argument(_value(values)),))
        return p.Each(p.Targets((_target(key), _target(value))), pairs, body)
    members = p.Call(p.Name("array_values"), (p.Argument(_value(values)),))
    return p.Each(_target(target), members, body)


def _uses(node: Node) -> Iterator[p.Statement]:
    prefix = next((source(child) + "\\" for child in named(node) if child.type == "namespace_name"), "")
    group = node.child_by_field_name("body")
    if any(child.type in ("function", "const") for child in node.children):
        raise refuse(node)
    for clause in named(group) if group else named(node):
        if clause.type == "namespace_use_clause":
            path = prefix + source(named(clause)[0]).lstrip("\\")
            alias = clause.child_by_field_name("alias")
            yield p.Import(path, f"class {source(alias) if alias else path.rpartition(chr(92))[2]}")


def _function(node: Node) -> p.Function:
    parameters: list[tuple[str, p.Expression | None]] = []
    promoted: list[p.Statement] = []
    rest = ""
    for child in named(field(node, "parameters")):
        if child.type == "variadic_parameter":
            rest = source(field(child, "name"))
            promoted.append(p.Assign(p.Name(rest), p.Call(p.Name("array of"), (p.Argument(p.Name(rest)),))))
            continue
        if any(mark.type == "reference_modifier" for mark in child.children):
            raise refuse(child)
        if child.type == "property_promotion_parameter":
            name = field(child, "name")
            promoted.append(p.Assign(p.Member(p.Name("$this"), source(name).removeprefix("$")), p.Name(source(name))))
        elif child.type != "simple_parameter":
            raise refuse(child)
        default = child.child_by_field_name("default_value")
        parameters.append((source(field(child, "name")), _value(default) if default else None))
    body = field(node, "body")
    sees = node.type in ("arrow_function", "anonymous_function") and captures(node)
    if body.type != "compound_statement":
        return p.Function(tuple(parameters), (*promoted, p.Jump("return", _value(body))), rest=rest, sees=sees)
    return p.Function(tuple(parameters), (*promoted, *_body(body)), rest=rest, sees=sees)


def _enum(node: Node) -> Sequence[p.Statement]:
    """An enum: a class, and an instance of it for each case."""
    kind = p.Name(f"class {source(field(node, 'name'))}")
    cases = [member for member in named(field(node, "body")) if member.type == "enum_case"]
    statements: list[p.Statement] = [p.Assign(kind, _class(node), True)]
    for case in cases:
        name, value = source(field(case, "name")), case.child_by_field_name("value")
        instance = p.Member(kind, name)
        statements += [
            p.Assign(instance, p.Call(kind, (), True)),
            p.Assign(p.Member(instance, "name"), p.Const(name)),
            *([p.Assign(p.Member(instance, "value"), _value(value))] if value else []),
        ]
    return statements


def _class(node: Node) -> p.Expression:
    methods: list[tuple[str, str, p.Function]] = []
    fields: list[p.Statement] = []
    shared: list[tuple[str, p.Expression]] = []
    for member in members_of(node):
        marks = {child.type for child in member.children}
        if is_abstract(member):
            continue
        if member.type == "method_declaration":
            hidden = any(source(child) in ("private", "protected") for child in member.children)
            kind = "static" if "static_modifier" in marks else "private" if hidden else "method"
            methods.append((method_name(field(member, "name")), kind, _function(member)))
        elif member.type == "property_declaration" and "static_modifier" in marks:
            for element in named(member):
                if element.type == "property_element":
                    value = element.child_by_field_name("default_value")
                    shared.append((source(field(element, "name")), _value(value) if value else p.Const(None)))
        elif member.type == "property_declaration":
            for element in named(member):
                if element.type == "property_element":
                    value = element.child_by_field_name("default_value")
                    name = source(field(element, "name")).removeprefix("$")
                    fields.append(p.Assign(p.Member(p.Name("$this"), name), _value(value) if value else p.Const(None)))
        elif member.type == "const_declaration":
            for element in named(member):
                if element.type == "const_element":
                    key, given = named(element)
                    shared.append((source(key), _value(given)))
        elif member.type != "enum_case":
            return p.Opaque(f"line {member.start_point[0] + 1}: {member.type}")
    interfaces = next((child for child in named(node) if child.type == "class_interface_clause"), None)
    if interfaces and "JsonSerializable" in source(interfaces):
        shared.append((SERIALIZED, p.Const(True)))
    base = next((child for child in named(node) if child.type == "base_clause"), None)
    parent = p.Name(f"class {source(named(base)[0]).lstrip(chr(92))}") if base else None
    return p.Class(source(field(node, "name")), tuple(methods), tuple(fields), tuple(shared), parent)


def _class_name(scope: Node) -> p.Expression:
    name = source(scope).lstrip(chr(92))
    return p.Name("class self" if name in ("static", "self") else f"class {name}")


def _target(node: Node) -> p.Target:
    match node.type:
        case "scoped_property_access_expression":
            return p.Member(_class_name(field(node, "scope")), source(field(node, "name")))
        case "variable_name":
            return p.Name(source(node))
        case "list_literal" | "array_creation_expression":
            return _destructured(node)
        case "subscript_expression":
            owner, *key = named(node)
            return p.Index(_value(owner), _value(key[0]) if key else p.Const(APPEND.encode()))
        case "member_access_expression":
            return p.Member(_value(field(node, "object")), source(field(node, "name")))
    raise refuse(node)


def _destructured(node: Node) -> p.Target:
    """[$a, $b] and ['key' => $a], which no request is made of: what they hold is not known."""
    targets = [named(child)[-1] if child.type == "array_element_initializer" else child for child in named(node)]
    return p.Targets(tuple(map(_target, [target for target in targets if target.type == "variable_name"])))


def _value(node: Node) -> p.Expression:
    match node.type:
        case "string":
            return p.Const(re.sub(r"\\([\\'])", r"\1", source(node)[1:-1]))
        case "encapsed_string":
            return p.Text(tuple(interpolated(node, node.children[1:-1], '"', _value)))
        case "heredoc":
            return heredoc(node, _value)
        case "nowdoc":
            return nowdoc(node)
        case "integer":
            return p.Const(int(source(node))) if re.fullmatch("0|[1-9][0-9]*", source(node)) else p.Opaque("a number")
        case "float":
            return p.Const(float(source(node)))
        case "boolean":
            return p.Const(source(node).lower() == "true")
        case "null":
            return p.Const(None)
        case "variable_name":
            return p.Name(source(node))
        case "name":
            return constant(source(node))
        case "parenthesized_expression" | "error_suppression_expression":
            return _value(named(node)[0])
        case "sequence_expression":
            return p.Items(tuple(map(_value, named(node))))
        case "array_creation_expression":
            return _array(node)
        case "subscript_expression":
            owner, *key = named(node)
            if len(key) != 1:
                raise refuse(node)
            return p.Index(_value(owner), p.Const(source(key[0])) if key[0].type == "name" else _value(key[0]))
        case "member_access_expression" | "nullsafe_member_access_expression":
            return p.Member(_value(field(node, "object")), source(field(node, "name")))
        case "member_call_expression" | "nullsafe_member_call_expression":
            method = p.Member(_value(field(node, "object")), method_name(field(node, "name")))
            return p.Call(method, _arguments(field(node, "arguments")))
        case "scoped_property_access_expression":
            return p.Member(_class_name(field(node, "scope")), source(field(node, "name")))
        case "scoped_call_expression":
            scope = scope_of(node)
            return p.Call(p.Member(scope, method_name(field(node, "name"))), _arguments(field(node, "arguments")))
        case "class_constant_access_expression":
            names = [p.Const(source(child).lstrip("\\")) for child in named(node)]
            return p.Call(p.Name("constant of"), tuple(p.Argument(part) for part in names))
        case "throw_expression":
            return p.Call(p.Name("exit"))
        case "function_call_expression":
            function = field(node, "function")
            name = source(function).lstrip("\\")
            if name in ("isset", "empty"):
                return p.call(name, *[quiet(argument, _value) for argument in named(field(node, "arguments"))])
            callee = p.Name(name) if function.type in ("name", "qualified_name") else _value(function)
            return called(callee, _arguments(field(node, "arguments")))
        case "object_creation_expression":
            class_name, *_ = named(node)
            given = next((child for child in named(node) if child.type == "arguments"), None)
            kind = p.Name(f"class {source(class_name).lstrip(chr(92))}")
            return p.Call(kind, _arguments(given) if given else (), True)
        case "anonymous_function" | "arrow_function":
            return _function(node)
        case "assignment_expression":
            return p.Assign(_target(field(node, "left")), _value(field(node, "right")))
        case "augmented_assignment_expression":
            left, operator = field(node, "left"), source(field(node, "operator")).removesuffix("=")
            return p.Assign(_target(left), _binary(operator, _value(left), _value(field(node, "right"))))
        case "binary_expression":
            operator = source(field(node, "operator"))
            if operator == "instanceof":
                return p.Unknown()
            if operator == "??":
                return p.Binary(operator, quiet(field(node, "left"), _value), _value(field(node, "right")))
            return _binary(operator, _value(field(node, "left")), _value(field(node, "right")))
        case "unary_op_expression":
            return p.Unary(source(field(node, "operator")), _value(field(node, "argument")))
        case "conditional_expression":
            body = node.child_by_field_name("body")
            test, other = _value(field(node, "condition")), _value(field(node, "alternative"))
            return p.Conditional(test, _value(body), other) if body else p.Binary("||", test, other)
        case "match_expression":
            return matched(node, _value)
        case "qualified_name":
            return constant(source(node).lstrip("\\"))
        case "cast_expression":
            name = source(field(node, "type")).strip().lower()
            return p.Call(p.Name(f"cast to {name}"), (p.Argument(_value(field(node, "value"))),))
        case "clone_expression":
            return p.call("clone of", _value(named(node)[0]))
        case "update_expression":
            return updated(node, _value, _target)
        case "print_intrinsic":
            return p.Index(p.Items((p.Const(1), _value(named(node)[0]))), p.Const(0))
        case "exit_statement":
            return p.Call(p.Name("exit"))
        case "require_expression" | "require_once_expression" | "include_expression" | "include_once_expression":
            return p.Call(p.Name("require"), (p.Argument(_value(named(node)[0])),))
    return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")


def _binary(operator: str, left: p.Expression, right: p.Expression) -> p.Expression:
    if operator == ".":
        return p.Text((left, right))
    if operator in ("&&", "and", "||", "or"):
        return p.call("truth of", p.Binary("&&" if operator in ("&&", "and") else "||", left, right))
    return p.Binary({"<>": "!="}.get(operator, operator), left, right)


def _arguments(node: Node) -> tuple[p.Argument, ...]:
    given: list[p.Argument] = []
    for child in named(node):
        if child.type != "argument":
            raise refuse(child)
        name = child.child_by_field_name("name")
        value = named(child)[-1]
        if value.type == "variadic_unpacking":
            members = p.Call(p.Name("spread of"), (p.Argument(_value(named(value)[0])),))
            given.append(p.Argument(p.Spread(members)))
            continue
        given.append(p.Argument(_value(value), source(name) if name else None))
    return tuple(given)


def _array(node: Node) -> p.Expression:
    """An array; one with others unpacked in it is merged of its parts, which counts anew."""
    children = named(node)
    unpacked = [child for child in children if named(child)[0].type == "variadic_unpacking"]
    if not unpacked:
        return _pairs(children)
    parts: list[p.Argument] = []
    for child in children:
        inner = named(child)[0]
        parts.append(p.Argument(_value(named(inner)[0]) if child in unpacked else _pairs([child])))
    return p.Call(p.Name("array_merge"), tuple(parts))


def _pairs(children: Sequence[Node]) -> p.Expression:
    pairs: list[tuple[p.Expression | None, p.Expression]] = []
    index = 0
    for child in children:
        inner = named(child)
        if len(inner) > 2:
            raise refuse(child)
        if len(inner) == 2:
            key = _value(inner[0])
            if isinstance(key, p.Const):
                name = key_of(key.value)
                key, index = p.Const(name), max(index, name + 1) if isinstance(name, int) else index
            pairs.append((key, _value(inner[1])))
        else:
            pairs.append((p.Const(index), _value(inner[0])))
            index += 1
    return p.Pairs(tuple(pairs))
