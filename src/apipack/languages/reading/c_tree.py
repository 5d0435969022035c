"""C's tree, lowered to a program that calls `main`, or to the statements of a fragment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.libcurl import LITERALS
from apipack.languages.reading import program as p
from apipack.languages.reading.c_checks import check
from apipack.languages.reading.c_macros import Macros
from apipack.languages.reading.c_nodes import (
    counted_array,
    declared_name,
    goes_back,
    identifier_value,
    is_in_loop,
    is_prototype,
    pointed,
    string_value,
)
from apipack.languages.reading.c_structs import Structs
from apipack.languages.reading.grammar import descendants, field, named, parse, refuse, source
from apipack.languages.wire import Unreadable

GIVING = {"asprintf": 0, "curl_url_get": 2, "curl_formadd": 0}
"""Functions that give something by the address of a variable, and which argument that is."""
NUMBERS = {"int", "long", "double", "float", "size_t", "CURLcode", "bool", "curl_off_t", "long long"}


def lower(code: str) -> tuple[p.Statement, ...]:
    """The statements of a program or a fragment; raises Unreadable for a program without curl's header."""
    root = parse("c", code)
    lowering = Lowering()
    body = [inner for child in named(root) for inner in lowering.statement(child)]
    check(root)
    parts = descendants(root) if "curl_multi_perform" in code else ()
    driving = [node for node in parts if node.type == "identifier" and source(node) == "curl_multi_perform"]
    if driving and not any(map(is_in_loop, driving)):
        raise Unreadable("transfers that are begun and not gone on with")
    if "main" in lowering.functions:
        if not re.search(r"^\s*#\s*include\s*[<\"]curl/curl\.h[>\"]", code, re.MULTILINE):
            raise Unreadable("curl/curl.h is not included")
        if any(child.type in ("expression_statement", "if_statement", "return_statement") for child in named(root)):
            raise Unreadable("a statement outside of every function")
        body.append(p.call("main"))
    return tuple(body)


SUBJECT = p.Name("the value of a switch")


