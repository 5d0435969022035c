"""A request against its operation (OAS 3: Operation Object): which rules of the specification it breaks.

Parameters are read back from where their style puts them and the body by its media type; both are validated with
openapi-schema-validator. `pattern`s are not: a specification's regular expression can take for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from openapi_schema_validator import OAS30WriteValidator, OAS31Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from apipack.openapi.document import Document, RawOperation
from apipack.openapi.loading import SpecError
from apipack.records import Request

MOST = 50
SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
NOT_PARAMETERS = {"accept", "content-type", "authorization"}  # OAS 3: Parameter Object
BROKEN_SCHEMA = (
    Unresolvable,
    SpecError,
    RecursionError,
    TypeError,
    AttributeError,
    ValueError,
    KeyError,
    ArithmeticError,
)
"""What validators raise on a schema that is none, which specifications have; it is reported as `unchecked`."""


def violations(document: Document, raw: RawOperation, request: Request) -> frozenset[str]:
    """The rules that the request breaks, as `place name: keyword`; empty where it conforms."""
    return frozenset(islice(_all(document, raw, request), MOST))


def _all(document: Document, raw: RawOperation, request: Request) -> Iterator[str]:
    try:
        parameters = _parameters(document, raw)
        body = document.resolve(raw.operation["requestBody"]) if raw.operation.get("requestBody") else None
    except SpecError as error:
        yield f"unchecked: {error.reason}"
        return
    check = Schemas(document)
    yield from _arguments(check, document, parameters, raw.path, request)
    yield from _body(check, document, body, request)


class Schemas:
    """Validates values against schemas of one document; references are followed when they are met."""

    def __init__(self, document: Document) -> None:
        version = str(document.raw.get("openapi", ""))
        self._validator = _LATER if version.startswith(("3.1", "3.2")) else _EARLIER
        self._registry: Registry[Any] = Registry()  # retrieves nothing
        self._around = {key: node for key, node in document.raw.items() if key not in self._validator.VALIDATORS}

    def errors(self, schema: Any, value: Any, place: str) -> Iterator[str]:
        """`place/inner: keyword` of everything about the value that the schema does not allow."""
        if not isinstance(schema, dict):
            return
        try:
            root = {**self._around, **schema}  # so that `#/components/…` leads where the document means it to
            validator = self._validator(root, registry=self._registry)
            for error in islice(validator.iter_errors(value), MOST):
                inner = "/".join("*" if isinstance(key, int) else str(key) for key in error.absolute_path)
                yield f"{place}{'/' if inner else ''}{inner}: {_keyword(error)}"
        except BROKEN_SCHEMA as error:
            yield f"{place}: unchecked, {type(error).__name__}"


def _keyword(error: ValidationError) -> str:
    if error.validator == "required":
        return str(error.message)
    if error.validator in ("oneOf", "anyOf") and (inner := best_match(error.context or [])):
        return f"{error.validator} {inner.validator}"
    return str(error.validator)


def _no_check(*_: Any) -> Iterator[ValidationError]:
    yield from ()


def _safe(validator: Any) -> Any:
    original = validator.VALIDATORS["additionalProperties"]

    def additional(checker: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if "patternProperties" not in schema:
            yield from original(checker, allowed, instance, schema) or ()

    return extend(validator, {"pattern": _no_check, "patternProperties": _no_check, "additionalProperties": additional})


_EARLIER, _LATER = _safe(OAS30WriteValidator), _safe(OAS31Validator)


def _parameters(document: Document, raw: RawOperation) -> dict[tuple[str, str], dict[str, Any]]:
    """(place, name) → Parameter Object; the operation's stand in for the path's."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for holder in (raw.path_item, raw.operation):
        for node in holder.get("parameters") or []:
            parameter = document.resolve(node)
            merged[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    return merged


def _arguments(
    check: Schemas, document: Document, parameters: dict[tuple[str, str], dict[str, Any]], path: str, request: Request
) -> Iterator[str]:
    given = _given(path, request)
    open_ended = False
    for (place, name), parameter in parameters.items():
        if place not in given or (place == "header" and name.lower() in NOT_PARAMETERS):
            continue
        schema = _schema(document, parameter.get("schema"))
        if place == "query" and _type(schema) == "object":
            open_ended = True
            continue
        values = given[place].get(name.lower() if place == "header" else name)
        if values is None:
            if parameter.get("required") and place != "path":
                yield f"{place} {name}: required"
        elif "content" not in parameter:
            yield from check.errors(
                parameter.get("schema"), _value(document, parameter, schema, values), f"{place} {name}"
            )
    known = {name for place, name in parameters if place == "query"} | _key_names(document)
    for name in given["query"]:
        if name not in known and not open_ended and name not in dict(parse_qsl(path.partition("?")[2], True)):
            yield f"query {name}: unknown"


def _given(path: str, request: Request) -> dict[str, dict[str, list[str]]]:
    """Place → name → values, as the request has them."""
    places: dict[str, dict[str, list[str]]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for name, value in request.query:
        places["query"].setdefault(name, []).append(value)
    for name, value in request.headers:
        places["header"].setdefault(name.lower(), []).append(value)
        if name.lower() == "cookie":
            for pair in value.split(";"):
                key, _, content = pair.strip().partition("=")
                places["cookie"].setdefault(key, []).append(unquote(content))
    pattern, segments = path.partition("?")[0].split("/")[::-1], request.parts.path.split("/")[::-1]
    for part, segment in zip(pattern, segments, strict=False):  # from the end: the server's path comes first
        if part.startswith("{") and part.endswith("}") and part.count("{") == 1:
            places["path"][part[1:-1]] = [unquote(segment)]
    return places


def _value(document: Document, parameter: dict[str, Any], schema: dict[str, Any], values: list[str]) -> Any:
    """The parameter's value by its schema's type and its style."""
    if _type(schema) != "array":
        return _typed(schema, values[0])
    style = str(parameter.get("style") or ("form" if parameter.get("in") in ("query", "cookie") else "simple"))
    explode = parameter.get("explode", style == "form")
    if not explode and len(values) == 1:
        values = values[0].split(SEPARATORS.get(style, ","))
    items = _schema(document, schema.get("items"))
    return [_typed(items, value) for value in values]


def _typed(schema: dict[str, Any], text: str) -> Any:
    """Text as the JSON value that the schema's type makes of it; text where it does not fit."""
    kind = _type(schema)
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
        if kind in ("object", "array"):
            return json.loads(text)
    except ValueError:
        return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _schema(document: Document, node: Any) -> dict[str, Any]:
    """A schema with its reference followed; empty where there is none."""
    try:
        return document.resolve(node)
    except SpecError:
        return {}


def _type(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return kind if isinstance(kind, str) else ("object" if "properties" in schema else None)


def _key_names(document: Document) -> set[str]:
    """Names of the API keys that go in the query."""
    schemes = (document.raw.get("components") or {}).get("securitySchemes") or {}
    return {
        str(scheme.get("name")) for node in schemes.values() if (scheme := _schema(document, node)).get("in") == "query"
    }


def _body(check: Schemas, document: Document, body: dict[str, Any] | None, request: Request) -> Iterator[str]:
    if body is None:
        if request.body:
            yield "body: unknown"
        return
    if not request.body:
        if body.get("required"):
            yield "body: required"
        return
    content = body.get("content")
    media_type = request.media_type or ""
    media = next((value for key, value in content.items() if _accepts(key, media_type)), None) if content else None
    if not isinstance(media, dict):
        yield f"body: media type {media_type}"
        return
    schema = media.get("schema")
    if media_type.endswith(("/json", "+json")):
        try:
            value = json.loads(request.body)
        except ValueError:
            yield "body: not JSON"
            return
        yield from check.errors(schema, value, "body")
    elif media_type == "application/x-www-form-urlencoded":
        yield from check.errors(schema, _form(document, _schema(document, schema), request.body), "body")


def _form(document: Document, schema: dict[str, Any], text: str) -> dict[str, Any]:
    members = schema.get("properties")
    members = members if isinstance(members, dict) else {}
    value: dict[str, Any] = {}
    for name, item in parse_qsl(text, keep_blank_values=True):
        member = _schema(document, members.get(name))
        if _type(member) == "array":
            value.setdefault(name, []).append(_typed(_schema(document, member.get("items")), item))
        else:
            value[name] = _typed(member, item)
    return value


def _accepts(key: Any, media_type: str) -> bool:
    """Whether a media type or range of `content` covers a media type."""
    wanted = str(key).split(";")[0].strip().lower()
    return (
        wanted in (media_type, "*/*") or (wanted.endswith("/*") and media_type.startswith(wanted[:-1])) or "*" in wanted
    )
