"""Swift's tree, lowered to a program. Labels are names of arguments, `.member` without an owner is a symbol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.bare_members import bound, bound_value, own_class_in
from apipack.languages.reading.grammar import descendants, field, named, parse, refuse, source
from apipack.languages.reading.swift_checks import check
from apipack.languages.reading.swift_literals import is_spaced, literal_kind, raw, text_pieces, unescaped
from apipack.languages.reading.swift_nodes import (
    SELF,
    coding_keys,
    getter_of,
    gives,
    holds_more,
    is_stored,
    is_tried,
    labels_of,
    memberwise,
    outermost,
)
from apipack.languages.reading.values import Symbol
from apipack.languages.wire import Unreadable

BINARY = (
    "equality_expression",
    "comparison_expression",
    "additive_expression",
    "multiplicative_expression",
    "infix_expression",
)
SPACED = ("=", "==", "!=", "&&", "||", "??")
LOGICAL = {"conjunction_expression": "&&", "disjunction_expression": "||"}


def lower(code: str) -> tuple[p.Statement, ...]:
    """A script's statements."""
    return Lowering(parse("swift", code)).statements()


VALUES = (p.Call, p.Const, p.Text, p.Name, p.Member, p.Binary, p.Pairs, p.Items, p.Conditional, p.Index, p.Unary)
"""Expressions that a body gives where it has nothing else."""
SUBJECT = p.Name("the value of a switch")


