"""How a form's values go over the wire: what the encoders read of a specification, taken out of it as JSON, so that
filled values are written by the same code as the operation's own request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson

from apipack.openapi import bodies
from apipack.openapi.admission import kind_of
from apipack.openapi.document import Document, Schema
from apipack.openapi.loading import SpecError
from apipack.openapi.members import chosen, member_schema
from apipack.openapi.models import LATER, OAS_3_0, Encoding, LaterMediaType, MediaType, Models, Parameter
from apipack.openapi.multipart import header_value
from apipack.openapi.styles import Pairs
from apipack.openapi.values import ValueBuilder
from apipack.operations.parameters import sendable, written
from apipack.operations.payloads import Payload, sent_header
from apipack.records import is_json

Node = dict[str, Any]

KEYWORDS = ("format", "xml", "contentMediaType", "contentEncoding")
PLAIN = {"boolean": True, "integer": 1, "number": 0.5}


def parameter_wire(parameter: Parameter, node: Node, values: ValueBuilder) -> Node:
    """A parameter as `pairs_of` takes it, as JSON. Raises `SpecError` (unwritable)."""
    members = {"style": parameter.style, "explode": parameter.explode, "allowReserved": parameter.allow_reserved}
    wire: Node = {"name": parameter.name, "in": parameter.location.value}
    wire |= {name: value for name, value in members.items() if value is not None}
    if wire["in"] == "path":
        wire["required"] = True
    if parameter.content:
        (media_type, media), *_ = parameter.content.items()
        header = bodies.content_type(media_type)
        wire["content"] = {media_type: _media(header, media, media.schema_object, node, values, parameter.name)}
    elif values.document.version == (2, 0) and parameter.schema_object is not None and parameter.schema_object.items:
        wire["schema"] = {"type": "array", "items": bodies.items_node(parameter.schema_object.items)}
    return wire


def pairs_of(wire: Node, value: Any, version: str) -> Pairs:
    """The encoded (name, value) pairs of a parameter. Raises `SpecError`."""
    values, _ = _values(version)
    parameter = _parameter(orjson.dumps(wire), version)
    try:
        encoded = written(parameter, value, values)
    except UnicodeEncodeError as error:
        raise SpecError("not_unicode", parameter.name[:40]) from error
    if not sendable(parameter, encoded):
        raise SpecError("unsendable", parameter.name[:40])
    return encoded


@lru_cache(maxsize=1_000)
def _parameter(wire: bytes, version: str) -> Parameter:
    """Remembered, since an API's operations share most of theirs, and an operation has many variants."""
    return _values(version)[1].Parameter.model_validate(orjson.loads(wire))


def body_wire(sent: Payload, node: Node, values: ValueBuilder) -> Node:
    """A body as `body_of` takes it, as JSON. Raises `SpecError` (unwritable)."""
    media = _media(sent.header, sent.media, sent.media.schema_object, node, values, sent.root)
    return {"header": sent.header, "root": sent.root, "media": media}


def body_of(wire: Node, value: Any, version: str) -> tuple[str, str]:
    """(Content-Type, payload text) of a body. Raises `SpecError`."""
    values, _ = _values(version)
    media = _media_type(orjson.dumps(wire["media"]), version)
    text = bodies.encode(value, wire["header"], values, media, wire["root"])
    return sent_header(wire["header"], text), text


@lru_cache(maxsize=1_000)
def _media_type(media: bytes, version: str) -> MediaType:
    """Remembered as `_parameter` is; nearly all are those of JSON, which say nothing."""
    return _media_model(_values(version)[1]).model_validate(orjson.loads(media))


def _media(header: str, media: MediaType, schema: Schema | None, node: Node, values: ValueBuilder, name: str) -> Node:
    """What the encoders read of a media type; it is tried on a value that has every member of the form."""
    if is_json(header) or "unsayable" in node:
        return {}
    model: Node = {name: _encoding(encoding, values) for name, encoding in (media.encoding or {}).items()}
    model = {"encoding": model} if model else {}
    if schema is not None:
        model["schema"] = _shape(schema, node, values, root=True)
    whole = whole_value(node)
    version = ".".join(map(str, values.document.version))
    ours, models = _values(version)
    text = bodies.encode(whole, header, ours, _media_model(models).model_validate(model), name)
    if text != bodies.encode(whole, header, values, media, name):
        raise SpecError("unwritable", header[:40])
    return model


def _encoding(encoding: Encoding, values: ValueBuilder) -> Node:
    members = {
        "style": encoding.style,
        "explode": encoding.explode,
        "allowReserved": encoding.allow_reserved,
        "contentType": encoding.content_type,
    }
    headers = dict(_headers(encoding, values))
    return {name: value for name, value in members.items() if value is not None} | (
        {"headers": headers} if headers else {}
    )


def _headers(encoding: Encoding, values: ValueBuilder) -> Iterator[tuple[str, Node]]:
    """The headers that parts must have, each with its value as the example."""
    for name, header in (encoding.headers or {}).items():
        if header.required:
            yield name, {"required": True, "example": header_value(header, values)}


def _shape(schema: Schema, node: Node, values: ValueBuilder, *, root: bool = False) -> Node:
    """The schema of a form's node with those keywords alone that decide how its value is written."""
    flat, _ = chosen(values.document, values.flat(schema), whole_value(node), values.looks)
    extra = flat.model_extra or {}
    given = {"format": flat.format, "xml": flat.xml} | {name: extra.get(name) for name in KEYWORDS[2:]}
    shape = {name: value for name, value in given.items() if value is not None}
    if (kind := kind_of(flat)) is not None:
        shape["type"] = kind
    properties: Node = {}
    for name, _, inner in node.get("members", ()):
        member = member_schema(values.document, flat, name, values.looks)
        if member is not None:
            properties[name] = _shape(member, inner, values)
    if properties:
        shape["properties"] = properties
    if node.get("items") and flat.items is not None:
        shape["items"] = _shape(flat.items, node["items"][0], values)
        _, reference = values.document.schema(flat.items)
        if root and reference is not None:  # what an item of an XML array is called
            named = {"name": reference.rpartition("/")[2]} | (shape["items"].get("xml") or {})
            shape["items"]["xml"] = named
    return shape


def whole_value(node: Node) -> Any:
    """A value with every member of the form."""
    if "members" in node:
        return {name: whole_value(inner) for name, _, inner in node["members"]}
    if "items" in node:
        return [whole_value(item) for item in node["items"]]
    return node["value"] if "value" in node else node.get("base", PLAIN.get(node.get("kind", ""), "a"))


@lru_cache(maxsize=16)
def _values(version: str) -> tuple[ValueBuilder, Models]:
    """Of a document of this version that has nothing in it."""
    document = Document({"swagger": version} if version == "2.0" else {"openapi": version})
    return ValueBuilder(document), LATER if document.version >= (3, 1) else OAS_3_0


def _media_model(models: Models) -> type[MediaType]:
    return LaterMediaType if models is LATER else MediaType
