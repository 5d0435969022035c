"""JavaScript's loops, lowered to a program, and names that `var` declares for a whole function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, source
from apipack.languages.reading.values import UNDEFINED

FUNCTIONS = (
    "arrow_function",
    "function_expression",
    "function_declaration",
    "method_definition",
    "generator_function",
    "generator_function_declaration",
    "class_body",
)


class Lower(NamedTuple):
    """How parts of a loop are lowered."""

    statement: Callable[[Node], Sequence[p.Statement]]
    branch: Callable[[Node], tuple[p.Statement, ...]]
    value: Callable[[Node], p.Expression]
    target: Callable[[Node], p.Target]


def looped(node: Node, lower: Lower) -> Sequence[p.Statement]:
    """A `for`, a `for of`, a `for in`, a `while` or a `do`."""
    match node.type:
        case "for_in_statement":
            return [_each(node, lower)]
        case "while_statement":
            return [p.While(lower.value(field(node, "condition")), lower.branch(field(node, "body")))]
        case "do_statement":
            return [p.repeated(lower.branch(field(node, "body")), lower.value(field(node, "condition")))]
    return _counted(node, lower) or [p.While(p.Unknown(), lower.branch(field(node, "body")))]


def _counted(node: Node, lower: Lower) -> list[p.Statement] | None:
    """A loop that counts; None where a part of it is left out."""
    start, test, step = (node.child_by_field_name(name) for name in ("initializer", "condition", "increment"))
    if start is None or test is None or step is None:
        return None
    condition = named(test)[0] if test.type == "expression_statement" else test
    is_endless = test.type in ("empty_statement", ";")
    body = field(node, "body")
    statements = lower.branch(body)
    counters = _names(
        [lower.target(field(child, "name")) for child in named(start) if child.type.endswith("declarator")]
    )
    kept = [name for name in counters if start.type == "lexical_declaration" and _is_captured(body, name, False)]
    if any(_is_changed(body, name) for name in kept):
        return [p.Opaque(f"line {node.start_point[0] + 1}: a counter that functions see, and that changes")]
    copies = [p.Assign(p.Name(name), p.Name(name), True) for name in kept]
    loop = p.While(
        p.Const(True) if is_endless else lower.value(condition), (*copies, *statements), (lower.value(step),)
    )
    return [p.Block((*lower.statement(start), loop))]


def _each(node: Node, lower: Lower) -> p.Statement:
    values, target = lower.value(field(node, "right")), lower.target(field(node, "left"))
    if source(field(node, "operator")) == "in":
        values = p.call("keys to loop over", values)
    body = lower.branch(field(node, "body"))
    kind = node.child_by_field_name("kind")
    if kind is not None and source(kind) in ("let", "const"):
        return p.Each(target, values, body)
    member = p.Name("the member of a loop")
    return p.Each(member, values, (p.Assign(target, member), *body))


def _is_captured(node: Node, name: str, is_inside: bool) -> bool:
    """Whether a function in a loop's body sees a variable of the loop."""
    is_inside |= node.type in FUNCTIONS
    if is_inside and node.type in ("identifier", "shorthand_property_identifier") and source(node) == name:
        return True
    return any(_is_captured(child, name, is_inside) for child in node.children)


def _is_changed(node: Node, name: str) -> bool:
    left = node.child_by_field_name("left") if node.type.endswith("assignment_expression") else None
    if node.type == "update_expression":
        left = field(node, "argument")
    return (left is not None and source(left) == name) or any(_is_changed(child, name) for child in node.children)


def _names(targets: Sequence[p.Target]) -> Iterator[str]:
    for target in targets:
        match target:
            case p.Name(name):
                yield name
            case p.Defaulted(inner, _):
                yield from _names([inner])
            case p.Targets(inner_targets, _, rest):
                yield from _names([*inner_targets, *([rest] if rest else [])])


def hoisted(body: Node, taken: Sequence[str], lower: Lower) -> list[p.Statement]:
    """Declarations of what `var` declares anywhere in a body. taken: the function's parameters."""
    names = dict.fromkeys(_names([lower.target(node) for node in _variables(body)]))
    return [p.Assign(p.Name(name), p.Const(UNDEFINED), True) for name in names if name not in taken]


def _variables(node: Node) -> Iterator[Node]:
    for child in named(node):
        if child.type in FUNCTIONS:
            continue
        if child.type == "variable_declaration":
            yield from (field(declared, "name") for declared in named(child) if declared.type == "variable_declarator")
        elif child.type == "for_in_statement" and (kind := child.child_by_field_name("kind")) is not None:
            yield from [field(child, "left")] if source(kind) == "var" else []
        yield from _variables(child)
