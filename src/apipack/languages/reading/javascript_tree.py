"""JavaScript's tree, lowered to a program. Names keep their meaning; a module's `require` and `import` are imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, parse, refuse, source
from apipack.languages.reading.javascript_cases import (
    HOLDERS,
    breaks,
    case_body,
    deleted,
    has_holes,
    is_perhaps,
    type_of,
    updated,
)
from apipack.languages.reading.javascript_checks import check
from apipack.languages.reading.javascript_early import fixed
from apipack.languages.reading.javascript_loops import Lower, hoisted, looped
from apipack.languages.reading.javascript_texts import number, pattern, raw_template, string, template
from apipack.languages.reading.values import UNDEFINED
from apipack.languages.wire import Unreadable


def lower(code: str) -> tuple[p.Statement, ...]:
    """A script's or module's statements."""
    module = parse("javascript", code)
    check(module)
    return (*hoisted(module, (), LOWER), *_body(module))


def _body(node: Node) -> tuple[p.Statement, ...]:
    return tuple(inner for child in named(node) for inner in _statement(child))


def _statement(node: Node) -> Sequence[p.Statement]:
    match node.type:
        case "expression_statement":
            (inner,) = named(node)
            return [_value(inner)] if inner.type != "string" else []
        case "lexical_declaration":
            return [_declared(child) for child in named(node)]
        case "variable_declaration":
            return [_declared(child, False) for child in named(node) if child.child_by_field_name("value")]
        case "import_statement":
            return list(_imports(node))
        case "function_declaration":
            return [p.Define(source(field(node, "name")), _function(node))]
        case "class_declaration":
            return [p.Assign(p.Name(source(field(node, "name"))), _class(node), True)]
        case "export_statement":
            declaration = node.child_by_field_name("declaration")
            return _statement(declaration) if declaration else []
        case "if_statement":
            otherwise = node.child_by_field_name("alternative")
            return [
                p.If(
                    _value(field(node, "condition")),
                    _branch(field(node, "consequence")),
                    _body(otherwise) if otherwise else (),
                )
            ]
        case "statement_block":
            return [p.Block(_body(node))]
        case "try_statement":
            return [_attempt(node)]
        case "return_statement":
            values = named(node)
            return [p.Jump("return", _value(values[0]) if values else p.Const(UNDEFINED))]
        case "throw_statement":
            return [p.Jump("leave")]
        case "for_in_statement" | "while_statement" | "for_statement" | "do_statement":
            return looped(node, LOWER)
        case "switch_statement" if (branches := _switch(node)) is not None:
            return [branches]
        case "switch_statement":
            return [p.If(p.Unknown(), _body(case)) for case in named(field(node, "body"))]
        case "break_statement":
            return [p.Jump("break")]
        case "continue_statement":
            return [p.Jump("continue")]
        case "empty_statement" | "hash_bang_line":
            return []
    return [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]


TAG = p.Name("the value of a switch")


def _switch(node: Node) -> p.Statement | None:
    """A switch as branches, one in the other; None where a case goes on to the next, or is left in its middle."""
    cases = [case for case in named(field(node, "body")) if case.type in ("switch_case", "switch_default")]
    test: p.Expression | None = None
    branches: list[tuple[p.Expression | None, tuple[p.Statement, ...]]] = []
    for case in cases:
        is_default, is_last = case.type == "switch_default", case is cases[-1]
        body = case_body(case)
        if not is_default:
            equal = p.Binary("===", TAG, _value(field(case, "value")))
            test = equal if test is None else p.Binary("||", test, equal)
        if not body and not is_last and not is_default:
            continue
        ends = bool(body) and body[-1].type in ("break_statement", "return_statement", "throw_statement")
        body = body[:-1] if body and body[-1].type == "break_statement" else body
        if not (ends or is_last) or any(map(breaks, body)) or (is_default and test is not None):
            return None
        branches.append((test, tuple(inner for part in body for inner in _statement(part))))
        test = None
    otherwise = next((lowered for tested, lowered in branches if tested is None), ())
    for tested, lowered in reversed(branches):
        if tested is not None:
            otherwise = (p.If(tested, lowered, otherwise),)
    return p.Block((p.Assign(TAG, _value(field(node, "value")), True), *otherwise))


def _branch(node: Node) -> tuple[p.Statement, ...]:
    return _body(node) if node.type == "statement_block" else tuple(_statement(node))


def _declared(node: Node, declares: bool = True) -> p.Statement:
    value = node.child_by_field_name("value")
    return p.Assign(_target(field(node, "name")), _value(value) if value else p.Const(UNDEFINED), declares)


def _imports(node: Node) -> Iterator[p.Statement]:
    path = string(field(node, "source")).removeprefix("node:")
    for clause in named(node):
        if clause.type != "import_clause":
            continue
        for part in named(clause):
            if part.type == "identifier":
                yield p.Import(path, source(part), "default")
            elif part.type == "namespace_import":
                yield p.Import(path, source(named(part)[0]))
            else:
                for specifier in named(part):
                    name = source(field(specifier, "name"))
                    alias = specifier.child_by_field_name("alias")
                    yield p.Import(path, source(alias) if alias else name, name)


def _attempt(node: Node) -> p.Statement:
    handler, after = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    handlers: tuple[tuple[p.Statement, ...], ...] = ()
    if handler:
        caught = handler.child_by_field_name("parameter")
        declared: tuple[p.Statement, ...] = (p.Assign(_target(caught), p.Unknown(), True),) if caught else ()
        handlers = ((*declared, *_body(field(handler, "body"))),)
    return p.Try(_body(field(node, "body")), handlers, _body(field(after, "body")) if after else ())


def _target(node: Node) -> p.Target:
    match node.type:
        case "identifier" | "shorthand_property_identifier_pattern":
            return p.Name(source(node))
        case "member_expression":
            return p.Member(_value(field(node, "object")), source(field(node, "property")))
        case "subscript_expression":
            return p.Index(_value(field(node, "object")), _value(field(node, "index")))
        case "assignment_pattern":
            return p.Defaulted(_target(field(node, "left")), _value(field(node, "right")))
        case "array_pattern":
            return p.Targets(tuple(_members(node)), rest=_rest(node))
        case "object_pattern":
            pairs = [_pattern(child) for child in named(node) if child.type != "rest_pattern"]
            keys = tuple(key for key, _ in pairs)
            return p.Targets(tuple(target for _, target in pairs), keys, _rest(node), True)
    raise refuse(node)


def _members(node: Node) -> Iterator[p.Target]:
    """Targets of an array's pattern; a hole takes a member and keeps it nowhere."""
    is_hole = True
    for child in node.children[1:-1]:
        if child.type == "rest_pattern":
            return
        if child.is_named and child.type != "comment":
            is_hole = False
            yield _target(child)
        elif child.type == ",":
            if is_hole:
                yield p.Name("a hole")
            is_hole = True


