"""What Go's compiler refuses, each name in its scope: names that are not declared, declared twice or not used; an
assignment to a constant; results that a function does not give, and jumps that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from apipack.languages.reading.go_flow import ends
from apipack.languages.reading.go_kinds import TYPES, results_of, type_text
from apipack.languages.reading.go_names import VALUED, Names, Symbol, check_cases, check_fields, specs
from apipack.languages.reading.go_values import CALLS, Values
from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, refused, source
from apipack.languages.wire import Uncompiled

NOTHING = (
    "comment",
    "import_declaration",
    "package_clause",
    "interpreted_string_literal",
    "raw_string_literal",
    "field_identifier",
)


@dataclass
class Around:
    """What is around a statement in its function. results: None outside of one. labels: of the statements around."""

    results: Sequence[Node] | None = None
    is_named: bool = False
    loops: int = 0
    breakable: int = 0
    labels: tuple[str, ...] = ()
    defined: dict[str, Node] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


class Scopes:
    """One file."""

    def __init__(self, root: Node, packages: frozenset[str]) -> None:
        """packages: names of packages that a fragment does not have to import."""
        self.names = Names(root, packages)
        self.values = values = Values(self.names, self.walk)
        self.around = Around()
        self.methods: set[tuple[str, str]] = set()
        self.handlers: dict[str, Callable[[Node], None]] = {
            **dict.fromkeys(("identifier", "package_identifier", "iota"), self.names.use),
            "type_identifier": self.type_name,
            "block": self.scoped,
            "var_declaration": self.variables,
            "const_declaration": self.constants,
            "type_declaration": self.types,
            "short_var_declaration": self.short,
            "assignment_statement": self.assignment,
            **dict.fromkeys(("func_literal", "function_declaration", "method_declaration"), self.function),
            **dict.fromkeys(("parameter_declaration", "variadic_parameter_declaration"), self.parameter),
            "if_statement": self.branch,
            "for_statement": self.loop,
            **dict.fromkeys(("range_clause", "receive_statement"), self.received),
            **dict.fromkeys(("expression_switch_statement", "select_statement"), self.switch),
            "type_switch_statement": self.type_switch,
            **dict.fromkeys(("expression_case", "default_case", "communication_case"), self.scoped),
            "return_statement": self.returned,
            "labeled_statement": self.labeled,
            **dict.fromkeys(("break_statement", "continue_statement", "goto_statement"), self.jump),
            "expression_statement": self.expression,
            **dict.fromkeys(("inc_statement", "dec_statement"), self.stepped),
            **dict.fromkeys(("defer_statement", "go_statement"), self.deferred),
            "call_expression": values.call,
            "composite_literal": values.composite,
            "keyed_element": values.keyed,
            "binary_expression": values.binary,
            **dict.fromkeys(NOTHING, _nothing),
        }
        self.walk(*named(root))
        while self.names.scopes:
            self.names.close()
        self.check_labels()

    def walk(self, *nodes: Node) -> None:
        todo = list(nodes[::-1])
        while todo:
            node = todo.pop()
            handler = self.handlers.get(node.type)
            if handler is not None:
                handler(node)
            else:
                todo += node.named_children[::-1]

    def scoped(self, node: Node) -> None:
        """A node that is a scope."""
        self.names.scopes.append({})
        self.walk(*node.named_children)
        self.names.close()

    def type_name(self, node: Node) -> None:
        if node.parent is None or node.parent.type != "qualified_type":
            self.names.use(node)

    def variables(self, node: Node) -> None:
        is_outside = self.names.is_outside
        for spec in specs(node):
            titles, kind = spec.children_by_field_name("name"), spec.child_by_field_name("type")
            values = named(spec.child_by_field_name("value"))
            self.walk(*([kind] if kind is not None else []), *values)
            self.values.check_count(spec, len(titles), values)
            place = self.names.own_kind(type_text(kind))
            if len(values) == len(titles):
                for one in values:
                    self.values.give(one, place)
            for index, title in enumerate(titles):
                default = "" if kind is not None or not values else self.values.default(values, index, len(titles))
                if not is_outside:
                    self.names.declare(title, "variable", place or default)

    def constants(self, node: Node) -> None:
        is_outside = self.names.is_outside
        for spec in specs(node):
            kind, values = spec.child_by_field_name("type"), named(spec.child_by_field_name("value"))
            self.walk(*([kind] if kind is not None else []), *values)
            for value in values:
                self.values.give(value, self.names.own_kind(type_text(kind)))
                if self.values.results(value) is not None and not source(value).startswith("len("):
                    raise refused(value, "a constant that is none")
            for title in () if is_outside else spec.children_by_field_name("name"):
                if title.is_named:
                    self.names.declare(title, "constant")

    def types(self, node: Node) -> None:
        for spec in named(node):
            if not self.names.scopes[-1].get(source(field_of(spec, "name"))) or not self._is_at_top(node):
                self.names.declare(field_of(spec, "name"), "type")
            self.names.scopes.append({})
            self.type_parameters(spec.child_by_field_name("type_parameters"))
            check_fields(field_of(spec, "type"))
            self.walk(field_of(spec, "type"))
            self.names.scopes.pop()

    def _is_at_top(self, node: Node) -> bool:
        return node.parent is not None and node.parent.type == "source_file"

    def short(self, node: Node) -> None:
        left, values = named(field_of(node, "left")), named(field_of(node, "right"))
        self.walk(*values)
        self.values.check_count(node, len(left), values)
        scope = self.names.scopes[-1]
        fresh = [title for title in left if source(title) not in scope and source(title) != "_"]
        if not fresh:
            raise refused(node, ":= declares nothing new")
        kinds = [self.values.default(values, index, len(left)) for index in range(len(left))]
        for index, title in enumerate(left):
            if title in fresh:
                self.names.declare(title, "variable", kinds[index])
            elif len(values) == len(left):
                self.values.give(values[index], self.names.kind_of(source(title)))

    def assignment(self, node: Node) -> None:
        left, values = named(field_of(node, "left")), named(field_of(node, "right"))
        is_plain = source(field_of(node, "operator")) == "="
        self.walk(*values)
        for target in left:
            self.target(target, is_plain)
        if not is_plain:
            return
        self.values.check_count(node, len(left), values)
        if len(left) == len(values):
            for target, value in zip(left, values, strict=True):
                if target.type == "identifier":
                    self.values.give(value, self.names.kind_of(source(target)))

    def target(self, node: Node, is_plain: bool) -> None:
        """What is set; a name is not used by that."""
        if node.type != "identifier":
            self.walk(node)
            return
        symbol = self.names.find(source(node))
        if symbol is not None and symbol.what in ("constant", "function", "type"):
            raise refused(node, f"{symbol.name} is a {symbol.what}")
        if symbol is None or not is_plain:
            self.names.use(node)

    def stepped(self, node: Node) -> None:
        self.target(named(node)[0], False)

    def type_parameters(self, node: Node | None) -> None:
        for part in named(node):
            for title in part.children_by_field_name("name"):
                self.names.declare(title, "type")
        self.walk(*named(node))

    def function(self, node: Node) -> None:
        result = node.child_by_field_name("result")
        outer, self.around = self.around, Around(results_of(result))
        self.names.scopes.append({})
        self._check_title(node)
        if (receiver := node.child_by_field_name("receiver")) is not None:
            self.receiver(node, receiver)
        self.type_parameters(node.child_by_field_name("type_parameters"))
        self.parameters(field_of(node, "parameters"))
        if result is not None and result.type == "parameter_list":
            self.around.is_named = any(member.child_by_field_name("name") for member in named(result))
            self.parameters(result)
        elif result is not None:
            self.walk(result)
        if (body := node.child_by_field_name("body")) is not None:
            self.walk(*body.named_children)
            if self.around.results and not ends(body):
                raise refused(body, "a function that ends without its result")
        self.names.close()
        self.check_labels()
        self.around = outer

    def _check_title(self, node: Node) -> None:
        title = node.child_by_field_name("name")
        is_first = node.type == "function_declaration" and title is not None and source(title) in ("main", "init")
        if is_first and (self.around.results or named(field_of(node, "parameters"))):
            raise refused(node, "main and init take and give nothing")

    def receiver(self, node: Node, receiver: Node) -> None:
        owner = source(receiver).strip("()").split(" ")[-1].lstrip("*").partition("[")[0]
        method = (owner, source(field_of(node, "name")))
        if method in self.methods:
            raise refused(node, f"{method[1]} is declared twice")
        self.methods.add(method)
        todo = list(named(receiver))
        while todo:
            part = todo.pop()
            if part.type == "type_arguments":
                for title in part.named_children:
                    self.names.declare(title if title.type == "type_identifier" else named(title)[0], "type")
            todo += named(part)
        self.parameters(receiver)

    def parameters(self, node: Node) -> None:
        """Parameters, or results; they need not be used."""
        for member in named(node):
            self.parameter(member)
            is_list = member.type == "variadic_parameter_declaration"
            place = "*" if is_list else self.names.own_kind(type_text(member.child_by_field_name("type")))
            for title in member.children_by_field_name("name"):
                self.names.declare(title, "variable", place)
                if (symbol := self.names.scopes[-1].get(source(title))) is not None:
                    symbol.is_local = False

    def parameter(self, node: Node) -> None:
        """One of a type, whose name is for readers alone."""
        if (kind := node.child_by_field_name("type")) is not None:
            self.walk(kind)

    def branch(self, node: Node) -> None:
        self.names.scopes.append({})
        first, condition = node.child_by_field_name("initializer"), field_of(node, "condition")
        if first is not None:
            self.walk(first)
        self.values.give(condition, "bool")
        self.walk(*(child for child in node.named_children if child != first))
        self.names.close()

    def loop(self, node: Node) -> None:
        self.around.loops += 1
        self.around.breakable += 1
        self.scoped(node)
        self.around.loops -= 1
        self.around.breakable -= 1

    def received(self, node: Node) -> None:
        """Values of a range, or of a channel."""
        left = named(node.child_by_field_name("left"))
        self.walk(field_of(node, "right"))
        is_new = any(child.type == ":=" for child in node.children)
        if len(left) > 2:
            raise refused(node, "more than two values at once")
        for title in left:
            if is_new:
                self.names.declare(title, "variable")
            else:
                self.target(title, True)

    def switch(self, node: Node) -> None:
        check_cases(node)
        self.around.breakable += 1
        self.scoped(node)
        self.around.breakable -= 1

    def type_switch(self, node: Node) -> None:
        """A name for the value is one in each case, and must be used in one of them."""
        alias, first = node.child_by_field_name("alias"), node.child_by_field_name("initializer")
        self.around.breakable += 1
        self.names.scopes.append({})
        self.walk(*([first] if first is not None else []), field_of(node, "value"))
        symbols: list[Symbol] = []
        for case in (child for child in named(node) if child.type in ("type_case", "default_case")):
            self.names.scopes.append({})
            for title in named(alias):
                self.names.declare(title, "variable")
            symbols += self.names.scopes[-1].values()
            for symbol in self.names.scopes[-1].values():
                symbol.is_local = False
            self.walk(*case.named_children)
            self.names.close()
        if symbols and not any(symbol.is_used for symbol in symbols):
            raise Uncompiled(f"{symbols[0].name} is not used")
        self.names.close()
        self.around.breakable -= 1

    def returned(self, node: Node) -> None:
        values = [child for part in named(node) for child in named(part)]
        self.walk(*node.named_children)
        results = self.around.results
        if results is None or (not values and (self.around.is_named or not results)):
            return
        count = len(values)
        if count == 1 and values[0].type in CALLS and results:
            given = self.values.results(values[0])
            if given is None:
                return
            count = len(given)
        if count != len(results):
            raise refused(node, f"a return of {count} for {len(results)} results")
        if len(values) == len(results):
            for value, kind in zip(values, results, strict=True):
                self.values.give(value, self.names.own_kind(type_text(kind)))

    def labeled(self, node: Node) -> None:
        name = source(field_of(node, "label"))
        if name in self.around.defined:
            raise refused(node, f"the label {name} twice")
        self.around.defined[name] = node
        self.around.labels += (name,)
        self.walk(*node.named_children[1:])
        self.around.labels = self.around.labels[:-1]

    def jump(self, node: Node) -> None:
        kind, labels = node.type.removesuffix("_statement"), named(node)
        around = self.around
        if labels:
            around.used.add(source(labels[0]))
            if kind != "goto" and source(labels[0]) not in around.labels:
                raise refused(node, f"{source(labels[0])} is no label around")
        elif kind != "goto" and not (around.loops if kind == "continue" else around.breakable):
            raise refused(node, f"{kind} outside of a loop")

    def check_labels(self) -> None:
        for name, node in self.around.defined.items():
            if name not in self.around.used and name != "_":
                raise refused(node, f"the label {name} is not used")
        if missing := self.around.used - self.around.defined.keys():
            raise Uncompiled(f"{min(missing)} is no label")

    def expression(self, node: Node) -> None:
        inner = named(node)[0]
        while inner.type == "parenthesized_expression":
            inner = named(inner)[0]
        self.walk(inner)
        is_receive = inner.type == "unary_expression" and source(field_of(inner, "operator")) == "<-"
        function = source(field_of(inner, "function")) if inner.type == "call_expression" else ""
        is_idle = function in VALUED | TYPES and self.names.find(function) is None
        if is_idle or (inner.type not in CALLS and not is_receive):
            raise refused(node, f"{source(inner)[:40]} is not used")

    def deferred(self, node: Node) -> None:
        inner = named(node)[0]
        if inner.type not in CALLS:
            raise refused(node, f"{source(inner)[:40]} is no call")
        self.walk(inner)


def _nothing(node: Node) -> None:
    return None
