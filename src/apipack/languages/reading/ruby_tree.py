"""Ruby's tree, lowered to a program. A method's block is its argument `block`, options are one last mapping."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, parse, refuse, source
from apipack.languages.reading.ruby_calls import above, arguments, call_of, hash_of, pair
from apipack.languages.reading.ruby_checks import check
from apipack.languages.reading.ruby_classes import SELF, class_of
from apipack.languages.reading.ruby_functions import function_of
from apipack.languages.reading.ruby_loops import block_loop, jump_of, loop_of
from apipack.languages.reading.ruby_names import names_of
from apipack.languages.reading.ruby_texts import heredoc, string
from apipack.languages.reading.values import Symbol

CASE = p.Name("the value of a case")
COMPOUND = (p.If, p.Each, p.While, p.Block, p.Try, p.Define)


def lower(code: str) -> tuple[p.Statement, ...]:
    """A script's statements."""
    return Lowering(parse("ruby", f"{code}\n")).statements()


def required(code: str) -> set[str]:
    """Libraries that a script requires."""
    return set(re.findall(r"^\s*require[ (]+[\"']([\w/.-]+)[\"']", code, re.MULTILINE))


class Lowering:
    """One script: what its names mean, and its here-documents by the node that begins them."""

    def __init__(self, root: Node) -> None:
        self.root = root
        nodes = list(descendants(root))
        check(nodes)
        self.names = names_of(nodes)
        nodes.sort(key=lambda node: node.start_byte)
        beginnings = [node.id for node in nodes if node.type == "heredoc_beginning"]
        bodies = [node for node in nodes if node.type == "heredoc_body"]
        self.heredocs = dict(zip(beginnings, bodies, strict=True))

    def statements(self) -> tuple[p.Statement, ...]:
        return self.body(self.root)

    def body(self, node: Node | None, skip: tuple[str, ...] = ()) -> tuple[p.Statement, ...]:
        children = [child for child in named(node) if child.type not in (*skip, "heredoc_body")]
        return tuple(inner for child in children for inner in self.statement(child))

    def returning(self, node: Node | None) -> tuple[p.Statement, ...]:
        """A body whose last value is what it gives."""
        if node is not None and node.type not in ("body_statement", "block_body"):
            statements = tuple(self.statement(node))  # a method without its end
        else:
            statements = tuple(self.attempt(node)) if node and _rescues(node) else self.body(node)
        if not statements:
            return ()
        return self.giving(statements)

    def giving(self, statements: tuple[p.Statement, ...]) -> tuple[p.Statement, ...]:
        """Statements whose last value is returned, that of a branch too."""
        if not statements:
            return (p.Jump("return", p.Const(None)),)
        *first, last = statements
        if isinstance(last, p.Try):
            return (*first, p.Try(self.giving(last.body), last.handlers, last.after))
        if isinstance(last, p.If):
            return (*first, p.If(last.test, self.giving(last.then), self.giving(last.otherwise)))
        if isinstance(last, p.Block):
            return (*first, p.Block(self.giving(last.body)))
        if isinstance(last, COMPOUND):
            return (*statements, p.Jump("return", p.Unknown()))
        return statements if isinstance(last, p.Jump | p.Import) else (*first, p.Jump("return", last))

    def statement(self, node: Node) -> Sequence[p.Statement]:
        match node.type:
            case "if" | "unless" | "elsif":
                return [self.condition(node)]
            case "if_modifier" | "unless_modifier":
                body = tuple(self.statement(field(node, "body")))
                test = self.value(field(node, "condition"))
                return [p.If(test, body) if node.type == "if_modifier" else p.If(test, (), body)]
            case "while" | "until" | "while_modifier" | "until_modifier" | "for":
                return [loop_of(self, node)]
            case "call" if (loop := block_loop(self, node)) is not None:
                return [loop]
            case "case":
                return [self.cases(node)]
            case "begin" | "body_statement" | "then" | "do":
                return self.attempt(node)
            case "method":
                return [p.Define(f"def {source(field(node, 'name'))}", self.function(node))]
            case "class" | "module":
                return [p.Assign(p.Name(source(field(node, "name"))), class_of(node, self), True)]
            case "return" | "break" | "next":
                return jump_of(self, node)
            case "retry":
                return []
            case "heredoc_body" | "empty_statement":
                return []
            case "rescue_modifier":
                return [
                    p.Try(tuple(self.statement(field(node, "body"))), (tuple(self.statement(field(node, "handler"))),))
                ]
        return [self.value(node)]

    def condition(self, node: Node) -> p.Statement:
        test = self.value(field(node, "condition"))
        then = self.body(node.child_by_field_name("consequence"))
        other = node.child_by_field_name("alternative")
        otherwise: tuple[p.Statement, ...] = ()
        if other is not None:
            otherwise = (self.condition(other),) if other.type == "elsif" else self.body(other)
        return p.If(test, otherwise, then) if node.type == "unless" else p.If(test, then, otherwise)

    def cases(self, node: Node) -> p.Statement:
        """A case as branches, one in the other."""
        value = node.child_by_field_name("value")
        otherwise: tuple[p.Statement, ...] = ()
        for clause in reversed([child for child in named(node) if child.type in ("when", "else")]):
            if clause.type == "else":
                otherwise = self.body(clause)
                continue
            tests: list[p.Expression] = []
            for pattern in clause.children_by_field_name("pattern"):
                (inner,) = named(pattern)
                is_literal = inner.type in ("string", "simple_symbol", "integer", "true", "false", "nil")
                case: p.Expression = p.Binary("==", CASE, self.value(inner)) if is_literal else p.Unknown()
                tests.append(self.value(inner) if value is None else case)
            otherwise = (p.If(p.joined("||", tests), self.when(clause), otherwise),)
        first = (p.Assign(CASE, self.value(value), True),) if value is not None else ()
        return p.Block((*first, *otherwise))

    def when(self, clause: Node) -> tuple[p.Statement, ...]:
        return self.body(clause.child_by_field_name("body"))

    def attempt(self, node: Node) -> Sequence[p.Statement]:
        handlers: list[tuple[p.Statement, ...]] = []
        after: tuple[p.Statement, ...] = ()
        body = self.body(node, ("rescue", "ensure"))
        for child in named(node):
            if child.type == "rescue":
                name = child.child_by_field_name("variable")
                caught: tuple[p.Statement, ...] = ()
                if name is not None:
                    caught = (p.Assign(self.target(named(name)[0]), p.Unknown(), True),)
                handler = (*caught, *self.body(child.child_by_field_name("body")))
                is_repeated = any(part.type == "retry" for part in descendants(child))
                handlers.append((p.While(p.Unknown(), (*handler, *body)),) if is_repeated else handler)
            elif child.type == "ensure":
                after = self.body(child)
        return [p.Try(body, tuple(handlers), after)] if handlers or after else body

    def function(self, node: Node) -> p.Function:
        with self.names.inside(**self.names.inside_function(node)):
            return function_of(node, self.value, self.returning)

    def target(self, node: Node) -> p.Target:
        match node.type:
            case "instance_variable" if self.names.own is not None:
                return p.Member(SELF, source(node))
            case "identifier" | "instance_variable" | "global_variable" | "constant":
                return p.Name(source(node))
            case "call":
                return p.Member(self.value(field(node, "receiver")), source(field(node, "method")))
            case "element_reference":
                owner, key = named(node)
                return p.Index(self.value(owner), self.value(key))
            case "left_assignment_list":
                return p.Targets(tuple(map(self.target, named(node))))
        raise refuse(node)

    def value(self, node: Node) -> p.Expression:
        match node.type:
            case "string":
                return string(node, self.value)
            case "chained_string":
                return p.Text(tuple(map(self.value, named(node))))
            case "heredoc_beginning":
                return heredoc(source(node), self.heredocs[node.id], self.value)
            case "simple_symbol":
                return p.Const(Symbol(source(node)[1:]))
            case "delimited_symbol":
                if "\\" in source(node) or [part.type for part in named(node)] != ["string_content"]:
                    raise refuse(node)
                return p.Const(Symbol(source(named(node)[0])))
            case "hash_key_symbol":
                return p.Const(Symbol(source(node)))
            case "integer":
                text = source(node).replace("_", "")
                return p.Const(int(text)) if re.fullmatch("0|[1-9][0-9]*", text) else p.Opaque("a number")
            case "float":
                return p.Const(float(source(node).replace("_", "")))
            case "true" | "false":
                return p.Const(node.type == "true")
            case "nil":
                return p.Const(None)
            case "identifier":
                return self.identifier(source(node))
            case "instance_variable" if self.names.own is not None:
                return p.Member(SELF, source(node))
            case "constant" | "instance_variable" | "scope_resolution":
                return self.constant(node)
            case "self" if self.names.own is not None:
                return SELF
            case "global_variable" | "file":
                return p.Const("the file") if source(node) in ("$0", "$PROGRAM_NAME") else p.Unknown()
            case "self" | "class" | "module" | "regex":
                return p.Opaque(node.type) if node.type != "regex" else p.Unknown()
            case "parenthesized_statements":
                inner = named(node)
                return self.value(inner[0]) if len(inner) == 1 else p.Opaque("statements")
            case "yield":
                inner = named(node)
                given = arguments(self, inner[0]) if inner else ()
                return p.Call(p.Name("the block"), given)
            case "super":
                return above(self, tuple(p.Argument(p.Name(name)) for name in self.names.taken))
            case "array" | "right_assignment_list":
                return p.Items(tuple(map(self.value, named(node))))
            case "string_array":
                if "\\" in source(node):
                    raise refuse(node)
                return p.Items(tuple(p.Const(source(child)) for child in named(node)))
            case "symbol_array":
                return p.Items(tuple(p.Const(Symbol(source(child))) for child in named(node)))
            case "splat_argument":
                return p.Spread(self.value(named(node)[0]))
            case "hash":
                return hash_of([pair(self, part) for part in named(node)])
            case "element_reference":
                owner, *keys = named(node)
                if len(keys) != 1:
                    return p.Unknown()
                return p.Index(self.value(owner), self.value(keys[0]))
            case "call":
                return call_of(self, node)
            case "assignment":
                return p.Assign(self.target(field(node, "left")), self.value(field(node, "right")))
            case "operator_assignment":
                left, operator = field(node, "left"), source(field(node, "operator")).removesuffix("=")
                if operator == "||" and left.type == "instance_variable" and self.names.own is not None:
                    return p.Binary(
                        "||", self.value(left), p.Assign(self.target(left), self.value(field(node, "right")))
                    )
                if operator == "||":
                    return self.defaulted(node)
                if operator == "&&":
                    raise refuse(node)
                return p.Assign(
                    self.target(left), p.Binary(operator, self.value(left), self.value(field(node, "right")))
                )
            case "binary":
                operator = {"and": "&&", "or": "||"}.get(
                    source(field(node, "operator")), source(field(node, "operator"))
                )
                if operator == "<<":
                    return self.appended(node)
                return p.Binary(operator, self.value(field(node, "left")), self.value(field(node, "right")))
            case "if" | "unless" | "case" | "begin":
                return p.Call(p.Function((), self.giving(tuple(self.statement(node))), sees=True))
            case "unary":
                operator = source(field(node, "operator"))
                if operator == "+" and field(node, "operand").type == "string":
                    return self.value(field(node, "operand"))
                return p.Unary({"not": "!"}.get(operator, operator), self.value(field(node, "operand")))
            case "conditional":
                parts = [self.value(field(node, name)) for name in ("condition", "consequence", "alternative")]
                return p.Conditional(*parts)
            case "lambda":
                return self.function(node)
        return p.Opaque(f"line {node.start_point[0] + 1}: {node.type}")

    def defaulted(self, node: Node) -> p.Expression:
        """NAME ||= value, where nothing else sets the name, and OWNER[KEY] ||= value."""
        left, value = field(node, "left"), self.value(field(node, "right"))
        if left.type == "identifier" and source(left) not in self.names.variables:
            return p.Assign(p.Name(source(left)), value)
        if left.type != "element_reference" or len(named(left)) != 2:
            raise refuse(node)
        owner, key = (self.value(part) for part in named(left))
        return p.Binary("||", p.call("member or nil", owner, key), p.Assign(p.Index(owner, key), value))

    def appended(self, node: Node) -> p.Expression:
        """left << right: a list grows in place, a variable holds the longer text, which no other may hold."""
        left, right = self.value(field(node, "left")), self.value(field(node, "right"))
        target = left.target if isinstance(left, p.Assign) else left
        is_shared = isinstance(target, p.Name) and self.names.is_shared(target.name, node)
        if is_shared or not isinstance(target, p.Name | p.Member):
            return p.Call(p.Member(left, "push"), (p.Argument(right),))
        return p.Assign(target, p.Call(p.Member(left, "<<"), (p.Argument(right),)))

    def arguments(self, node: Node | None) -> tuple[p.Argument, ...]:
        return arguments(self, node)

    def identifier(self, name: str) -> p.Expression:
        if name in ("exit", "abort", "raise"):
            return p.call(name)
        if name == "block_given?":
            return p.call("is given", p.Name("the block"))
        if name == "__FILE__":
            return p.Const("the file")
        if name in self.names.variables:
            return p.Name(name)
        if self.names.own is not None and name in self.names.own:
            return p.Call(p.Member(SELF, name))
        return p.call(f"def {name}") if name in self.names.script else p.Name(name)

    def constant(self, node: Node) -> p.Expression:
        if node.type == "scope_resolution":
            scope = node.child_by_field_name("scope")
            name = source(field(node, "name"))
            return p.Member(self.constant(scope), name) if scope else p.Name(name)
        if source(node) in self.names.constants:
            return p.Member(p.Name("The class"), source(node))
        return p.Name(source(node))


def _rescues(node: Node) -> bool:
    return any(child.type in ("rescue", "ensure") for child in named(node))
