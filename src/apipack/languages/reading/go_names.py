"""Names of a Go program, each in its scope (Declarations and scope): what they are, and whether anything uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from apipack.languages.reading.go_imports import package_of
from apipack.languages.reading.go_kinds import TYPES, type_text
from apipack.languages.reading.grammar import field, named, refused, source
from apipack.languages.wire import Uncompiled

_FUNCTIONS = "append cap clear close complex copy delete imag len make max min new panic print println real recover"
FUNCTIONS = frozenset(_FUNCTIONS.split())
VALUED = FUNCTIONS - {"clear", "close", "copy", "delete", "panic", "print", "println", "recover"}
"""Functions that are no statement, since their value must be used."""
UNIVERSE = FUNCTIONS | TYPES | {"true", "false", "nil", "iota", "_"}
WHOLE = ("function_declaration", "package_clause")


@dataclass
class Symbol:
    """what: variable, constant, function, type or import. kind: the type of a variable, empty where it is not known, or
    the path of an import. function: of one that is declared."""

    name: str
    what: str
    kind: str = ""
    function: Node | None = None
    is_local: bool = False
    is_used: bool = False


class Names:
    """Those of one file. packages: those that a fragment does not have to import."""

    def __init__(self, root: Node, packages: frozenset[str]) -> None:
        self.packages = packages
        self.is_open = False
        self.is_fragment = not any(child.type in WHOLE for child in root.children)
        self.scopes: list[dict[str, Symbol]] = [{}]
        for child in named(root):
            self.declare_outside(child)
        self.scopes += [{}] if self.is_fragment else []

    @property
    def is_outside(self) -> bool:
        return len(self.scopes) == 1

    def declare(self, node: Node, what: str, kind: str = "", function: Node | None = None) -> None:
        name, scope = source(node), self.scopes[-1]
        if name == "_":
            return
        if name in scope:
            raise refused(node, f"{name} is declared twice")
        is_local = what == "variable" and len(self.scopes) > 1 + self.is_fragment
        scope[name] = Symbol(name, what, kind, function, is_local)

    def declare_outside(self, node: Node) -> None:
        """What stands outside of functions may be used before it."""
        if node.type == "import_declaration":
            for spec in specs(node):
                self.declare_import(spec)
        elif node.type == "function_declaration" and source(field(node, "name")) != "init":
            self.declare(field(node, "name"), "function", function=node)
        elif node.type == "type_declaration":
            for spec in named(node):
                self.declare(field(spec, "name"), "type")
        elif node.type in ("var_declaration", "const_declaration") and not self.is_fragment:
            what = "variable" if node.type == "var_declaration" else "constant"
            for spec in specs(node):
                for name in filter(lambda child: child.is_named, spec.children_by_field_name("name")):
                    self.declare(name, what, self.own_kind(type_text(spec.child_by_field_name("type"))))

    def declare_import(self, spec: Node) -> None:
        name, path = spec.child_by_field_name("name"), source(field(spec, "path")).strip('"`')
        title = package_of(path) if name is None else source(name)
        self.is_open |= title == "."
        if name is None and ("." in title or "-" in title):
            self.is_open = True  # what it is called is not what its path ends in
        elif title not in ("_", ".", "C"):
            self.scopes[0][title] = Symbol(title, "import", path)

    def find(self, name: str) -> Symbol | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def use(self, node: Node) -> None:
        name = source(node)
        symbol = self.find(name)
        if symbol is not None:
            symbol.is_used = True
        elif not (name in UNIVERSE or name in self.packages or self.is_open or self._may_be_package(node)):
            raise refused(node, f"{name} is not declared")

    def _may_be_package(self, node: Node) -> bool:
        """Whether a fragment may mean a package, which it does not import."""
        owners = ("selector_expression", "qualified_type")
        return bool(self.packages) and node.parent is not None and node.parent.type in owners

    def close(self) -> None:
        """End the innermost scope."""
        for symbol in self.scopes.pop().values():
            if not symbol.is_used and (symbol.is_local or symbol.what == "import"):
                raise Uncompiled(f"{symbol.name} is not used")

    def own_kind(self, kind: str) -> str:
        """A type by its name, unless the program gives that name to another."""
        return "" if kind in TYPES and self.find(kind) is not None else kind

    def kind_of(self, name: str) -> str:
        symbol = self.find(name)
        return symbol.kind if symbol is not None and symbol.what == "variable" else ""


def specs(node: Node) -> Iterator[Node]:
    """The specs of a declaration, each in a list or alone."""
    for child in named(node):
        if child.type.endswith("_spec_list"):
            yield from named(child)
        else:
            yield child


def check_fields(kind: Node) -> None:
    """Refuse a struct with two fields of one name."""
    if kind.type != "struct_type":
        return
    names = [name for member in named(named(kind)[0]) for name in member.children_by_field_name("name")]
    names = [name for name in names if name.is_named]
    check_different(names, "is declared twice")


def check_cases(node: Node) -> None:
    """Refuse a switch with two defaults, or with a constant in two cases."""
    cases = [child for child in named(node) if child.type in ("expression_case", "default_case")]
    if sum(case.type == "default_case" for case in cases) > 1:
        raise refused(node, "two defaults")
    values = [value for case in cases for value in named(case.child_by_field_name("value"))]
    check_different([one for one in values if one.type in ("int_literal", "interpreted_string_literal")], "twice")


def check_different(nodes: Sequence[Node], what: str) -> None:
    seen: set[str] = set()
    for node in nodes:
        text = source(node)
        if text in seen and text != "_":
            raise refused(node, f"{text} {what}")
        seen.add(text)
