"""What Swift's compiler refuses of scopes and flow: a name declared twice, a `guard` that goes on, a function without a
result, and `await` where nothing waits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import descendants, named, refused, source
from apipack.languages.reading.swift_nodes import bound

SCOPES = ("source_file", "statements", "class_body")
FUNCTIONS = ("function_declaration", "lambda_literal", "init_declaration", "class_declaration")
LEAVING = re.compile(r"\b(?:fatalError|preconditionFailure|exit|abort|dispatchMain)\s*\(|\bwhile\s+true\b")
"""What never comes back."""
WAITING = {"data", "upload", "download"}
"""Methods of a session that are asynchronous where no closure is given."""
LABELS = re.compile(r"\((?:for|from):")


def check_scopes(nodes: Sequence[Node], root: Node) -> None:
    """nodes: all of the program."""
    has_never = re.search(r"->\s*Never\b", source(root)) is not None
    waiting = {
        source(node.children_by_field_name("name")[0])
        for node in nodes
        if node.type == "function_declaration" and any(child.type == "async" for child in node.children)
    }
    for node in nodes:
        if node.type in SCOPES:
            _check_names(node)
        elif node.type == "guard_statement" and not has_never and not _leaves(node.children[-2:]):
            raise refused(node, "a guard that goes on")
        elif node.type == "function_declaration":
            _check_function(node, has_never)
        elif node.type == "call_expression":
            _check_waiting(node, waiting)


def _declared(node: Node) -> Iterator[str]:
    """Names that a statement declares in the scope that it stands in."""
    if node.type == "property_declaration":
        for name in node.children_by_field_name("name"):
            if name.type == "pattern":
                yield from bound(name)
    elif node.type == "guard_statement":
        for index, child in enumerate(node.children):
            if node.field_name_for_child(index) == "bound_identifier":
                yield source(child)


def _check_names(scope: Node) -> None:
    children = named(scope)
    if any(child.type == "directive" for child in children):
        return  # `#if` chooses among declarations
    seen: set[str] = set()
    for child in children:
        is_shared = child.type == "property_declaration" and source(child).split()[0] not in ("let", "var")
        for name in () if is_shared else _declared(child):
            if name in seen and name != "_":
                raise refused(child, f"{name} is declared twice")
            seen.add(name)


def _leaves(nodes: Sequence[Node]) -> bool:
    """Whether one of these may end what they stand in."""
    jumps = (inner.type == "control_transfer_statement" for node in nodes for inner in descendants(node))
    return any(jumps) or any(LEAVING.search(source(node)) for node in nodes)


def _own(node: Node) -> Iterator[Node]:
    """What is below a node, but for the functions and types in it."""
    for child in named(node):
        yield child
        if child.type not in FUNCTIONS:
            yield from _own(child)


def _check_function(node: Node, has_never: bool) -> None:
    """has_never: a function of the program never comes back."""
    body = node.child_by_field_name("body")
    if body is None:
        return
    statements = [one for part in named(body) for one in named(part)]
    own = list(_own(body))
    if any(one.type == "await_expression" for one in own) and not any(child.type == "async" for child in node.children):
        raise refused(node, "await in a function that is not async")
    head = source(node)[: body.start_byte - node.start_byte]
    result = head.rpartition("->")[2].strip() if "->" in head.rpartition(")")[2] else ""
    if result in ("", "Void", "()") or result.startswith("some ") or has_never or LEAVING.search(source(body)):
        return
    is_expression = len(statements) == 1 and statements[0].type != "property_declaration"
    is_expression &= not any(source(one).startswith("print(") for one in statements)
    if not is_expression and not any(one.type == "control_transfer_statement" for one in own):
        raise refused(node, "a function that gives nothing")


def _check_waiting(node: Node, waiting: set[str]) -> None:
    """An asynchronous function of the program, or of a session, without `await`. waiting: those of the program."""
    function, suffix = named(node)[0], named(node)[-1]
    name = source(function).rpartition(".")[2]
    is_own = name in waiting and (function.type == "simple_identifier" or source(function) == f"self.{name}")
    of_session = function.type == "navigation_expression" and re.search(r"\bsession\b|URLSession", source(function))
    if not is_own and not (of_session and name in WAITING and LABELS.match(source(suffix))):
        return
    outer: Node | None = node
    while outer is not None and outer.type not in ("statements", "source_file", "lambda_literal"):
        if outer.type == "await_expression" or re.match(r"(?:try[!?]?\s+)?await\b|async\s+let\b", source(outer)):
            return
        outer = outer.parent
    raise refused(node, "an asynchronous call without await")
