"""A request against its operation (OAS 3: Operation Object): which rules of the specification it breaks.

Parameters are read back from where their style puts them and the body by its media type; both are validated with
openapi-schema-validator. `pattern`s are checked only on demand: a specification's regular expression can take for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, unquote_plus

from jsonschema.exceptions import UnknownType, ValidationError, best_match
from jsonschema.validators import Draft4Validator, extend
from openapi_schema_validator import OAS30WriteValidator, OAS31Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from apipack.openapi.admission import TYPES, is_of
from apipack.openapi.document import Document, RawOperation
from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import listed
from apipack.records import Request, json_value

MOST = 50
SEPARATORS = {"spaceDelimited": r"%20|\+| ", "pipeDelimited": r"%7[Cc]|\|", "tabDelimited": "%09|\t"}
BODILESS = {
    "GET",
    "HEAD",
    "TRACE",
}  # OAS 3: Operation Object, requestBody: to be ignored where HTTP gives it no meaning
ALL_OF = Draft4Validator.VALIDATORS["allOf"]  # openapi-schema-validator's leaves allOf out beside a discriminator
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
    UnknownType,
)
"""What validators raise on a schema that is none, which specifications have; it is reported as `unchecked`."""


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
    yield from _arguments(check, document, parameters, raw.path, request)
    yield from _body(check, document, body, request)


class Schemas:
    """Validates values against schemas of one document; references are followed when they are met."""

    def __init__(self, document: Document, patterns: bool = False) -> None:
        later = str(document.raw.get("openapi", "")).startswith(("3.1", "3.2"))
        self._validator = _VALIDATORS[later, patterns]
        self._document = document
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
                if self._no_rule_of_requests(error):
                    continue
                inner = "/".join("*" if isinstance(key, int) else str(key) for key in error.absolute_path)
                yield f"{place}{'/' if inner else ''}{inner}: {_keyword(error)}"
        except BROKEN_SCHEMA as error:
            yield f"{place}: unchecked, {type(error).__name__}"

    def _no_rule_of_requests(self, error: ValidationError) -> bool:
        """Whether a value is read-only that is no property, or what is missing is read-only behind a reference."""
        if error.validator == "readOnly":
            return not error.absolute_path or isinstance(error.absolute_path[-1], int)
        members = (
            error.schema.get("properties") if error.validator == "required" and isinstance(error.schema, dict) else {}
        )
        members = members if isinstance(members, dict) else {}
        missing = (name for name in members if error.message == f"{name!r} is a required property")
        return any(_schema(self._document, members[name]).get("readOnly") for name in missing)


def _keyword(error: ValidationError) -> str:
    if error.validator == "required":
        return str(error.message)
    if _contradictory(error):
        return f"{error.validator}, which no value of its enum has"
    if error.validator in ("oneOf", "anyOf") and (inner := best_match(error.context or [])):
        return f"{error.validator} {inner.validator}"
    return str(error.validator)


def _contradictory(error: ValidationError) -> bool:
    """Whether the schema's own `type` refuses every value of its `enum`, so that nothing is valid."""
    schema = error.schema
    if error.validator not in ("type", "enum") or not isinstance(schema, dict):
        return False
    kind, values = schema.get("type"), schema.get("enum")
    if not isinstance(values, list) or kind not in TYPES:
        return False
    return not any(is_of(str(kind), value) for value in values)


def _no_check(*_: Any) -> Iterator[ValidationError]:
    yield from ()