def _rest(node: Node) -> p.Target | None:
    """What a pattern's last part takes."""
    last = next((child for child in named(node) if child.type == "rest_pattern"), None)
    return None if last is None else _target(named(last)[0])


def _pattern(node: Node) -> tuple[str, p.Target]:
    if node.type == "shorthand_property_identifier_pattern":
        return source(node), p.Name(source(node))
    if node.type == "object_assignment_pattern":
        name = source(field(node, "left"))
        return name, p.Defaulted(p.Name(name), _value(field(node, "right")))
    if node.type == "pair_pattern" and field(node, "key").type in ("string", "property_identifier"):
        key = field(node, "key")
        return string(key) if key.type == "string" else source(key), _target(field(node, "value"))
    raise refuse(node)


def _function(node: Node, has_this: bool = False) -> p.Function:
    """has_this: a method of a class; what `this` is in other functions but arrows, their caller says."""
    if any(child.type == "*" for child in node.children):
        return p.Function((), (p.Opaque("a generator"),))
    single, many = node.child_by_field_name("parameter"), node.child_by_field_name("parameters")
    parameters: list[tuple[str, p.Expression | None]] = []
    first: list[p.Statement] = []
    if not has_this and node.type != "arrow_function":
        first.append(p.Assign(p.Name("this"), p.Unknown(), True))
    rest = ""
    for index, child in enumerate([single] if single else named(many)):
        if child.type == "identifier":
            parameters.append((source(child), None))
        elif child.type == "assignment_pattern" and field(child, "left").type == "identifier":
            parameters.append((source(field(child, "left")), _value(field(child, "right"))))
        elif child.type == "assignment_pattern":
            parameters.append((f"parameter {index}", _value(field(child, "right"))))
            first.append(p.Assign(_target(field(child, "left")), p.Name(f"parameter {index}"), True))
        elif child.type == "rest_pattern":
            rest = source(named(child)[0])
        else:
            parameters.append((f"parameter {index}", None))
            first.append(p.Assign(_target(child), p.Name(f"parameter {index}"), True))
    body = field(node, "body")
    if body.type != "statement_block":
        return p.Function(tuple(parameters), (*first, p.Jump("return", _value(body))), rest=rest)
    first = [*hoisted(body, [rest, *[name for name, _ in parameters]], LOWER), *first]
    return p.Function(tuple(parameters), (*first, *_body(body)), rest=rest)