class Lowering:
    """One file. arrays, numbers, pointers: variables of a function by their kind."""

    def __init__(self) -> None:
        self.functions: set[str] = set()
        self.arrays: set[str] = set()
        self.numbers: set[str] = set()
        self.pointers: set[str] = set()
        self.macros = Macros()
        self.structs = Structs(self.value)

    def body(self, node: Node) -> tuple[p.Statement, ...]:
        return tuple(inner for child in named(node) for inner in self.statement(child))

    def branch(self, node: Node) -> tuple[p.Statement, ...]:
        return self.body(node) if node.type == "compound_statement" else tuple(self.statement(node))

    def statement(self, node: Node) -> Sequence[p.Statement]:
        match node.type:
            case "preproc_include" | "empty_statement" | "preproc_call":
                return []
            case "enum_specifier":
                return self.enum(node)
            case "struct_specifier" | "type_definition":
                kind = field(node, "type") if node.type == "type_definition" else node
                if kind.type == "enum_specifier":
                    return self.enum(kind)
                self.structs.note(node)
                return []
            case "preproc_ifdef":
                return self.conditional(node)
            case "preproc_def":
                return self.macro(node)
            case "function_definition":
                return self.function(node)
            case "declaration":
                kind = field(node, "type")
                self.structs.note(kind)
                declared: list[p.Statement] = []
                for declarator in node.children_by_field_name("declarator"):
                    declared += self.declared(declarator, kind)
                return declared
            case "expression_statement":
                return self.expression(named(node)[0]) if named(node) else []
            case "if_statement":
                other = node.child_by_field_name("alternative")
                otherwise = self.branch(named(other)[0]) if other else ()
                test = self.value(field(node, "condition"))
                return [p.If(test, self.branch(field(node, "consequence")), otherwise)]
            case "compound_statement":
                return [p.Block(self.body(node))]
            case "while_statement":
                return [p.While(self.value(field(node, "condition")), self.branch(field(node, "body")))]
            case "for_statement":
                return [self.loop(node)]
            case "do_statement":
                return [p.repeated(self.branch(field(node, "body")), self.value(field(node, "condition")))]
            case "preproc_function_def":
                self.macros.define_function(node)
                return []
            case "switch_statement":
                return [self.switch(node)]
            case "return_statement":
                inner = named(node)
                return [p.Jump("return", self.value(inner[0]) if inner else None)]
            case "goto_statement":
                if goes_back(node):
                    raise refuse(node)
                return [p.Jump("return")]
            case "labeled_statement":
                return [inner for child in named(node)[1:] for inner in self.statement(child)]
            case "break_statement" | "continue_statement":
                return [p.Jump(node.type.removesuffix("_statement"))]
        return [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]

    def loop(self, node: Node) -> p.Statement:
        first, test, step = (node.child_by_field_name(name) for name in ("initializer", "condition", "update"))
        opening: Sequence[p.Statement] = ()
        if first is not None:
            opening = self.statement(first) if first.type == "declaration" else (self.value(first),)
        condition = self.value(test) if test is not None else p.Const(True)
        after = (self.value(step),) if step is not None else ()
        return p.Block((*opening, p.While(condition, self.branch(field(node, "body")), after)))

    def conditional(self, node: Node) -> Sequence[p.Statement]:
        """#ifdef and #ifndef."""
        name, other = field(node, "name"), node.child_by_field_name("alternative")
        if self.macros.is_defined(name) == (source(node.children[0]).strip() == "#ifdef"):
            return [inner for child in named(node) if child not in (name, other) for inner in self.statement(child)]
        return [inner for child in named(other) for inner in self.statement(child)]

    def expression(self, node: Node) -> Sequence[p.Statement]:
        """A statement of an expression; a macro is written out."""
        with self.macros.written_out(node) as block:
            return [self.value(node)] if block is None else self.body(block)

    def macro(self, node: Node) -> Sequence[p.Statement]:
        value = self.macros.define(node)
        return [] if value is None else [p.Assign(p.Name(source(field(node, "name"))), self.value(value), True)]

    def switch(self, node: Node) -> p.Statement:
        """A switch as branches, one in the other."""
        otherwise: tuple[p.Statement, ...] = ()
        values: list[p.Expression] = []
        branches: list[tuple[list[p.Expression] | None, tuple[p.Statement, ...]]] = []
        cases = named(field(node, "body"))
        for case in cases:
            value = case.child_by_field_name("value")
            parts = [part for part in named(case) if part != value]
            values += [self.value(value)] if value is not None else []
            if not parts and value is not None:
                continue
            ends = bool(parts) and parts[-1].type in ("break_statement", "return_statement", "goto_statement")
            if (not ends and case != cases[-1]) or any(
                inner.type == "break_statement" and inner != parts[-1] for part in parts for inner in descendants(part)
            ):
                return p.If(p.Unknown(), (p.Opaque("a case that goes on to the next"),))
            parts = parts[:-1] if parts and parts[-1].type == "break_statement" else parts
            body = tuple(inner for part in parts for inner in self.statement(part))
            branches.append((values if value is not None else None, body))
            values = []
        for tested, body in reversed(branches):
            if tested is None:
                otherwise = body if (tested, body) == branches[-1] else (p.Opaque("a default before other cases"),)
                continue
            tests = [p.Binary("==", SUBJECT, value) for value in tested]
            otherwise = (p.If(p.joined("||", tests), body, otherwise),)
        return p.Block((p.Assign(SUBJECT, self.value(field(node, "condition")), True), *otherwise))

    def enum(self, node: Node) -> Sequence[p.Statement]:
        """The constants of an enum."""
        body = node.child_by_field_name("body")
        constants: list[p.Statement] = []
        number = 0
        for member in named(body):
            value = member.child_by_field_name("value")
            if value is not None and not source(value).isdigit():
                return [p.Opaque("an enum of computed values")]
            number = int(source(value)) if value is not None else number
            constants.append(p.Assign(p.Name(source(field(member, "name"))), p.Const(number), True))
            number += 1
        return constants

    def function(self, node: Node) -> Sequence[p.Statement]:
        declarator = field(node, "declarator")
        while declarator.type == "pointer_declarator":
            declarator = field(declarator, "declarator")
        name = source(field(declarator, "declarator"))
        if name in self.functions:
            raise Unreadable(f"{name} twice")
        self.functions.add(name)
        parameters = [declared_name(child) for child in named(field(declarator, "parameters"))]
        outer = self.arrays, self.numbers, self.pointers
        self.arrays, self.numbers = self.arrays - set(parameters), self.numbers - set(parameters)
        self.pointers = {
            declared_name(child)
            for child in named(field(declarator, "parameters"))
            if (inner := child.child_by_field_name("declarator")) is not None
            and inner.type in ("pointer_declarator", "array_declarator")
        }
        body = self.body(field(node, "body"))
        self.arrays, self.numbers, self.pointers = outer
        return [p.Define(name, p.Function(tuple((parameter, None) for parameter in parameters if parameter), body))]

    def declared(self, node: Node, kind: Node) -> Sequence[p.Statement]:
        """One declarator: what is not initialized is not known."""
        name = declared_name(node)
        given = field(node, "value") if node.type == "init_declarator" else None
        node = field(node, "declarator") if given is not None else node
        if node.type == "function_declarator" or is_prototype(node):
            return []
        self.arrays.discard(name)
        self.pointers.discard(name)
        if node.type == "pointer_declarator" and pointed(node).type == "identifier":
            self.pointers.add(name)
        if node.type == "array_declarator" or pointed(node).type == "array_declarator":
            self.arrays.add(name)
        if node.type == "identifier" and source(kind) in NUMBERS:
            self.numbers.add(name)
        value = self.structs.empty(node, kind) if given is None else self.structs.initial(given, node, kind)
        return [p.Assign(p.Name(name), value, True)]

    def target(self, node: Node) -> p.Target:
        match node.type:
            case "identifier":
                return p.Name(source(node))
            case "field_expression":
                return p.Member(self.value(field(node, "argument")), source(field(node, "field")))
            case "subscript_expression":
                return p.Index(self.value(field(node, "argument")), self.value(field(node, "index")))
        raise refuse(node)

    def value(self, node: Node) -> p.Expression:
        match node.type:
            case "string_literal":
                return p.Const(string_value(source(node)))
            case "concatenated_string":
                return p.Text(tuple(self.value(child) for child in named(node)))
            case "number_literal":
                text = source(node).rstrip("lLuU")
                if re.fullmatch(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}", text):
                    return p.Const(float(text))
                return p.Const(int(text)) if re.fullmatch("0|-?[1-9][0-9]*", text) else p.Unknown()
            case "null":
                return p.Const(None)
            case "true" | "false":
                return p.Const(node.type == "true")
            case "identifier":
                return identifier_value(source(node))
            case "parenthesized_expression":
                return self.value(named(node)[0])
            case "cast_expression":
                return self.value(field(node, "value"))
            case "call_expression":
                with self.macros.value_of(node) as written:
                    return self.call(node) if written is None else self.value(written)
            case "assignment_expression":
                left, operator = field(node, "left"), source(field(node, "operator")).removesuffix("=")
                right = self.value(field(node, "right"))
                return p.Assign(self.target(left), p.Binary(operator, self.value(left), right) if operator else right)
            case "binary_expression":
                operator = source(field(node, "operator"))
                counted = counted_array(node) if operator == "/" else ""
                if counted:
                    return p.call("count of", p.Name(counted)) if counted in self.arrays else p.Unknown()
                return p.Binary(operator, self.value(field(node, "left")), self.value(field(node, "right")))
            case "unary_expression":
                return p.Unary(source(field(node, "operator")), self.value(field(node, "argument")))
            case "conditional_expression":
                parts = [self.value(field(node, name)) for name in ("condition", "consequence", "alternative")]
                return p.Conditional(*parts)
            case "char_literal":
                return p.Const(LITERALS.unquote('"' + source(node)[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'))
            case "initializer_list":
                return p.Items(tuple(map(self.value, named(node))))
            case "compound_literal_expression":
                kind = field(field(node, "type"), "type")
                return self.structs.listed(field(node, "value"), kind, False)
            case "pointer_expression":
                inner = field(node, "argument")
                is_address = source(node).startswith("&") and inner.type in ("identifier", "field_expression")
                return p.call("address of", self.value(inner)) if is_address else p.Unknown()
            case "field_expression":
                return p.Member(self.value(field(node, "argument")), source(field(node, "field")))
            case "subscript_expression":
                return p.Index(self.value(field(node, "argument")), self.value(field(node, "index")))
            case "sizeof_expression":
                held = node.child_by_field_name("value")
                held = named(held)[0] if held is not None and held.type == "parenthesized_expression" else held
                if held is not None and held.type == "string_literal":
                    return p.Const(len(string_value(source(held)).encode()) + 1)
                if held is not None and source(held) in self.pointers:
                    return p.Const(8)
                is_array = held is not None and (source(held) in self.arrays or held.type == "field_expression")
                return p.call("size of", self.value(held)) if held is not None and is_array else p.Unknown()
            case "update_expression":
                return self.update(node)
        return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")

    def call(self, node: Node) -> p.Expression:
        function, arguments = field(node, "function"), named(field(node, "arguments"))
        if function.type != "identifier":
            raise refuse(node)
        name = source(function)
        values = [p.Argument(self.value(argument)) for argument in arguments]
        addressed = [named(argument)[-1] if source(argument).startswith("&") else None for argument in arguments]
        if name in GIVING and name not in self.functions:
            return self.giving(name, addressed, values)
        call = p.Call(p.Name(name), tuple(values))
        changed = [inner for inner in addressed if inner is not None and source(inner) in self.numbers]
        if not changed:
            return call
        forgotten = [p.Argument(p.Assign(p.Name(source(inner)), p.Unknown())) for inner in changed]
        return p.Call(p.Name("first of"), (p.Argument(call), *forgotten))

    def giving(self, name: str, addressed: Sequence[Node | None], values: list[p.Argument]) -> p.Expression:
        """A call that sets the variable whose address it is given."""
        place = GIVING[name]
        target = addressed[place] if place < len(addressed) else None
        if target is None:
            raise Unreadable(f"{name} of what is no address")
        if name == "curl_formadd":
            form = p.Call(p.Name("form of curl_formadd"), (p.Argument(self.value(target)), *values[2:]))
            return p.call("first of", p.Const(0), p.Assign(self.target(target), form))
        given = values[1:] if name == "asprintf" else values[:2]
        text = p.Assign(self.target(target), p.Call(p.Name(f"text of {name}"), tuple(given)))
        return p.call("length of", text) if name == "asprintf" else p.call("first of", p.Const(0), text)

    def update(self, node: Node) -> p.Expression:
        """++ and --, before or after."""
        argument = field(node, "argument")
        operator = source(field(node, "operator"))[0]
        is_before = node.children[0].type in ("++", "--")
        return p.stepped(self.target(argument), self.value(argument), operator, is_before)
