"""Bodies of several parts (RFC 2046, 5.1; RFC 7578): each with the headers that its schema and encoding ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from apipack.openapi.admission import kind_of
from apipack.openapi.document import Schema
from apipack.openapi.given import MISSING, first_example
from apipack.openapi.loading import SpecError
from apipack.openapi.media_types import BOUNDARY, FORM, content_type
from apipack.openapi.members import chosen, member_schema
from apipack.openapi.models import Encoding, Header, MediaType, keyword
from apipack.openapi.scalars import TEXT
from apipack.openapi.styles import DELIMITERS, ascii_json, pairs, pieces, scalar, to_json
from apipack.openapi.styles import FORM as FORM_QUOTE
from apipack.openapi.values import ValueBuilder
from apipack.openapi.xml import document_text
from apipack.records import essence, is_json, is_xml

EXTENSIONS = {
    **{"application/pdf": "pdf", "application/zip": "zip", "text/csv": "csv", "text/plain": "txt", "text/html": "html"},
    **{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/svg+xml": "svg", "image/webp": "webp"},
    **{"audio/mpeg": "mp3", "video/mp4": "mp4", "application/json": "json", "application/xml": "xml"},
}
OCTETS = "application/octet-stream"


class Part(NamedTuple):
    """headers: those of the encoding; file: it is sent as a file, with a name."""

    name: str | None
    content_type: str | None
    file: bool
    headers: tuple[tuple[str, str], ...]
    text: str


class Member(NamedTuple):
    """A member of a multipart value with what decides how it is sent."""

    name: str | None
    value: Any
    schema: Schema | None
    encoding: Encoding | None


def text(
    value: Any,
    schema: Schema | None,
    header: str,
    values: ValueBuilder,
    encoding: Mapping[str, Encoding],
    *,
    items: Encoding | None = None,
    first: Sequence[Encoding] = (),
) -> str:
    """The framed body. items, first: encodings of an array's items, and of the first ones (OAS 3.2)."""
    members = _members(value, schema, values, encoding, items, first)
    form = essence(header) == "multipart/form-data"
    framed = []
    for part in [part for member in members for part in _parts(member, values)]:
        if BOUNDARY in part.text:
            raise SpecError("boundary_in_body")
        lines = "".join(f"{name}: {content}\r\n" for name, content in _headers(part, form))
        framed.append(f"--{BOUNDARY}\r\n{lines}\r\n{part.text}\r\n")
    return "".join(framed) + f"--{BOUNDARY}--\r\n"


def root_type(body: str) -> str:
    """Content-Type of the first part, which `multipart/related` names (RFC 2387, 3.1)."""
    head = body.partition("\r\n\r\n")[0]
    return next((line[14:] for line in head.split("\r\n") if line.startswith("Content-Type: ")), "text/plain")


def _members(
    value: Any,
    schema: Schema | None,
    values: ValueBuilder,
    encoding: Mapping[str, Encoding],
    items: Encoding | None,
    first: Sequence[Encoding],
) -> Iterator[Member]:
    flat = _seen(schema, value, values)
    if isinstance(value, dict):
        for name, member in value.items():
            of_member = member_schema(values.document, flat, str(name), values.looks)
            yield Member(str(name), member, of_member, encoding.get(str(name)))
    elif isinstance(value, list):
        prefix: list[Schema] = (keyword(flat, "prefix_items") or []) if flat is not None else []
        for number, member in enumerate(value):
            own = prefix[number] if number < len(prefix) else flat.items if flat is not None else None
            yield Member(None, member, own, first[number] if number < len(first) else items)
    else:
        yield Member("file" if _is_binary(flat, values) else None, value, flat, None)


def _seen(schema: Schema | None, value: Any, values: ValueBuilder) -> Schema | None:
    """The schema flat, with the alternative that the value is of."""
    return None if schema is None else chosen(values.document, values.flat(schema), value, values.looks)[0]


def _parts(member: Member, values: ValueBuilder) -> Iterator[Part]:
    encoding = member.encoding
    schema = _seen(member.schema, member.value, values)
    styled = encoding is not None and (encoding.style, encoding.explode, encoding.allow_reserved) != (None,) * 3
    if styled and values.document.version != (3, 0) and isinstance(member.value, dict | list):  # 3.0: for forms alone
        yield from _styled(member)
    elif isinstance(member.value, list) and member.name is not None:
        items = schema.items if schema is not None and kind_of(schema) in ("array", None) else schema
        for item in member.value:
            yield _part(member._replace(value=item, schema=items), values)
    else:
        yield _part(member._replace(schema=schema), values)


def _styled(member: Member) -> Iterator[Part]:
    """Parts by a style, whose values are not encoded (OAS 3.1: Encoding Object; 2.0: collectionFormat)."""
    encoding, name, value = member.encoding, member.name or "", member.value
    assert encoding is not None
    explode = (encoding.style or "form") == "form" if encoding.explode is None else encoding.explode
    if isinstance(value, dict) and encoding.style == "deepObject":
        named = [(f"{name}[{key}]", scalar(inner)) for key, inner in value.items()]
    elif isinstance(value, dict) and explode:
        named = [(str(key), scalar(inner)) for key, inner in value.items()]
    elif explode:
        named = [(name, scalar(inner)) for inner in value]
    else:
        named = [(name, DELIMITERS.get(encoding.style or "", ",").join(pieces(value, False)))]
    for key, joined in named:
        yield Part(key, None, False, (), joined)


