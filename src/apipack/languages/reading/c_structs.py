"""C's structs and arrays: their members, what a variable holds at first, and lists between braces."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.c_nodes import declared_name, pointed, struct_name
from apipack.languages.reading.grammar import field, named, refuse, source


class Structs:
    """Those of a file. members_of: by the name of the type, each with what it holds at first."""

    def __init__(self, value: Callable[[Node], p.Expression]) -> None:
        self.value = value
        self.members_of: dict[str, list[tuple[str, p.Expression]]] = {}

    def note(self, node: Node) -> None:
        """Note the members of a struct that is defined, and what they hold at first."""
        kind = field(node, "type") if node.type == "type_definition" else node
        if kind.type != "struct_specifier":
            return
        body, name = kind.child_by_field_name("body"), kind.child_by_field_name("name")
        names = [source(name)] if name else []
        names += [source(other) for other in node.children_by_field_name("declarator") if node != kind]
        if body is None:
            members = self.members_of.get(source(name) if name else "")
        else:
            members = [member for part in named(body) for member in self.members(part)]
        if members is not None:
            self.members_of |= dict.fromkeys(names, members)

    def members(self, node: Node) -> Sequence[tuple[str, p.Expression]]:
        kind = node.child_by_field_name("type")
        declarators = node.children_by_field_name("declarator")
        return [(declared_name(declarator), self.empty(declarator, kind)) for declarator in declarators]

    def empty(self, node: Node, kind: Node | None) -> p.Expression:
        """What a variable holds that nothing is given to."""
        if node.type == "array_declarator" and kind is not None and source(kind) == "char":
            size = node.child_by_field_name("size")
            return p.call("chars of", self.value(size) if size else p.Unknown(), p.Unknown())
        members = self.members_of.get(struct_name(kind)) if node.type in ("identifier", "field_identifier") else None
        if members is not None:
            return p.call("struct of", p.Pairs(tuple((p.Const(name), value) for name, value in members)))
        return p.Unknown()

    def initial(self, value: Node, node: Node, kind: Node) -> p.Expression:
        """The first value of a variable."""
        if node.type == "array_declarator" and source(kind) == "char":
            size = node.child_by_field_name("size")
            return p.call("chars of", self.value(size) if size else p.Unknown(), self.value(value))
        if value.type == "initializer_list":
            is_array = node.type == "array_declarator" or pointed(node).type == "array_declarator"
            return self.listed(value, kind, is_array)
        return self.value(value)

    def listed(self, node: Node, kind: Node, is_array: bool) -> p.Expression:
        """A list between braces: of an array's members or of a struct's."""
        items = named(node)
        members = self.members_of.get(struct_name(kind))
        if is_array:
            values = [field(item, "value") if item.type == "initializer_pair" else item for item in items]
            nested = [
                self.listed(item, kind, False) if item.type == "initializer_list" else self.value(item)
                for item in values
            ]
            if any(item.type == "initializer_pair" for item in items):
                return p.call("designated", p.Items(tuple(map(self.place, items))), p.Items(tuple(nested)))
            return p.Items(tuple(nested))
        if (
            members is None
            and kind.type == "primitive_type"
            and not any(part.type == "initializer_pair" for part in items)
        ):
            return p.Items(tuple(map(self.value, items)))  # a row of an array
        if members is None:
            return p.Unknown()
        held = dict(members)
        if not any(item.type == "initializer_list" for item in items):
            held = {name: p.Const(None) if isinstance(empty, p.Unknown) else empty for name, empty in members}
        for (name, _), item in zip(members, items, strict=False):
            if item.type == "initializer_pair":
                name, item = source(named(field(item, "designator"))[0]), field(item, "value")
            if name not in held or not isinstance(held[name], p.Unknown | p.Const):
                raise refuse(node)
            if source(item) != "0":
                held[name] = p.Unknown() if item.type == "initializer_list" else self.value(item)
        return p.call("struct of", p.Pairs(tuple((p.Const(name), value) for name, value in held.items())))

    def place(self, item: Node) -> p.Expression:
        """The place of a member that `[PLACE] = …` names."""
        designator = named(field(item, "designator")) if item.type == "initializer_pair" else []
        if len(designator) != 1 or field(item, "designator").type != "subscript_designator":
            raise refuse(item)
        return self.value(designator[0])
