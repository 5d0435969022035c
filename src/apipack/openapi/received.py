"""What a request says, read back as the values of its operation's schemas: by place and style, or from a form."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import listed
from apipack.openapi.number_texts import INTEGER, NUMBER
from apipack.records import Request, json_value

DEEPEST = 50  # parts of parts of an `allOf`
SEPARATORS = {"spaceDelimited": r"%20|\+| ", "pipeDelimited": r"%7[Cc]|\|", "tabDelimited": "%09|\t"}


def sent_texts(path: str, request: Request) -> dict[str, dict[str, list[str]]]:
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


def parameter_value(document: Document, parameter: dict[str, Any], schema: dict[str, Any], values: list[str]) -> Any:
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
    if type_of(schema) == "object" and place in ("path", "header") and decoded(place, values[0])[:1] != "{":
        exploded = bool(parameter.get("explode", False))
        return _object(document, schema, place, values[0], {"label": ".", "matrix": ";"}.get(style, ""), exploded)
    if place == "cookie" and type_of(schema) in ("array", "object"):  # encoded whole
        values = [unquote(values[0])]
        if type_of(schema) == "object" and values[0][:1] != "{":
            return _object(document, schema, place, values[0], "", "=" in values[0].partition(",")[0])
    if type_of(schema) != "array":
        return typed(schema, decoded(place, values[0]))
    if (not explode or place in ("header", "cookie") or (place == "path" and style == "simple")) and len(values) == 1:
        values = re.split(separator, values[0])
        if place == "header":  # RFC 9110, 5.6.1
            values = [value.strip(" \t") for value in values]
    items = schema_of(document, schema.get("items"))
    if len(values) == 1 and separator == "," and not explode and place in ("path", "query"):
        values = _encoded_whole(schema, items, place, values[0])
    return [typed(items, decoded(place, value)) for value in values]


def lacks_style(parameter: dict[str, Any], schema: dict[str, Any], segment: str) -> bool:
    """Whether a path's segment has not the marks of style matrix or label (OAS 3: Style Values)."""
    style, explode = parameter.get("style"), bool(parameter.get("explode", False))
    if style == "label":
        return not segment.startswith(".")
    if style != "matrix":
        return False
    if type_of(schema) == "object" and explode:
        return not segment.startswith(";")
    names = [piece.partition("=")[0] for piece in segment.split(";")[1:]]
    if not segment.startswith(";") or {unquote(name) for name in names} != {str(parameter.get("name"))}:
        return True
    return "," in segment if type_of(schema) == "array" and explode else len(names) > 1


def _encoded_whole(schema: dict[str, Any], items: dict[str, Any], place: str, text: str) -> list[str]:
    """The values of an array whose commas may be encoded as well, as most clients do with all of a value: a receiver
    that decodes first cannot tell. As one item it stays where it can be one."""
    whole, enum = decoded(place, text), items.get("enum")
    value = typed(items, whole)
    is_item = value in enum if isinstance(enum, list) else type_of(items) in (None, "string") or value != whole
    least = schema.get("minItems")
    if "%2c" not in text.lower() or (is_item and not (isinstance(least, int) and least > 1)):
        return [text]
    return re.split("%2[Cc]", text)


def _object(document: Document, schema: dict[str, Any], place: str, text: str, mark: str, explode: bool) -> Any:
    """An object of style simple, label or matrix; mark: what that puts before it and, exploded, between members."""
    pieces = re.split(re.escape(mark) if explode and mark else ",", text.removeprefix(mark))
    if explode:
        pairs = [piece.partition("=")[::2] for piece in pieces]
    elif len(pieces) % 2:
        return decoded(place, text)
    else:
        pairs = list(zip(pieces[::2], pieces[1::2], strict=True))
    named = {decoded(place, name): decoded(place, value) for name, value in pairs}
    members = schema.get("properties")
    members = members if isinstance(members, dict) else {}
    return {name: typed(schema_of(document, members.get(name)), value) for name, value in named.items()}


def decoded(place: str, text: str) -> str:
    return text if place == "header" else unquote_plus(text) if place == "query" else unquote(text)


