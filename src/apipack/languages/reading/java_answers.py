"""What Java's compiler refuses about the answer of Unirest: a variable of another type."""

from __future__ import annotations

import re

from tree_sitter import Node

from apipack.languages.reading.grammar import field, refused, source

HELD = {"asString": "String", "asJson": "JsonNode", "asBytes": "byte[]", "asEmpty": "Empty"}
"""What asks for an answer → what that holds."""
ANY = ("var", "Object")
LATER = ("CompletableFuture", "CompletionStage", "Future")
_TYPE = re.compile(r"(?:\w+\.)*(\w+)\s*(?:<(.*)>)?", re.DOTALL)


def check_answer(node: Node) -> None:
    """Refuse a declaration whose type is not that of the answer that is asked for."""
    kind = _TYPE.fullmatch(source(field(node, "type")))
    for declarator in node.children_by_field_name("declarator"):
        value = declarator.child_by_field_name("value")
        if value is None or value.type != "method_invocation" or _root(value) != "Unirest" or kind is None:
            continue
        name = source(field(value, "name"))
        held = HELD.get(name.removesuffix("Async"))
        if held is None or kind[1] in ANY:
            continue
        inner: re.Match[str] | None = kind
        if name.endswith("Async"):
            inner = _TYPE.fullmatch(kind[2].strip()) if kind[1] in LATER and kind[2] else None
            if kind[1] in LATER and inner is None:
                continue
        content = (inner[2] or "").strip() if inner else ""
        if inner is None or inner[1] != "HttpResponse" or (content and content[0] != "?" and content != held):
            raise refused(node, f"{name} of Unirest for {source(field(node, 'type'))[:40]}")


def _root(node: Node) -> str:
    """What the first of a chain of calls is called on."""
    inner: Node | None = node
    while inner is not None and inner.type == "method_invocation":
        inner = inner.child_by_field_name("object")
    return "" if inner is None else source(inner)
