"""Ruby's tree, lowered to a program. A method's block is its argument `block`, options are one last mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, parse, refuse, source
from apipack.languages.reading.values import Symbol
from apipack.languages.ruby import LITERALS
from apipack.languages.wire import Unreadable

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
CASE = p.Name("the value of a case")
COMPOUND = (p.If, p.Each, p.While, p.Block, p.Try, p.Define)


def lower(code: str) -> tuple[p.Statement, ...]:
    """A script's statements."""
    return Lowering(parse("ruby", code)).statements()


def required(code: str) -> set[str]:
    """Libraries that a script requires."""
    return set(re.findall(r"^\s*require[ (]+[\"']([\w/.-]+)[\"']", code, re.MULTILINE))


class Lowering:
    """One script: its methods by name, and its here-documents in order. own: methods of the class that is lowered."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.own: set[str] | None = None
        self.variables: frozenset[str] = frozenset()
        self.parameters: frozenset[str] = frozenset()
        self.constants: frozenset[str] = frozenset()
        self.methods: set[str] = set()
        self.title = self.method = ""
        self.names: list[str] = []
        self.heredocs: dict[int, Node] = {}
        self._survey(root)

    def _survey(self, root: Node) -> None:
        beginnings: list[Node] = []
        bodies: list[Node] = []
        todo = [root]
        while todo:
            node = todo.pop()
            if node.type == "method" and not _is_inside_class(node):
                self.methods.add(source(field(node, "name")))
            if node.type == "heredoc_beginning":
                beginnings.append(node)
            if node.type == "heredoc_body":
                bodies.append(node)
            todo += node.children
        beginnings.sort(key=lambda node: node.start_byte)
        bodies.sort(key=lambda node: node.start_byte)
        self.heredocs = {beginning.id: body for beginning, body in zip(beginnings, bodies, strict=True)}

    def statements(self) -> tuple[p.Statement, ...]:
        return self.body(self.root)

    def body(self, node: Node | None, skip: tuple[str, ...] = ()) -> tuple[p.Statement, ...]:
        children = [child for child in named(node) if child.type not in (*skip, "heredoc_body")]
        return tuple(inner for child in children for inner in self.statement(child))

    def returning(self, node: Node | None) -> tuple[p.Statement, ...]:
        """A body whose last value is what it gives."""
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
                body_node = field(node, "body")
                return [p.While(p.Unknown(), self.body(body_node))]
            case "case":
                return [self.cases(node)]
            case "begin" | "body_statement" | "then" | "do":
                return self.attempt(node)
            case "method":
                return [p.Define(source(field(node, "name")), self.function(node))]
            case "class" | "module":
                return [p.Assign(p.Name(source(field(node, "name"))), self.type(node), True)]
            case "return":
                inner = [argument for child in named(node) for argument in named(child)]
                return [
                    p.Jump("return", self.value(inner[0]) if len(inner) == 1 else None if not inner else p.Unknown())
                ]
            case "break" | "next":
                return [p.Jump("break" if node.type == "break" else "return")]
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
        for child in named(node):
            if child.type == "rescue":
                name = child.child_by_field_name("variable")
                caught: tuple[p.Statement, ...] = ()
                if name is not None:
                    caught = (p.Assign(self.target(named(name)[0]), p.Unknown(), True),)
                handlers.append((*caught, *self.body(child.child_by_field_name("body"))))
            elif child.type == "ensure":
                after = self.body(child)
        body = self.body(node, ("rescue", "ensure"))
        return [p.Try(body, tuple(handlers), after)] if handlers or after else body

    def type(self, node: Node) -> p.Expression:
        """A class: its methods, its constants, and what is said in it once, as of HTTParty."""
        members = _opened(named(node.child_by_field_name("body")))
        outer_title, self.title = self.title, source(field(node, "name"))
        outer, self.own = self.own, set()
        assigned = [field(member, "left") for member in members if member.type == "assignment"]
        outer_constants = self.constants
        nested = [member for member in members if member.type in ("class", "module")]
        self.constants = frozenset(source(left) for left in assigned if left.type == "constant")
        self.constants |= {source(field(member, "name")) for member in nested}
        readers: list[str] = []
        writers: list[str] = []
        for member in members:
            if member.type in ("method", "singleton_method"):
                self.own.add(source(field(member, "name")))
            elif member.type == "call" and source(field(member, "method")) in ("attr_reader", "attr_accessor"):
                names = [source(name)[1:] for name in named(field(member, "arguments"))]
                readers += names
                writers += names if source(field(member, "method")) == "attr_accessor" else []
        self.own |= set(readers)
        methods: list[tuple[str, str, p.Function]] = [
            (name, "method", p.Function((), (p.Jump("return", p.Member(p.Name("self"), f"@{name}")),)))
            for name in readers
        ]
        for name in writers:
            body = (p.Assign(p.Member(p.Name("self"), f"@{name}"), p.Name("value")),)
            methods.append((f"{name}=", "method", p.Function((("value", None),), body)))
        shared: list[tuple[str, p.Expression]] = []
        visible = "method"
        hidden: set[str] = set()
        for member in members:
            if member.type in ("method", "singleton_method"):
                inside = member.parent is not None and member.parent.parent is not None
                is_own = inside and member.parent.parent.type == "singleton_class"  # type: ignore[union-attr]
                kind = visible if member.type == "method" and not is_own else "class"
                methods.append((source(field(member, "name")), kind, self.function(member)))
            elif member.type == "assignment" and field(member, "left").type == "constant":
                shared.append((source(field(member, "left")), self.value(field(member, "right"))))
            elif source(member).startswith(("private :", "private(:", "private_class_method :")):
                hidden |= {source(name)[1:] for name in named(field(member, "arguments"))}
            elif member.type == "call" and source(field(member, "method")) in SAYING:
                visible = "class" if source(member) == "extend self" else visible
            elif member.type == "call":
                given = self.arguments(field(member, "arguments"))
                shared.append((source(field(member, "method")), p.Items(tuple(argument.value for argument in given))))
            elif member.type in ("class", "module"):
                shared.append((source(field(member, "name")), self.type(member)))
            elif source(member) == "module_function":
                visible = "class"
            elif source(member) in ("private", "protected", "public"):
                visible = "method" if source(member) == "public" else "private"
            else:
                return p.Opaque(f"line {member.start_point[0] + 1}: {member.type}")
        methods = [(name, "private" if name in hidden else kind, function) for name, kind, function in methods]
        self.own, self.constants, self.title = outer, outer_constants, outer_title
        base = node.child_by_field_name("superclass")
        parent = self.value(named(base)[0]) if base else None
        return p.Class(source(field(node, "name")), tuple(methods), (), tuple(shared), parent)

    def function(self, node: Node) -> p.Function:
        outer, self.variables = self.variables, self.variables | _assigned(node)
        outer_parameters = self.parameters
        given = named(node.child_by_field_name("parameters"))
        self.parameters |= {source(part.child_by_field_name("name") or part) for part in given}
        told = self.method, self.names
        if node.type in ("method", "singleton_method"):
            self.method, self.names = (
                source(field(node, "name")),
                [source(part) for part in given if part.type == "identifier"],
            )
        lowered = self.lowered(node)
        self.method, self.names = told
        self.variables, self.parameters = outer, outer_parameters
        return lowered

    def lowered(self, node: Node) -> p.Function:
        parameters: list[tuple[str, p.Expression | None]] = []
        options: list[p.Statement] = []
        unpacked: list[p.Statement] = []
        rest = ""
        yields = node.type in ("method", "singleton_method") and any(
            part.type == "yield" or source(part) == "block_given?" for part in descendants(node)
        )
        blocks: tuple[p.Statement, ...] = (_given_block("the block"),) if yields else ()
        keywords: list[str] = []
        declared = named(node.child_by_field_name("parameters"))
        for child in declared:
            if child.type == "identifier":
                parameters.append((source(child), None))
            elif child.type == "optional_parameter":
                parameters.append((source(field(child, "name")), self.value(field(child, "value"))))
            elif child.type == "destructured_parameter":
                name = f"part {len(parameters)}"
                parameters.append((name, None))
                parts = p.Targets(tuple(p.Name(source(part)) for part in named(child)))
                unpacked.append(p.Assign(parts, p.Name(name), True))
            elif child.type == "hash_splat_parameter" and not options:
                options.append(p.Assign(p.Name(source(field(child, "name"))), p.Name("the options"), True))
            elif child.type == "splat_parameter" and child == declared[-1]:
                rest = source(field(child, "name"))
            elif child.type == "block_parameter":
                blocks = (_given_block(source(field(child, "name"))),)
            elif child.type == "hash_splat_parameter" and options:
                name = source(field(child, "name"))
                given: list[p.Expression] = [p.Name("the options"), *[p.Const(Symbol(key)) for key in keywords]]
                options.append(
                    p.Assign(
                        p.Name(name),
                        p.Call(p.Name("other options of"), tuple(p.Argument(part) for part in given)),
                        True,
                    )
                )
            elif child.type == "keyword_parameter":
                keywords.append(source(field(child, "name")))
                name, value = source(field(child, "name")), child.child_by_field_name("value")
                given = [p.Name("the options"), p.Const(Symbol(name)), *([self.value(value)] if value else [])]
                taken = p.Call(p.Name("option of"), tuple(p.Argument(part) for part in given))
                options.append(p.Assign(p.Name(name), taken, True))
            else:
                raise refuse(child)
        if options:
            parameters.append(("the options", p.Pairs(())))
        if keywords and not any(child.type == "hash_splat_parameter" for child in declared):
            names = [p.Argument(p.Name("the options")), *[p.Argument(p.Const(Symbol(key))) for key in keywords]]
            options.insert(0, p.Call(p.Name("options are"), tuple(names)))
        inner = node.child_by_field_name("body")
        inner = inner.child_by_field_name("body") if node.type == "lambda" and inner is not None else inner
        if yields and len(blocks) == 1:
            blocks = (_given_block("the block"), *(blocks if blocks[0] != _given_block("the block") else ()))
        body = (*blocks, *unpacked, *options, *self.returning(inner))
        return p.Function(
            tuple(parameters),
            body,
            strict=node.type in ("method", "singleton_method"),
            rest=rest,
            keywords="the blocks" if blocks else "",
        )

    def target(self, node: Node) -> p.Target:
        match node.type:
            case "instance_variable" if self.own is not None:
                return p.Member(p.Name("self"), source(node))
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
                return self.string(node)
            case "chained_string":
                return p.Text(tuple(map(self.value, named(node))))
            case "heredoc_beginning":
                return self.heredoc(source(node), self.heredocs[node.id])
            case "simple_symbol":
                return p.Const(Symbol(source(node)[1:]))
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
            case "instance_variable" if self.own is not None:
                return p.Member(p.Name("self"), source(node))
            case "constant" | "instance_variable" | "scope_resolution":
                return self.constant(node)
            case "self" if self.own is not None:
                return p.Name("self")
            case "global_variable" | "file":
                return p.Const("the file") if source(node) in ("$0", "$PROGRAM_NAME") else p.Unknown()
            case "self" | "class" | "module" | "regex":
                return p.Opaque(node.type) if node.type != "regex" else p.Unknown()
            case "parenthesized_statements":
                inner = named(node)
                return self.value(inner[0]) if len(inner) == 1 else p.Opaque("statements")
            case "yield":
                inner = named(node)
                given = self.arguments(inner[0]) if inner else ()
                return p.Call(p.Name("the block"), given)
            case "super":
                return self.above(tuple(p.Argument(p.Name(name)) for name in self.names))
            case "array" | "right_assignment_list":
                return p.Items(tuple(map(self.value, named(node))))
            case "string_array":
                return p.Items(tuple(p.Const(source(child)) for child in named(node)))
            case "splat_argument":
                return p.Spread(self.value(named(node)[0]))
            case "hash":
                return p.Pairs(tuple(map(self.pair, named(node))))
            case "element_reference":
                owner, *keys = named(node)
                if len(keys) != 1:
                    return p.Unknown()
                return p.Index(self.value(owner), self.value(keys[0]))
            case "call":
                return self.call(node)
            case "assignment":
                return p.Assign(self.target(field(node, "left")), self.value(field(node, "right")))
            case "operator_assignment":
                left, operator = field(node, "left"), source(field(node, "operator")).removesuffix("=")
                if operator == "||" and left.type == "instance_variable" and self.own is not None:
                    return p.Binary(
                        "||", self.value(left), p.Assign(self.target(left), self.value(field(node, "right")))
                    )
                if operator in ("||", "&&"):
                    raise refuse(node)
                return p.Assign(
                    self.target(left), p.Binary(operator, self.value(left), self.value(field(node, "right")))
                )
            case "binary":
                operator = {"and": "&&", "or": "||"}.get(
                    source(field(node, "operator")), source(field(node, "operator"))
                )
                if operator == "<<":
                    return self.appended(self.value(field(node, "left")), self.value(field(node, "right")))
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

    def appended(self, left: p.Expression, right: p.Expression) -> p.Expression:
        """left << right: a list grows in place, a variable holds the longer text; texts of parameters are shared."""
        target = left.target if isinstance(left, p.Assign) else left
        is_shared = isinstance(target, p.Name) and target.name in self.parameters
        if is_shared or not isinstance(target, p.Name | p.Member):
            return p.Call(p.Member(left, "push"), (p.Argument(right),))
        return p.Assign(target, p.Call(p.Member(left, "<<"), (p.Argument(right),)))

    def identifier(self, name: str) -> p.Expression:
        if name in ("exit", "abort", "raise"):
            return p.call(name)
        if name == "block_given?":
            return p.call("is given", p.Name("the block"))
        if name == "__FILE__":
            return p.Const("the file")
        if name in self.variables:
            return p.Name(name)
        if self.own is not None and name in self.own:
            return p.Call(p.Member(p.Name("self"), name))
        return p.call(name) if name in self.methods else p.Name(name)

    def constant(self, node: Node) -> p.Expression:
        if node.type == "scope_resolution":
            scope = node.child_by_field_name("scope")
            name = source(field(node, "name"))
            return p.Member(self.constant(scope), name) if scope else p.Name(name)
        if source(node) in self.constants:
            return p.Member(p.Name("The class"), source(node))
        return p.Name(source(node))

    def call(self, node: Node) -> p.Expression:
        owner, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
        if method is None:
            raise refuse(node)
        name = source(method)
        given = self.arguments(node.child_by_field_name("arguments"))
        if method.type == "super":
            return self.above(given)
        block = node.child_by_field_name("block")
        if block is not None:
            given = (*given, p.Argument(self.function(block), "block"))
        if owner is not None and source(owner) in ("Struct", "Data") and name in ("new", "define"):
            return self.record(node)
        if owner is None and name == "block_given?":
            return self.identifier(name)
        if owner is None and self.own is not None and name in {*self.own, *VERBS}:
            return p.Call(p.Member(p.Name("self"), name), given)
        if owner is None:
            return p.Unknown() if name in ("require", "require_relative") else p.Call(p.Name(name), given)
        return p.Call(p.Member(self.value(owner), name), given)

    def above(self, given: tuple[p.Argument, ...]) -> p.Expression:
        """super: the method of the same name of the class that this one extends."""
        if self.own is None or self.names is None:
            raise Unreadable("super outside of a method")
        told: tuple[p.Expression, ...] = (p.Name("self"), p.Name(self.title), p.Const(self.method))
        return p.Call(p.call("super of", *told), given)

    def record(self, node: Node) -> p.Expression:
        """Struct.new and Data.define."""
        given = named(field(node, "arguments"))
        members = [source(part)[1:] for part in given if part.type == "simple_symbol"]
        options = [source(part) for part in given if part.type != "simple_symbol"]
        if any(option.replace(" ", "") != "keyword_init:true" for option in options):
            raise refuse(node)
        by_name = bool(options) or source(field(node, "receiver")) == "Data"
        block = node.child_by_field_name("block")
        body = named(block.child_by_field_name("body")) if block is not None else []
        if any(part.type != "method" for part in body):
            raise refuse(node)
        outer, self.own = self.own, {*members, *[source(field(part, "name")) for part in body]}
        own = [p.Member(p.Name("self"), f"@{name}") for name in members]
        names = p.Items(tuple(p.Const(Symbol(name)) for name in members))
        values = p.call("struct values", p.Name("given"), names, p.Const(by_name))
        methods = [
            (name, "method", p.Function((), (p.Jump("return", value),)))
            for name, value in zip(members, own, strict=True)
        ]
        making = p.Function((), (p.Assign(p.Targets(tuple(own)), values),), rest="given")
        methods.append(("initialize", "method", making))
        methods += [(source(field(part, "name")), "method", self.function(part)) for part in body]
        self.own = outer
        return p.Class("a struct", tuple(methods))

    def arguments(self, node: Node | None) -> tuple[p.Argument, ...]:
        given: list[p.Argument] = []
        pairs: list[tuple[p.Expression | None, p.Expression]] = []
        blocks: list[p.Argument] = []
        for child in named(node):
            if child.type in ("pair", "hash_splat_argument"):
                pairs.append(self.pair(child))
            elif child.type == "block_argument":
                blocks.append(self.passed(child))
            else:
                given.append(p.Argument(self.value(child)))
        options = [p.Argument(p.Pairs(tuple(pairs)))] if pairs else []
        return (*given, *options, *blocks)

    def passed(self, node: Node) -> p.Argument:
        """&:name, &function or &block as the block of a call."""
        inner = named(node)
        if len(inner) != 1:
            raise refuse(node)
        value = self.value(inner[0])
        if inner[0].type == "simple_symbol":
            value = p.call("block of", value)
        return p.Argument(value, "block")

    def pair(self, node: Node) -> tuple[p.Expression | None, p.Expression]:
        if node.type == "hash_splat_argument":
            return None, self.value(named(node)[0])
        if node.type != "pair":
            raise refuse(node)
        key, value = field(node, "key"), node.child_by_field_name("value")
        if value is None and key.type == "hash_key_symbol":
            return p.Const(Symbol(source(key))), self.identifier(source(key))
        if value is None:
            raise refuse(node)
        if key.type == "string" and any(child.type == ":" for child in node.children):
            return p.Const(Symbol(self.plain(key))), self.value(value)
        return self.value(key), self.value(value)

    def plain(self, node: Node) -> str:
        text = self.string(node)
        if isinstance(text, p.Text) and all(isinstance(part, p.Const) for part in text.parts):
            return "".join(str(part.value) for part in text.parts if isinstance(part, p.Const))
        if isinstance(text, p.Const):
            return str(text.value)
        raise refuse(node)

    def string(self, node: Node) -> p.Expression:
        opening = source(node.children[0])
        inner = node.children[1:-1]
        raw = (node.text or b"")[len(opening.encode()) : -len(source(node.children[-1]).encode())].decode()
        if opening == "'" or opening.startswith("%q"):
            if opening != "'" and "\\" in raw:
                raise refuse(node)
            return p.Const(re.sub(r"\\([\\'])", r"\1", raw))
        if opening != '"' and not opening.startswith(("%Q", "%(", "%{", "%[")):
            raise refuse(node)
        return p.Text(tuple(self.parts(node, inner)))

    def parts(self, node: Node, children: Sequence[Node]) -> Iterator[p.Expression]:
        position = children[0].start_byte if children else 0
        for child in children:
            if child.start_byte != position:
                raise refuse(node)
            position = child.end_byte
            if child.type == "interpolation":
                inner = named(child)
                if len(inner) != 1:
                    raise refuse(child)
                yield self.value(inner[0])
            else:
                yield p.Const(_unescaped(source(child)))

    def heredoc(self, beginning: str, body: Node) -> p.Expression:
        kind = re.fullmatch(r"<<([~-]?)([\"'`]?)(\w+)[\"'`]?", beginning)
        if kind is None or kind[2] == "`":
            raise Unreadable("a here-document")
        children = [child for child in body.children if child.type not in ("heredoc_end",)]
        pieces = [(child.type == "interpolation", child, source(child)) for child in children]
        texts = [text for _, _, text in pieces]
        if texts and texts[0].startswith("\n"):
            texts[0] = texts[0][1:]
        if kind[1] == "~":
            texts = _dedented(texts, [is_code for is_code, _, _ in pieces])
        parts: list[p.Expression] = []
        for (is_code, child, _), text in zip(pieces, texts, strict=True):
            if is_code:
                parts.append(self.value(named(child)[0]))
            else:
                parts.append(p.Const(text if kind[2] == "'" else _unescaped(text)))
        return p.Text(tuple(parts))


def _given_block(name: str) -> p.Statement:
    """The block that a method is called with, under a name."""
    return p.Assign(p.Name(name), p.call("given block", p.Name("the blocks")), True)


SAYING = ("attr_reader", "attr_accessor", "private_class_method", "private_constant", "extend", "private", "public")
"""Calls in a class that say nothing of what its methods do."""


def _opened(members: Sequence[Node]) -> list[Node]:
    """Members of a class, those of `class << self` among them."""
    opened: list[Node] = []
    for member in members:
        arguments = member.child_by_field_name("arguments") if member.type == "call" else None
        if arguments is not None and any(inner.type in ("method", "singleton_method") for inner in named(arguments)):
            raise refuse(member)
        if member.type == "singleton_class":
            opened += [inner for inner in named(field(member, "body")) if inner.type != "identifier"]
        else:
            opened.append(member)
    return opened


def _rescues(node: Node) -> bool:
    return any(child.type in ("rescue", "ensure") for child in named(node))


def _assigned(node: Node) -> frozenset[str]:
    """Parameters of a method or block, and the local variables that it sets."""
    names: set[str] = set()
    todo = [node]
    while todo:
        child = todo.pop()
        if child.type in ("method_parameters", "block_parameters"):
            names |= {source(part) for part in named(child) if part.type == "identifier"}
        if child.type in ("optional_parameter", "keyword_parameter", "hash_splat_parameter"):
            names.add(source(field(child, "name")))
        if child.type == "assignment" and field(child, "left").type == "identifier":
            names.add(source(field(child, "left")))
        todo += named(child)
    return frozenset(names)


def _is_inside_class(node: Node) -> bool:
    return node.parent is not None and (node.parent.type in ("class", "module") or _is_inside_class(node.parent))


def _unescaped(text: str) -> str:
    return LITERALS.unquote(f'"{text}"') if "\\" in text else text


def _dedented(texts: list[str], code: list[bool]) -> list[str]:
    """Texts of a `<<~` document without the indentation that its lines share."""
    whole = "".join("\0" if is_code else text for text, is_code in zip(texts, code, strict=True))
    lines = [line for line in whole.split("\n") if line.strip(" \t")]
    if any("\t" in line[: len(line) - len(line.lstrip())] for line in lines):
        raise Unreadable("tabs before a here-document's lines")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines), default=0)
    dedented: list[str] = []
    starts = True
    for text, is_code in zip(texts, code, strict=True):
        if is_code:
            dedented.append(text)
            starts = False
            continue
        lines = text.split("\n")
        cut = [line if index == 0 and not starts else _cut(line, indent) for index, line in enumerate(lines)]
        dedented.append("\n".join(cut))
        starts = text.endswith("\n")
    return dedented


def _cut(line: str, indent: int) -> str:
    return line[indent:] if line[:indent].strip(" ") == "" else line.lstrip(" ")
