"""Ruby's loops, those that are a block of `each` or `times` too, and what leaves a loop, a block or a method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, refuse, source
from apipack.languages.reading.ruby_names import Names

BLOCKS = ("block", "do_block")
FUNCTIONS = ("method", "singleton_method", "lambda", "class", "module")
LOOPING = ("each", "each_pair", "each_with_index", "times", "upto", "downto", "loop")
JUMPS = ("break", "next", "return")


class Lowering(Protocol):
    """What lowers the parts of a loop."""

    names: Names

    def value(self, node: Node) -> p.Expression: ...

    def target(self, node: Node) -> p.Target: ...

    def body(self, node: Node | None) -> tuple[p.Statement, ...]: ...

    def attempt(self, node: Node) -> Sequence[p.Statement]: ...

    def statement(self, node: Node) -> Sequence[p.Statement]: ...


def loop_of(lowering: Lowering, node: Node) -> p.Statement:
    """while, until and for, in front of their body or behind it."""
    inner = field(node, "body")
    if node.type == "for":
        with lowering.names.inside(leaves="loop"):
            return p.Each(
                lowering.target(field(node, "pattern")), members(lowering, field(node, "value")), lowering.body(inner)
            )
    test = lowering.value(field(node, "condition"))
    test = p.Unary("!", test) if node.type.startswith("until") else test
    with lowering.names.inside(leaves="loop"):
        is_whole = inner.type == "do"
        body = lowering.body(inner) if is_whole else tuple(lowering.statement(inner))
    if node.type.endswith("_modifier") and inner.type == "begin":
        if any(part.type == "next" for part in descendants(inner)):
            raise refuse(node)
        return p.While(p.Const(True), (*body, p.If(test, (), (p.Jump("break"),))))
    return p.While(test, body)


def members(lowering: Lowering, node: Node, method: str = "each", given: Sequence[p.Expression] = ()) -> p.Expression:
    """What a loop goes over."""
    inner = named(node)[0] if node.type == "parenthesized_statements" and len(named(node)) == 1 else node
    if inner.type == "in":
        return members(lowering, named(inner)[0])
    if inner.type == "range":
        begin, end = (lowering.value(field(inner, name)) for name in ("begin", "end"))
        return p.call("numbers of", begin, end, p.Const("..." in source(field(inner, "operator"))))
    return p.call("loop members", lowering.value(node), p.Const(method), *given)


def block_loop(lowering: Lowering, node: Node) -> p.Statement | None:
    """A call of `each` and the like as a loop, where its block leaves it; None where it is a call as any other."""
    block, owner = node.child_by_field_name("block"), node.child_by_field_name("receiver")
    method = node.child_by_field_name("method")
    name = "" if method is None else source(method)
    if block is None or name not in LOOPING or (owner is None) != (name == "loop") or not _exits(block):
        return None
    declared = named(block.child_by_field_name("parameters"))
    names = {source(part) for parameter in declared for part in descendants(parameter) if part.type == "identifier"}
    if any(part.type not in ("identifier", "destructured_parameter") for part in declared):
        return None
    if names & _free(lowering, block):
        return None
    inner = field(block, "body")
    variables = lowering.names.variables | names
    with lowering.names.inside(leaves="loop", variables=variables):
        body = tuple(lowering.attempt(inner))
    if owner is None:
        return p.While(p.Const(True), body)
    given = [lowering.value(part) for part in named(node.child_by_field_name("arguments"))]
    targets = [_target(part) for part in declared]
    target = p.Targets(tuple(targets)) if len(targets) > 1 else targets[0] if targets else p.Name("no variable")
    return p.Each(target, members(lowering, owner, name, given), body)


def _target(parameter: Node) -> p.Target:
    if parameter.type == "identifier":
        return p.Name(source(parameter))
    return p.Targets(tuple(map(_target, named(parameter))))


def _exits(block: Node) -> bool:
    """Whether something in a block leaves it, or the method around."""
    return any(part.type in JUMPS for part in _own(block)) or any(part.type == "return" for part in _own(block, BLOCKS))


def _own(node: Node, entered: tuple[str, ...] = ()) -> Iterator[Node]:
    """Nodes inside of one, but for those of functions and blocks of their own."""
    for child in node.children:
        if child.type not in FUNCTIONS and (child.type not in BLOCKS or child.type in entered):
            yield child
            yield from _own(child, entered)


def _free(lowering: Lowering, block: Node) -> frozenset[str]:
    """Variables of the function around a block, or of the script, that no block declares for itself."""
    top = block
    while top.parent is not None and top.type not in FUNCTIONS:
        top = top.parent
    if top.id not in lowering.names.free:
        found: set[str] = set()
        todo: list[tuple[Node, frozenset[str]]] = [(top, frozenset())]
        while todo:
            node, declared = todo.pop()
            if node.type == "identifier" and source(node) not in declared and not _is_method(node):
                found.add(source(node))
            parameters = node.child_by_field_name("parameters") if node.type in BLOCKS else None
            declared |= {source(part) for part in descendants(parameters)} if parameters is not None else set()
            todo += [(child, declared) for child in node.named_children]
        lowering.names.free[top.id] = frozenset(found)
    return lowering.names.free[top.id]


def _is_method(node: Node) -> bool:
    outer = node.parent
    return outer is not None and outer.type == "call" and outer.child_by_field_name("method") == node


def jump_of(lowering: Lowering, node: Node) -> Sequence[p.Statement]:
    """return, break and next, with their value."""
    inner = [argument for child in named(node) for argument in named(child)]
    values = [lowering.value(argument) for argument in inner]
    value = p.Items(tuple(values)) if len(values) > 1 else values[0] if values else p.Const(None)
    names = lowering.names
    if node.type != "return" and names.leaves == "loop":
        return [p.Jump("break" if node.type == "break" else "continue")]
    if (node.type == "return" and names.returns == "block") or (node.type == "break" and names.leaves == "block"):
        return [p.call("left block"), p.Jump("return", value)]
    if node.type == "break" and names.leaves == "method":
        raise refuse(node)
    return [p.Jump("return", value)]
