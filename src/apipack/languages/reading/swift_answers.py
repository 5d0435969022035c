"""What Swift's compiler refuses of a session's answer: a closure with other parameters than the three that it gets, and
an answer that is used as if it were there, or as one of HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import descendants, named, refused, source
from apipack.languages.reading.swift_nodes import outermost

TASKS = {"dataTask", "uploadTask", "downloadTask"}
PARAMETERS = 3
OF_HTTP = {"statusCode", "allHeaderFields"}
OF_OPTIONALS = {"map", "flatMap", "debugDescription"}
"""Members that an optional has itself."""
TAKING_DATA = {"data", "with", "from"}
"""Labels of `String`, `JSONSerialization` and a decoder for data that must be there."""


def check_answers(nodes: Sequence[Node]) -> None:
    for node in nodes:
        if node.type == "lambda_literal" and _is_completion(node):
            _check_closure(node)
        elif node.type == "property_declaration" and ".data(for:" in (text := source(node)).replace(" ", ""):
            response = text.partition("=")[0].strip(" )").rpartition(",")[2].strip()
            if response.isidentifier() and not _is_rebound(response, nodes):
                _check_members(response, nodes, set())


def _is_completion(closure: Node) -> bool:
    """Whether a closure is given to what makes a task."""
    outer = closure.parent
    while outer is not None and outer.type in ("value_argument", "value_arguments", "call_suffix"):
        outer = outer.parent
    function = outer if outer is not None and outer.type == "call_expression" else None
    while function is not None and function.type == "call_expression":
        function = named(function)[0]
    if function is None or function.type != "navigation_expression":
        return False
    return source(function).rpartition(".")[2] in TASKS


def _check_closure(closure: Node) -> None:
    heads = [child for child in named(closure) if child.type == "lambda_function_type"]
    parameters = [parameter for head in heads for parameter in outermost(head, "lambda_parameter")]
    titles = [source(parameter.children_by_field_name("name")[0]) for parameter in parameters]
    if not titles:
        if "$2" not in source(closure):
            raise refused(closure, f"a closure that does not take {PARAMETERS} values")
        return
    if len(titles) != PARAMETERS:
        raise refused(closure, f"a closure that takes {len(titles)} values of {PARAMETERS}")
    body = next((child for child in named(closure) if child.type == "statements"), None)
    inner = list(descendants(body)) if body is not None else []
    open_names = {name for name in titles if name != "_" and not _is_rebound(name, inner)}
    for name in open_names:
        _check_members(name, inner, open_names)
    if (data := titles[0]) in open_names:
        needed = {f"{label}:{data}" for label in TAKING_DATA}
        for node in inner:
            if node.type == "value_argument" and source(node).replace(" ", "") in needed:
                raise refused(node, f"{data} may be nil")


def _is_rebound(name: str, nodes: Sequence[Node]) -> bool:
    """Whether a name is bound in another way: by `guard let data`, or as a parameter."""
    return any(
        node.type == "simple_identifier"
        and node.parent is not None
        and source(node) == name
        and (
            node.parent.type in ("parameter", "lambda_parameter")
            or node in node.parent.children_by_field_name("bound_identifier")
        )
        for node in nodes
    )


def _check_members(name: str, nodes: Sequence[Node], optional: set[str]) -> None:
    """optional: names that may be nil."""
    for node in nodes:
        if node.type != "navigation_expression":
            continue
        target, _, member = source(node).rpartition(".")
        if target.rstrip("?!") == name and member in OF_HTTP:
            raise refused(node, f"{member} of an answer that is not of HTTP")
        if target == name and name in optional and member not in OF_OPTIONALS:
            raise refused(node, f"{name} may be nil")