def _pattern(checker: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    try:
        if isinstance(instance, str) and not re.search(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")
    except re.error:
        return


def _safe(validator: Any, patterns: bool, later: bool) -> Any:
    original = validator.VALIDATORS["additionalProperties"]

    def additional(checker: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if "patternProperties" not in schema:
            yield from original(checker, allowed, instance, schema) or ()

    own = {"pattern": _pattern if patterns else _no_check, "patternProperties": _no_check}
    own |= {"additionalProperties": additional, "allOf": ALL_OF}
    if later:
        return extend(validator, own)
    keywords = {**validator.VALIDATORS, **own}
    return extend(validator, {name: _beside_no_reference(name, check) for name, check in keywords.items()})


def _beside_no_reference(name: str, check: Any) -> Any:
    """The check of a keyword, which beside a `$ref` is to be ignored (OAS 3.0: Reference Object)."""

    def checked(checker: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if name == "$ref" or not isinstance(schema.get("$ref"), str):
            yield from check(checker, value, instance, schema) or ()

    return checked


_VALIDATORS = {
    (later, patterns): _safe(OAS31Validator if later else OAS30WriteValidator, patterns, later)
    for later in (False, True)
    for patterns in (False, True)
}


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
    given = _given(path, request)
    open_ended = False
    for (place, name), parameter in parameters.items():
        open_ended = open_ended or place == "querystring"  # OAS 3.2: the whole query
        reserved = place == "header" and name.lower() in NOT_PARAMETERS and document.version != (2, 0)
        if place not in given or reserved:
            continue
        schema = _schema(document, parameter.get("schema"))
        if place == "query" and _type(schema) == "object":
            open_ended = True
            continue
        values = given[place].get(name.lower() if place == "header" else name)
        if values is None:
            if parameter.get("required") and place != "path":
                yield f"{place} {name}: required"
        elif "content" in parameter:
            yield from _content(check, document, parameter, values[0], f"{place} {name}")
        else:
            value = _value(document, parameter, schema, values)
            rules = check.errors(parameter.get("schema"), value, f"{place} {name}")
            yield from (
                rule for rule in rules if not rule.endswith("readOnly")
            )  # of properties alone: OAS 3, Schema Object
    names = {name for place, name in parameters if place == "query"} | _key_names(document)
    for name in given["query"]:
        if name not in names and not open_ended and name not in dict(parse_qsl(path.partition("?")[2], True)):
            yield f"query {name}: unknown"


def _given(path: str, request: Request) -> dict[str, dict[str, list[str]]]:
    """Place → name → values, encoded as the request has them."""
    places: dict[str, dict[str, list[str]]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for pair in filter(None, request.parts.query.split("&")):
        name, _, value = pair.partition("=")
        places["query"].setdefault(unquote_plus(name), []).append(value)
    for name, value in request.headers:
        places["header"].setdefault(name.lower(), []).append(value)
        if name.lower() == "cookie":
            for pair in value.split(";"):
                key, _, content = pair.strip().partition("=")
                places["cookie"].setdefault(key, []).append(content)
    pattern, segments = path.partition("?")[0].split("/")[::-1], request.parts.path.split("/")[::-1]
    for part, segment in zip(pattern, segments, strict=False):  # from the end: the server's path comes first
        if part.startswith("{") and part.endswith("}") and part.count("{") == 1:
            places["path"][part[1:-1]] = [segment]
    return places


def _value(document: Document, parameter: dict[str, Any], schema: dict[str, Any], values: list[str]) -> Any:
    """The parameter's value by its schema's type and its style; values are split as they stand, then decoded."""
    place = str(parameter.get("in"))
    style = str(parameter.get("style") or ("form" if place in ("query", "cookie") else "simple"))
    explode = parameter.get("explode", style == "form")
    separator = SEPARATORS.get(style, ",")
    if place == "path" and style == "matrix":
        name = re.escape(quote(str(parameter.get("name")), safe=""))
        values = re.split(rf";{name}=", values[0])[1:] or values
    elif place == "path" and style == "label":
        values, separator = [values[0].removeprefix(".")], r"\." if explode else ","
        explode = False
    if _type(schema) == "object" and place in ("path", "header") and _decoded(place, values[0])[:1] != "{":
        exploded = bool(parameter.get("explode", False))
        return _object(document, schema, place, values[0], {"label": ".", "matrix": ";"}.get(style, ""), exploded)
    if _type(schema) != "array":
        return _typed(schema, _decoded(place, values[0]))
    if place == "cookie":  # encoded whole
        values = [unquote(values[0])]
    if (not explode or place in ("header", "cookie") or (place == "path" and style == "simple")) and len(values) == 1:
        values = re.split(separator, values[0])
    items = _schema(document, schema.get("items"))
    return [_typed(items, _decoded(place, value)) for value in values]


def _object(document: Document, schema: dict[str, Any], place: str, text: str, mark: str, explode: bool) -> Any:
    """An object of style simple, label or matrix; mark: what that puts before it and, exploded, between members."""
    pieces = re.split(re.escape(mark) if explode and mark else ",", text.removeprefix(mark))
    if explode:
        pairs = [piece.partition("=")[::2] for piece in pieces]
    elif len(pieces) % 2:
        return _decoded(place, text)
    else:
        pairs = list(zip(pieces[::2], pieces[1::2], strict=True))
    named = {_decoded(place, name): _decoded(place, value) for name, value in pairs}
    members = schema.get("properties")
    members = members if isinstance(members, dict) else {}
    return {name: _typed(_schema(document, members.get(name)), value) for name, value in named.items()}


def _decoded(place: str, text: str) -> str:
    return text if place == "header" else unquote_plus(text) if place == "query" else unquote(text)


def _content(check: Schemas, document: Document, parameter: dict[str, Any], text: str, place: str) -> Iterator[str]:
    """What a parameter's `content` does not allow, of JSON and of text."""
    content = parameter.get("content")
    media_type, node = next(iter(content.items()), ("", None)) if isinstance(content, dict) else ("", None)
    media = _schema(document, node)
    value: Any = _decoded(str(parameter.get("in")), text)
    if str(media_type).split(";")[0].strip().lower().endswith(("/json", "+json")):
        try:
            value = json_value(value)
        except (ValueError, RecursionError):
            yield f"{place}: not JSON"
            return
    elif media_type != "text/plain":
        return
    yield from check.errors(media.get("schema"), value, place)


def _typed(schema: dict[str, Any], text: str) -> Any:
    """Text as the JSON value that the schema's type makes of it; text where it does not fit."""
    kind, enum = _type(schema), schema.get("enum")
    for value in enum if isinstance(enum, list) else ():
        if text == (value if isinstance(value, str) else json.dumps(value)):
            return value
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
        if kind in ("object", "array"):
            return json_value(text)
    except (ValueError, RecursionError):
        return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _schema(document: Document, node: Any, depth: int = 0) -> dict[str, Any]:
    """A schema with its reference followed and its `allOf` laid over it; empty where there is none."""
    try:
        schema = document.resolve(node)
    except SpecError:
        return {}
    if "allOf" not in schema or depth == MOST:
        return schema
    kept = document.remembered(("laid over", id(schema), depth), lambda: (schema, _laid_over(document, schema, depth)))
    return kept[1]


def _laid_over(document: Document, schema: dict[str, Any], depth: int) -> dict[str, Any]:
    for part in listed(schema["allOf"]):
        schema = {**_schema(document, part, depth + 1), **schema}
    return schema


def _type(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return kind if isinstance(kind, str) else ("object" if "properties" in schema else None)


def _key_names(document: Document) -> set[str]:
    """Names of the API keys that go in the query."""
    schemes = (_schema(document, node) for node in document.security_schemes.values())
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
    accepting = sorted((key for key in content if _accepts(key, media_type)), key=lambda key: "*" in str(key))
    media = content[accepting[0]] if accepting else None
    if not isinstance(media, dict):
        yield f"body: media type {media_type}"
        return
    schema = media.get("schema")
    if request.is_json:
        try:
            value = json_value(request.body)
        except ValueError:
            yield "body: not JSON"
            return
        except RecursionError as error:
            yield f"body: unchecked, {type(error).__name__}"
            return
        yield from check.errors(schema, value, "body")
    elif media_type == "application/x-www-form-urlencoded":
        flat = _schema(document, schema)
        form = request.body if _type(flat) == "string" else _form(document, flat, request.body)
        yield from check.errors(schema, form, "body")


def _form(document: Document, schema: dict[str, Any], text: str) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, item in parse_qsl(text, keep_blank_values=True):
        members, inner = _all_members(document, schema), value
        base, *keys = name.replace("]", "").split("[")
        if keys and name not in members and base in members:  # deepObject: `name[key]`
            for key in (base, *keys[:-1]):
                members = _all_members(document, _schema(document, members.get(key)))
                if not isinstance(inner.setdefault(key, {}), dict):  # `name` had a value of its own, which is wrong
                    inner, members = {}, {}
                    break
                inner = inner[key]
            name = keys[-1]
        member = _as_sent(document, _schema(document, members.get(name)), item)
        if _type(member) != "array":
            inner[name] = _typed(member, item)
        elif isinstance(items := inner.setdefault(name, []), list):
            items.append(_typed(_schema(document, member.get("items")), item))
    return value


def _as_sent(document: Document, schema: dict[str, Any], text: str) -> dict[str, Any]:
    """Of alternatives without a type of their own the first that the text can be a value, or an item, of."""
    if _type(schema) is not None:
        return schema
    for node in (*listed(schema.get("anyOf")), *listed(schema.get("oneOf"))):
        option = _schema(document, node)
        enum = option.get("enum")
        if (text in enum) if isinstance(enum, list) else (_type(option) == "array" or _typed(option, text) != text):
            return option
    return schema


def _all_members(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """The properties of a schema and of its alternatives."""
    members: dict[str, Any] = {}
    for option in (*listed(schema.get("anyOf")), *listed(schema.get("oneOf"))):
        members = {**_members(_schema(document, option)), **members}
    return {**members, **_members(schema)}


def _members(schema: dict[str, Any]) -> dict[str, Any]:
    members = schema.get("properties")
    return members if isinstance(members, dict) else {}


def _accepts(key: Any, media_type: str) -> bool:
    """Whether a media type or range of `content` covers a media type; `application/*+json` covers JSON as well."""
    wanted = str(key).split(";")[0].strip().lower()
    return wanted == "*/*" or fnmatchcase(media_type, wanted.replace("*+", "*"))
