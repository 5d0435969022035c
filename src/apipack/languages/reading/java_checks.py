"""What Java's compiler refuses about exceptions: one that is checked, and neither caught nor declared."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading.grammar import descendants, field, named, refused, source

IO = "IOException"
TYPES = ("class_declaration", "record_declaration", "interface_declaration", "enum_declaration")
VARIABLES = ("variable_declarator", "formal_parameter")
CALLS: dict[tuple[str, int], tuple[str, ...]] = {
    ("execute", 0): (IO,),
    ("send", 2): (IO, "InterruptedException"),
    ("openConnection", 0): (IO,),
    ("getOutputStream", 0): (IO,),
    ("getInputStream", 0): (IO,),
    ("getResponseCode", 0): (IO,),
    ("setRequestMethod", 1): (IO,),
}
"""(method, number of arguments) → what it throws."""
MAKING = {"URL": (IO, "MalformedURLException"), "URI": ("URISyntaxException",)}
ALL = {"Exception", "Throwable"}
UNCHECKED = {"RuntimeException", "IllegalArgumentException", "IllegalStateException", "NullPointerException"}
OF_IO = {
    "UnsupportedEncodingException",
    "MalformedURLException",
    "FileNotFoundException",
    "UnknownHostException",
    "SocketTimeoutException",
    "JsonProcessingException",
    "HttpTimeoutException",
    "ProtocolException",
}
"""Exceptions that are caught as IOException."""


def check(nodes: dict[str, list[Node]]) -> None:
    """Refuse a program in which a method lets an exception go that it does not declare. nodes: all by their kind."""
    thrown: dict[str, set[str]] = {}
    for node in reversed(nodes.get("method_declaration", ())):
        thrown[source(field(node, "name"))] = set(_declared(node))
    own = {source(field(node, "name")) for kind in (*TYPES, *VARIABLES) for node in nodes.get(kind, ())}
    for node in (*nodes.get("method_invocation", ()), *nodes.get("object_creation_expression", ())):
        caught, is_inside = _caught(node)
        if not is_inside or caught & ALL:
            continue
        for needed in _needed(node, {} if _is_foreign(node, own) else thrown):
            if not caught & set(needed):
                raise refused(node, f"{needed[0]} is neither caught nor declared")


def _is_foreign(node: Node, own: set[str]) -> bool:
    """Whether a method is called on a type that the program does not define. own: its types and variables."""
    owner = node.child_by_field_name("object")
    return owner is not None and owner.type == "identifier" and source(owner)[:1].isupper() and source(owner) not in own


def _declared(method: Node) -> Iterator[str]:
    for child in method.children:
        if child.type == "throws":
            yield from (source(kind).rpartition(".")[2] for kind in named(child))


def _needed(node: Node, thrown: dict[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Exceptions of a call, each with those under whose names it may be caught."""
    if node.type == "object_creation_expression":
        kind = source(field(node, "type")).rpartition(".")[2]
        if kind in MAKING and len(named(field(node, "arguments"))) == 1:
            yield MAKING[kind]
        return
    name, count = source(field(node, "name")), len(named(field(node, "arguments")))
    if name in thrown:
        checked = [kind for kind in thrown[name] if kind not in UNCHECKED]
        yield from ((kind, IO if kind in OF_IO else kind) for kind in checked)
    elif node.child_by_field_name("object"):
        yield from ((kind,) for kind in CALLS.get((name, count), ()))


def _caught(node: Node) -> tuple[set[str], bool]:
    """What is caught or declared around a node, and whether a method is around it."""
    caught: set[str] = set()
    inner, outer = node, node.parent
    while outer is not None:
        if outer.type in ("try_statement", "try_with_resources_statement") and inner.type not in (
            "catch_clause",
            "finally_clause",
        ):
            for clause in (child for child in named(outer) if child.type == "catch_clause"):
                kinds = [part for part in descendants(clause) if part.type == "catch_type"]
                caught |= {source(kind).rpartition(".")[2] for part in kinds for kind in named(part)}
        if outer.type == "lambda_expression":
            text = source(outer.parent or outer)
            return caught, not ("submit" in text or "call" in text or _is_callable(outer))
        if outer.type in ("method_declaration", "constructor_declaration"):
            return caught | set(_declared(outer)), True
        inner, outer = outer, outer.parent
    return caught, False


def _is_callable(node: Node) -> bool:
    """Whether a lambda is given to a method of the program for a Callable, which may throw anything."""
    arguments = node.parent
    if arguments is None or arguments.type != "argument_list" or arguments.parent is None:
        return False
    root, place, name = node, named(arguments).index(node), arguments.parent.child_by_field_name("name")
    while root.parent is not None:
        root = root.parent
    for method in descendants(root):
        if method.type == "method_declaration" and name is not None and source(field(method, "name")) == source(name):
            kinds = [part.child_by_field_name("type") for part in named(field(method, "parameters"))]
            kind = kinds[place] if place < len(kinds) else None
            return kind is not None and source(kind).partition("<")[0] == "Callable"
    return False
