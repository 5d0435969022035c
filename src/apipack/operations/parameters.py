"""Parameters as they are sent, in path, query, header and cookie (OAS 3: Parameter Object)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from apipack.openapi import bodies
from apipack.openapi.admission import kind_of
from apipack.openapi.given import MISSING, first_example, read_as
from apipack.openapi.loading import SpecError
from apipack.openapi.models import Parameter
from apipack.openapi.scalars import TEXT
from apipack.openapi.styles import (
    DELIMITERS,
    PATH,
    PATH_MEMBER,
    QUERY,
    Pairs,
    ascii_json,
    flattened,
    pieces,
    reserved,
    reserved_member,
    reserved_segment,
)
from apipack.openapi.styles import pairs as query_pairs
from apipack.openapi.values import ValueBuilder
from apipack.operations.payloads import (
    body_example,
    media_kind,
    media_value,
)
from apipack.operations.servers import MAX_URL
from apipack.records import essence, is_json

IGNORED_HEADERS = {"accept", "content-type", "authorization"}  # OAS 3: Parameter Object; 2.0 has no such rule
HEADER_VALUE = re.compile(r"[\t -~]*")
_PLACEHOLDER = re.compile(r"\{+[\w .:-]+\}+|<[\w .:-]+>")


@dataclass(frozen=True, slots=True)
class Argument:
    """What one parameter adds to a request; described: an element of `BuiltRequest.arguments`; pairs: encoded."""

    place: str
    described: tuple[str, str, bool, str, bool]
    pairs: Pairs


def argument(parameter: Parameter, values: ValueBuilder, named: bool = False) -> Argument:
    """The parameter's (name, value) pairs as they are sent; none where it is left out. named: the path's query has
    `{name}`."""
    place = parameter.location.value
    required = bool(parameter.required) or place == "path" or named
    schema = parameter.schema_object
    try:
        flat = values.flat(schema) if schema is not None else None
    except SpecError:
        if required or values.optional:
            raise
        values.document.repairs += 1
        flat = None
    kind = kind_of(flat) if flat is not None else None
    fixed = flat is not None and (len(flat.enum or []) == 1 or "const" in (flat.model_extra or {}))
    described = (parameter.name, place, required, kind or "string", fixed)
    ignored = place == "header" and parameter.name.lower() in IGNORED_HEADERS and values.document.version != (2, 0)
    if ignored or not (required or values.optional):
        return Argument(place, described, [])
    return Argument(place, described, _sent(parameter, values))


def _sent(parameter: Parameter, values: ValueBuilder) -> Pairs:
    """The parameter's pairs; an example or default that cannot be sent gives way to a made-up value, as a repair."""
    value = sent_value(parameter, values)
    try:
        sent = written(parameter, value, values)
        if sendable(parameter, sent):
            return sent
    except (SpecError, UnicodeEncodeError):
        pass
    values.document.repairs += 1
    schema = parameter.schema_object
    if schema is None:
        return written(parameter, TEXT, values)
    sent = written(parameter, values.invented(schema), values)
    return sent if sendable(parameter, sent) else written(parameter, values.plain(schema), values)


def sendable(parameter: Parameter, sent: Pairs) -> bool:
    """Whether a parameter's encoded pairs can go over the wire where it stands."""
    place = parameter.location.value
    if place == "header":
        return all(HEADER_VALUE.fullmatch(value) and value == value.strip() for _, value in sent)
    if place == "cookie" and not all(HEADER_VALUE.fullmatch(value) and ";" not in value for _, value in sent):
        return False
    if place == "path" and sent[0][1] in (".", ".."):  # RFC 3986, 5.2.4: clients would remove it
        return False
    return sum(len(value) for _, value in sent) < MAX_URL // 2


def written(parameter: Parameter, value: Any, values: ValueBuilder) -> Pairs:
    """The parameter's encoded pairs for a value, by its `content` or its style."""
    if values.document.version == (2, 0) and isinstance(value, list) and parameter.schema_object is not None:
        items = parameter.schema_object.items
        value = flattened(value, None if items is None else {"items": bodies.items_node(items)})
    if parameter.content:
        (media_type, media), *_ = parameter.content.items()
        text = bodies.encode(value, bodies.content_type(media_type), values, media, parameter.name)
        place = parameter.location.value
        if place == "path":
            return [(parameter.name, PATH(text) or PATH(made_up(parameter.name)))]
        if place == "query":
            return [(QUERY(parameter.name), QUERY(text))]
        if place == "cookie":
            return [(parameter.name, quote(text, safe=""))]
        return [(parameter.name, ascii_json(text) if is_json(media_type) else text)]
    if parameter.location.value == "path":
        reserved_too = bool(parameter.allow_reserved) and values.document.version >= (3, 2)
        return [(parameter.name, path_value(parameter, value, reserved_too))]
    return pairs(parameter, value)


