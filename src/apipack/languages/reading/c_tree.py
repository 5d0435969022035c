"""C's tree, lowered to a program that calls `main`, or to the statements of a fragment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.libcurl import _TRIGRAPH, LITERALS
from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, parse, refuse, source
from apipack.languages.wire import Unreadable

FILLING = {"sprintf": 1, "snprintf": 2, "strcpy": 1, "strcat": 1, "strncat": 1}
"""Functions that write into their first argument, and where what they write begins."""


def lower(code: str) -> tuple[p.Statement, ...]:
    """The statements of a program or a fragment; raises Unreadable for a program without curl's header."""
    root = parse("c", code)
    lowering = Lowering()
    body = [inner for child in named(root) for inner in lowering.statement(child)]
    if "main" in lowering.functions:
        if not re.search(r"^\s*#\s*include\s*[<\"]curl/curl\.h[>\"]", code, re.MULTILINE):
            raise Unreadable("curl/curl.h is not included")
        if any(child.type in ("expression_statement", "if_statement", "return_statement") for child in named(root)):
            raise Unreadable("a statement outside of every function")
        body.append(p.Call(p.Name("main")))
    return tuple(body)


class Lowering:
    """One file. sizes: of its character arrays by name."""

    def __init__(self) -> None:
        self.functions: set[str] = set()
        self.sizes: dict[str, int] = {}

    def body(self, node: Node) -> tuple[p.Statement, ...]:
        return tuple(inner for child in named(node) for inner in self.statement(child))

    def branch(self, node: Node) -> tuple[p.Statement, ...]:
        return self.body(node) if node.type == "compound_statement" else tuple(self.statement(node))

    def statement(self, node: Node) -> Sequence[p.Statement]:
        match node.type:
            case "preproc_include" | "struct_specifier" | "type_definition" | "empty_statement" | "labeled_statement":
                return []
            case "preproc_def":
                return self.macro(node)
            case "function_definition":
                return self.function(node)
            case "declaration":
                return [
                    inner
                    for declarator in node.children_by_field_name("declarator")
                    for inner in self.declared(declarator)
                ]
            case "expression_statement":
                return [self.value(named(node)[0])] if named(node) else []
            case "if_statement":
                other = node.child_by_field_name("alternative")
                otherwise = self.branch(named(other)[0]) if other else ()
                test = self.value(field(node, "condition"))
                return [p.If(test, self.branch(field(node, "consequence")), otherwise)]
            case "compound_statement":
                return [p.Block(self.body(node))]
            case "while_statement":
                return [p.While(self.value(field(node, "condition")), self.branch(field(node, "body")))]
            case "for_statement" | "do_statement":
                return [p.While(p.Unknown(), self.branch(field(node, "body")))]
            case "switch_statement":
                return [p.If(p.Unknown(), self.body(case)) for case in named(field(node, "body"))]
            case "return_statement":
                inner = named(node)
                return [p.Jump("return", self.value(inner[0]) if inner else None)]
            case "goto_statement":
                return [p.Jump("return")]
            case "labeled_statement":
                return [inner for child in named(node)[1:] for inner in self.statement(child)]
            case "break_statement" | "continue_statement":
                return [p.Jump(node.type.removesuffix("_statement"))]
        return [p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")]

    def macro(self, node: Node) -> Sequence[p.Statement]:
        value = node.child_by_field_name("value")
        if value is None:
            return []
        name, text = source(field(node, "name")), source(value).strip()
        if not re.fullmatch(r"(?:\"(?:[^\"\\\n]|\\.)*\"\s*)+|[0-9]+L?", text):
            return []
        inner = parse("c", f"int x = {text};")
        (declaration,) = named(inner)
        return [p.Assign(p.Name(name), self.value(field(field(declaration, "declarator"), "value")), True)]

    def function(self, node: Node) -> Sequence[p.Statement]:
        declarator = field(node, "declarator")
        while declarator.type == "pointer_declarator":
            declarator = field(declarator, "declarator")
        name = source(field(declarator, "declarator"))
        if name in self.functions:
            raise Unreadable(f"{name} twice")
        self.functions.add(name)
        parameters = [_name(child) for child in named(field(declarator, "parameters"))]
        body = self.body(field(node, "body"))
        return [p.Define(name, p.Function(tuple((parameter, None) for parameter in parameters if parameter), body))]

    def declared(self, node: Node) -> Sequence[p.Statement]:
        """One declarator: what is not initialized is not known."""
        name = _name(node)
        value: p.Expression = p.Unknown()
        if node.type == "init_declarator":
            value = self.value(field(node, "value"))
            node = field(node, "declarator")
        if node.type == "function_declarator":
            return []
        size = node.child_by_field_name("size") if node.type == "array_declarator" else None
        if size is not None and source(size).isdigit():
            self.sizes[name] = int(source(size))
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
                return p.Const(_string(source(node)))
            case "concatenated_string":
                return p.Text(tuple(self.value(child) for child in named(node)))
            case "number_literal":
                text = source(node).rstrip("lLuU")
                return p.Const(int(text)) if re.fullmatch("0|[1-9][0-9]*", text) else p.Unknown()
            case "null":
                return p.Const(None)
            case "true" | "false":
                return p.Const(node.type == "true")
            case "identifier":
                return _identifier(source(node))
            case "parenthesized_expression":
                return self.value(named(node)[0])
            case "cast_expression":
                return self.value(field(node, "value"))
            case "call_expression":
                return self.call(node)
            case "assignment_expression":
                if source(field(node, "operator")) != "=":
                    return p.Assign(self.target(field(node, "left")), p.Unknown())
                return p.Assign(self.target(field(node, "left")), self.value(field(node, "right")))
            case "binary_expression":
                operator = source(field(node, "operator"))
                return p.Binary(operator, self.value(field(node, "left")), self.value(field(node, "right")))
            case "unary_expression":
                return p.Unary(source(field(node, "operator")), self.value(field(node, "argument")))
            case "conditional_expression":
                parts = [self.value(field(node, name)) for name in ("condition", "consequence", "alternative")]
                return p.Conditional(*parts)
            case "pointer_expression" | "char_literal" | "initializer_list":
                return p.Unknown()
            case "field_expression":
                return p.Member(self.value(field(node, "argument")), source(field(node, "field")))
            case "subscript_expression":
                return p.Index(self.value(field(node, "argument")), self.value(field(node, "index")))
            case "sizeof_expression":
                inner = node.child_by_field_name("value")
                name = source(inner).strip("()") if inner else ""
                return p.Const(self.sizes[name]) if name in self.sizes else p.Unknown()
            case "update_expression":
                return p.Assign(self.target(field(node, "argument")), p.Unknown())
        return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")

    def call(self, node: Node) -> p.Expression:
        function, arguments = field(node, "function"), named(field(node, "arguments"))
        if function.type != "identifier":
            raise refuse(node)
        name = source(function)
        values = [p.Argument(self.value(argument)) for argument in arguments]
        if name in FILLING and name not in self.functions:
            if arguments[0].type != "identifier":
                raise refuse(node)
            room = p.Argument(p.Const(self.sizes.get(source(arguments[0]))))
            given = values if name in ("strcat", "strncat", "snprintf") else values[1:]
            written = p.Call(p.Name(f"text of {name}"), (room, *given))
            return p.Assign(self.target(arguments[0]), written)
        return p.Call(p.Name(name), tuple(values))


def _name(node: Node) -> str:
    """The name that a declarator declares, empty for a parameter without one."""
    inner: Node | None = node
    while inner is not None and inner.type not in ("identifier", "field_identifier"):
        inner = inner.child_by_field_name("declarator")
    return source(inner) if inner is not None else ""


def _identifier(name: str) -> p.Expression:
    if name.startswith(("CURLOPT_", "CURLAUTH_")):
        return p.Const(name)
    if name.startswith(("CURLE_", "CURL_GLOBAL", "CURLINFO_", "CURL_HTTP_VERSION", "CURLPROTO_", "EXIT_")):
        return p.Unknown()
    return p.Name(name)


def _string(literal: str) -> str:
    if _TRIGRAPH.search(literal) or literal[0] != '"':
        raise Unreadable("a trigraph, or a wide text")
    return LITERALS.unquote(literal)
