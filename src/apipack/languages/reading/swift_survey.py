"""What is known of a Swift script before it is lowered: its types, their cases and labels, and what can throw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, refuse, source
from apipack.languages.reading.swift_literals import is_spaced
from apipack.languages.reading.swift_nodes import (
    cases_of,
    holds_more,
    is_static,
    is_stored,
    labels_of,
    outermost,
    titles_of,
)
from apipack.languages.reading.values import Symbol

MAKABLE = "URLRequest"
"""The type of the library that an extension may make in another way."""
SPACED = ("=", "==", "!=", "&&", "||", "??")


class Survey:
    """One script. labels: by function or type, the name of the parameter by its label. cases: texts that a case of an
    enum stands for. throwing: functions that throw. rich: the enum of a case that holds more than its name, empty where
    several have it. inits: structs with the labels that make them. made: labels of what an extension adds to make a
    type of the library. extended: members that extensions add, by the type. shared: the library's type of a static
    member that an extension adds, empty where several have it."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.labels: dict[str, dict[str, str]] = {}
        self.types: set[str] = set()
        self.structs: set[str] = set()
        self.cases: dict[str, set[str]] = {}
        self.throwing: set[str] = set()
        self.rich: dict[str, str] = {}
        self.inits: list[tuple[p.Expression, frozenset[str]]] = []
        self.made: dict[str, frozenset[str]] = {}
        self.extended: dict[str, list[Node]] = {}
        self.shared: dict[str, str] = {}
        protocols = [node for node in named(root) if node.type == "protocol_declaration"]
        self.protocols = {source(field(node, "name")) for node in protocols}
        for node in named(root):
            if node.type == "class_declaration" and source(field(node, "declaration_kind")) == "extension":
                self.extension(node)
        for node in descendants(root):
            if node.type in SPACED and not is_spaced(node, root):
                raise refuse(node)
            if node.type == "function_declaration":
                self.function(node)
            elif node.type == "init_declaration" and node.parent and node.parent.parent:
                self.init(node, node.parent.parent)
            elif node.type == "class_declaration" and source(field(node, "declaration_kind")) != "extension":
                self.type(node)

    def extension(self, node: Node) -> None:
        if any(child.type == "type_constraints" for child in named(node)):
            return
        members = named(field(node, "body"))
        name = source(field(node, "name"))
        self.extended.setdefault(name, []).extend(members)
        for member in members:
            if is_static(member) and is_stored(member):
                for title in titles_of(member):
                    self.shared[title] = "" if title in self.shared else name

    def extra(self, node: Node) -> list[Node]:
        """What extensions of a type, and of the protocols that it conforms to, add to its members."""
        protocols = [source(part) for part in outermost(node, "inheritance_specifier")]
        added = list(self.extended.get(source(field(node, "name")), []))
        taken = {title for member in [*named(field(node, "body")), *added] for title in titles_of(member)}
        for protocol in protocols:
            members = self.extended.get(protocol, []) if protocol in self.protocols else []
            added += [member for member in members if not titles_of(member) & taken]
            taken |= {title for member in members for title in titles_of(member)}
        return added

    def is_rich(self, node: Node) -> bool:
        """Whether an enum has more than cases with their names."""
        entries = [member for member in named(field(node, "body")) if member.type == "enum_entry"]
        return holds_more(node) or (bool(entries) and bool(self.extra(node) or _is_encoded(node, entries)))

    def function(self, node: Node) -> None:
        name = source(field(node, "name"))
        self.labels[name] = dict(labels_of(node))
        if any(child.type == "throws" for child in node.children):
            self.throwing.add(name)

    def init(self, node: Node, owner: Node) -> None:
        name = source(field(owner, "name"))
        self.labels[name] = dict(labels_of(node))
        if name == MAKABLE and source(field(owner, "declaration_kind")) == "extension":
            self.made[name] = frozenset(label for label, _ in labels_of(node))

    def type(self, node: Node) -> None:
        kind, name = source(field(node, "declaration_kind")), source(field(node, "name"))
        self.types.add(name)
        self.note(node)
        if kind == "struct":
            self.structs.add(name)
        if kind == "enum":
            self.raw_values(node)

    def note(self, node: Node) -> None:
        """The cases of an enum that holds more than names, and the labels that make a struct."""
        kind, name = source(field(node, "declaration_kind")), source(field(node, "name"))
        body = named(field(node, "body"))
        if kind == "enum" and self.is_rich(node):
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
            for name, value in cases_of(entry):
                text = None if value is None else source(value)
                if text is None or (text.startswith('"') and "\\" not in text):
                    self.cases.setdefault(source(name), set()).add(text[1:-1] if text else source(name))

    def raw_value(self) -> p.Expression:
        """Text by the name of a case, where enums do not disagree."""
        sure = {name: next(iter(texts)) for name, texts in self.cases.items() if len(texts) == 1}
        return p.Pairs(tuple((p.Const(Symbol(name)), p.Const(text)) for name, text in sure.items()))


def _is_encoded(node: Node, entries: Sequence[Node]) -> bool:
    """Whether JSON of an enum's case is another than its name."""
    kinds = {source(part) for part in outermost(node, "inheritance_specifier")}
    has_texts = any(value is not None for entry in entries for _, value in cases_of(entry))
    return (has_texts or "Int" in kinds) and bool(kinds & {"Encodable", "Codable"})


class Lowering(Protocol):
    """What lowers the parts of a type or of a call. extensions: statements that give types of the library more."""

    survey: Survey
    extensions: list[p.Statement]

    def value(self, node: Node) -> p.Expression: ...

    def statement(self, node: Node) -> Sequence[p.Statement]: ...

    def properties(self, node: Node) -> Sequence[p.Statement]: ...

    def pattern(self, node: Node) -> p.Target: ...

    def function(self, node: Node) -> p.Function: ...

    def returning(self, node: Node) -> tuple[p.Statement, ...]: ...

    def closure(self, node: Node) -> p.Expression: ...
