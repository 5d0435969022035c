"""An operation as a tool in OpenAI's format, and a request as a call of it: the eleventh form, both ways without loss.

A tool's parameters are the operation's arguments, by name and place; a body is one argument, `body`. A call has their
decoded values in the types of the schema. Credentials and what the specification fixes are no arguments: they come back
with the operation, credentials as placeholders or as those of the request (`credentials_of`), which whoever runs the
tool adds. A request that its call does not give back exactly has a reason instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from email import message_from_string
from email.message import Message
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote

from apipack.languages.wire import FORM
from apipack.openapi.loading import SpecError
from apipack.openapi.styles import PATH, QUERY, Pairs, scalar, to_json
from apipack.operations.credentials import add_secrets
from apipack.operations.documentation import Documentation, Parameter, type_text
from apipack.operations.filling import credential
from apipack.operations.forms import Node
from apipack.operations.parameters import own_content_type
from apipack.operations.requests import URL_SAFE, assemble
from apipack.operations.wire import body_of, pairs_of, whole_value
from apipack.records import Request, essence, is_json, json_value

Json = dict[str, Any]
Credentials = Mapping[tuple[str, str], Any]
"""(place, name) → value."""

PLACES = ("path", "query", "header", "cookie")
BODY = "body"
MAX_NAME = 64
"""Characters of a tool's name that OpenAI takes."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_PARAMETER = re.compile(r"\{([^{}]*)\}")


class NoTool(Exception):
    """There is no such tool or call; reason: one word to count."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Argument(NamedTuple):
    """One parameter of a tool. name: unique in the tool."""

    name: str
    given: Parameter


def tool_name(endpoint: str) -> str:
    """The name of an operation's tool; endpoint: what the specification or `operations.texts` calls the operation."""
    return _NOT_IN_NAMES.sub("_", endpoint).strip("_")[:MAX_NAME].rstrip("_") or "call"


def arguments_of(documentation: Documentation) -> list[Argument]:
    """The parameters that a call says, each under its name, or with its place before it where another has that."""
    said = [given for given in documentation.parameters if not _is_fixed(given.node, given.name)]
    count = Counter([given.name for given in said] + ([BODY] if documentation.body is not None else []))
    taken = {name for name, times in count.items() if times == 1}
    named = []
    for given in said:
        name = given.name
        if count[name] > 1:
            name = f"{given.place}_{name}"
        while name in taken and name != given.name:
            name = f"{given.place}_{name}"
        taken.add(name)
        named.append(Argument(name, given))
    return named


def tool(documentation: Documentation, endpoint: str, described: bool = True, optional: int | None = None) -> Json:
    """{"type": "function", "function": {name, description, parameters: JSON Schema}}. described: with what the
    specification says of arguments. optional: how many optional arguments it shows (`Documentation.trimmed`)."""
    shown = documentation.trimmed(optional)
    kept = set(map(id, shown.parameters))
    properties: Json = {}
    required = []
    for argument in arguments_of(documentation):
        if id(argument.given) not in kept:
            continue
        properties[argument.name] = _schema(argument.given.node, argument.given.name, described)
        if argument.given.required:
            required.append(argument.name)
    if shown.body is not None:
        properties[BODY] = _body_schema(shown, shown.body, described)
        required.append(BODY)
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    function = {"name": tool_name(endpoint), "description": documentation.says, "parameters": parameters}
    return {"type": "function", "function": function}


def call_of(documentation: Documentation, request: Request) -> Json:
    """The arguments with which the operation's tool makes this request, given its credentials. Raises `NoTool`."""
    arguments, credentials = _decoded(documentation, request)
    if request_of(documentation, arguments, credentials) != request:
        raise NoTool("another_request")
    return arguments


def credentials_of(documentation: Documentation, request: Request) -> Credentials:
    """What the request sends where the operation has placeholders. Raises `NoTool`."""
    return _decoded(documentation, request)[1]


def request_of(
    documentation: Documentation, arguments: Mapping[str, Any], credentials: Credentials = MappingProxyType({})
) -> Request:
    """The request that a call of the operation's tool makes. credentials: what it sends where the operation has
    placeholders; those where there is none. Raises `NoTool`."""
    if not isinstance(arguments, Mapping):
        raise NoTool("arguments_no_object")
    given_by_name = {argument.name: argument.given for argument in arguments_of(documentation)}
    if arguments.keys() - given_by_name.keys() - {BODY}:
        raise NoTool("unknown_argument")
    places: dict[str, Pairs] = {place: [] for place in PLACES}
    names = {id(given): name for name, given in given_by_name.items()}
    try:
        for given in documentation.parameters:
            name, own = names.get(id(given)), (given.place, given.name)
            if name is None:
                if given.required or own in credentials:
                    value = credentials[own] if own in credentials else _fixed(given.node, given.name)
                    places[given.place] += _pairs(given, value, documentation.version)
            elif name in arguments:
                places[given.place] += _pairs(given, arguments[name], documentation.version)
            elif given.required:
                raise NoTool("missing_argument")
        content_type = body = None
        if documentation.body is not None and documentation.media_type is not None:
            if BODY not in arguments:
                raise NoTool("missing_argument")
            wire = documentation.body_wire or {"header": documentation.media_type, "root": "root", "media": {}}
            content_type, body = body_of(wire, arguments[BODY], documentation.version)
        add_secrets([_secret(*secret, credentials) for secret in documentation.secrets], places)
        if documentation.version == "2.0":
            content_type = own_content_type(places["header"], content_type)
        return assemble(
            documentation.method, documentation.template, documentation.path_query, places, content_type, body
        )
    except (SpecError, UnicodeError, TypeError, ValueError, RecursionError) as error:
        raise NoTool(getattr(error, "reason", "unwritable")) from error


