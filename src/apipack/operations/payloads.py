"""The body that a request sends, by its best-understood media type (OAS 3: Request Body Object)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from apipack.openapi import bodies, multipart, xml
from apipack.openapi.admission import kind_of
from apipack.openapi.document import Operation
from apipack.openapi.given import MISSING, first_example, given_value, read_as
from apipack.openapi.loading import SpecError
from apipack.openapi.models import MediaType, RequestBody
from apipack.openapi.values import ValueBuilder
from apipack.records import essence, is_json, is_sequence, is_xml

BODY_METHODS = {"POST", "PUT", "PATCH", "QUERY"}
MAX_BODY = 100_000
SURROGATE = re.compile("[\ud800-\udfff]")


def media_kind(media: MediaType, values: ValueBuilder) -> str | None:
    """The type of a media type's schema."""
    return None if media.schema_object is None else kind_of(values.flat(media.schema_object))


def request_body(operation: Operation, values: ValueBuilder, method: str) -> tuple[str | None, str | None]:
    """(Content-Type, payload text), or (None, None) when the operation sends no body."""
    body = sent_body(operation, values, method)
    if body is None:
        return None, None
    return values.document.remembered(("payload", id(body)), partial(_payload, body, values))


def sent_body(operation: Operation, values: ValueBuilder, method: str) -> RequestBody | None:
    """The operation's body where its request has one."""
    body = operation.request_body
    if body is None or not body.content or method in ("GET", "HEAD", "TRACE"):
        return None
    return body if body.required or values.optional or method in BODY_METHODS else None


def _payload(body: RequestBody, values: ValueBuilder) -> tuple[str, str]:
    """Content-Type and text of the body's best-understood media type; an example that cannot be sent gives way to a
    made-up value, as a repair."""
    chosen = payload(body, values)
    try:
        text = _encoded(chosen, chosen.value, values)
    except SpecError:
        for value in _made_up(chosen, values):
            with suppress(SpecError):
                text = _encoded(chosen, value, values)
                values.document.repairs += 1
                break
        else:
            raise
    return sent_header(chosen.header, text), text


def _encoded(chosen: Payload, value: Any, values: ValueBuilder) -> str:
    """A value as the payload's text. Raises `SpecError` where that cannot be sent."""
    text = bodies.encode(value, chosen.header, values, chosen.media, chosen.root)
    if len(text) > MAX_BODY:
        raise SpecError("body_too_long", f"{len(text)} characters")
    if not text.isascii() and SURROGATE.search(text):
        raise SpecError("body_not_unicode")
    return text


def _made_up(chosen: Payload, values: ValueBuilder) -> Iterator[Any]:
    """What may stand in the place of the media type's example, then of its schema's, then of all
    examples and defaults in it."""
    if chosen.given:
        yield media_value(chosen.media, chosen.header, values)
    schema = chosen.media.schema_object
    if schema is not None and given_value(values.flat(schema)) is not MISSING:
        yield values.invented(schema)
    if schema is not None:
        yield values.plain(schema)


def sent_header(header: str, text: str) -> str:
    """The Content-Type of a payload, which for `multipart/related` names that of its root (RFC 2387, 3.1)."""
    return f'{header}; type="{multipart.root_type(text)}"' if essence(header) == "multipart/related" else header


class Payload(NamedTuple):
    """header: the Content-Type; root: name of an XML body's root element; given: the value is the body's example."""

    header: str
    media: MediaType
    value: Any
    root: str
    given: bool


def payload(body: RequestBody, values: ValueBuilder) -> Payload:
    """What a body sends, by the best-understood of its media types; made once."""
    return values.document.remembered(("sent", id(body), values.optional), partial(_made_payload, body, values))


def _made_payload(body: RequestBody, values: ValueBuilder) -> Payload:
    chosen = bodies.choose_media_type(list(body.content))
    media = body.content[chosen]
    header = bodies.content_type(chosen)
    value = body_example(media, header, values)
    given = value is not MISSING
    if not given:
        value = media_value(media, header, values)
    root = "root"
    if media.schema_object is not None:
        schema, reference = values.document.schema(media.schema_object)
        root = str((schema.xml or {}).get("name") or (reference or "root").rpartition("/")[2])
        if not given and is_xml(header) and isinstance(value, str) and not value.lstrip().startswith("<"):
            value = xml.document_text(values.document, value, media.schema_object, root)
    return Payload(header, media, value, root, given)


def media_value(media: MediaType, header: str, values: ValueBuilder) -> Any:
    """A value by the schema of a media type, or one item by that of its items (OAS 3.2: itemSchema), or both."""
    if media.schema_object is not None and media.item_schema is not None and is_sequence(header):
        model = type(media.schema_object)
        items = model.model_construct(items=media.item_schema)
        return values.value(model.model_construct(all_of=[media.schema_object, items]))
    if media.schema_object is None and media.item_schema is not None:
        item = values.value(media.item_schema)
        return [item] if is_sequence(header) or header.startswith("multipart/") else item
    return values.value(media.schema_object)


def body_example(media: MediaType, header: str, values: ValueBuilder) -> Any:
    """The example of a body, `MISSING` where there is none that could be one; JSON may be written as text, and an
    example may be a reference to another."""
    value = media.example if media.example is not None else first_example(media.examples)
    if isinstance(value, dict) and value.keys() == {"$ref"}:
        try:
            return values.document.resolve(value)
        except SpecError:
            return MISSING
    if not isinstance(value, str) or media.schema_object is None or bodies.is_text(header):
        return value
    kind = media_kind(media, values)
    value = read_as(kind or "object", value)
    return MISSING if is_json(header) and kind in ("object", "array") and isinstance(value, str) else value
