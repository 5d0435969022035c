"""A value and its schema to XML text (OAS 3: XML Object): names, attributes, wrapped arrays, namespaces, prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from apipack.openapi.document import Document, Schema
from apipack.openapi.loading import SpecError
from apipack.openapi.members import chosen, member_schema
from apipack.openapi.merging import flat
from apipack.openapi.models import keyword
from apipack.openapi.styles import scalar

NAME = re.compile(r"[A-Za-z_][\w.-]*")
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
Scope = dict[str, str]
"""Namespaces by prefix; the default one's is empty."""
DECLARED: Scope = {"xml": "http://www.w3.org/XML/1998/namespace"}
RESERVED = ("xml", "xmlns")
"""Prefixes that no document declares (Namespaces in XML, 3)."""


def document_text(document: Document, value: Any, schema: Schema | None, name: str) -> str:
    """The root element, by its schema's name or else `name`; an array's items are inside of it."""
    writer = Writer(document)
    root, reference = writer.seen(schema, value)
    name = _component(reference) or name
    if isinstance(value, list):
        inner, item = writer.seen(root.items if root is not None else None, *value[:1])
        own = _xml(inner).get("name") or _component(item) or (name if name != "root" else "item")
        return writer.tag(_xml(root), name, writer.items(value, root, str(own), DECLARED), DECLARED, ())
    return writer.element(value, schema, name, DECLARED)


@dataclass(frozen=True)
class Writer:
    document: Document
    looks: Iterator[int] = field(default_factory=count)

    def seen(self, schema: Schema | None, *value: Any) -> tuple[Schema | None, str | None]:
        """The schema with its reference followed, `allOf` merged, and of alternatives the value's."""
        if schema is None:
            return None, None
        target, reference = self.document.schema(schema)
        whole = flat(self.document, target, reference)
        if value and (whole.one_of or whole.any_of):
            whole, option = chosen(self.document, whole, value[0], self.looks)
            reference = reference or option
        return whole, reference

    def element(self, value: Any, schema: Schema | None, name: str, scope: Scope) -> str:
        """An element with what is inside; scope: the prefixes that are declared around it."""
        seen, _ = self.seen(schema, value)
        own = _xml(seen)
        if own.get("nodeType") in ("text", "cdata") and not isinstance(value, dict | list):  # OAS 3.2
            return _content(own, "" if value is None else scalar(value))
        inner = _within(own, scope)
        attributes: list[str] = []
        if isinstance(value, dict):
            content = "".join(self._members(value, seen, inner, attributes))
        elif isinstance(value, list):
            content = self.items(value, seen, name, inner)
        else:
            content = "" if value is None else _content(own, scalar(value))
        return self.tag(own, name, content, scope, attributes)

    def tag(self, own: dict[str, Any], name: str, content: str, scope: Scope, attributes: Any) -> str:
        named = _named(own, name, scope)
        return f"<{named}{_declared(own, scope)}{''.join(attributes)}>{content}</{named}>"

    def _members(
        self, value: dict[str, Any], schema: Schema | None, scope: Scope, attributes: list[str]
    ) -> Iterator[str]:
        for key, member in value.items():
            property_schema = member_schema(self.document, schema, str(key), self.looks)
            seen, _ = self.seen(property_schema, member)
            own, name = _xml(seen), str(key)
            kind = str(own.get("nodeType") or "")
            if own.get("attribute") is True or kind == "attribute":
                if member is not None:
                    scope = _declare(own, scope, attributes)
                    start = f" {_named(own, name, scope)}="
                    if any(other.startswith(start) for other in attributes):  # XML 1.0, 3.1
                        raise SpecError("value_not_xml", f"the attribute{start[:40]} stands twice")
                    attributes.append(start + quoteattr(_characters(scalar(member))))
            elif kind == "none" and isinstance(member, dict):  # OAS 3.2: its members stand in its place
                yield from self._members(member, seen, scope, attributes)
            elif isinstance(member, list):
                yield self._array(member, seen, own, name, scope)
            else:
                yield self.element(member, property_schema, name, scope)

    def _array(self, value: list[Any], schema: Schema | None, own: dict[str, Any], name: str, scope: Scope) -> str:
        """An element an item; the array's own element around them where it is wrapped."""
        wrapped = own.get("wrapped") is True or own.get("nodeType") == "element"
        outer = str(own.get("name") or name) if wrapped else name
        inner = _within(own, scope) if wrapped else scope
        members = self.items(value, schema, outer, inner)
        return self.tag(own, name, members, scope, ()) if wrapped else members

    def items(self, value: list[Any], schema: Schema | None, name: str, scope: Scope) -> str:
        """An element an item; name: of those that have none."""
        first: list[Schema] = (keyword(schema, "prefix_items") or []) if schema is not None else []
        rest = [schema.items if schema is not None else None] * (len(value) - len(first))
        return "".join(self.element(*pair, name, scope) for pair in zip(value, [*first, *rest], strict=False))


def _xml(schema: Schema | None) -> dict[str, Any]:
    return (schema.xml if schema is not None else None) or {}


def _component(reference: str | None) -> str:
    return reference.rpartition("/")[2] if reference else ""


def _characters(text: str) -> str:
    """The text, where XML can say it (XML 1.0, 2.2). Raises `SpecError`."""
    if not text.isprintable() and (found := FORBIDDEN.search(text)):
        raise SpecError("value_not_xml", f"U+{ord(found[0]):04X}")
    return text


def _content(own: dict[str, Any], text: str) -> str:
    text = _characters(text)
    if own.get("nodeType") == "cdata" and "]]>" not in text:
        return f"<![CDATA[{text}]]>"
    return escape(text)


def _named(own: dict[str, Any], name: str, scope: Scope) -> str:
    """The element's or attribute's name; a prefix that nothing declares would be no XML."""
    local = str(own.get("name") or name)
    local = local if NAME.fullmatch(local) else name if NAME.fullmatch(name) else "item"
    prefix = own.get("prefix")
    declared = isinstance(prefix, str) and NAME.fullmatch(prefix) and (prefix in scope or _within(own, scope) != scope)
    return f"{prefix}:{local}" if declared else local


def _within(own: dict[str, Any], scope: Scope) -> Scope:
    address, prefix = own.get("namespace"), str(own.get("prefix") or "")
    if not isinstance(address, str) or not address or prefix in RESERVED or (prefix and not NAME.fullmatch(prefix)):
        return scope
    return {**scope, prefix: address}


def _declare(own: dict[str, Any], scope: Scope, attributes: list[str]) -> Scope:
    """The scope with what an attribute declares, once an element; without a prefix it is in no namespace (Namespaces in
    XML, 6.2)."""
    declared = _declared(own, scope) if own.get("prefix") else ""
    if not declared or own["prefix"] in scope or declared in attributes:
        return scope
    attributes.append(declared)
    return _within(own, scope)


def _declared(own: dict[str, Any], scope: Scope) -> str:
    inner = _within(own, scope)
    prefix = str(own.get("prefix") or "")
    if inner is scope or scope.get(prefix) == inner[prefix]:
        return ""
    return f" xmlns{':' if prefix else ''}{prefix}={quoteattr(inner[prefix])}"