def _class(node: Node) -> p.Expression:
    methods: list[tuple[str, str, p.Function]] = []
    fields: list[p.Statement] = []
    shared: list[tuple[str, p.Expression]] = []
    for member in named(field(node, "body")):
        marks = {child.type for child in member.children}
        if member.type == "method_definition" and not marks & {"set", "computed_property_name"}:
            kind = "property" if "get" in marks else "static" if "static" in marks else "method"
            methods.append((source(field(member, "name")), kind, _function(member, True)))
        elif member.type == "field_definition" and "computed_property_name" not in marks:
            name, given = source(field(member, "property")), member.child_by_field_name("value")
            value = _value(given) if given else p.Const(UNDEFINED)
            if "static" in marks:
                shared.append((name, value))
            else:
                fields.append(p.Assign(p.Member(p.Name("this"), name), value))
        else:
            return p.Opaque(f"line {member.start_point[0] + 1}: {member.type}")
    heritage = next((child for child in named(node) if child.type == "class_heritage"), None)
    title = node.child_by_field_name("name")
    return p.Class(
        source(title) if title else "a class",
        tuple(methods),
        tuple(fields),
        tuple(shared),
        _value(named(heritage)[0]) if heritage else None,
    )


def _value(node: Node) -> p.Expression:
    match node.type:
        case "string":
            return p.Const(string(node))
        case "template_string":
            return p.Text(tuple(template(node, _value)))
        case "number":
            return number(source(node))
        case "true" | "false":
            return p.Const(node.type == "true")
        case "null":
            return p.Const(None)
        case "undefined":
            return p.Const(UNDEFINED)
        case "identifier" | "shorthand_property_identifier" | "import":
            return p.Name(source(node))
        case "this":
            return p.Name("this")
        case "super":
            return _super(node)
        case "class":
            return _class(node)
        case "regex":
            return pattern(source(node))
        case "meta_property" if source(node) == "import.meta":
            return p.Name("import.meta")
        case "meta_property":
            return p.Unknown()
        case "parenthesized_expression":
            inner = named(node)
            return _value(inner[-1]) if len(inner) == 1 else p.Opaque("a sequence")
        case "await_expression":
            return p.Call(p.Name("await"), (p.Argument(_value(named(node)[0])),))
        case "object":
            return p.Pairs(tuple(map(_pair, named(node))))
        case "array":
            return p.Opaque("an array with holes") if has_holes(node) else p.Items(tuple(map(_value, named(node))))
        case "spread_element":
            return p.Spread(_value(named(node)[0]))
        case "member_expression" if is_perhaps(node):
            return p.call("member of perhaps", _value(field(node, "object")), p.Const(source(field(node, "property"))))
        case "member_expression":
            return p.Member(_value(field(node, "object")), source(field(node, "property")))
        case "subscript_expression":
            return p.Index(_value(field(node, "object")), _value(field(node, "index")))
        case "unary_expression" if source(field(node, "operator")) == "delete":
            return deleted(_target(field(node, "argument")))
        case "call_expression" if field(node, "function").type == "super":
            constructor = p.Member(_super(field(node, "function")), "constructor")
            return p.Call(constructor, _arguments(field(node, "arguments")))
        case "call_expression" if source(field(node, "function")) == "String.raw":
            return p.Text(tuple(raw_template(field(node, "arguments"), _value)))
        case "call_expression":
            return p.Call(_value(field(node, "function")), _arguments(field(node, "arguments")))
        case "new_expression":
            given = node.child_by_field_name("arguments")
            return p.Call(_value(field(node, "constructor")), _arguments(given) if given else (), True)
        case "arrow_function" | "function_expression":
            return _function(node)
        case "assignment_expression" | "augmented_assignment_expression" | "update_expression" if name := fixed(node):
            return p.Opaque(f"line {node.start_point[0] + 1}: {name} is a constant")
        case "assignment_expression":
            return p.Assign(_target(field(node, "left")), _value(field(node, "right")))
        case "augmented_assignment_expression":
            left, operator = field(node, "left"), source(field(node, "operator")).removesuffix("=")
            return p.Assign(_target(left), p.Binary(operator, _value(left), _value(field(node, "right"))))
        case "ternary_expression":
            return p.Conditional(
                _value(field(node, "condition")), _value(field(node, "consequence")), _value(field(node, "alternative"))
            )
        case "binary_expression":
            return p.Binary(source(field(node, "operator")), _value(field(node, "left")), _value(field(node, "right")))
        case "unary_expression":
            operator = source(field(node, "operator"))
            if operator == "typeof":
                return type_of(field(node, "argument"), _value)
            return p.Unary(operator, _value(field(node, "argument")))
        case "update_expression":
            return updated(node, _value, _target)
    return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")