class Lowering:
    """One script: the labels and names of its functions' parameters."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.labels: dict[str, dict[str, str]] = {}
        self.types: set[str] = set()
        self.structs: set[str] = set()
        self.cases: dict[str, set[str]] = {}
        self.throwing: set[str] = set()
        self.rich: dict[str, str] = {}
        self.inits: list[tuple[p.Expression, frozenset[str]]] = []
        self.extensions: list[p.Statement] = []
        self.made: dict[str, frozenset[str]] = {}
        todo = [root]
        while todo:
            node = todo.pop()
            if node.type in SPACED and not is_spaced(node, root):
                raise refuse(node)
            if node.type == "function_declaration" and any(child.type == "throws" for child in node.children):
                self.throwing.add(source(field(node, "name")))
            if node.type == "function_declaration":
                self.labels[source(field(node, "name"))] = dict(labels_of(node))
            if node.type == "init_declaration" and node.parent and node.parent.parent:
                self.labels[source(field(node.parent.parent, "name"))] = dict(labels_of(node))
            if node.type == "class_declaration" and source(field(node, "declaration_kind")) == "extension":
                pass
            elif node.type == "class_declaration":
                self.note(node)
                self.types.add(source(field(node, "name")))
                if source(field(node, "declaration_kind")) == "struct":
                    self.structs.add(source(field(node, "name")))
                if source(field(node, "declaration_kind")) == "enum":
                    self.raw_values(node)
            todo += node.children

    def note(self, node: Node) -> None:
        """The cases of an enum that holds more than names, and the labels that make a struct."""
        kind, name = source(field(node, "declaration_kind")), source(field(node, "name"))
        body = named(field(node, "body"))
        if kind == "enum" and holds_more(node):
            for entry in body:
                for case in entry.children_by_field_name("name") if entry.type == "enum_entry" else []:
                    self.rich[source(case)] = "" if source(case) in self.rich else name
        if kind == "struct" and not any(member.type == "init_declaration" for member in body):
            stored = [member for member in body if member.type == "property_declaration" and is_stored(member)]
            labels = {source(part) for member in stored for part in member.children_by_field_name("name")}
            path: p.Expression = p.Name(name)
            outer = node.parent.parent if node.parent is not None else None
            if outer is not None and outer.type == "class_declaration":
                path = p.Member(p.Name(source(field(outer, "name"))), name)
            self.inits.append((path, frozenset(labels)))

    def raw_values(self, node: Node) -> None:
        """The texts that the cases of an enum stand for."""
        if not any(source(part) == "String" for part in outermost(node, "inheritance_specifier")):
            return
        for entry in named(field(node, "body")):
            if entry.type != "enum_entry":
                continue
            names, values = entry.children_by_field_name("name"), entry.children_by_field_name("raw_value")
            if values and (len(names) != 1 or not source(values[0]).startswith('"') or "\\" in source(values[0])):
                names = []
            for name in names:
                self.cases.setdefault(source(name), set()).add(source(values[0])[1:-1] if values else source(name))

    def raw_value(self) -> p.Expression:
        """Text by the name of a case, where enums do not disagree."""
        sure = {name: next(iter(texts)) for name, texts in self.cases.items() if len(texts) == 1}
        return p.Pairs(tuple((p.Const(Symbol(name)), p.Const(text)) for name, text in sure.items()))

    def statements(self) -> tuple[p.Statement, ...]:
        check(self.root, self.structs)
        body = self.body(self.root)
        return (*self.extensions, *body)

    def body(self, node: Node | None) -> tuple[p.Statement, ...]:
        return tuple(inner for child in named(node) for inner in self.statement(child))

    def block(self, node: Node) -> tuple[p.Statement, ...]:
        """The first statements of a node that holds a block."""
        return self.body(next((child for child in named(node) if child.type == "statements"), None))

    def statement(self, node: Node) -> Sequence[p.Statement]:
        match node.type:
            case "import_declaration" | "directive" | "shebang_line" | "typealias_declaration" | "protocol_declaration":
                return []
            case "property_declaration":
                return self.properties(node)
            case "assignment":
                return [self.assignment(node)]
            case "function_declaration":
                return [p.Define(source(field(node, "name")), self.function(node))]
            case "class_declaration":
                return self.type(node)
            case "if_statement":
                return [self.branch(node)]
            case "guard_statement":
                bindings, test = self.conditions(node)
                return [*bindings, p.If(test, (), self.block(node))]
            case "do_statement":
                handlers = tuple(self.block(child) for child in named(node) if child.type == "catch_block")
                return [p.Try(self.block(node), handlers)]
            case "for_statement":
                target = self.pattern(field(node, "item"))
                values = p.call("members of", self.value(field(node, "collection")))
                return [p.Each(target, values, self.block(node))]
            case "while_statement" | "repeat_while_statement":
                return [p.While(p.Unknown(), self.block(node))]
            case "switch_statement":
                return [self.switch(node)]
            case "control_transfer_statement":
                return [self.transfer(node)]
            case "statements":
                return self.body(node)
        return [self.value(node)]

    def switch(self, node: Node) -> p.Statement:
        """A switch as branches, one in the other."""
        otherwise: tuple[p.Statement, ...] = ()
        for entry in reversed([child for child in named(node) if child.type == "switch_entry"]):
            tests: list[p.Expression] = []
            bindings: list[p.Statement] = []
            for pattern in (part for part in named(entry) if part.type == "switch_pattern"):
                tests.append(self.matched(pattern, bindings))
            body = self.block(entry)
            if len(body) == 1 and isinstance(body[0], VALUES):
                body = (p.Jump("return", body[0]),) if gives(node) else body
            if not tests:
                otherwise = body
                continue
            test = p.joined("||", tests)
            if any(child.type == "where_clause" or child.type == "where_keyword" for child in entry.children):
                test = p.Unknown()
            otherwise = (p.If(test, (*bindings, *body), otherwise),)
        return p.Block((p.Assign(SUBJECT, self.value(field(node, "expr")), True), *otherwise))

    def matched(self, node: Node, bindings: list[p.Statement]) -> p.Expression:
        """Whether the value of a switch is that of a pattern; what the pattern binds is added."""
        text = source(node)
        names = [
            source(part)
            for part in descendants(node)
            if part.type == "simple_identifier" and part.parent is not None and part.parent.type == "pattern"
        ]
        simple = re.fullmatch(
            r"(?:let )?\w*\.(\w+)(?:\(\s*(?:(?:let |var )?\w+(?:, ?(?:let |var )?\w+)*)?\s*\))?", text
        )
        if simple is None:
            inner = named(node)
            literal = named(inner[0])[0] if len(inner) == 1 and len(named(inner[0])) == 1 else None
            if literal is not None and literal.type in ("line_string_literal", "integer_literal", "boolean_literal"):
                return p.call("matches", SUBJECT, self.value(literal))
            bindings += [p.Assign(p.Name(name), p.Unknown(), True) for name in names]
            return p.Unknown()
        inside = re.findall(r"(\w+)(?=[,)]|\s*\))", text.partition("(")[2])
        for index, name in enumerate(inside):
            if name != "_":
                bindings.append(p.Assign(p.Name(name), p.call("part of", SUBJECT, p.Const(index)), True))
        return p.call("matches", SUBJECT, p.Const(Symbol(simple[1])))

    def transfer(self, node: Node) -> p.Statement:
        kind = node.children[0].type
        result = node.child_by_field_name("result")
        if kind == "throw" or source(node).startswith("throw"):
            return p.Jump("leave")
        if kind in ("break", "continue"):
            return p.Jump(kind)
        return p.Jump("return", self.value(result) if result else None)

    def typed(self, value: Node, kind: str) -> p.Expression:
        """The value of a property whose type is written: where that is [String: Any], members may be empty literals."""
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
            return p.Name(source(node))
        raise refuse(node)

    def assignment(self, node: Node) -> p.Statement:
        target, operator = named(field(node, "target"))[0], source(field(node, "operator")).removesuffix("=")
        value = self.value(field(node, "result"))
        if operator:
            return p.Assign(self.target(target), p.Binary(operator, self.value(target), value))
        return p.Assign(self.target(target), value)

    def target(self, node: Node) -> p.Target:
        if node.type == "simple_identifier":
            return p.Name(source(node))
        if node.type == "navigation_expression":
            return p.Member(self.value(field(node, "target")), self.suffix(node))
        if node.type == "call_expression" and source(named(node)[-1]).startswith("["):
            owner, suffix = named(node)
            arguments = self.arguments(suffix)
            if len(arguments) == 1 and arguments[0].name is None:
                return p.Index(self.value(owner), arguments[0].value)
        raise refuse(node)

    def suffix(self, node: Node) -> str:
        return source(field(field(node, "suffix"), "suffix"))

    def function(self, node: Node) -> p.Function:
        parameters: list[tuple[str, p.Expression | None]] = []
        for index, child in enumerate(node.children):
            if child.type != "parameter":
                continue
            default: p.Expression | None = None
            after = node.children[index + 1 : index + 3]
            if len(after) == 2 and after[0].type == "=":
                default = self.value(after[1])
            parameters.append((source(child.children_by_field_name("name")[0]), default))
        return p.Function(tuple(parameters), self.returning(field(node, "body")))

    def returning(self, node: Node) -> tuple[p.Statement, ...]:
        """A body; a single expression is what it gives."""
        statements = self.block(node)
        if len(statements) == 1 and isinstance(statements[0], VALUES):
            return (p.Jump("return", statements[0]),)
        return statements

    def type(self, node: Node) -> Sequence[p.Statement]:
        """A struct whose members are stored, or the type that holds `main`."""
        body = named(field(node, "body"))
        name = source(field(node, "name"))
        functions = [member for member in body if member.type == "function_declaration"]
        if any(source(field(member, "name")) == "main" for member in functions) and "@main" in source(node)[:40]:
            return [*[inner for member in body for inner in self.statement(member)], p.call("main")]
        kind = source(field(node, "declaration_kind"))
        if kind == "extension":
            return self.extension(node, body)
        if kind == "enum" and holds_more(node):
            return [p.Assign(p.Name(name), self.members(node, body), True)]
        if kind == "enum" and any(entry.type == "enum_entry" for entry in body):
            cases = [
                part for entry in body if entry.type == "enum_entry" for part in entry.children_by_field_name("name")
            ]
            symbols = tuple((p.Const(source(case)), p.Const(Symbol(source(case)))) for case in cases)
            return [p.Assign(p.Name(name), p.call("enum of", p.Pairs(symbols)), True)]
        is_shared = any(re.match(r"(\w+ )*static ", source(member)) for member in body)
        is_rich = any(member.type == "class_declaration" or not is_stored(member) for member in body)
        if kind in ("struct", "class", "actor") and (functions or is_shared or is_rich or kind != "struct"):
            return [p.Assign(p.Name(name), self.members(node, body), True)]
        if kind == "enum" and body and not any(entry.type == "enum_entry" for entry in body):
            return [p.Assign(p.Name(name), self.members(node, body), True)]
        if functions or kind != "struct" or not body:
            return [p.Assign(p.Name(name), p.Name("a type"), True)]
        fields: list[p.Argument] = []
        for member in body:
            if member.type != "property_declaration" or member.child_by_field_name("computed_value"):
                return [p.Assign(p.Name(name), p.Name("a type"), True)]
            value = member.child_by_field_name("value")
            (key,) = [self.pattern(part) for part in member.children_by_field_name("name") if part.type == "pattern"]
            if not isinstance(key, p.Name):
                raise refuse(member)
            fields.append(p.Argument(self.value(value) if value else p.Const(None), key.name))
        return [p.Assign(p.Name(name), p.Call(p.Name("struct of"), tuple(fields)), True)]

    def members(self, node: Node, body: Sequence[Node]) -> p.Expression:
        """A class, or a struct with methods."""
        name = source(field(node, "name"))
        parents = {source(part) for part in outermost(node, "inheritance_specifier")}
        if parents & self.types:
            return p.Opaque("a class that extends another")
        methods: list[tuple[str, bool, p.Function]] = []
        fields: list[tuple[str, bool, p.Expression]] = []
        computed: list[tuple[str, p.Function]] = []
        nested: list[tuple[str, p.Expression]] = []
        body = [*body, *self.extended(name)]
        for member in body:
            is_static = any("static" in source(part).split() for part in named(member) if part.type == "modifiers")
            if member.type == "init_declaration":
                methods.append(("constructor", False, self.function(member)))
            elif member.type == "function_declaration":
                methods.append((source(field(member, "name")), is_static, self.function(member)))
            elif member.type == "property_declaration" and member.child_by_field_name("computed_value") is not None:
                getter = getter_of(field(member, "computed_value"))
                if is_static or getter is None:
                    return p.Opaque("a property that is computed")
                (key,) = member.children_by_field_name("name")
                computed.append((source(key), p.Function((), self.returning(getter))))
            elif member.type == "property_declaration":
                for assignment in self.properties(member):
                    if not isinstance(assignment, p.Assign) or not isinstance(assignment.target, p.Name):
                        return p.Opaque("a property that is computed")
                    fields.append((assignment.target.name, is_static, assignment.value))
            elif member.type == "class_declaration":
                nested += [
                    (inner.target.name, inner.value)
                    for inner in self.type(member)
                    if isinstance(inner, p.Assign) and isinstance(inner.target, p.Name)
                ]
            elif member.type == "enum_entry":
                nested += self.entries(member, node)
            elif member.type != "typealias_declaration":
                return p.Opaque(f"line {member.start_point[0] + 1}: {member.type}")
        names = [method for method, _, _ in methods]
        if len(set(names)) != len(names):
            return p.Opaque("methods of one name")
        if "constructor" not in names:
            methods.append(("constructor", False, memberwise([field for field in fields if not field[1]])))
        owners: dict[str, p.Expression] = {}
        for member_name, is_static, _ in (*methods, *fields):
            owners[member_name] = p.Name(name) if is_static else SELF
        owners |= {key: SELF for key, _ in computed} | {key: p.Name(name) for key, _ in nested}
        lowered = [(key, "static" if fixed else "method", bound(function, owners)) for key, fixed, function in methods]
        own = [p.Assign(p.Member(SELF, key), bound_value(value, owners)) for key, fixed, value in fields if not fixed]
        shared = [(key, own_class_in(value, name)) for key, is_static, value in fields if is_static]
        lowered += [(key, "property", bound(function, owners)) for key, function in computed]
        keys = [key for key, is_static, _ in fields if not is_static]
        shared = [*nested, *shared, ("the keys", coding_keys(body, keys))]
        is_struct = source(field(node, "declaration_kind")) == "struct"
        return p.Class(name, tuple(lowered), tuple(own), tuple(shared), copies=is_struct)

    def entries(self, entry: Node, node: Node) -> Sequence[tuple[str, p.Expression]]:
        """The cases of an enum as objects, or as what makes them of the values that they hold."""
        texts = any(source(part) == "String" for part in outermost(node, "inheritance_specifier"))
        values = entry.children_by_field_name("raw_value")
        cases: list[tuple[str, p.Expression]] = []
        for name in entry.children_by_field_name("name"):
            holds = name.next_sibling is not None and name.next_sibling.type == "enum_type_parameters"
            raw = p.Const(source(name)) if texts and not values else self.value(values[0]) if values else p.Const(None)
            kind = "case maker" if holds else "case value"
            cases.append((source(name), p.call(kind, p.Name("The class"), p.Const(Symbol(source(name))), raw)))
        return cases

    def extended(self, name: str) -> Sequence[Node]:
        """What extensions add to a type of the program."""
        added: list[Node] = []
        for node in named(self.root):
            is_extension = node.type == "class_declaration" and source(field(node, "declaration_kind")) == "extension"
            if is_extension and source(field(node, "name")) == name:
                added += named(field(node, "body"))
        return added

    def extension(self, node: Node, body: Sequence[Node]) -> Sequence[p.Statement]:
        """Methods that a type of the library gets."""
        name = source(field(node, "name"))
        if name in self.types:
            return []
        for member in body:
            if member.type == "init_declaration" and name == "URLRequest":
                self.extensions.append(self.maker(member, name))
                continue
            is_static = any("static" in source(part).split() for part in named(member) if part.type == "modifiers")
            getter = member.child_by_field_name("computed_value")
            getter = getter_of(getter) if getter is not None else None
            if is_static or (member.type != "function_declaration" and getter is None):
                return [p.Opaque(f"an extension of {name}")]
            function = self.function(member) if getter is None else p.Function((), self.returning(getter))
            function = bound(function, dict.fromkeys(LIBRARY_MEMBERS, SELF))
            title = source(member.children_by_field_name("name")[0])
            given = p.call("extend", p.Const(name), p.Const(title), function, p.Const(getter is not None))
            self.extensions.append(given)
        return []

    def maker(self, node: Node, name: str) -> p.Statement:
        """An `init` of an extension, which makes `self` by another."""
        function = bound(self.function(node), dict.fromkeys(LIBRARY_MEMBERS, SELF))
        first, *others = function.body or (p.Unknown(),)
        if not isinstance(first, p.Call) or first.function != p.Member(SELF, "init"):
            raise refuse(node)
        made = p.Assign(SELF, p.Call(p.Name(name), first.arguments), True)
        self.made[name] = frozenset(label for label, _ in labels_of(node))
        body = (made, *others, p.Jump("return", SELF))
        return p.Define(f"{name} of the program", p.Function(function.parameters, body))

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
        for index, child in enumerate(node.children):
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
                return p.Text(tuple(self.string(node, 1)))
            case "multi_line_string_literal":
                return self.lines(node)
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
                return p.Name(source(node))
            case "array_literal":
                return p.Items(tuple(map(self.member, node.children_by_field_name("element"))))
            case "dictionary_literal":
                keys, values = node.children_by_field_name("key"), node.children_by_field_name("value")
                return p.Pairs(tuple((self.value(a), self.member(b)) for a, b in zip(keys, values, strict=True)))
            case "as_expression" if field(node, "name").type == "dictionary_type":
                inner = field(node, "expr")
                return p.Opaque("an array as a dictionary") if inner.type == "array_literal" else self.value(inner)
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
                    if self.rich.get(name):
                        return p.Member(p.Name(self.rich[name]), name)
                    return p.Const(Symbol(name))
                return p.Unary(operator, self.value(field(node, "target")))
            case "tuple_expression":
                values = node.children_by_field_name("value")
                return self.value(values[0]) if len(values) == 1 else p.Items(tuple(map(self.value, values)))
            case "navigation_expression" if self.suffix(node) == "rawValue" and (self.cases or self.rich):
                return p.call("raw value of", self.raw_value(), self.value(field(node, "target")))
            case "navigation_expression":
                return p.Member(self.value(field(node, "target")), self.suffix(node))
            case "optional_chaining_expression":
                return self.value(named(node)[0])
            case "call_expression":
                return self.call(node)
            case "lambda_literal":
                return self.closure(node)
            case "ternary_expression":
                parts = [self.value(field(node, name)) for name in ("condition", "if_true", "if_false")]
                return p.Conditional(*parts)
            case "nil_coalescing_expression":
                return p.Binary("??", self.value(field(node, "value")), self.value(field(node, "if_nil")))
            case "self_expression":
                return SELF
            case "array_type" | "dictionary_type" | "user_type" | "optional_type":
                return p.Unknown()
            case "range_expression" | "selector_expression" | "key_path_expression" | "check_expression":
                return p.Unknown()
        if node.type in BINARY:
            operator = source(field(node, "op"))
            return p.Binary(operator, self.value(field(node, "lhs")), self.value(field(node, "rhs")))
        if node.type in LOGICAL:
            return p.Binary(LOGICAL[node.type], self.value(field(node, "lhs")), self.value(field(node, "rhs")))
        return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")

    def member(self, node: Node) -> p.Expression:
        """A member of a literal, which is empty only where its type is written."""
        if node.type in ("array_literal", "dictionary_literal") and not named(node):
            return p.Opaque("an empty literal without its type")
        return self.value(node)

    def closure(self, node: Node) -> p.Function:
        kind = node.child_by_field_name("type")
        names = [source(field(parameter, "name")) for parameter in outermost(kind, "lambda_parameter")] if kind else []
        if not kind:
            count = max((int(number) + 1 for number in re.findall(r"\$([0-9])\b", source(node))), default=0)
            names = [f"${number}" for number in range(count)]
        return p.Function(tuple((name, None) for name in names), self.returning(node))

    def call(self, node: Node) -> p.Expression:
        function, suffix = named(node)
        if function.type in ("additive_expression", "nil_coalescing_expression") and source(suffix).startswith("{"):
            return self.called_behind(function, suffix)
        given: tuple[p.Argument, ...] = ()
        if function.type == "call_expression" and not any(part.type == "value_arguments" for part in named(suffix)):
            inner = named(function)
            function, given = inner[0], self.arguments(inner[1])
        given = (*given, *self.arguments(suffix))
        if source(suffix).startswith("["):
            if len(given) != 1 or given[0].name is not None:
                raise refuse(node)
            return p.Index(self.value(function), given[0].value)
        if function.type == "prefix_expression" and source(field(function, "operation")) == ".":
            name = source(field(function, "target"))
            if self.rich.get(name):
                return p.Call(p.Member(p.Name(self.rich[name]), name), given)
            titles = {argument.name for argument in given}
            paths = [path for path, names in self.inits if titles and titles <= names]
            if name == "init" and len(paths) == 1:
                return p.Call(paths[0], given)
            return p.Call(p.Name("case of"), given)
        called = source(function) if function.type == "simple_identifier" else ""
        if function.type == "navigation_expression":
            called = self.suffix(function)
        if self.throws(function, called, given) and not is_tried(node):
            raise Unreadable(f"line {node.start_point[0] + 1}: {called} can throw, and is not tried")
        if called in self.made and {argument.name for argument in given} <= self.made[called] and given:
            labels = self.labels.get(called, {})
            given = tuple(p.Argument(part.value, labels.get(part.name or "", part.name)) for part in given)
            return p.Call(p.Name(f"{called} of the program"), given)
        if called in self.labels:
            labels = self.labels[called]
            given = tuple(
                p.Argument(argument.value, labels.get(argument.name, argument.name) if argument.name else None)
                for argument in given
            )
        return p.Call(self.value(function), given)

    def called_behind(self, function: Node, suffix: Node) -> p.Expression:
        """`a + b.map { … }`, whose closure belongs to what stands behind the operator."""
        left, right = ("lhs", "rhs") if function.type == "additive_expression" else ("value", "if_nil")
        operator = source(field(function, "op")) if function.type == "additive_expression" else "??"
        inner = p.Call(self.value(field(function, right)), self.arguments(suffix))
        return p.Binary(operator, self.value(field(function, left)), inner)

    def throws(self, function: Node, called: str, given: Sequence[p.Argument]) -> bool:
        """Whether the compiler asks for `try` before a call: of Foundation, or of a function that says so."""
        names = {argument.name for argument in given}
        if called in self.throwing:
            return True
        if function.type != "navigation_expression":
            return False
        owner = source(field(function, "target"))
        return (
            (owner == "JSONSerialization" and called != "isValidJSONObject")
            or called == "encode"
            or (called == "data" and bool(names & {"for", "from"}))
        )

    def arguments(self, node: Node) -> tuple[p.Argument, ...]:
        given: list[p.Argument] = []
        for child in named(node):
            if child.type == "value_arguments":
                given += [self.argument(argument) for argument in named(child)]
            elif child.type == "lambda_literal":
                given.append(p.Argument(self.closure(child), "block"))
            else:
                raise refuse(child)
        return tuple(given)

    def argument(self, node: Node) -> p.Argument:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if value is None:
            return p.Argument(p.Unknown(), source(name) if name else None)
        return p.Argument(self.value(value), source(name) if name else None)

    def string(self, node: Node, quotes: int) -> Iterator[p.Expression]:
        """Parts of a literal: the text between its interpolations, and these."""
        for text, inner in text_pieces(node, quotes):
            yield p.Const(unescaped(text))
            if inner is not None:
                yield self.value(inner)

    def lines(self, node: Node) -> p.Expression:
        """A literal of several lines, without the indentation of its closing mark."""
        pieces = list(text_pieces(node, 3))
        last = pieces[-1][0].rpartition("\n")
        if not last[1] or last[2].strip(" \t") or not pieces[0][0].startswith("\n"):
            raise refuse(node)
        indent = last[2]
        parts: list[p.Expression] = []
        for index, (text, inner) in enumerate(pieces):
            text = text.removeprefix("\n") if index == 0 else text
            if index == len(pieces) - 1:
                text = text[: len(text) - len(indent)].removesuffix("\n")
            lines = text.split("\n")
            starts = 0 if index == 0 else 1
            if any(line.strip() and not line.startswith(indent) for line in lines[starts:]):
                raise refuse(node)
            cut = [*lines[:starts], *[line[len(indent) :] for line in lines[starts:]]]
            parts.append(p.Const(unescaped("\n".join(cut).replace("\\\n", ""))))
            if inner is not None:
                parts.append(self.value(inner))
        return p.Text(tuple(parts))


LIBRARY_MEMBERS = (
    "append", "setValue", "addValue", "httpMethod", "httpBody", "addingPercentEncoding", "url", "map", "reduce",
    "joined", "data", "utf8", "isEmpty", "compactMap", "filter", "absoluteString", "allHTTPHeaderFields",
)  # fmt: skip
"""Members of library types that an extension may call by their bare names."""