def _decoded(documentation: Documentation, request: Request) -> tuple[Json, Credentials]:
    """(arguments, credentials) of a request. Raises `NoTool`."""
    texts = _texts(_places(documentation, request))
    names = {id(argument.given): argument.name for argument in arguments_of(documentation)}
    arguments: Json = {}
    credentials: dict[tuple[str, str], Any] = {}
    for given in documentation.parameters:
        if "value" in given.node:
            continue
        value = _value(given, texts[given.place], documentation.version)
        if (name := names.get(id(given))) is None:
            credentials[given.place, given.name] = value
        elif value is not _MISSING:
            arguments[name] = value
    for place, name, _ in documentation.secrets:
        credentials[place, name] = next(iter(texts[place].get(_key(name, place), ())), _MISSING)
    if request.body is not None and documentation.body is not None:
        arguments[BODY] = _body_value(documentation, request.body)
    return arguments, {key: value for key, value in credentials.items() if value is not _MISSING}


def _secret(place: str, name: str, placeholder: str, credentials: Credentials) -> tuple[str, str, str]:
    """What is sent of a security scheme, encoded."""
    value = str(credentials.get((place, name), placeholder))
    return place, name, value if place == "header" else QUERY(value)


_MISSING = object()


def _is_fixed(node: Node, name: str) -> bool:
    return "value" in node or credential(node, name) is not None


def _fixed(node: Node, name: str) -> Any:
    return node["value"] if "value" in node else credential(node, name)


def _pairs(given: Parameter, value: Any, version: str) -> Pairs:
    """(name, value) as they are sent."""
    if given.wire is not None:
        return pairs_of(given.wire, value, version)
    text = scalar(value)
    return [(given.name, text if given.place == "header" else PATH(text) if given.place == "path" else QUERY(text))]


def _places(documentation: Documentation, request: Request) -> dict[str, Pairs]:
    """Place → (name, value) pairs of a request, as they are sent, without what the specification fixes. Raises `NoTool`
    for one to another endpoint."""
    fixed: dict[str, Pairs] = {place: [] for place in PLACES}
    for given in documentation.parameters:
        if given.required and "value" in given.node:
            fixed[given.place] += _pairs(given, given.node["value"], documentation.version)
    url, _, query = request.url.partition("?")
    pieces = _PARAMETER.split(documentation.template)
    in_path = dict(fixed["path"])
    groups, pattern = [], ""
    for number, text in enumerate(pieces):
        if number % 2 and text not in in_path:
            groups.append(text)
            pattern += "([^/?]*)"
        else:
            pattern += re.escape(quote(in_path[text] if number % 2 else text, safe=URL_SAFE))
    match = re.fullmatch(pattern, url)
    if match is None or request.method != documentation.method:
        raise NoTool("another_endpoint")
    places: dict[str, Pairs] = {
        "path": list(zip(groups, match.groups(), strict=True)),
        "query": _split(query, "&"),
        "header": list(request.headers),
        "cookie": _split(request.header("cookie") or "", "; "),
    }
    kinds = {given.name: given.place for given in documentation.parameters}
    for key, text in _split(documentation.path_query, "&"):
        sent = next((pair for pair in places["query"] if unquote(pair[0]) == unquote(key)), None)
        if sent is not None:
            places["query"].remove(sent)
            if (name := _PARAMETER.fullmatch(text)) is not None:
                places[kinds.get(name[1], "query")].append((name[1], sent[1]))
    for place, pairs in fixed.items():
        for pair in pairs:
            if pair in places[place]:
                places[place].remove(pair)
    return places


def _split(text: str, between: str) -> Pairs:
    pairs = (pair.partition("=") for pair in text.split(between) if pair)
    return [(name, value) for name, _, value in pairs]


def _texts(places: Mapping[str, Pairs]) -> dict[str, dict[str, list[str]]]:
    """Place → name → its decoded values in order."""
    texts: dict[str, dict[str, list[str]]] = {}
    for place, pairs in places.items():
        of_place = texts[place] = {}
        for name, value in pairs:
            of_place.setdefault(_key(name, place), []).append(value if place == "header" else unquote(value))
    return texts