def query_string(parameter: Parameter, values: ValueBuilder) -> tuple[tuple[str, str, bool, str, bool], str]:
    """How the parameter that is the whole query is described, and that query (OAS 3.2: in: querystring)."""
    required = bool(parameter.required)
    described = (parameter.name, "querystring", required, "object", False)
    if not (required or values.optional) or not parameter.content:
        return described, ""
    (media_type, media), *_ = parameter.content.items()
    value = content_value(parameter, parameter_value(parameter, values), values)
    text = bodies.encode(value, bodies.content_type(media_type), values, media, parameter.name)
    return described, text if essence(media_type) == bodies.FORM else QUERY(text)


def own_content_type(headers: Pairs, content_type: str | None) -> str | None:
    """The body's type, which a header parameter of 2.0 may say another name of; that parameter is not sent twice."""
    given = next((pair for pair in headers if pair[0].lower() == "content-type"), None)
    if given is None or content_type is None:
        return content_type
    headers.remove(given)
    return given[1] if is_json(given[1]) == is_json(content_type) and "boundary=" not in content_type else content_type


def sent_value(parameter: Parameter, values: ValueBuilder) -> Any:
    """The value that a parameter sends, made once."""
    key = "value", id(parameter), values.optional
    make = partial(parameter_value, parameter, values)
    return content_value(parameter, values.document.remembered(key, make), values)


def parameter_value(parameter: Parameter, values: ValueBuilder) -> Any:
    """The parameter's own example, the schema's, or an invented value of the right type; `{name}` is no example."""
    value = _example_or_value(parameter, values)
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        return TEXT if parameter.schema_object is None else values.invented(parameter.schema_object)
    return value


def _example_or_value(parameter: Parameter, values: ValueBuilder) -> Any:
    given = parameter.example if parameter.example is not None else first_example(parameter.examples)
    if given is not MISSING:
        return given if parameter.content else _of_text(parameter, given, values)
    for media_type, media in (parameter.content or {}).items():
        given = body_example(media, media_type, values)
        return media_value(media, media_type, values) if given is MISSING else given
    return values.value(parameter.schema_object)


def _of_text(parameter: Parameter, value: Any, values: ValueBuilder) -> Any:
    """An example of an object or array that is written as JSON in a text."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[") or parameter.schema_object is None:
        return value
    kind = kind_of(values.flat(parameter.schema_object))
    read = read_as(kind, value) if kind in ("object", "array") else value
    return read if read != [value] else value


def content_value(parameter: Parameter, value: Any, values: ValueBuilder) -> Any:
    """The value of a parameter with `content`, whose example may be JSON written as text."""
    for media_type, media in (parameter.content or {}).items():
        if isinstance(value, str) and is_json(media_type):
            return read_as(media_kind(media, values) or "object", value)
    return value


def path_value(parameter: Parameter, value: Any, reserved_too: bool = False) -> str:
    """Percent-encoded path segment(s) by style simple, label or matrix and explode (RFC 6570). reserved_too: what may
    stand in a segment stays (OAS 3.2: allowReserved; RFC 3986, 3.3)."""
    style, explode = parameter.style or "simple", bool(parameter.explode)
    name = quote(parameter.name, safe="")
    several = isinstance(value, list | dict)
    quoted = (PATH_MEMBER if several else PATH) if not reserved_too else partial(reserved_segment, member=several)
    parts = pieces(value, explode, quoted)
    if not parts or not (style == "matrix" or any(parts)):
        parts = [PATH(made_up(parameter.name))]
    delimiter = quote(DELIMITERS.get(style, ","), safe=",")
    if style == "label":
        return "." + ("." if explode else ",").join(parts)
    if style != "matrix":
        return delimiter.join(parts)
    if isinstance(value, dict) and explode:
        return "".join(f";{part.removesuffix('=')}" for part in parts)  # RFC 6570, 3.2.7
    texts = parts if explode else [delimiter.join(parts)]
    return "".join(f";{name}={text}" if text else f";{name}" for text in texts)


def pairs(parameter: Parameter, value: Any) -> Pairs:
    """Encoded (name, value) pairs of a query, header or cookie parameter by style and explode (OAS 3: Style Values)."""
    name, place = parameter.name, parameter.location.value
    style = parameter.style or "form"
    if place == "cookie" and style == "cookie":  # OAS 3.2: not encoded
        explode = parameter.explode is not False
        return query_pairs(name, value, "form", explode, str, str)
    if place != "query":
        text = DELIMITERS.get(style, ",").join(pieces(value, bool(parameter.explode)))
        return [(name, quote(text, safe="") if place == "cookie" else text)]
    explode = style in ("form", "deepObject") if parameter.explode is None else parameter.explode
    if parameter.allow_reserved:
        return query_pairs(name, value, style, explode, reserved, reserved_member)
    return query_pairs(name, value, style, explode)


def made_up(name: str) -> str:
    return TEXT if not name else re.sub(r"\W+", "_", name).upper()