def _super(node: Node) -> p.Expression:
    """super, in a method of a class that has a name."""
    method = node.parent
    while method is not None and method.type not in HOLDERS:
        method = method.parent
    owner = method.parent.parent if method is not None and method.parent is not None else None
    if owner is None or not owner.type.startswith("class") or owner.child_by_field_name("name") is None:
        return p.Opaque("super of no class")
    return p.call("super of", p.Name("this"), p.Name(source(field(owner, "name"))))


def _arguments(node: Node) -> tuple[p.Argument, ...]:
    if node.type != "arguments":
        raise refuse(node)
    return tuple(p.Argument(_value(child)) for child in named(node))


def _pair(node: Node) -> tuple[p.Expression | None, p.Expression]:
    if node.type == "shorthand_property_identifier":
        return p.Const(source(node)), p.Name(source(node))
    if node.type == "spread_element":
        return None, _value(named(node)[0])
    if node.type == "method_definition":
        return _method(node)
    if node.type != "pair":
        raise refuse(node)
    key = field(node, "key")
    if key.type == "computed_property_name":
        return _value(named(key)[0]), _value(field(node, "value"))
    name = string(key) if key.type == "string" else source(key)
    if name == "__proto__":
        raise Unreadable("__proto__ in an object literal is no key")
    value = field(node, "value")
    if value.type == "function_expression":
        return p.Const(name), p.Call(p.Name("method of"), (p.Argument(_function(value, True)),))
    return p.Const(name), _value(value)


def _method(node: Node) -> tuple[p.Expression, p.Expression]:
    """A method of an object, or what gives a member of it each time."""
    marks, name = {child.type for child in node.children}, field(node, "name")
    if "set" in marks or name.type not in ("property_identifier", "string"):
        raise refuse(node)
    key = p.Const(string(name) if name.type == "string" else source(name))
    function = p.Argument(_function(node, True))
    return key, p.Call(p.Name("getter of" if "get" in marks else "method of"), (function,))


LOWER = Lower(_statement, _branch, _value, _target)