def _value(given: Parameter, texts: dict[str, list[str]], version: str) -> Any:
    """The decoded value of a parameter, `_MISSING` where the request has none. texts: name → values, of which those of
    the parameter are taken away."""
    node, whole = given.node, whole_value(given.node)
    sample = _pairs(given, whole, version)
    if given.wire is not None and any(map(is_json, given.wire.get("content", ()))):
        values = texts.get(_key(given.name, given.place))
        return _of_json(values.pop(0)) if values else _MISSING
    if isinstance(whole, dict):
        if len(sample) != len(whole):
            raise NoTool("object_style")
        decoded = {}
        for (name, _, inner), (sent, _) in zip(node["members"], sample, strict=True):
            if values := texts.get(_key(sent, given.place)):
                decoded[name] = _typed(values.pop(0), inner)
        return decoded if decoded or given.required else _MISSING
    values = texts.get(_key(sample[0][0] if sample else given.name, given.place))
    if isinstance(whole, list):
        item = node["items"][0] if node.get("items") else {}
        if not values:
            return [] if given.required else _MISSING
        if len(_pairs(given, [*whole, *whole], version)) == 1:
            return [_typed(text, item) for text in values.pop(0).split(",")]
        return [_typed(values.pop(0), item) for _ in range(len(values))]
    return _typed(values.pop(0), node) if values else _MISSING


def _key(name: str, place: str) -> str:
    return name.lower() if place == "header" else unquote(name)


_TYPED: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("integer", "number", "boolean"), (bool, int, float)),
    "object": (dict,),
    "array": (list,),
}
"""Types of values that a request has as JSON texts."""


def _typed(text: str, node: Node) -> Any:
    """The value of a text by its schema, or the text where another would be written."""
    kind = "object" if "members" in node else "array" if "items" in node else node.get("kind")
    if not isinstance(text, str) or kind not in _TYPED:
        return text
    try:
        value = json_value(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, _TYPED[kind]) and to_json(value) == text else text


def _body_value(documentation: Documentation, body: str) -> Any:
    media_type = documentation.media_type or ""
    if is_json(media_type):
        return _of_json(body)
    if essence(media_type) == FORM:
        pairs = parse_qsl(body, keep_blank_values=True)
    elif essence(media_type) == "multipart/form-data":
        pairs = _parts(media_type, body)
    else:
        return body
    nodes = {name: inner for name, _, inner in (documentation.body or {}).get("members", ())}
    value: Json = {}
    for name, text in pairs:
        holder, key, node = _member(value, name, nodes)
        if "items" in node and isinstance(holder.setdefault(key, []), list):
            holder[key].append(_typed(text, node["items"][0]))
        else:
            holder[key] = _typed(text, node)
    return value


def _member(value: Json, name: str, nodes: Mapping[str, Node]) -> tuple[Json, str, Node]:
    """(object, key in it, node) of a form's name: `a[b]` is `b` of the object `a` (OAS 3: style deepObject)."""
    root, bracket, rest = name.partition("[")
    members = nodes.get(root, {}).get("members", ())
    if name not in nodes and bracket and members and isinstance(holder := value.setdefault(root, {}), dict):
        return _member(holder, rest.replace("]", "", 1), {key: inner for key, _, inner in members})
    return value, name, nodes.get(name, {})


def _of_json(text: str) -> Any:
    """The value of a JSON text, or another text as it is."""
    try:
        return json_value(text)
    except (ValueError, RecursionError):
        return text


def _parts(media_type: str, body: str) -> list[tuple[str, Any]]:
    """(name, value) of each part of a form (RFC 7578); parts of JSON have the value of that."""
    message = message_from_string(f"Content-Type: {media_type}\n\n{body}")
    parts = message.get_payload()
    named = []
    for part in (part for part in parts if isinstance(part, Message)) if isinstance(parts, list) else ():
        name, text = part.get_param("name", header="content-disposition"), part.get_payload()
        value = _of_json(str(text)) if is_json(part.get_content_type()) else str(text)
        named.append((str(name), value))
    return named


def is_structured(documentation: Documentation) -> bool:
    """Whether a call has the members of the body; others, XML for example, are a text as it is sent."""
    media_type = documentation.media_type or ""
    return is_json(media_type) or essence(media_type) in (FORM, "multipart/form-data")


def _body_schema(documentation: Documentation, body: Node, described: bool) -> Json:
    if is_structured(documentation):
        return _schema(body, "", described)
    return {"type": "string", "description": f"{documentation.media_type}: {type_text(body)}"}


def _schema(node: Node, name: str, described: bool) -> Json:
    """JSON Schema of a node."""
    if "members" in node:
        members: Sequence[Any] = node["members"]
        return {
            "type": "object",
            "properties": {key: _schema(inner, key, described) for key, _, inner in members},
            "required": [key for key, required, _ in members if required],
        }
    if "items" in node:
        return {"type": "array", "items": _schema(node["items"][0], name, described)}
    if _is_fixed(node, name):
        return {"const": _fixed(node, name)}
    if "unsayable" in node:
        return {"type": "string"}
    schema = {"type": node["kind"], "enum": node.get("enum"), "format": node.get("format")}
    schema["description"] = node.get("about") if described else None
    return {key: value for key, value in schema.items() if value is not None}
