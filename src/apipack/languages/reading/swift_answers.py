"""What Swift's compiler refuses of a session's answer: a closure with other parameters than the three that it gets, and
an answer that is used as if it were there, or as one of HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading.grammar import descendants, named, refused, source

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
            if response.isidentifier() and not _is_rebound(response, nodes, node):
                _check_members(response, nodes, set())


def _is_completion(closure: Node) -> bool:
    """Whether a closure is given to what makes a task."""
    outer, function = closure.parent, None
    while outer is not None and outer.type in ("value_argument", "value_arguments", "call_suffix"):
        outer = outer.parent
    function = outer if outer is not None and outer.type == "call_expression" else None
    while function is not None and function.type == "call_expression":
        function = named(function)[0]
    if function is None or function.type != "navigation_expression":
        return False
    return source(function).rpartition(".")[2] in TASKS


def _check_closure(closure: Node) -> None:
    inner = list(descendants(closure))
    titles = [
        [source(title) for title in parameter.children_by_field_name("name")][0]
        for parameter in _parameters(closure)
        if parameter.children_by_field_name("name")
    ]
    if not titles:
        if "$2" not in source(closure):
            raise refused(closure, f"a closure that does not take {PARAMETERS} values")
        return
    if len(titles) != PARAMETERS:
        raise refused(closure, f"a closure that takes {len(titles)} values of {PARAMETERS}")
    data, response, _ = titles
    open_names = {name for name in titles if name != "_" and not _is_rebound(name, inner, closure)}
    for name in open_names:
        _check_members(name, inner, open_names)
    if data in open_names:
        for node in inner:
            if node.type == "value_argument" and source(node).replace(" ", "") in {
                f"{one}:{data}" for one in TAKING_DATA
            }:
                raise refused(node, f"{data} may be nil")


def _parameters(closure: Node) -> Iterator[Node]:
    for child in named(closure):
        if child.type == "lambda_function_type":
            for inner in descendants(child):
                if inner.type == "lambda_parameter":
                    yield inner


def _is_rebound(name: str, nodes: Sequence[Node], but: Node) -> bool:
    """Whether a name is bound again, as by `guard let data`."""
    for node in nodes:
        if node == but or (node.parent is not None and node.parent.type == "lambda_parameter"):
            continue
        if node.type == "simple_identifier" and source(node) == name and node.parent is not None:
            holder = node.parent
            role = holder.field_name_for_child(holder.children.index(node))
            if role == "bound_identifier" or holder.type == "lambda_parameter":
                return True
    return False


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
