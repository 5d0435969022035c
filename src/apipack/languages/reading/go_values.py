"""What Go's compiler refuses about values: one of another type than its place, or another number of them than of names,
as far as literals and declarations of the file tell their types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tree_sitter import Node

from apipack.languages.reading.go_kinds import (
    ANSWER,
    DEFAULTS,
    NUMBERS,
    OF_ANSWERS,
    RESULTS,
    Kind,
    fits,
    kind_of,
    results_of,
    type_text,
)
from apipack.languages.reading.go_names import Names
from apipack.languages.reading.grammar import field, named, refused, source

CALLS = ("call_expression", "type_conversion_expression")
"""A call of a generic function may look like a conversion."""
TWO = ("index_expression", "type_assertion_expression", "unary_expression", "parenthesized_expression")
"""Values that may say in a second one whether they are there."""
COMPARED = frozenset(["==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/"])
Walk = Callable[..., None]


class Values:
    """Values of one file. walk: looks at the names in nodes."""

    def __init__(self, names: Names, walk: Walk) -> None:
        self.names, self.walk = names, walk

    def kind(self, node: Node) -> Kind:
        if node.type == "selector_expression":
            is_answer = self.names.kind_of(source(field(node, "operand"))) == ANSWER
            return Kind(OF_ANSWERS.get(source(field(node, "field")), "") if is_answer else "")
        return kind_of(node, self.names.kind_of, self.results)

    def results(self, call: Node) -> Sequence[str] | None:
        """The types that a call gives, where the function is known."""
        if call.type != "call_expression":
            return None
        function = field(call, "function")
        if function.type == "identifier":
            symbol = self.names.find(source(function))
            if symbol is None and source(function) == "len":
                return ("int",)
            if symbol is None or symbol.function is None:
                return None
            types = results_of(symbol.function.child_by_field_name("result"))
            if symbol.function.child_by_field_name("type_parameters") is not None:
                return [""] * len(types)
            return [self.names.own_kind(type_text(one)) for one in types]
        if function.type == "selector_expression":
            owner = self.names.find(source(function).partition(".")[0])
            if owner is None or (owner.what == "import" and "." not in owner.kind.partition("/")[0]):
                return RESULTS.get(source(function))
        return None

    def give(self, node: Node, place: str) -> None:
        """A value is given to a place of a type."""
        if place and not fits(self.kind(node), place):
            raise refused(node, f"{source(node)[:40]} is of another type")

    def check_count(self, node: Node, targets: int, values: Sequence[Node]) -> None:
        """Refuse an assignment of another number of values."""
        if len(values) == targets:
            for value in values:
                results = self.results(value)
                if results is not None and len(results) != 1:
                    raise refused(node, f"{len(results)} results for one name")
            return
        if len(values) == 1:
            results = self.results(values[0])
            if values[0].type in CALLS if results is None else len(results) == targets:
                return
            if values[0].type in TWO and targets == 2:
                return
        if values:
            raise refused(node, "another number of values than of names")

    def default(self, values: Sequence[Node], index: int, count: int) -> str:
        """The type of a variable that its value tells."""
        if len(values) != count:
            results = self.results(values[0]) if len(values) == 1 else None
            return results[index] if results is not None and len(results) == count else ""
        kind = self.kind(values[index])
        if kind.literal == "nil":
            raise refused(values[index], "nil has no type")
        return kind.type or DEFAULTS.get(kind.literal, "")

    def binary(self, node: Node) -> None:
        sides = [field(node, "left"), field(node, "right")]
        self.walk(*sides)
        if source(field(node, "operator")) not in COMPARED:
            return
        left, right = map(self.kind, sides)
        if left.literal and right.literal:
            is_same = left.literal == right.literal or {left.literal, right.literal} <= NUMBERS
        else:
            is_same = fits(left, right.type) if left.literal else fits(right, left.type)
        if not is_same:
            raise refused(node, f"{source(node)[:40]} of two types")

    def call(self, node: Node) -> None:
        function, arguments = field(node, "function"), named(field(node, "arguments"))
        self.walk(function, *arguments)
        if function.type != "identifier":
            return
        name = source(function)
        symbol = self.names.find(name)
        if symbol is None and name == "panic" and len(arguments) != 1:
            raise refused(node, f"panic with {len(arguments)} arguments")
        if symbol is None or symbol.function is None or any(one.type == "variadic_argument" for one in arguments):
            return
        places, is_variadic = self._places(symbol.function)
        least = len(places) - is_variadic
        if len(arguments) == 1 and arguments[0].type in CALLS and len(places) != 1:
            results = self.results(arguments[0])
            if results is None or len(results) == least or is_variadic:
                return
        if len(arguments) < least or (len(arguments) > least and not is_variadic):
            raise refused(node, f"{name} with {len(arguments)} arguments")
        for index, argument in enumerate(arguments):
            self.give(argument, places[min(index, len(places) - 1)])

    def _places(self, function: Node) -> tuple[list[str], bool]:
        """The types of a function's parameters, and whether the last of them takes any number of values."""
        members = named(field(function, "parameters"))
        is_generic = function.child_by_field_name("type_parameters") is not None
        places: list[str] = []
        for member in members:
            kind = "" if is_generic else self.names.own_kind(type_text(member.child_by_field_name("type")))
            places += [kind] * max(1, len(member.children_by_field_name("name")))
        return places, any(member.type == "variadic_parameter_declaration" for member in members)

    def composite(self, node: Node) -> None:
        kind, body = field(node, "type"), field(node, "body")
        self.walk(kind)
        is_map = kind.type == "map_type"
        key = self.names.own_kind(type_text(kind.child_by_field_name("key"))) if is_map else ""
        place = self.names.own_kind(type_text(kind.child_by_field_name("value" if is_map else "element")))
        seen: set[str] = set()
        for part in body.named_children:
            if part.type == "keyed_element":
                title = _inner(part.named_children[0])
                self.keyed(part, is_map)
                if source(title) in seen and (title.type.endswith("_literal") or not is_map):
                    raise refused(part, f"{source(title)} twice")
                seen.add(source(title))
                self.give(title, key)
                self.give(_inner(part.named_children[-1]), place)
            elif part.type == "literal_element":
                self.walk(part)
                self.give(_inner(part), place)

    def keyed(self, node: Node, is_map: bool = False) -> None:
        """A member of a literal, whose key may be a field."""
        title = _inner(node.named_children[0])
        if title.type != "identifier" or is_map:
            self.walk(title)
        elif (symbol := self.names.find(source(title))) is not None:
            symbol.is_used = True
        self.walk(node.named_children[-1])


def _inner(node: Node) -> Node:
    return node.named_children[0] if node.type == "literal_element" else node