def typed(schema: dict[str, Any], text: str) -> Any:
    """Text as the JSON value that the schema's type makes of it; text where it does not fit."""
    kind, enum = type_of(schema), schema.get("enum")
    for value in enum if isinstance(enum, list) else ():
        if text == (value if isinstance(value, str) else json.dumps(value)):
            return value
    try:
        if kind == "integer":
            return int(text) if INTEGER.fullmatch(text) else text
        if kind == "number":
            return float(text) if NUMBER.fullmatch(text) else text
        if kind in ("object", "array"):
            return json_value(text)
    except (ValueError, RecursionError):
        return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def schema_of(document: Document, node: Any, depth: int = 0) -> dict[str, Any]:
    """A schema with its reference followed and its `allOf` laid over it; empty where there is none."""
    try:
        schema = document.resolve(node)
    except SpecError:
        return {}
    if "allOf" not in schema or depth == DEEPEST:
        return schema
    kept = document.remembered(("laid over", id(schema), depth), lambda: (schema, _laid_over(document, schema, depth)))
    return kept[1]


def _laid_over(document: Document, schema: dict[str, Any], depth: int) -> dict[str, Any]:
    for part in listed(schema["allOf"]):
        schema = {**schema_of(document, part, depth + 1), **schema}
    return schema


def type_of(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return kind if isinstance(kind, str) else ("object" if "properties" in schema else None)


def form_value(document: Document, schema: dict[str, Any], text: str, encoding: Any = None) -> dict[str, Any]:
    """An object of a form's members. encoding: the Encoding Objects of some."""
    value: dict[str, Any] = {}
    for pair in filter(None, text.split("&")):
        key, _, encoded = pair.partition("=")
        name, item = unquote_plus(key), unquote_plus(encoded)
        own = encoding.get(name) if isinstance(encoding, dict) else None
        members, inner, name = inside(document, all_members(document, schema), value, name)
        member = as_sent(document, schema_of(document, members.get(name)), item)
        if type_of(member) != "array":
            inner[name] = typed(member, item)
        elif isinstance(items := inner.setdefault(name, []), list):
            of_items = schema_of(document, member.get("items"))
            texts = joined(own, encoded)
            if texts == [encoded] and not is_exploded(own):
                texts = _encoded_whole(member, of_items, "query", encoded)
            items += [typed(of_items, unquote_plus(one)) for one in texts]
    return value


def inside(
    document: Document, members: dict[str, Any], value: dict[str, Any], name: str
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Where a form's member stands: the properties, the object and the name there, of deepObject's `name[key]` those
    inside. members, value: the form's own."""
    base, *keys = name.replace("]", "").split("[")
    if not keys or name in members or base not in members:
        return members, value, name
    for outer in (base, *keys[:-1]):
        members = all_members(document, schema_of(document, members.get(outer)))
        if not isinstance(value.setdefault(outer, {}), dict):  # `name` had a value of its own, which is wrong
            return {}, {}, keys[-1]
        value = value[outer]
    return members, value, keys[-1]


def joined(encoding: Any, text: str) -> list[str]:
    """The items of an array that one member of a form has, by its style (OAS 3: Encoding Object)."""
    return [text] if is_exploded(encoding) else re.split(SEPARATORS.get(str(encoding.get("style")), ","), text)


def is_exploded(encoding: Any) -> bool:
    if not isinstance(encoding, dict):
        return True
    return bool(encoding.get("explode", encoding.get("style", "form") == "form"))


def as_sent(document: Document, schema: dict[str, Any], text: str) -> dict[str, Any]:
    """Of alternatives without a type of their own the first that the text can be a value, or an item, of."""
    if type_of(schema) is not None:
        return schema
    for node in (*listed(schema.get("anyOf")), *listed(schema.get("oneOf"))):
        option = schema_of(document, node)
        enum = option.get("enum")
        if (text in enum) if isinstance(enum, list) else (type_of(option) == "array" or typed(option, text) != text):
            return option
    return schema


def all_members(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    """The properties of a schema and of its alternatives."""
    members: dict[str, Any] = {}
    for option in (*listed(schema.get("anyOf")), *listed(schema.get("oneOf"))):
        members = {**_members(schema_of(document, option)), **members}
    return {**members, **_members(schema)}


def _members(schema: dict[str, Any]) -> dict[str, Any]:
    members = schema.get("properties")
    return members if isinstance(members, dict) else {}
