"""Ruby's classes: their methods, readers and constants, what is said in them once, and structs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, refuse, source
from apipack.languages.reading.objects import Instance, Type
from apipack.languages.reading.ruby_names import Names
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Symbol
from apipack.languages.wire import Unreadable

SELF = p.Name("self")


class ExceptionType(Type):
    """StandardError and the others that a program extends and raises."""

    def constructed(self, instance: Any, given: Arguments) -> None:
        pass

    def inherited(self, run: Any, receiver: Instance, name: str) -> Any:
        return Builtin(lambda run, given: MYSTERY)

    def get(self, run: Any, name: str) -> Any:
        return MYSTERY


EXCEPTIONS = {
    name: ExceptionType(name, {}, None, None)
    for name in ("Exception", "StandardError", "RuntimeError", "ArgumentError", "IOError", "KeyError", "TypeError")
}


def exception_class(run: Any, given: Arguments) -> ExceptionType:
    """`Class.new` of an exception, which has nothing of its own."""
    (parent,) = given.positional
    if not isinstance(parent, ExceptionType) or given.named:
        raise Unreadable("a class without a name")
    return parent


class Lowering(Protocol):
    """What lowers the parts of a class."""

    names: Names

    def value(self, node: Node) -> p.Expression: ...

    def function(self, node: Node) -> p.Function: ...

    def identifier(self, name: str) -> p.Expression: ...

    def arguments(self, node: Node | None) -> tuple[p.Argument, ...]: ...


def class_of(node: Node, lowering: Lowering) -> p.Expression:
    """A class: its methods, its constants, and what is said in it once, as of HTTParty."""
    members = _opened(named(node.child_by_field_name("body")))
    title = source(field(node, "name"))
    readers, writers = _accessors(members)
    nested = [source(field(member, "name")) for member in members if member.type in ("class", "module")]
    assigned = [field(member, "left") for member in members if member.type == "assignment"]
    constants = [source(left) for left in assigned if left.type == "constant"]
    own = [source(field(member, "name")) for member in members if member.type in METHODS]
    with lowering.names.inside(
        title=title, own=frozenset([*own, *readers]), constants=frozenset([*constants, *nested])
    ):
        body = _Body(lowering)
        if unknown := next((member for member in members if not body.takes(member)), None):
            return p.Opaque(f"line {unknown.start_point[0] + 1}: {unknown.type}")
    methods = [(name, "method", _reader(name)) for name in readers]
    methods += [(f"{name}=", "method", _writer(name)) for name in writers]
    methods += [(name, "private" if name in body.hidden else kind, function) for name, kind, function in body.methods]
    base = node.child_by_field_name("superclass")
    parent = lowering.value(named(base)[0]) if base else None
    return p.Class(title, tuple(methods), (), tuple(body.shared), parent)


class _Body:
    """Members of a class in order. hidden: methods that are said to be private by their names."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.methods: list[tuple[str, str, p.Function]] = []
        self.shared: list[tuple[str, p.Expression]] = []
        self.hidden: set[str] = set()
        self.visible = "method"

    def takes(self, member: Node) -> bool:
        """Note a member; False for one that is not known."""
        text = source(member)
        if member.type in METHODS:
            kind = self.visible if member.type == "method" and not _is_of_class(member) else "class"
            self.methods.append((source(field(member, "name")), kind, self.lowering.function(member)))
        elif member.type == "assignment" and field(member, "left").type == "constant":
            self.shared.append((source(field(member, "left")), self.lowering.value(field(member, "right"))))
        elif text.startswith(("private :", "private(:", "private_class_method :")):
            self.hidden |= set(_symbols(member))
        elif member.type == "call" and source(field(member, "method")) in SAYING:
            self.visible = "class" if text == "extend self" else self.visible
        elif member.type == "call":
            given = self.lowering.arguments(field(member, "arguments"))
            values = p.Items(tuple(argument.value for argument in given))
            self.shared.append((source(field(member, "method")), values))
        elif member.type in ("class", "module"):
            self.shared.append((source(field(member, "name")), class_of(member, self.lowering)))
        elif text in VISIBILITIES:
            self.visible = VISIBILITIES[text]
        else:
            return False
        return True


def _accessors(members: Sequence[Node]) -> tuple[list[str], list[str]]:
    """Names of what can be read, and of what can be set."""
    readers: list[str] = []
    writers: list[str] = []
    for member in members:
        kind = source(field(member, "method")) if member.type == "call" else ""
        readers += _symbols(member) if kind in ("attr_reader", "attr_accessor") else []
        writers += _symbols(member) if kind in ("attr_writer", "attr_accessor") else []
    return readers, writers


def _symbols(call: Node) -> list[str]:
    return [source(name)[1:] for name in named(field(call, "arguments"))]


def _reader(name: str) -> p.Function:
    return p.Function((), (p.Jump("return", p.Member(SELF, f"@{name}")),))


def _writer(name: str) -> p.Function:
    return p.Function((("value", None),), (p.Assign(p.Member(SELF, f"@{name}"), p.Name("value")),))


def _is_of_class(method: Node) -> bool:
    """Whether a method stands in `class << self`."""
    outer = method.parent.parent if method.parent is not None else None
    return outer is not None and outer.type == "singleton_class"


def record_of(node: Node, lowering: Lowering) -> p.Expression:
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
    attributes = tuple(p.Member(SELF, f"@{name}") for name in members)
    symbols = p.Items(tuple(p.Const(Symbol(name)) for name in members))
    values = p.call("struct values", p.Name("given"), symbols, p.Const(by_name))
    making = p.Function((), (p.Assign(p.Targets(attributes), values),), rest="given")
    methods = [(name, "method", _reader(name)) for name in members]
    methods.append(("initialize", "method", making))
    pairs = tuple((p.Const(Symbol(name)), p.Member(SELF, f"@{name}")) for name in members)
    methods.append(("to_h", "method", p.Function((), (p.Jump("return", p.Pairs(pairs)),))))
    with lowering.names.inside(own=frozenset([*members, "to_h", *[source(field(part, "name")) for part in body]])):
        methods += [(source(field(part, "name")), "method", lowering.function(part)) for part in body]
    return p.Class("a struct", tuple(methods))


METHODS = ("method", "singleton_method")
VISIBILITIES = {"module_function": "class", "private": "private", "protected": "private", "public": "method"}
SAYING = (
    "attr_reader",
    "attr_writer",
    "attr_accessor",
    "private_class_method",
    "private_constant",
    "extend",
    "private",
    "public",
)
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
