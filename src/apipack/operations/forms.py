"""What an operation asks for, taken out of its specification: a form, in JSON, that variants are filled in from.

A form follows the operation's own request (`requests.build`): the same members, with the rules of each value beside it
and further optional ones. A node of it is one of

    {"members": [[name, required, node], …]}    an object
    {"items": [node, …]}                        an array
    {"value": …}                                what the specification fixes
    {"kind": "string", …}                       a value to fill in, with the keys of `LEAF`
    {"unsayable": reason}                       what no sentence can carry
"""

from __future__ import annotations

import math
from itertools import count
from typing import Any

import orjson

from apipack.openapi.admission import admits, is_of, kind_of
from apipack.openapi.argument_names import is_credential, is_made_up, is_plumbing, snake
from apipack.openapi.document import Document, Schema
from apipack.openapi.given import first_example
from apipack.openapi.loading import SpecError
from apipack.openapi.models import LaterSchema, Parameter, RequestBody
from apipack.openapi.paths import RawOperation
from apipack.openapi.scalars import TEXT
from apipack.openapi.values import ValueBuilder
from apipack.operations.credentials import secrets
from apipack.operations.parameters import IGNORED_HEADERS, query_string, sent_value
from apipack.operations.payloads import payload, sent_body
from apipack.operations.requests import BuiltRequest
from apipack.operations.wire import body_wire, parameter_wire
from apipack.records import essence, is_json, is_xml

Form = dict[str, Any]
Node = dict[str, Any]

LEAF = (
    "kind", "format", "pattern", "low", "high", "step", "least", "most", "enum", "example", "default", "base", "about",
)  # fmt: skip
"""low, high: inclusive bounds of a number; least, most: of a text's length. base: the value of the operation's own
request. about: what the specification says of it, in short."""
MAX_OPTIONAL, MAX_LEAVES, MAX_ENUM, MAX_ABOUT = 16, 200, 24, 120
UNBOUNDED = (None,) * 5
SCALARS = ("string", "integer", "number", "boolean")


def form_pieces(document: Document, raw: RawOperation, built: BuiltRequest) -> tuple[str, ...]:
    """The form of an operation with its request, as JSON in pieces: those of parameters and bodies are the same texts
    for all operations that share these. Raises `SpecError` with a reason to count, TypeError for what JSON cannot say.
    """
    operation = built.operation
    values = ValueBuilder(document)
    path_query = raw.path.split("#")[0].partition("?")[2]
    query = "" if operation.query_string is None else query_string(operation.query_string, values)[1]
    method = raw.verb
    head: Form = {
        "version": ".".join(map(str, document.version)),
        "method": method,
        "template": built.template,
        "path_query": "&".join(filter(None, (path_query, query))),
        "secrets": secrets(document, operation),
    }
    pieces = [f'{_json(head)[:-1]},"parameters":[']
    optional = 0
    needs: dict[int, bool | None] = document.remembered("needed in forms", dict)
    texts: dict[tuple[int, bool, str], str] = document.remembered("parameters of forms", dict)
    for parameter in operation.parameters:
        if (identity := id(parameter)) not in needs:
            needs[identity] = _needed(parameter, document.version)
        needed = needs[identity]
        if path_query and f"{{{parameter.name}}}" in path_query and parameter.location.value == "query":
            needed = True
        if needed is None or (not needed and optional == MAX_OPTIONAL):
            continue
        optional += not needed
        key = identity, needed, "," if len(pieces) > 1 else ""
        try:
            if (text := texts.get(key)) is None:
                text = texts[key] = key[2] + _json(_parameter(parameter, values, needed))
        except SpecError:  # of what no form need have it does no harm
            if needed:
                raise
            continue
        pieces.append(text)
    if (body := sent_body(operation, values, method)) is None:
        pieces.append("]}")
    else:
        pieces.append(document.remembered(("body in form", id(body)), lambda: f"],{_json(_body(body, values))[1:]}"))
    return tuple(pieces)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _needed(parameter: Parameter, version: tuple[int, int]) -> bool | None:
    """Whether every filled form has a parameter (True) or may have it (False); None for one that none has."""
    place = parameter.location.value
    if place == "header" and parameter.name.lower() in IGNORED_HEADERS and version != (2, 0):
        return None
    if parameter.required or place == "path":
        return True
    return None if place != "query" or parameter.deprecated or _unasked(parameter.name) else False


def _unasked(name: str) -> bool:
    """Whether nobody asks for an optional parameter of this name: it is about access or how the answer travels."""
    return is_credential(name) or is_plumbing(name)


