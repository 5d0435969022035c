"""A request against its operation (OAS 3: Operation Object): which rules of the specification it breaks.

Parameters are read back from where their style puts them and the body by its media type; both are validated with
openapi-schema-validator. Credentials are those of one alternative of its security. `pattern`s are checked only on
demand: a specification's regular expression can take for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import listed
from apipack.openapi.paths import RawOperation
from apipack.openapi.received import decoded, lacks_style, parameter_value, schema_of, sent_texts, type_of, typed
from apipack.openapi.received_bodies import BodyError, accepts, body_values
from apipack.openapi.received_credentials import lacks_credentials
from apipack.openapi.validators import MOST, Schemas
from apipack.records import Request, is_json, json_value

BODILESS = {
    "GET",
    "HEAD",
    "TRACE",
}  # OAS 3: Operation Object, requestBody: to be ignored where HTTP gives it no meaning
SCALARS = ("string", "integer", "number", "boolean")
NOT_PARAMETERS = {"accept", "content-type", "authorization"}  # OAS 3: Parameter Object


def violations(document: Document, raw: RawOperation, request: Request, *, patterns: bool = False) -> frozenset[str]:
    """The rules that the request breaks, as `place name: keyword`; empty where it conforms. patterns: check those
    too that Python's `re` understands; the caller bounds the time."""
    return frozenset(islice(_all(document, raw, request, patterns), MOST))


def _all(document: Document, raw: RawOperation, request: Request, patterns: bool) -> Iterator[str]:
    try:
        parameters = _parameters(document, raw)
        body = document.resolve(raw.operation["requestBody"]) if raw.operation.get("requestBody") else None
    except SpecError as error:
        yield f"unchecked: {error.reason}"
        return
    check = Schemas(document, patterns)
    if lacks_credentials(document, raw, request):
        yield "security: required"
    yield from _arguments(check, document, parameters, raw.path, request)
    yield from _body(check, document, body, request)


def _parameters(document: Document, raw: RawOperation) -> dict[tuple[str, str], dict[str, Any]]:
    """(place, name) → Parameter Object; the operation's stand in for the path's."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for holder in (raw.path_item, raw.operation):
        for node in listed(holder.get("parameters")):
            parameter = document.resolve(node)
            merged[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    return merged


def _arguments(
    check: Schemas, document: Document, parameters: dict[tuple[str, str], dict[str, Any]], path: str, request: Request
) -> Iterator[str]:
    given = sent_texts(path, request)
    open_ended = False
    for (place, name), parameter in parameters.items():
        open_ended = open_ended or place == "querystring"  # OAS 3.2: the whole query
        reserved = place == "header" and name.lower() in NOT_PARAMETERS and document.version != (2, 0)
        if place not in given or reserved:
            continue
        schema = schema_of(document, parameter.get("schema"))
        if place == "query" and type_of(schema) == "object":
            open_ended = True
            continue
        if parameter.get("style") == "cookie" and type_of(schema) == "object":  # OAS 3.2: a cookie a member
            continue
        values = given[place].get(name.lower() if place == "header" else name)
        if values is None:
            if parameter.get("required") and place != "path":
                yield f"{place} {name}: required"
            continue
        if len(values) > 1 and ("content" in parameter or type_of(schema) in SCALARS):
            yield f"{place} {name}: twice"
        if "content" in parameter:
            yield from _content(check, document, parameter, values[0], f"{place} {name}")
        else:
            value = parameter_value(document, parameter, schema, values)
            if place == "path" and lacks_style(parameter, schema, values[0]):
                yield f"path {name}: not of style {parameter['style']}"
            rules = check.errors(parameter.get("schema"), value, f"{place} {name}")
            yield from (
                rule for rule in rules if not rule.endswith("readOnly")
            )  # of properties alone: OAS 3, Schema Object
    names = {name for place, name in parameters if place == "query"} | _key_names(document)
    for name in given["query"]:
        if name not in names and not open_ended and name not in dict(parse_qsl(path.partition("?")[2], True)):
            yield f"query {name}: unknown"


def _content(check: Schemas, document: Document, parameter: dict[str, Any], text: str, place: str) -> Iterator[str]:
    """What a parameter's `content` does not allow, of JSON and of text."""
    content = parameter.get("content")
    media_type, node = next(iter(content.items()), ("", None)) if isinstance(content, dict) else ("", None)
    media = schema_of(document, node)
    value: Any = decoded(str(parameter.get("in")), text)
    if is_json(str(media_type)):
        try:
            value = json_value(value)
        except (ValueError, RecursionError):
            yield f"{place}: not JSON"
            return
    elif media_type == "text/plain":
        value = typed(schema_of(document, media.get("schema")), value)
    else:
        return
    yield from check.errors(media.get("schema"), value, place)


def _key_names(document: Document) -> set[str]:
    """Names of the API keys that go in the query."""
    schemes = (schema_of(document, node) for node in document.security_schemes.values())
    return {str(scheme.get("name")) for scheme in schemes if scheme.get("in") == "query"}


def _body(check: Schemas, document: Document, body: dict[str, Any] | None, request: Request) -> Iterator[str]:
    if body is None:
        if request.body:
            yield "body: unknown"
        return
    if not request.body:
        if body.get("required") and request.method not in BODILESS:
            yield "body: required"
        return
    content = body.get("content")
    media_type = request.media_type or ""
    content = content if isinstance(content, dict) else {}
    accepting = sorted((key for key in content if accepts(key, media_type)), key=lambda key: "*" in str(key))
    media = content[accepting[0]] if accepting else None
    if not isinstance(media, dict):
        yield f"body: media type {media_type}"
        return
    try:
        received = body_values(document, media, request)
    except BodyError as error:
        yield f"body{error.place}: {error.reason}"
        return
    except RecursionError as error:
        yield f"body: unchecked, {type(error).__name__}"
        return
    yield from received.broken
    for schema, value in received.values:
        yield from check.errors(schema, value, "body")
