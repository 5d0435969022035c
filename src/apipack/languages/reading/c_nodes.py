"""What the lowering of C asks of single nodes: the name that is declared, and what a literal or a constant means."""

from __future__ import annotations

import re

from tree_sitter import Node

from apipack.languages.libcurl import _TRIGRAPH, LITERALS
from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, source
from apipack.languages.wire import Unreadable


def counted_array(node: Node) -> str:
    """The array of `sizeof array / sizeof array[0]`."""
    match = re.fullmatch(
        r"sizeof\s*\(?\s*(\w+)\s*\)?\s*/\s*sizeof\s*\(?\s*(?:\*\s*(\w+)|\(?(\w+)\)?\s*\[\s*0\s*\])\s*\)?", source(node)
    )
    return match[1] if match and match[1] in (match[2], match[3]) else ""


def is_in_loop(node: Node) -> bool:
    outer = node.parent
    while outer is not None and outer.type not in ("while_statement", "do_statement", "for_statement"):
        outer = outer.parent
    return outer is not None


def pointed(node: Node) -> Node:
    return field(node, "declarator") if node.type == "pointer_declarator" else node


def is_prototype(node: Node) -> bool:
    while node.type == "pointer_declarator":
        node = field(node, "declarator")
    return node.type == "function_declarator" and field(node, "declarator").type == "identifier"


def struct_name(kind: Node | None) -> str:
    """The name of a struct's type, as `struct NAME` or a typedef."""
    if kind is None:
        return ""
    name = kind.child_by_field_name("name") if kind.type == "struct_specifier" else kind
    return source(name) if name else ""


def declared_name(node: Node) -> str:
    """The name that a declarator declares, empty for a parameter without one."""
    inner: Node | None = node
    while inner is not None and inner.type not in ("identifier", "field_identifier"):
        inner = inner.child_by_field_name("declarator")
    return source(inner) if inner is not None else ""


def identifier_value(name: str) -> p.Expression:
    if name.startswith(("CURLOPT_", "CURLAUTH_", "CURLUPART_", "CURLU_", "CURLFORM_")):
        return p.Const(name)
    if name in ("CURLE_OK", "CURLUE_OK"):
        return p.Name(name)
    if name.startswith(("CURLE_", "CURLUE_", "CURL_GLOBAL", "CURLINFO_", "CURL_HTTP_VERSION", "CURLPROTO_", "EXIT_")):
        return p.Unknown()
    return p.Name(name)


def string_value(literal: str) -> str:
    if _TRIGRAPH.search(literal) or literal[0] != '"':
        raise Unreadable("a trigraph, or a wide text")
    return LITERALS.unquote(literal)


def goes_back(node: Node) -> bool:
    """Whether a goto leads to a label that stands before it, so that statements run again."""
    label, outer = source(field(node, "label")), node.parent
    while outer is not None and outer.type != "function_definition":
        outer = outer.parent
    places = [part for part in descendants(outer) if part.type == "labeled_statement"] if outer is not None else []
    return any(source(field(part, "label")) == label and part.start_byte < node.start_byte for part in places)
