"""Go's tree, lowered to a program that calls `main`; what its compiler would refuse for names is refused here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.go import LITERALS
from apipack.languages.reading import program as p
from apipack.languages.reading.go_checks import DECLARATIONS, check_names, check_own_texts, initializers
from apipack.languages.reading.go_imports import import_of, specs_of
from apipack.languages.reading.go_returns import ordered, with_results
from apipack.languages.reading.go_switches import flat, switched
from apipack.languages.reading.go_types import (
    array_of,
    breaks,
    inner_of,
    is_generic,
    is_nil_check,
    jump_of,
    qualified,
    rune,
    struct_of,
    struct_type,
    var_specs,
    zero_of,
)
from apipack.languages.reading.grammar import field, named, parse, refuse, refused, source
from apipack.languages.wire import Unreadable


def lower(code: str, packages: frozenset[str] = frozenset()) -> tuple[p.Statement, ...]:
    """The statements of a program, or of a fragment that could only stand in `main`."""
    root = parse("go", code)
    check_names(root, packages)
    check_own_texts(root)
    body: list[p.Statement] = []
    declared: set[str] = set()
    is_program = False
    names = Counter(source(field(child, "name")) for child in named(root) if child.type == "function_declaration")
    if any(count > 1 for name, count in names.items() if name != "init"):
        raise Unreadable("a function twice")
    for child in named(root):
        if child.type == "function_declaration" and source(field(child, "name")) == "init":
            continue
        if child.type in ("package_clause", "import_declaration", "function_declaration"):
            is_program |= child.type == "function_declaration" and source(field(child, "name")) == "main"
        body += _statement(child, declared)
    if is_program:
        if any(child.type not in DECLARATIONS for child in named(root)):
            raise Unreadable("a statement outside of every function")
        body += [p.Call(_function(first)) for first in initializers(root)]
        body.append(p.Call(p.Name("main")))
    elif any(child.type == "package_clause" for child in root.children):
        raise Unreadable("a program without main")
    return tuple(body)


def _block(node: Node) -> tuple[p.Statement, ...]:
    declared: set[str] = set()
    statements = [inner for child in named(node) for inner in flat(child)]
    return ordered(node, [(child, _statement(child, declared)) for child in statements])


def _statement(node: Node, declared: set[str]) -> Sequence[p.Statement]:
    match node.type:
        case "package_clause" | "empty_statement":
            return []
        case "import_declaration":
            specs = [spec for child in named(node) for spec in specs_of(child)]
            return [import_of(spec) for spec in specs]
        case "function_declaration":
            return [p.Define(source(field(node, "name")), _function(node))]
        case "method_declaration":
            return [_method(node)]
        case "type_declaration":
            return [struct_type(child) for child in named(node)]
        case "const_declaration" if "iota" in source(node):
            return list(_counted_constants(node))
        case "const_declaration" | "var_declaration":
            return [inner for child in named(node) for spec in var_specs(child) for inner in _variable(spec)]
        case "short_var_declaration":
            return [_short(node, declared)]
        case "assignment_statement":
            return [_assignment(node)]
        case "go_statement":
            call = named(node)[0]
            return [p.Call(p.Name("go"), (p.Argument(p.Function((), (_value(call),), sees=True)),))]
        case "send_statement":
            given = (p.Argument(_value(field(node, "value"))),)
            return [p.Call(p.Member(_value(field(node, "channel")), "sent"), given)]
        case "expression_statement" | "defer_statement":
            return [_value(named(node)[0])]
        case "if_statement":
            return [_if(node)]
        case "block":
            return [p.Block(_block(node))]
        case "return_statement":
            values = [_value(child) for part in named(node) for child in named(part)]
            return [p.Jump("return", values[0] if len(values) == 1 else p.Items(tuple(values)) if values else None)]
        case "for_statement":
            return [_loop(node)]
        case "expression_switch_statement" | "type_switch_statement" if not breaks(node):
            return [switched(node, _statement, _value)]
        case "expression_switch_statement" | "type_switch_statement" | "select_statement":
            return [p.If(p.Unknown(), _block(case)) for case in named(node) if case.type.endswith("_case")]
        case "inc_statement" | "dec_statement":
            (operand,) = named(node)
            operator = "+" if node.type == "inc_statement" else "-"
            return [p.Assign(_target(operand), p.Binary(operator, _value(operand), p.Const(1)))]
        case "break_statement" | "continue_statement":
            return jump_of(node)
        case "labeled_statement" if named(node)[-1].type == "for_statement":
            return [_loop(named(node)[-1])]
    return [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]


def _function(node: Node) -> p.Function:
    parameters: list[tuple[str, p.Expression | None]] = []
    rest = ""
    for child in named(field(node, "parameters")):
        if child.type == "variadic_parameter_declaration":
            name = child.child_by_field_name("name")
            rest = source(name) if name else "_"
        elif child.type == "parameter_declaration":
            parameters += [(source(name), None) for name in child.children_by_field_name("name")]
        elif child.type != "comment":
            raise refuse(child)
    generic = named(node.child_by_field_name("type_parameters"))
    types = [name for part in generic for name in part.children_by_field_name("name")]
    unknown = [p.Assign(p.Name(f"type {source(name)}"), p.Unknown(), True) for name in types]
    return p.Function(tuple(parameters), (*unknown, *with_results(node, _block(field(node, "body")))), rest=rest)


def _method(node: Node) -> p.Statement:
    """A method of a type: a function whose first parameter is the receiver, copied where it is no pointer."""
    (receiver,) = named(field(node, "receiver"))
    kind, name = field(receiver, "type"), receiver.child_by_field_name("name")
    is_pointer = kind.type == "pointer_type"
    kind = named(kind)[0] if is_pointer else kind
    if kind.type != "type_identifier":
        raise refuse(node)
    bound = source(name) if name else "_"
    function = _function(node)
    copy = p.Assign(p.Name(bound), p.Call(p.Name("copy of"), (p.Argument(p.Name(bound)),)), True)
    body = function.body if is_pointer else (copy, *function.body)
    return p.Define(
        f"{source(kind)}.{source(field(node, 'name'))}",
        p.Function(((bound, None), *function.parameters), body, rest=function.rest),
    )


def _variable(node: Node) -> Sequence[p.Statement]:
    names = [p.Name(source(name)) for name in node.children_by_field_name("name")]
    value, kind = node.child_by_field_name("value"), node.child_by_field_name("type")
    if value is not None and [name.name for name in names] == ["_"] and is_nil_check(named(value)[0]):
        return []
    if value is None and kind is not None:
        return [p.Assign(name, zero_of(kind), True) for name in names]
    if value is None:
        return [p.Opaque("iota")]
    return [_several(names, [_value(child) for child in named(value)], True)]


def _counted_constants(node: Node) -> Iterator[p.Statement]:
    """Constants of which each counts on with `iota`, and says again what the one before it says."""
    value: Node | None = None
    for index, spec in enumerate(child for child in named(node) if child.type == "const_spec"):
        value = spec.child_by_field_name("value") or value
        names = spec.children_by_field_name("name")
        if value is None or len(names) != 1 or len(named(value)) != 1:
            raise refuse(spec)
        yield p.Assign(p.Name("iota"), p.Const(index), True)
        yield p.Assign(p.Name(source(names[0])), _value(named(value)[0]), True)


def _several(targets: Sequence[p.Target], values: Sequence[p.Expression], declares: bool) -> p.Assign:
    if len(targets) == 1 and len(values) == 1:
        return p.Assign(targets[0], values[0], declares)
    if len(values) == 1:
        return p.Assign(p.Targets(tuple(targets)), values[0], declares)
    if len(values) != len(targets):
        raise Unreadable("another number of values than of names")
    return p.Assign(p.Targets(tuple(targets)), p.Items(tuple(values)), declares)


def _short(node: Node, declared: set[str]) -> p.Assign:
    names = [source(child) for child in named(field(node, "left"))]
    if not set(names) - declared - {"_"}:
        raise refused(node, ":= declares nothing new")
    declared |= set(names)
    return _several([p.Name(name) for name in names], [_value(child) for child in named(field(node, "right"))], True)


def _assignment(node: Node) -> p.Assign:
    targets = [_target(child) for child in named(field(node, "left"))]
    values = [_value(child) for child in named(field(node, "right"))]
    operator = source(field(node, "operator")).removesuffix("=")
    if operator:
        (target,) = named(field(node, "left"))
        return p.Assign(targets[0], p.Binary(operator, _value(target), values[0]))
    return _several(targets, values, False)


def _target(node: Node) -> p.Target:
    match node.type:
        case "identifier":
            return p.Name(source(node))
        case "selector_expression":
            return p.Member(_value(field(node, "operand")), source(field(node, "field")))
        case "index_expression":
            return p.Index(_value(field(node, "operand")), _value(field(node, "index")))
        case "unary_expression":
            return p.Index(p.Opaque("an assignment through a pointer"), p.Const(0))
    raise refuse(node)


def _if(node: Node) -> p.Statement:
    first, other = node.child_by_field_name("initializer"), node.child_by_field_name("alternative")
    otherwise: tuple[p.Statement, ...] = ()
    if other:
        otherwise = _block(other) if other.type == "block" else (_if(other),)
    branch = p.If(_value(field(node, "condition")), _block(field(node, "consequence")), otherwise)
    return branch if first is None else p.Block((*_statement(first, set()), branch))


def _loop(node: Node) -> p.Statement:
    body = _block(field(node, "body"))
    clause = next((child for child in named(node) if child.type == "range_clause"), None)
    if clause is None:
        return _counting(node, body)
    left = clause.child_by_field_name("left")
    if left is not None and ":=" not in {child.type for child in clause.children}:
        return p.Opaque("a range into variables that are there")
    targets = [p.Name(source(child)) for child in named(left)] or [p.Name("_")]
    values = p.Call(p.Name("range of"), (p.Argument(_value(field(clause, "right"))),))
    return p.Each(p.Targets(tuple(targets)), values, body)


def _counting(node: Node, body: tuple[p.Statement, ...]) -> p.Statement:
    """A loop with a condition, or with a counter."""
    clause = next((child for child in named(node) if child.type == "for_clause"), None)
    if clause is None:
        tests = [child for child in named(node) if child.type != "block"]
        return p.While(_value(tests[0]) if tests else p.Const(True), body)
    first, test, step = (clause.child_by_field_name(name) for name in ("initializer", "condition", "update"))
    opening = _statement(first, set()) if first else ()
    after = tuple(_statement(step, set())) if step else ()
    return p.Block((*opening, p.While(_value(test) if test else p.Const(True), body, after)))


def _value(node: Node) -> p.Expression:
    match node.type:
        case "interpreted_string_literal":
            return p.Const(LITERALS.unquote(source(node)))
        case "raw_string_literal":
            return p.Const(source(node)[1:-1].replace("\r", ""))
        case "int_literal":
            text = source(node).replace("_", "")
            if not re.fullmatch("0|[1-9][0-9]*", text):
                return p.Opaque("a number")
            return p.Const(int(text))
        case "float_literal":
            return p.Const(float(source(node)))
        case "true" | "false":
            return p.Const(node.type == "true")
        case "nil":
            return p.Const(None)
        case "identifier":
            return p.Name(source(node))
        case "parenthesized_expression":
            return _value(named(node)[0])
        case "selector_expression":
            return p.Member(_value(field(node, "operand")), source(field(node, "field")))
        case "index_expression":
            return p.Index(_value(field(node, "operand")), _value(field(node, "index")))
        case "binary_expression":
            return p.Binary(source(field(node, "operator")), _value(field(node, "left")), _value(field(node, "right")))
        case "unary_expression":
            operator = source(field(node, "operator"))
            inner = _value(field(node, "operand"))
            if operator == "&":
                return p.Call(p.Name("pointer to"), (p.Argument(inner),))
            if operator == "<-":
                return p.Call(p.Member(inner, "received"))
            return p.call("value at", inner) if operator == "*" else p.Unary(operator, inner)
        case "type_conversion_expression":
            generic = field(node, "type")
            if generic.type == "generic_type":
                return p.Call(p.Name(source(field(generic, "type"))), (p.Argument(_value(field(node, "operand"))),))
            kind = source(generic)
            if kind != "[]byte":
                raise refuse(node)
            return p.Call(p.Name("bytes of"), (p.Argument(_value(field(node, "operand"))),))
        case "rune_literal":
            return rune(source(node))
        case "iota":
            return p.Name("iota")
        case "slice_expression":
            bounds = [node.child_by_field_name(name) for name in ("start", "end", "capacity")]
            parts = [p.Const(None) if bound is None else _value(bound) for bound in bounds]
            return p.call("slice of", _value(field(node, "operand")), *parts)
        case "type_assertion_expression":
            return p.Unknown()
        case "func_literal":
            return _function(node)
        case "composite_literal":
            return _composite(field(node, "type"), field(node, "body"))
        case "call_expression":
            return _call(node)
    return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")


def _call(node: Node) -> p.Expression:
    function, arguments = field(node, "function"), named(field(node, "arguments"))
    if function.type == "identifier" and source(function) in ("make", "new"):
        kind = arguments[0]
        if kind.type == "map_type":
            return p.Pairs(())
        if kind.type == "channel_type":
            return p.Call(p.Name("channel"))
        if kind.type in ("qualified_type", "type_identifier"):
            return p.Call(qualified(kind), (), True) if kind.type == "qualified_type" else zero_of(kind)
        if kind.type == "slice_type" and source(arguments[1] if len(arguments) > 1 else kind) == "0":
            return p.Items(())
        if kind.type == "slice_type" and len(arguments) == 2:
            return p.call("zeros of", zero_of(field(kind, "element")), _value(arguments[1]))
        raise refuse(node)
    if function.type == "parenthesized_expression":
        raise refuse(node)
    if function.type == "index_expression" and is_generic(field(function, "operand")):
        function = field(function, "operand")
    if function.type == "identifier" and len(arguments) == 1 and arguments[0].type == "call_expression":
        given = (p.Argument(_value(function)), p.Argument(_value(arguments[0])))
        return p.Call(p.Name("call with results"), given)
    call = p.Call(_value(function), tuple(p.Argument(_given(argument)) for argument in arguments))
    if function.type != "selector_expression" or source(field(function, "field")) not in ("Decode", "Unmarshal"):
        return call
    filled = [named(argument)[0] for argument in arguments if source(argument).startswith("&")]
    unknown = [p.Assign(_target(target), p.Unknown()) for target in filled if target.type == "identifier"]
    return p.Call(p.Name("first of"), (p.Argument(call), *[p.Argument(assignment) for assignment in unknown]))


def _given(node: Node) -> p.Expression:
    return p.Spread(_value(named(node)[0])) if node.type == "variadic_argument" else _value(node)


def _composite(kind: Node | None, body: Node) -> p.Expression:
    """A literal of a type: a list, a mapping, or the fields of a struct."""
    elements = named(body)
    if kind is not None and kind.type == "pointer_type":
        return p.call("pointer to", _composite(named(kind)[0], body))
    if kind is None or kind.type in ("slice_type", "array_type", "implicit_length_array_type"):
        inner = kind.child_by_field_name("element") if kind else None
        if not any(element.type == "keyed_element" for element in elements):
            items = p.Items(tuple(_element(element, inner) for element in elements))
            return items if kind is None or kind.type == "slice_type" else array_of(kind, items)
        if kind is not None:
            raise refuse(body)
    if kind is None or kind.type == "map_type":
        return p.Pairs(
            tuple(_pair(element, kind.child_by_field_name("value") if kind else None) for element in elements)
        )
    if kind.type == "type_identifier":
        maker: p.Expression = p.Name(f"type {source(kind)}")
    elif kind.type == "qualified_type":
        maker = qualified(kind)
    elif kind.type == "struct_type":
        maker = struct_of("", kind)
    else:
        raise refuse(kind)
    return p.Call(maker, tuple(_arguments(elements)), True)


def _arguments(elements: Sequence[Node]) -> Iterator[p.Argument]:
    """Fields of a struct by name; pairs of a named map as one mapping."""
    keys = [inner_of(field(element, "key")) for element in elements if element.type == "keyed_element"]
    if keys and keys[0].type != "identifier":
        yield p.Argument(p.Pairs(tuple(_pair(element, None) for element in elements)))
        return
    for element in elements:
        if element.type == "keyed_element":
            yield p.Argument(_element(field(element, "value"), None), source(inner_of(field(element, "key"))))
        else:
            yield p.Argument(_element(element, None))


def _element(node: Node, kind: Node | None) -> p.Expression:
    inner = inner_of(node)
    return _composite(kind, inner) if inner.type == "literal_value" else _value(inner)


def _pair(node: Node, kind: Node | None) -> tuple[p.Expression, p.Expression]:
    if node.type != "keyed_element":
        raise refuse(node)
    return _value(inner_of(field(node, "key"))), _element(field(node, "value"), kind)