def _parameter(parameter: Parameter, values: ValueBuilder, required: bool) -> Form:
    """A parameter of the form: its name, place, node, and how its value goes over the wire."""
    place, version = parameter.location.value, values.document.info.get("version")
    if place == "header" and parameter.name.lower() in IGNORED_HEADERS:  # of 2.0, where it is sent as it is
        node: Node = {"value": sent_value(parameter, values)}
    else:
        node = _parameter_node(parameter, values)
    if snake(parameter.name) == "api_version" and "kind" in node and isinstance(version, str):
        node = {"default": version, **node}
    wire = parameter_wire(parameter, node, values)
    return {"name": parameter.name, "place": place, "required": required, "node": node, "wire": wire}


def _parameter_node(parameter: Parameter, values: ValueBuilder) -> Node:
    guide = sent_value(parameter, values)
    media = next(iter((parameter.content or {}).values()), None)
    schema = media.schema_object if media is not None else parameter.schema_object
    given = parameter.example is not None or bool(parameter.examples and first_example(parameter.examples) == guide)
    node = _Walk(values).node(schema, guide, given, 0)
    if "kind" in node and parameter.description:
        node["about"] = parameter.description[:MAX_ABOUT]
    return node


def _body(body: RequestBody, values: ValueBuilder) -> Form:
    sent = payload(body, values)
    schema, walk = sent.media.schema_object, _Walk(values)
    if is_xml(sent.header) and isinstance(sent.value, str):
        node: Node = {"unsayable": "xml"}
    elif schema is None and isinstance(sent.value, list):
        node = {"items": [walk.node(sent.media.item_schema, item, sent.given, 1) for item in sent.value[:1]]}
    else:
        node = walk.node(schema or sent.media.item_schema, sent.value, sent.given, 0)
    return {"body": node, "wire": body_wire(sent, node, values)}


class _Walk:
    """Walks a value along its schema."""

    def __init__(self, values: ValueBuilder) -> None:
        self._values = values
        self._document = values.document
        self._leaves = 0

    def node(self, schema: Schema | None, guide: Any, given: bool, depth: int) -> Node:
        """guide: a value of the schema; given: it is an example of the specification."""
        flat = None if schema is None else self._values.flat(schema)
        if flat is not None and (flat.one_of or flat.any_of):
            flat = self._chosen(flat, guide)
        given = given or (flat is not None and flat.example is not None and flat.example == guide)
        if isinstance(guide, dict):
            return self._object(flat, guide, given, depth)
        if isinstance(guide, list):
            if not guide:
                return {"value": []}
            items = flat.items if flat is not None else None
            wanted = max(1, (flat.min_items or 0) if flat is not None else 0)
            return {"items": [self.node(items, item, given, depth + 1) for item in guide[:wanted]]}
        return self._leaf(flat, guide, given)

    def _chosen(self, schema: Schema, guide: Any) -> Schema:
        """The schema with the first of its alternatives that admits the guide worked in."""
        for option in schema.one_of or schema.any_of or []:
            try:
                if admits(self._document, option, guide, count()):
                    kept = {"one_of": None, "any_of": None, "all_of": [option]}
                    return self._values.flat(schema.model_copy(update=kept))
            except SpecError:
                continue
        return schema

    def _object(self, schema: Schema | None, guide: dict[str, Any], given: bool, depth: int) -> Node:
        properties = (schema.properties if schema is not None else None) or {}
        needed = set(schema.required) if schema is not None else set()
        label = schema.discriminator.property_name if schema is not None and schema.discriminator is not None else None
        further = schema.additional_properties if schema is not None else None
        members: list[list[Any]] = []
        for name, value in guide.items():
            if not isinstance(name, str) or name == label:
                members.append([str(name), True, {"value": value}])
                continue
            inner = properties.get(name) or (further if isinstance(further, Schema) else None)
            if name in needed or len(members) < MAX_OPTIONAL:
                members.append([name, name in needed, self.node(inner, value, given, depth + 1)])
        if depth <= 1:
            for name, inner in properties.items():
                if (
                    len(members) < MAX_OPTIONAL
                    and name not in guide
                    and (node := self._further(inner, depth)) is not None
                ):
                    members.append([name, False, node])
        least = (schema.min_properties or 0) if schema is not None else 0
        for member in members[:least]:
            member[1] = True
        return {"members": members}

    def _further(self, schema: Schema, depth: int) -> Node | None:
        """A node for an optional member that the operation's own request does without: a value, a list of them, or an
        object that says what it requires."""
        flat = self._values.flat(schema)
        if flat.read_only or flat.deprecated or flat.one_of or flat.any_of:
            return None
        kind = kind_of(flat)
        if kind in SCALARS:
            self._count_leaf()
            key = "optional leaf", id(flat)
            return self._document.remembered(key, lambda: (flat, _ruled({"kind": kind}, flat)))[1]
        if kind == "array" and flat.items is not None and not flat.unique_items:
            item, least = self._further(flat.items, depth + 1), flat.min_items or 0
            return None if item is None or "kind" not in item or least > 4 else {"items": [item] * max(1, least)}
        if kind == "object" and flat.required and not depth:
            members = [[name, True, self._further(inner, 1)] for name, inner in (flat.properties or {}).items()
                       if name in flat.required]  # fmt: skip
            if len(members) == len(flat.required) and all(node is not None for *_, node in members):
                return {"members": members}
        return None

    def _count_leaf(self) -> None:
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise SpecError("too_many_values", f"more than {MAX_LEAVES}")

    def _leaf(self, schema: Schema | None, guide: Any, given: bool) -> Node:
        self._count_leaf()
        kind = kind_of(schema) if schema is not None else None
        if kind in SCALARS and guide is not None and not is_of(kind, guide):
            guide, given = None, False  # an example of another type
        elif kind not in SCALARS:
            if guide is None:
                return {"value": None}
            kind = next((name for name in ("boolean", "integer", "number", "string") if is_of(name, guide)), "string")
        leaf: Node = {"kind": kind}
        if guide is not None:
            leaf["base"] = guide
            if given:
                leaf["example"] = guide
        return leaf if schema is None else _ruled(leaf, schema)


