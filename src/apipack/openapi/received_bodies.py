"""A body as the values of its schema, by its media type: JSON and sequences of it, forms, parts of multipart, XML."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from apipack.openapi.document import Document
from apipack.openapi.media_types import FORM
from apipack.openapi.payloads import NotWellFormed, Part, body_parts, json_texts, xml_tree
from apipack.openapi.received import all_members, as_sent, form_value, inside, joined, schema_of, type_of, typed
from apipack.openapi.received_xml import xml_root_is_named, xml_value
from apipack.records import Request, essence, is_events, is_json, is_multipart, is_xml, json_value


class BodyError(ValueError):
    """The body is not of its media type. place: nothing, or `/NAME` of a part."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


class Received(NamedTuple):
    """values: (schema, value) to be validated; broken: rules that are no schema's."""

    values: list[tuple[Any, Any]]
    broken: list[str]


def accepts(key: Any, media_type: str) -> bool:
    """Whether a media type or range of `content` covers a media type; `application/*+json` covers JSON as well."""
    wanted = essence(str(key))
    return wanted == "*/*" or fnmatchcase(media_type, wanted.replace("*+", "*"))


def body_values(document: Document, media: dict[str, Any], request: Request) -> Received:
    """What a body says. media: its Media Type Object. Raises `BodyError`, `RecursionError`."""
    schema, text, media_type = media.get("schema"), request.body or "", request.media_type or ""
    if media_type == FORM:
        flat = schema_of(document, schema)
        value = text if type_of(flat) == "string" else form_value(document, flat, text, media.get("encoding"))
        return Received([(schema, value)], [])
    if is_multipart(media_type):
        return _parts(document, media, request)
    if is_xml(media_type):
        return _xml(document, schema, text)
    try:
        values = json_texts(text, media_type)
    except ValueError as error:
        raise BodyError("not JSON" if not is_events(media_type) else "not a stream of events") from error
    if values is None:
        return Received([], [])
    if is_json(media_type):
        return Received([(schema, values[0])], [])
    item = media.get("itemSchema")
    whole = document.version >= (3, 2) or type_of(schema_of(document, schema)) == "array"
    if is_events(media_type):
        values = [_event(document, item if item is not None or whole else schema, value) for value in values]
    return Received([(item, value) for value in values] + [(schema, v) for v in ([values] if whole else values)], [])


def _event(document: Document, schema: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """An event's fields as their schemas have them: its data may be a JSON text or the value of one."""
    members = all_members(document, schema_of(document, schema))
    told = {}
    for name, value in fields.items():
        member = schema_of(document, members.get(name))
        is_value = not isinstance(value, str) and type_of(member) != "string"
        told[name] = value if is_value else typed(member, value if isinstance(value, str) else json.dumps(value))
    return told


def _xml(document: Document, schema: Any, text: str) -> Received:
    try:
        root = xml_tree(text)
    except NotWellFormed as error:
        raise BodyError("not XML") from error
    named = xml_root_is_named(document, schema, root)
    return Received([(schema, xml_value(document, schema, root))], [] if named else ["body: another root element"])


def _parts(document: Document, media: dict[str, Any], request: Request) -> Received:
    """Of a form an object of its parts. Parts without names, and those of a value that is no object, are no members."""
    parts = body_parts(request)
    if parts is None:
        raise BodyError("no parts with names" if request.media_type == "multipart/form-data" else "no parts")
    schema, encoding = schema_of(document, media.get("schema")), media.get("encoding")
    if request.media_type != "multipart/form-data" or type_of(schema) not in ("object", None):
        return Received([], [])
    members = all_members(document, schema)
    value: dict[str, Any] = {}
    broken = []
    for part in parts:
        own = encoding.get(part.name) if isinstance(encoding, dict) else None
        wanted = own.get("contentType") if isinstance(own, dict) else None
        if isinstance(wanted, str) and not any(accepts(kind, part.media_type) for kind in wanted.split(",")):
            broken.append(f"body/{part.name}: media type {part.media_type}")
        around, holder, name = inside(document, members, value, part.name)
        member = as_sent(document, schema_of(document, around.get(name)), part.text)
        if type_of(member) != "array":
            holder[name] = _part_value(document, member, part)
            continue
        items_schema = schema_of(document, member.get("items"))
        texts = joined(own, part.text) if document.version != (3, 0) else [part.text]  # 3.0: styles of forms alone
        item = [typed(items_schema, one) for one in texts] if texts[1:] else _part_value(document, items_schema, part)
        if isinstance(item, list) and name not in holder and type_of(items_schema) != "array":
            holder[name] = item
        elif isinstance(items := holder.setdefault(name, []), list):
            items.append(item)
    names = [part.name for part in parts]
    broken += [f"body/{name}: twice" for name in value if not isinstance(value[name], list) and names.count(name) > 1]
    return Received([(media.get("schema"), value)], broken)


def _part_value(document: Document, schema: dict[str, Any], part: Part) -> Any:
    """An object or an array is JSON, and says so (OAS 3: Encoding Object, contentType)."""
    if is_json(part.media_type):
        try:
            return json_value(part.text)
        except ValueError as error:
            raise BodyError("not JSON", f"/{part.name}") from error
    if is_xml(part.media_type) and not part.file:
        try:
            return xml_value(document, schema, xml_tree(part.text))
        except NotWellFormed as error:
            raise BodyError("not XML", f"/{part.name}") from error
    return part.text if type_of(schema) in ("object", "array") else typed(schema, part.text)
