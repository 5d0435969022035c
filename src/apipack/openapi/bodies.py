"""A value and a media type to the body's text: JSON, JSON lines, form (WHATWG URL), multipart, XML, plain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from apipack.openapi import multipart, xml
from apipack.openapi.admission import kind_of
from apipack.openapi.document import Schema
from apipack.openapi.loading import SpecError
from apipack.openapi.media_types import (
    BOUNDARY,
    FORM,
    choose_media_type,
    content_type,
    is_text,
)
from apipack.openapi.members import member_schema
from apipack.openapi.models import Encoding, MediaType
from apipack.openapi.styles import FORM as FORM_QUOTE
from apipack.openapi.styles import Pairs, Quote, flattened, pairs, reserved, scalar, to_json
from apipack.openapi.values import ValueBuilder
from apipack.records import essence, is_events, is_json, is_multipart, is_records, is_sequence, is_xml

__all__ = ["BOUNDARY", "choose_media_type", "content_type", "encode", "is_json", "is_text"]

LINE_END = re.compile(r"\r\n|\n|\r")
EVENT_FIELDS = ("event", "data", "id", "retry")


def encode(value: Any, header: str, values: ValueBuilder, media: MediaType | None = None, name: str = "root") -> str:
    """The payload's text. `header` is the Content-Type, `media` says the schema and how members of forms are written,
    `name` is an XML root's where its schema has none. Raises `SpecError`."""
    schema = media.schema_object if media is not None else None
    encoding: Mapping[str, Encoding] = (media.encoding if media is not None else None) or {}
    if is_json(header):
        return to_json(value)
    if values.document.version == (2, 0) and (essence(header) == FORM or is_multipart(header)):
        value = _joined(value, schema, values)
    if essence(header) == FORM:
        return _form(value, schema, encoding, values)
    if is_multipart(header):
        if isinstance(value, list) and essence(header) == "multipart/form-data":  # whose parts have names
            raise SpecError("form_body_not_an_object", "list")
        if isinstance(value, str) and "=" in value and essence(header) == "multipart/form-data":
            value = _read_form(value)
        more: dict[str, Any] = {}
        if media is not None:
            more = {"items": media.item_encoding, "first": media.prefix_encoding or ()}
        return multipart.text(value, schema, header, values, encoding, **more)
    if is_sequence(header) and not isinstance(value, str):
        return "".join(_in_sequence(header, item) for item in (value if isinstance(value, list) else [value]))
    if is_xml(header) and not isinstance(value, str):
        return xml.document_text(values.document, value, schema, name)
    return scalar(value)


def items_node(items: Schema) -> dict[str, Any]:
    """What 2.0 says of how the items of an array are joined, as JSON."""
    inner = {"items": items_node(items.items)} if items.items is not None else {}
    return {"type": kind_of(items), "collectionFormat": (items.model_extra or {}).get("collectionFormat"), **inner}


def _joined(value: Any, schema: Schema | None, values: ValueBuilder) -> Any:
    """A form of 2.0 whose arrays of arrays are arrays of text."""
    if schema is None or not isinstance(value, dict):
        return value
    members = values.flat(schema).properties or {}
    arrays = {name: member.items for name, member in members.items() if member.items is not None}
    return value | {
        name: flattened(value[name], {"items": items_node(items)}) for name, items in arrays.items() if name in value
    }


def _in_sequence(header: str, item: Any) -> str:
    """One value: a line, a record (RFC 7464) or an event of a stream (WHATWG HTML, 9.2)."""
    if is_events(header) and isinstance(item, dict):
        fields = [(key, scalar(item[key])) for key in EVENT_FIELDS if item.get(key) is not None]
        return "".join(f"{key}: {line}\n" for key, text in fields for line in LINE_END.split(text)) + "\n"
    return ("\x1e" if is_records(header) else "") + to_json(item) + "\n"


def _read_form(text: str) -> dict[str, Any]:
    """A form that an example writes as text, as in `a=1&b=2`; a name that stands again has a list."""
    value: dict[str, Any] = {}
    for name, item in parse_qsl(text, keep_blank_values=True):
        value[name] = item if name not in value else [*(v if isinstance(v := value[name], list) else [v]), item]
    return value


def _form(value: Any, schema: Schema | None, encoding: Mapping[str, Encoding], values: ValueBuilder) -> str:
    if isinstance(value, str):
        return urlencode(parse_qsl(value, keep_blank_values=True)) or value
    if not isinstance(value, dict):
        raise SpecError("form_body_not_an_object", type(value).__name__)
    fields = [
        field
        for name, member in value.items()
        for field in _fields(str(name), member, schema, encoding.get(name), values)
    ]
    return "&".join([f"{name}={text}" for name, text in fields])


def _fields(name: str, member: Any, schema: Schema | None, encoding: Encoding | None, values: ValueBuilder) -> Pairs:
    """Encoded (name, text) pairs of one member: by its style, or else by its content type, an item each of an array.
    schema: the form's."""
    style = encoding.style if encoding is not None else None
    if member == {} and encoding is not None and schema is not None and name in values.flat(schema).required:
        own = member_schema(values.document, values.flat(schema), name, values.looks)
        member = member if own is None else values.value(own)  # of which nothing would be sent
    if style == "deepObject" and isinstance(member, dict):
        return list(_deep(name, member))
    if encoding is not None and (style, encoding.explode, encoding.allow_reserved) != (None,) * 3:
        explode = (style or "form") == "form" if encoding.explode is None else encoding.explode
        quoted: Quote = reserved if encoding.allow_reserved else FORM_QUOTE
        return pairs(name, member, style or "form", explode, quoted, FORM_QUOTE)
    kind = (encoding.content_type if encoding is not None else None) or ""
    items = member if isinstance(member, list) else [member]
    if is_xml(kind.split(",")[0]) and not all(isinstance(item, str) for item in items):
        own = None if schema is None else member_schema(values.document, values.flat(schema), name, values.looks)
        if own is not None and isinstance(member, list):
            own = values.flat(own).items
        texts = [xml.document_text(values.document, item, own, name) for item in items]
    else:
        texts = [scalar(item) for item in items]
    return [(FORM_QUOTE(name), FORM_QUOTE(text)) for text in texts]


def _deep(name: str, member: Any) -> Iterator[tuple[str, str]]:
    if isinstance(member, dict):
        for key, inner in member.items():
            yield from _deep(f"{name}[{key}]", inner)
    else:
        for item in member if isinstance(member, list) else [member]:
            yield FORM_QUOTE(name), FORM_QUOTE(scalar(item))