def _ruled(leaf: Node, schema: Schema) -> Node:
    """The leaf, to which is added what its schema says of it, or what stands in its place."""
    extra = schema.model_extra or {}
    enum = [value for value in schema.enum or [] if value is not None]
    fixed = extra["const"] if "const" in extra else enum[0] if len(enum) == 1 else None
    if fixed is not None:
        return {"value": fixed}
    if schema.format in ("binary", "byte", "base64") or _holds_octets(extra):
        return {"unsayable": "binary"}
    if isinstance(schema, LaterSchema) and schema.content_schema is not None:
        return {"unsayable": "text that holds another value"}
    low, high, step = _bounds(schema, leaf["kind"] == "integer")
    described = (schema.description or "")[:MAX_ABOUT] or None
    for name, value in (
        ("format", schema.format), ("pattern", schema.pattern), ("low", low), ("high", high), ("step", step),
        ("least", schema.min_length), ("most", schema.max_length), ("enum", enum[:MAX_ENUM] or None),
        ("example", leaf.get("example", _example(schema, extra))), ("default", schema.default), ("about", described),
    ):  # fmt: skip
        if value is not None:
            leaf[name] = value
    return leaf


def _holds_octets(extra: dict[str, Any]) -> bool:
    """Whether a text is octets in disguise, or a file that is no text (JSON Schema 2020-12 validation, 8)."""
    kind = essence(str(extra.get("contentMediaType") or "text/plain"))
    is_text = kind.startswith("text/") or is_json(kind) or is_xml(kind)
    return bool(extra.get("contentEncoding")) or not is_text


def _example(schema: Schema, extra: dict[str, Any]) -> Any:
    examples = extra.get("examples")
    if schema.example is None and isinstance(examples, list) and examples:
        return examples[0]
    return schema.example


def _bounds(schema: Schema, whole: bool) -> tuple[int | float | None, int | float | None, int | float | None]:
    """The least and greatest number, inclusive, and the step."""
    said = schema.minimum, schema.maximum, schema.multiple_of, schema.exclusive_minimum, schema.exclusive_maximum
    if said == UNBOUNDED:  # nearly always
        return None, None, None
    low, high, step = _number(schema.minimum), _number(schema.maximum), _number(schema.multiple_of)
    unit = step or (1 if whole else 0.5)
    for bound, sign in (("exclusive_minimum", 1), ("exclusive_maximum", -1)):
        limit: Any = getattr(schema, bound)
        if limit is True:
            low, high = (
                (low + unit if sign > 0 and low is not None else low),
                (high - unit if sign < 0 and high is not None else high),
            )
        elif (number := _number(limit)) is not None:
            if sign > 0:
                low = max(number + unit, number + unit if low is None else low)
            else:
                high = min(number - unit, number - unit if high is None else high)
    return low, high, step


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) and abs(value) < 1e15 else None


def argument_names(form: Form) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the arguments that every filled form says, and of all that one may say; of a body, the dotted paths."""
    required: set[str] = set()
    every: set[str] = set()

    def walk(node: Node, path: str, needed: bool) -> None:
        for name, wanted, inner in node.get("members", ()):
            walk(inner, f"{path}.{name}" if path else name, needed and wanted)
        for item in node.get("items", ()):
            walk(item, path, needed)
        name = path.rpartition(".")[2]
        if "kind" in node and not (is_credential(name) or is_made_up(name)):
            every.add(snake(path))
            if needed:
                required.add(snake(path))

    for parameter in form["parameters"]:
        walk(parameter["node"], parameter["name"], parameter["required"])
    if "body" in form:
        walk(form["body"], "", True)
    return frozenset(required), frozenset(every)


def is_stand_in(value: Any) -> bool:
    """Whether a value only stands for one, as `SOME_STRING_VALUE` does."""
    return isinstance(value, str) and (TEXT.lower() in value.lower().replace("-", "_") or value.startswith("SOME_"))
