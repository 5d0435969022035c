"""Swift's tree, lowered to a program. Labels are names of arguments, `.member` without an owner is a symbol."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, parse, refuse, source
from apipack.languages.reading.swift_calls import arguments, call_of
from apipack.languages.reading.swift_checks import FLOATING, check
from apipack.languages.reading.swift_literals import lines, literal_kind, raw, string
from apipack.languages.reading.swift_nodes import SELF, VALUES, outermost, suffix_of
from apipack.languages.reading.swift_operators import SIDES, called_operation, operation
from apipack.languages.reading.swift_survey import Survey
from apipack.languages.reading.swift_switches import condition_of, switch_of
from apipack.languages.reading.swift_types import type_of
from apipack.languages.reading.values import Symbol

_COPY = re.compile(r"^([ \t]*(?:return[ \t]+)?)copy(?=\.|[ \t]*\+=)", re.MULTILINE)
"""A variable of that name where a statement begins, which the grammar takes for the operator."""


def lower(code: str) -> tuple[p.Statement, ...]:
    """A script's statements."""
    if '"""' not in code:
        code = _COPY.sub(r"\1`copy`", code)
    return Lowering(parse("swift", code)).statements()


class Lowering:
    """One script."""

    def __init__(self, root: Node) -> None:
        self.survey = Survey(root)
        self.extensions: list[p.Statement] = []

    def statements(self) -> tuple[p.Statement, ...]:
        check(self.survey.root, self.survey.structs)
        body = self.body(self.survey.root)
        return (*self.extensions, *body)

    def body(self, node: Node | None) -> tuple[p.Statement, ...]:
        return tuple(inner for child in named(node) for inner in self.statement(child))

    def block(self, node: Node) -> tuple[p.Statement, ...]:
        """The first statements of a node that holds a block."""
        return self.body(next((child for child in named(node) if child.type == "statements"), None))

    def statement(self, node: Node) -> Sequence[p.Statement]:
        match node.type:
            case "typealias_declaration":
                return [p.Assign(p.Name(source(named(node)[0])), p.Name("a type"), True)]
            case "import_declaration" | "directive" | "shebang_line" | "protocol_declaration":
                return []
            case "property_declaration":
                return self.properties(node)
            case "assignment":
                return [self.assignment(node)]
            case "function_declaration":
                return [p.Define(source(field(node, "name")), self.function(node))]
            case "class_declaration":
                return type_of(self, node)
            case "if_statement":
                return [self.branch(node)]
            case "guard_statement":
                bindings, test = self.conditions(node)
                return [*bindings, p.If(test, (), self.block(node))]
            case "do_statement":
                handlers = tuple(self.handler(child) for child in named(node) if child.type == "catch_block")
                return [p.Try(self.block(node), handlers)]
            case "for_statement":
                target = self.pattern(field(node, "item"))
                values = p.call("members of", self.collection(field(node, "collection")))
                where = next((child for child in named(node) if child.type == "where_clause"), None)
                body = self.block(node)
                if where is not None:
                    body = (p.If(self.value(named(where)[-1]), body),)
                return [p.Each(target, values, body)]
            case "while_statement" if (bound := self.conditions(node))[0] == []:
                return [p.While(bound[1], self.block(node))]
            case "while_statement":
                return [p.While(p.Unknown(), self.block(node))]
            case "repeat_while_statement":
                return [p.repeated(self.block(node), self.conditions(node)[1])]
            case "switch_statement":
                return [switch_of(self, node)]
            case "control_transfer_statement":
                return [self.transfer(node)]
            case "statements":
                return self.body(node)
        return [self.value(node)]

    def collection(self, node: Node) -> p.Expression:
        """What a loop goes over, of which a range is its numbers."""
        if node.type == "range_expression" and [child.type for child in node.children[1:2]] in (["..."], ["..<"]):
            first, *last = named(node)
            bounds = [self.value(first), *map(self.value, last)]
            return p.call("numbers of", *bounds, p.Const(node.children[1].type == "..<")) if last else p.Unknown()
        return self.value(node)

    def handler(self, node: Node) -> tuple[p.Statement, ...]:
        """A catch, whose pattern may bind names."""
        patterns = [part for child in named(node) if child.type == "pattern" for part in [child, *descendants(child)]]
        held = [part for pattern in patterns for part in named(pattern) if pattern.type == "pattern"]
        names = [source(part) for part in held if part.type == "simple_identifier"]
        return (*(p.Assign(p.Name(name), p.Unknown(), True) for name in names), *self.block(node))

    def transfer(self, node: Node) -> p.Statement:
        kind = node.children[0].type
        result = node.child_by_field_name("result")
        if kind == "throw" or source(node).startswith("throw"):
            return p.Jump("leave")
        if kind in ("break", "continue"):
            if result is not None:
                raise refuse(node)  # it names a loop around
            return p.Jump(kind)
        return p.Jump("return", self.value(result) if result else None)

    def typed(self, value: Node, kind: str) -> p.Expression:
        """The value of a property whose type is written: members of a [String: Any] may be empty literals, and a whole
        number of a type with a point has one."""
        if value.type == "integer_literal" and kind in FLOATING and source(value).isdecimal():
            return p.Const(float(source(value)))
        if value.type != "dictionary_literal" or not re.fullmatch(r"\[\s*String\s*:\s*Any\??\s*\]", kind):
            return self.value(value)
        keys, values = value.children_by_field_name("key"), value.children_by_field_name("value")
        return p.Pairs(tuple((self.value(a), self.value(b)) for a, b in zip(keys, values, strict=True)))

    def properties(self, node: Node) -> Sequence[p.Statement]:
        if any(child.type in ("computed_property", "willset_didset_block") for child in named(node)):
            return [p.Opaque("a computed property")]
        names, values = node.children_by_field_name("name"), node.children_by_field_name("value")
        names = [name for name in names if name.type == "pattern"]
        if not values:
            return [p.Assign(self.pattern(name), p.Const(None), True) for name in names]
        typed = any(child.type == "type_annotation" for child in named(node))
        if len(names) != len(values) or (not typed and any(literal_kind(value) == "mixed" for value in values)):
            raise refuse(node)
        kinds = [source(child).lstrip(": ") for child in named(node) if child.type == "type_annotation"]
        kind = kinds[0] if len(kinds) == len(names) == 1 else ""
        return [p.Assign(self.pattern(a), self.typed(b, kind), True) for a, b in zip(names, values, strict=True)]

    def pattern(self, node: Node) -> p.Target:
        inner = [child for child in named(node) if child.type == "pattern"]
        if inner:
            return p.Targets(tuple(map(self.pattern, inner)))
        if node.type == "pattern" and len(named(node)) == 1:
            return self.pattern(named(node)[0])
        if node.type in ("simple_identifier", "wildcard_pattern"):
            return p.Name(source(node).strip("`"))
        raise refuse(node)

    def assignment(self, node: Node) -> p.Statement:
        target, operator = named(field(node, "target"))[0], source(field(node, "operator")).removesuffix("=")
        value = self.value(field(node, "result"))
        if operator:
            return p.Assign(self.target(target), p.Binary(operator, self.value(target), value))
        return p.Assign(self.target(target), value)

    def target(self, node: Node) -> p.Target:
        if node.type == "simple_identifier":
            return p.Name(source(node).strip("`"))
        if node.type == "navigation_expression":
            return p.Member(self.value(field(node, "target")), suffix_of(node))
        if node.type == "call_expression" and source(named(node)[-1]).startswith("["):
            owner, suffix = named(node)
            given = arguments(self, suffix)
            if len(given) == 1 and given[0].name is None:
                return p.Index(self.value(owner), given[0].value)
        raise refuse(node)

    def function(self, node: Node) -> p.Function:
        parameters: list[tuple[str, p.Expression | None]] = []
        kinds = [named(kind)[0] for part in named(node) if part.type == "type_parameters" for kind in named(part)]
        generic = tuple(p.Assign(p.Name(source(kind)), p.Unknown(), True) for kind in kinds)
        metatypes = {f"{source(kind)}.self" for kind in kinds}
        for index, child in enumerate(node.children):
            if child.type != "parameter":
                continue
            default: p.Expression | None = None
            after = node.children[index + 1 : index + 3]
            if len(after) == 2 and after[0].type == "=":
                default = p.Unknown() if source(after[1]) in metatypes else self.value(after[1])
            parameters.append((source(child.children_by_field_name("name")[0]), default))
        return p.Function(tuple(parameters), (*generic, *self.returning(field(node, "body"))))

    def returning(self, node: Node) -> tuple[p.Statement, ...]:
        """A body; a single expression is what it gives."""
        statements = self.block(node)
        if len(statements) == 1 and isinstance(statements[0], VALUES):
            return (p.Jump("return", statements[0]),)
        return statements

    def branch(self, node: Node) -> p.Statement:
        bindings, test = self.conditions(node)
        blocks = [child for child in named(node) if child.type in ("statements", "if_statement")]
        then: tuple[p.Statement, ...] = ()
        otherwise: tuple[p.Statement, ...] = ()
        after_else = False
        for child in node.children:
            after_else |= child.type == "else"
            if child in blocks and child.type == "statements":
                then, otherwise = (then, self.body(child)) if after_else else (self.body(child), otherwise)
            elif child in blocks:
                otherwise = (self.branch(child),)
        branch = p.If(test, then, otherwise)
        return p.Block((*bindings, branch)) if bindings else branch

    def conditions(self, node: Node) -> tuple[list[p.Statement], p.Expression]:
        """What a condition binds, and its test: every bound value is there and every other part true."""
        bindings: list[p.Statement] = []
        tests: list[p.Expression] = []
        name: str | None = None
        after = 0
        for index, child in enumerate(node.children):
            if index < after:
                continue
            if child.type == "case":
                end = next(place for place in range(index, len(node.children)) if node.children[place].type == "=")
                bound, test = condition_of(self, node, index + 1, end)
                bindings, after = [*bindings, *bound], end + 2
                tests.append(test)
                continue
            kind = node.field_name_for_child(index)
            if kind == "bound_identifier":
                name = source(child)
                following = node.children[index + 1 : index + 2]
                if not following or following[0].type != "=":
                    tests.append(p.call("is set", p.Name(name)))
                    name = None
            elif kind == "condition" and child.is_named and child.type != "value_binding_pattern":
                value = self.value(child)
                if name is not None:
                    bindings.append(p.Assign(p.Name(name), value, True))
                    value = p.call("is set", p.Name(name))
                    name = None
                tests.append(value)
        return bindings, p.joined("&&", tests)

    def value(self, node: Node) -> p.Expression:
        match node.type:
            case "line_string_literal":
                return p.Text(tuple(string(node, self.value)))
            case "multi_line_string_literal":
                return lines(node, self.value)
            case "raw_string_literal":
                return raw(source(node))
            case "integer_literal":
                text = source(node).replace("_", "")
                return p.Const(int(text)) if re.fullmatch("0|[1-9][0-9]*", text) else p.Opaque("a number")
            case "real_literal":
                return p.Const(float(source(node).replace("_", "")))
            case "boolean_literal":
                return p.Const(source(node) == "true")
            case "nil_literal" | "nil":
                return p.Const(None)
            case "simple_identifier":
                return p.Name(source(node).strip("`"))
            case "array_literal":
                return p.Items(tuple(map(self.member, node.children_by_field_name("element"))))
            case "dictionary_literal":
                keys, values = node.children_by_field_name("key"), node.children_by_field_name("value")
                return p.Pairs(tuple((self.value(a), self.member(b)) for a, b in zip(keys, values, strict=True)))
            case "as_expression" if source(named(node)[1]) != "as":
                operator, kind = source(named(node)[1]), source(field(node, "name"))
                return p.call("cast of", self.value(field(node, "expr")), p.Const(kind), p.Const(operator))
            case "as_expression" if field(node, "name").type == "dictionary_type":
                inner = field(node, "expr")
                return p.Opaque("an array as a dictionary") if inner.type == "array_literal" else self.value(inner)
            case "as_expression" if source(field(node, "name")) == "URLRequest":
                return p.call("bridged", self.value(field(node, "expr")))
            case "as_expression" | "try_expression" | "await_expression":
                return self.value(field(node, "expr"))
            case "postfix_expression":
                if source(field(node, "operation")) != "!":
                    raise refuse(node)
                return self.value(field(node, "target"))
            case "prefix_expression":
                operator = source(field(node, "operation"))
                if operator == ".":
                    name = source(field(node, "target"))
                    if self.survey.rich.get(name):
                        return p.Member(p.Name(self.survey.rich[name]), name)
                    if self.survey.shared.get(name):
                        return p.Name(f"{self.survey.shared[name]}.{name}")
                    return p.Const(Symbol(name))
                if field(node, "target").type in SIDES:
                    return operation(node, self.value)
                return p.Unary(operator, self.value(field(node, "target")))
            case "tuple_expression":
                values = node.children_by_field_name("value")
                return self.value(values[0]) if len(values) == 1 else p.Items(tuple(map(self.value, values)))
            case "call_expression" | "navigation_expression" if called_operation(node) is not None:
                return operation(node, self.value)
            case "navigation_expression" if suffix_of(node) == "rawValue" and (self.survey.cases or self.survey.rich):
                return p.call("raw value of", self.survey.raw_value(), self.value(field(node, "target")))
            case "navigation_expression" if self.is_shared(node):
                return p.Name(source(node))
            case "navigation_expression":
                return p.Member(self.value(field(node, "target")), suffix_of(node))
            case "optional_chaining_expression":
                return self.value(named(node)[0])
            case "call_expression":
                return call_of(self, node)
            case "lambda_literal":
                return self.closure(node)
            case "ternary_expression":
                parts = [self.value(field(node, name)) for name in ("condition", "if_true", "if_false")]
                return p.Conditional(*parts)
            case "self_expression":
                return SELF
            case "array_type" | "dictionary_type" | "user_type" | "optional_type":
                return p.Unknown()
            case "range_expression" | "selector_expression" | "key_path_expression" | "check_expression":
                return p.Unknown()
        if node.type in SIDES:
            return operation(node, self.value)
        return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")

    def is_shared(self, node: Node) -> bool:
        """Whether it leads to a static property that an extension gives to a type of the library."""
        kind = self.survey.shared.get(suffix_of(node))
        return bool(kind) and source(field(node, "target")) == kind and kind not in self.survey.types

    def member(self, node: Node) -> p.Expression:
        """A member of a literal, which is empty only where its type is written."""
        if node.type in ("array_literal", "dictionary_literal") and not named(node):
            return p.Opaque("an empty literal without its type")
        return self.value(node)

    def closure(self, node: Node) -> p.Expression:
        """A closure; what its capture list names is what it is now."""
        kind = node.child_by_field_name("type")
        names = [source(field(parameter, "name")) for parameter in outermost(kind, "lambda_parameter")] if kind else []
        if not kind:
            count = max((int(number) + 1 for number in re.findall(r"\$([0-9])\b", source(node))), default=0)
            names = [f"${number}" for number in range(count)]
        function = p.Function(tuple((name, None) for name in names), self.returning(node))
        captured = [(part, source(field(part, "name"))) for part in named(node.child_by_field_name("captures"))]
        held = [(name, part.child_by_field_name("value")) for part, name in captured if name != "self"]
        if not held:
            return function
        values = tuple(p.Argument(p.Name(name) if value is None else self.value(value)) for name, value in held)
        keeping = p.Function(tuple((name, None) for name, _ in held), (p.Jump("return", function),), sees=True)
        return p.Call(keeping, values)
