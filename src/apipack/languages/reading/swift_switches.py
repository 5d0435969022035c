"""Swift's switch as branches: what a pattern tests and binds, and how a case ends."""

from __future__ import annotations

import re

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, source
from apipack.languages.reading.swift_nodes import VALUES, gives
from apipack.languages.reading.swift_survey import Lowering
from apipack.languages.reading.values import Symbol

SUBJECT = p.Name("the value of a switch")


_SIMPLE = re.compile(r"(?:let )?\w*\.(\w+)(?:\(\s*(?:(?:let |var )?\w+(?:, ?(?:let |var )?\w+)*)?\s*\))?")


def switch_of(lowering: Lowering, node: Node) -> p.Statement:
    """A switch as branches, one in the other."""
    otherwise: tuple[p.Statement, ...] = ()
    for entry in reversed([child for child in named(node) if child.type == "switch_entry"]):
        tests: list[p.Expression] = []
        bindings: list[p.Statement] = []
        for pattern in (part for part in named(entry) if part.type == "switch_pattern"):
            tests.append(_matched(lowering, pattern, bindings))
        body = _case(lowering, entry)
        if len(body) == 1 and isinstance(body[0], VALUES):
            body = (p.Jump("return", body[0]),) if gives(node) else body
        if not tests:
            otherwise = body
            continue
        test = p.joined("||", tests)
        if any(child.type == "where_clause" or child.type == "where_keyword" for child in entry.children):
            test = p.Unknown()
        otherwise = (p.If(test, (*bindings, *body), otherwise),)
    return p.Block((p.Assign(SUBJECT, lowering.value(field(node, "expr")), True), *otherwise))


def _case(lowering: Lowering, entry: Node) -> tuple[p.Statement, ...]:
    """What a case of a switch runs, without the `break` at its end."""
    statements = [part for block in named(entry) if block.type == "statements" for part in named(block)]
    if statements and source(statements[-1]) == "break":
        statements = statements[:-1]
    jumps = [part for outer in statements for part in descendants(outer) if part.type == "control_transfer_statement"]
    if any(child.type == "fallthrough" for child in entry.children) or any(_leaves(part, entry) for part in jumps):
        return (p.Opaque("a case that does not end as others do"),)
    return tuple(lowered for statement in statements for lowered in lowering.statement(statement))


def _matched(lowering: Lowering, node: Node, bindings: list[p.Statement]) -> p.Expression:
    """Whether the value of a switch is that of a pattern; what the pattern binds is added."""
    text = source(node)
    names = [
        source(part)
        for part in descendants(node)
        if part.type == "simple_identifier" and part.parent is not None and part.parent.type == "pattern"
    ]
    simple = _SIMPLE.fullmatch(text)
    if simple is None:
        inner = named(node)
        literal = named(inner[0])[0] if len(inner) == 1 and len(named(inner[0])) == 1 else None
        if literal is not None and literal.type in ("line_string_literal", "integer_literal", "boolean_literal"):
            return p.call("matches", SUBJECT, lowering.value(literal))
        bindings += [p.Assign(p.Name(name), p.Unknown(), True) for name in names]
        return p.Unknown()
    inside = _names(text)
    for index, name in enumerate(inside):
        if name != "_":
            bindings.append(p.Assign(p.Name(name), p.call("part of", SUBJECT, p.Const(index)), True))
    return p.call("matches", SUBJECT, p.Const(Symbol(simple[1])))


def _names(pattern: str) -> list[str]:
    """What a pattern binds of the values of a case."""
    return re.findall(r"(\w+)(?=[,)]|\s*\))", pattern.partition("(")[2])


def condition_of(lowering: Lowering, node: Node, start: int, end: int) -> tuple[list[p.Statement], p.Expression]:
    """`case PATTERN = VALUE` of a condition, whose pattern lies between two children: what it binds, and its test."""
    first, last = node.children[start], node.children[end]
    text = (node.text or b"")[first.start_byte - node.start_byte : last.start_byte - node.start_byte].decode().strip()
    subject = p.Name(f"the value at {first.start_byte}")
    bindings: list[p.Statement] = [p.Assign(subject, lowering.value(node.children[end + 1]), True)]
    simple = _SIMPLE.fullmatch(text)
    if simple is None:
        return bindings, p.Opaque(f"line {node.start_point[0] + 1}: a pattern")
    test = p.call("matches", subject, p.Const(Symbol(simple[1])))
    for index, name in enumerate(_names(text)):
        part = p.Conditional(test, p.call("part of", subject, p.Const(index)), p.Const(None))
        bindings += [p.Assign(p.Name(name), part, True)] if name != "_" else []
    return bindings, test


def _leaves(jump: Node, entry: Node) -> bool:
    """Whether a `break` ends the switch of an entry, and no loop or switch inside of it."""
    outer = jump.parent
    while outer is not None and outer != entry:
        if outer.type in ("for_statement", "while_statement", "repeat_while_statement", "switch_statement"):
            return False
        outer = outer.parent
    return jump.children[0].type == "break"
