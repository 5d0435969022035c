"""An XML document as the value of its schema (OAS 3: XML Object): what `xml` writes, read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apipack.openapi.document import Document
from apipack.openapi.nodes import listed
from apipack.openapi.payloads import Element
from apipack.openapi.received import all_members, as_sent, schema_of, type_of, typed

OF_XML = ("{http://www.w3.org/", "{xml")
"""Namespaces whose attributes are the format's and no member."""
Node = dict[str, Any]


def xml_root_is_named(document: Document, schema: Any, root: Element) -> bool:
    """Whether a document's root has the name that its schema gives it."""
    name = _own(schema_of(document, schema)).get("name")
    return not isinstance(name, str) or _local(root.name) == name


def xml_value(document: Document, node: Any, element: Element) -> Any:
    """What an element says by a schema: an object of its attributes and elements, an array of its elements, or its
    text as the schema's type makes of it."""
    schema = schema_of(document, node)
    members = all_members(document, schema)
    kind = type_of(schema)
    if kind == "array":
        return _items(document, schema, element.elements)
    if kind == "object" or members or element.elements:
        return _object(document, schema, members, element)
    if not element.text and _may_be_null(schema):
        return None
    return typed(as_sent(document, schema, element.text), element.text)


def _object(document: Document, schema: Node, members: Node, element: Element) -> dict[str, Any]:
    value: dict[str, Any] = {}
    taken: set[str] = set()
    attributes = {_local(name): text for name, text in element.attributes.items() if not name.startswith(OF_XML)}
    for name, node in members.items():
        member = schema_of(document, node)
        own = _own(member)
        kind, label = own.get("nodeType"), str(own.get("name") or name)
        if own.get("attribute") is True or kind == "attribute":
            if label in attributes:
                value[name] = typed(as_sent(document, member, attributes[label]), attributes[label])
                taken.add(label)
        elif kind in ("text", "cdata"):
            value[name] = typed(as_sent(document, member, element.text), element.text)
        elif kind == "none" and type_of(member) == "object":
            value[name] = _object(document, member, all_members(document, member), element)
            taken |= {_local(inner.name) for inner in element.elements}
        else:
            found = list(_of_member(document, name, label, member, element))
            taken |= {_local(inner.name) for inner in found}
            if found:
                value[name] = _member_value(document, member, node, found)
    rest = schema.get("additionalProperties")
    for inner in element.elements:
        if (name := _local(inner.name)) not in taken:
            value.setdefault(name, xml_value(document, rest if isinstance(rest, dict) else {}, inner))
    for name, text in attributes.items():
        if name not in taken:
            value.setdefault(name, text)
    return value


def _of_member(document: Document, name: str, label: str, member: Node, element: Element) -> Iterator[Element]:
    """The elements of a member: the items of an array that is not wrapped have a name of their own, or the member's."""
    labels = {label}
    if type_of(member) == "array" and not _is_wrapped(member):
        items = [*listed(member.get("prefixItems")), member.get("items")]
        labels = {str(_own(schema_of(document, item)).get("name") or name) for item in items}
    yield from (inner for inner in element.elements if _local(inner.name) in labels)


def _member_value(document: Document, member: Node, node: Any, found: list[Element]) -> Any:
    if type_of(member) != "array":
        values = [xml_value(document, node, inner) for inner in found]
        return values[0] if len(values) == 1 else values
    items = [inner for outer in found for inner in outer.elements] if _is_wrapped(member) else found
    return _items(document, member, items)


def _items(document: Document, schema: Node, elements: list[Element]) -> list[Any]:
    first = listed(schema.get("prefixItems"))[: len(elements)]
    schemas = [*first, *[schema.get("items")] * (len(elements) - len(first))]
    return [xml_value(document, item, inner) for item, inner in zip(schemas, elements, strict=True)]


def _is_wrapped(schema: Node) -> bool:
    own = _own(schema)
    return own.get("wrapped") is True or own.get("nodeType") == "element"


def _may_be_null(schema: Node) -> bool:
    kind = schema.get("type")
    return schema.get("nullable") is True or (isinstance(kind, list) and "null" in kind)


def _own(schema: Node) -> Node:
    own = schema.get("xml")
    return own if isinstance(own, dict) else {}


def _local(name: str) -> str:
    return name.rpartition("}")[2]