def _part(member: Member, values: ValueBuilder) -> Part:
    schema = _seen(member.schema, member.value, values)
    said = _said_type(member.encoding, binary=_is_binary(schema, values))
    media_type = said or _default_type(member.value, schema, values)
    encoded = bool(schema is not None and (schema.model_extra or {}).get("contentEncoding"))
    kind = essence(media_type or "text/plain")
    if kind.startswith("multipart/"):  # its parts would need a boundary of their own
        raise SpecError("nested_multipart", kind)
    octets = _is_binary(schema, values) or encoded
    file = octets or not (kind.startswith("text/") or is_json(kind) or is_xml(kind) or kind.endswith("urlencoded"))
    headers = tuple(_own_headers(member.encoding, values))
    return Part(member.name, media_type, file, headers, _written(member, schema, kind, octets, values))


def _said_type(encoding: Encoding | None, *, binary: bool) -> str | None:
    """The first of the encoding's content types; of a range one that it covers, which for octets is no text."""
    if encoding is None or not encoding.content_type:
        return None
    types = [part.strip() for part in encoding.content_type.split(",") if "/" in part]
    if binary and types and types[0] in ("*/*", "application/*"):
        return OCTETS
    return content_type(types[0]) if types else None


def _default_type(value: Any, schema: Schema | None, values: ValueBuilder) -> str | None:
    """The type of a part whose encoding says none; None for text (OAS 3: Encoding Object, contentType)."""
    if schema is not None:
        media_type = (schema.model_extra or {}).get("contentMediaType")
        if values.document.version >= (3, 1) and isinstance(media_type, str) and "/" in media_type:
            return content_type(media_type)
        if _is_binary(schema, values):
            return OCTETS
    return "application/json" if isinstance(value, dict | list) else None


def _is_binary(schema: Schema | None, values: ValueBuilder) -> bool:
    """Whether a schema is of octets: `format: binary`; from OAS 3.1 on also a media type of no text, or nothing."""
    if schema is None:
        return False
    if schema.format == "binary" and kind_of(schema) in ("string", None):
        return True
    if values.document.version < (3, 1):
        return False
    extra = schema.model_extra or {}
    kind = essence(str(extra.get("contentMediaType") or "text/plain"))
    octets = not (kind.startswith("text/") or is_json(kind) or is_xml(kind))
    return octets or bool(extra.get("contentEncoding")) or not (schema.model_fields_set - {"description", "title"})


def _own_headers(encoding: Encoding | None, values: ValueBuilder) -> Iterator[tuple[str, str]]:
    """Headers that the encoding asks for; Content-Type is not one of them."""
    headers: Mapping[str, Header] = (encoding.headers if encoding is not None else None) or {}
    for name, header in headers.items():
        if name.lower() == "content-type" or not (header.required or values.optional):
            continue
        content = header_value(header, values)
        if not _is_line(content) and header.schema_object is not None:
            values.document.repairs += 1
            content = ",".join(pieces(values.plain(header.schema_object), bool(header.explode)))
        if not _is_line(content):
            raise SpecError("bad_header", name[:40])
        yield name, content


def _is_line(text: str) -> bool:
    return "\r" not in text and "\n" not in text


def header_value(header: Header, values: ValueBuilder) -> str:
    """What a part's header says, by its `content` or in style simple."""
    kind = "text/plain"
    told: Header | MediaType = header
    if header.content:
        kind, told = next(iter(header.content.items()))
    value = told.example if told.example is not None else first_example(told.examples)
    if value is MISSING:
        value = values.value(told.schema_object)
    return ascii_json(to_json(value)) if is_json(kind) else ",".join(pieces(value, bool(header.explode)))


def _written(member: Member, schema: Schema | None, kind: str, octets: bool, values: ValueBuilder) -> str:
    """The part's text. octets: a text is what is sent, whatever its type says."""
    value = member.value
    if isinstance(value, str) and (octets or not (is_json(kind) or is_xml(kind))):
        return value
    if is_json(kind):
        return value if isinstance(value, str) and _is_json(value) else to_json(value)
    if is_xml(kind) and not (isinstance(value, str) and value.lstrip().startswith("<")):
        return document_text(values.document, value, schema, member.name or "root")
    if kind == FORM and isinstance(value, dict):
        return "&".join([f"{name}={text}" for name, text in pairs("", value, "form", True, FORM_QUOTE, FORM_QUOTE)])
    return TEXT if value is None and _is_binary(schema, values) else scalar(value)


def _is_json(text: str) -> bool:
    """Whether an example is JSON that is written as text."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _headers(part: Part, form: bool) -> Iterator[tuple[str, str]]:
    if form:
        disposition = f'form-data; name="{_quoted(part.name or "")}"'
        if part.file:
            ending = EXTENSIONS.get(essence(part.content_type or "text/plain"), "bin")
            disposition += f'; filename="{_quoted(part.name or "file")}.{ending}"'
        yield "Content-Disposition", disposition
    if part.content_type is not None:
        yield "Content-Type", part.content_type
    elif not form:
        yield "Content-Type", "text/plain"
    if not form and part.name is not None:  # RFC 2045, 7
        yield "Content-ID", f"<{_quoted(part.name)}>"
    yield from part.headers


def _quoted(name: str) -> str:
    """RFC 7578, 2 and WHATWG HTML: a name in quotes."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
