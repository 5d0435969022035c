"""What a compiler of C refuses about types: a name that is none, and a variable whose struct is defined nowhere."""

from __future__ import annotations

import re

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source

Nodes = dict[str, list[Node]]
SPECIFIERS = ("struct_specifier", "union_specifier", "enum_specifier")
KINDS = (*SPECIFIERS, "type_identifier", "type_definition")
KNOWN = re.compile(
    r"\w+_t|[Cc][Uu][Rr][Ll]\w*|[A-Z][A-Z0-9_]*|bool|va_list|fd_set|u_\w+|uint|ulong|ushort|_\w+|typeof\w*"
)
"""Types of the headers that `c_checks` knows, and words of newer compilers."""
STRUCTS = re.compile(r"curl_\w+|tm|time\w+|sockaddr\w*|in6?_addr|iovec|msghdr|stat|_?\w*div\w*|lconv|itimer\w+|_\w+")
"""Structs of these headers, and of those that they include."""


def check(nodes: Nodes, macros: set[str]) -> None:
    """Of a program that includes known headers alone. macros: names that it defines for the preprocessor."""
    defined = {source(name) for node in nodes.get("type_definition", ()) for name in _defined(node)} | macros
    bodies = [node for kind in SPECIFIERS for node in nodes.get(kind, ()) if node.child_by_field_name("body")]
    tags = {source(tag) for node in bodies if (tag := node.child_by_field_name("name")) is not None}
    for node in nodes.get("type_identifier", ()):
        outer, name = node.parent, source(node)
        if outer is not None and outer.type in SPECIFIERS and outer.child_by_field_name("name") == node:
            if name not in tags | macros and not STRUCTS.fullmatch(name) and _holds(outer):
                raise refused(node, f"{name} is defined nowhere")
        elif name not in defined and not KNOWN.fullmatch(name):
            raise refused(node, f"{name} is no type")


def _defined(node: Node) -> list[Node]:
    """The names that a typedef defines."""
    names: list[Node] = []
    todo = node.children_by_field_name("declarator")
    while todo:
        declarator = todo.pop()
        inner = declarator.child_by_field_name("declarator")
        if declarator.type == "parenthesized_declarator":
            inner = named(declarator)[0]
        if inner is not None:
            todo.append(inner)
        else:
            names.append(declarator)
    return names


def _holds(specifier: Node) -> bool:
    """Whether a variable of the type itself is declared, and not a pointer to one, or the type alone."""
    outer = specifier.parent
    if (
        outer is None
        or outer.type != "declaration"
        or any(child.type == "storage_class_specifier" for child in outer.children)
    ):
        return False
    declarators = outer.children_by_field_name("declarator")
    plain = [field(one, "declarator") if one.type == "init_declarator" else one for one in declarators]
    return any(one.type in ("identifier", "array_declarator") for one in plain)
