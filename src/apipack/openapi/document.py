"""A lazily resolved OpenAPI document on openapi3-parser's models.

Resolving a whole document up front costs minutes on large specs (Microsoft Graph, docusign), so `$ref`s
stay where they are: an operation's parameters and body are resolved one step and validated as typed
models, and a schema behind a `$ref` is validated when it is first needed, once. Only references into the
document itself are followed: pointers, anchors, `$id`s and its own `$self`; nothing is ever fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator
from functools import cache, cached_property, partial
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import unquote, urldefrag, urljoin

import orjson
from openapi_parser.models import v3_0
from openapi_parser.models.base import Server
from openapi_parser.models.mixins import ExtensionsMixin, RefCacheMixin
from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaError, SchemaValidator

from apipack.openapi import models
from apipack.openapi.discovery import Converted
from apipack.openapi.loading import SpecError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FIELDS = (*METHODS, "query")
"""Methods that OAS 3.2 has a field for in the Path Item Object."""
PATH_ITEM = frozenset({"$ref", "summary", "description", "servers", "parameters"})
MAX_REF_HOPS = 20
REPAIR_ROUNDS = 4

APART = frozenset({"callbacks", "responses", "externalDocs", "parameters", "requestBody"})
TEXTS = frozenset({"summary", "description", "operationId"})
ANNOTATIONS = frozenset(
    {"$ref", "$dynamicRef", "$comment", "title", "summary", "description", "deprecated", "external_docs"}
    | {"read_only", "write_only"}
)
"""What may stand beside a `$ref` and changes no value; `is_read_only` sees the last two."""
NO_SIBLINGS = ANNOTATIONS - {"external_docs", "read_only", "write_only"} | {"externalDocs", "readOnly", "writeOnly"}
GIVEN = frozenset({"example", "examples", "default", "enum", "const"})

Schema = v3_0.Schema
Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")


class RawOperation(NamedTuple):
    """One operation as it stands in the document: path template, method (lower-case where it is a field of the Path
    Item Object, as written in `additionalOperations`), the two raw mappings."""

    path: str
    method: str
    path_item: dict[str, Any]
    operation: dict[str, Any]

    @property
    def verb(self) -> str:
        """The method that is sent."""
        return self.method.upper() if self.method in FIELDS else self.method


class Lost(NamedTuple):
    """What stands under `paths` and gives no operation. method: `*` for all of a path."""

    path: str
    method: str
    problem: SpecError


class Operation(NamedTuple):
    """What decides the request of an operation, as typed models. security: its own requirements; query_string: the
    parameter that is the whole query (OAS 3.2)."""

    parameters: list[models.Parameter]
    request_body: models.RequestBody | None
    security: list[dict[str, list[str]]] | None
    query_string: models.Parameter | None = None


class Document:
    """One OAS 3.x mapping. `version` is that of the text as it was written, (2, 0) to (3, 2). `repairs` counts members
    dropped or rewritten because the model refused them; `lost` is known when `operations` has ended."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.version = _version(raw)
        self.repairs = 0
        left_out = raw.left_out if isinstance(raw, Converted) else []
        self.lost: list[Lost] = [Lost(path, method, SpecError(reason)) for path, method, reason in left_out]
        self._models = models.LATER if self.version >= (3, 1) else models.OAS_3_0
        self._remembered: dict[Hashable, Any] = {}
        self._typed: dict[Any, Any] = {}
        self._securities: dict[bytes, list[dict[str, list[str]]] | None] = {}
        self._targets: dict[str, Any] = {}
        self._schemas: dict[str, Schema] = {}
        self._schemes: dict[str, v3_0.SecurityScheme | None] = {}

    @property
    def info(self) -> dict[str, Any]:
        info = self.raw.get("info")
        return info if isinstance(info, dict) else {}

    @property
    def security_schemes(self) -> dict[str, Any]:
        components = self.raw.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, dict) else None
        return schemes if isinstance(schemes, dict) else {}

    def operations(self) -> Iterator[RawOperation]:
        """Every operation, in the document's order; what is none goes to `lost`. Raises `SpecError` (no_paths) when
        there is no paths mapping."""
        paths = self.raw.get("paths")
        if not isinstance(paths, dict):
            raise SpecError("no_paths", _without_paths(self.raw))
        for path, item in paths.items():
            path = str(path)
            if path.startswith("x-"):  # OAS 3: Paths Object, an extension
                continue
            if isinstance(item, dict) and "$ref" in item:
                try:
                    item = {**self.resolve({"$ref": item["$ref"]}), **item}
                except SpecError as error:
                    self.lost.append(Lost(path, "*", error))
            if isinstance(item, dict):
                yield from self._of_path(path, item)
            elif item is not None:
                self.lost.append(Lost(path, "*", SpecError("not_a_mapping", _json_type(item))))

    def _of_path(self, path: str, item: dict[str, Any]) -> Iterator[RawOperation]:
        later = self.version >= (3, 2)
        methods = FIELDS if later else METHODS if self.version >= (3, 0) else METHODS[:-1]  # 2.0 has no `trace`
        for method in methods:
            if item.get(method) is not None:
                yield from self._operation(path, method, item, item[method])
        rest = item.keys() - PATH_ITEM - set(methods)
        if not rest:  # nearly always
            return
        more = item.get("additionalOperations") if later else None
        for method, operation in more.items() if isinstance(more, dict) else ():
            if method.lower() in methods:
                self.lost.append(Lost(path, method, SpecError("bad_method", f"{method} has a field of its own")))
            else:
                yield from self._operation(path, method, item, operation)
        for name in sorted(map(str, rest)):
            read_above = name == "additionalOperations" and isinstance(more, dict)
            if not read_above and not name.startswith("x-") and isinstance(item.get(name), dict):
                self.lost.append(Lost(path, name, SpecError("unknown_field", f"{name[:40]} in a path item")))

    def _operation(self, path: str, method: str, item: dict[str, Any], node: Any) -> Iterator[RawOperation]:
        try:
            operation = self.resolve(node)
        except SpecError as error:
            self.lost.append(Lost(path, method, error))
        else:
            yield RawOperation(path, method, item, operation)

    def operation(self, path: str, verb: str) -> RawOperation:
        """The operation of a path that is sent with this method. Raises `SpecError` (no_operation)."""
        item = self.raw["paths"].get(path) if isinstance(self.raw.get("paths"), dict) else None
        if isinstance(item, dict) and "$ref" in item:
            item = {**self.resolve({"$ref": item["$ref"]}), **item}
        method = verb.lower() if verb.lower() in FIELDS else verb
        holder = item.get("additionalOperations") if method == verb and isinstance(item, dict) else item
        if not isinstance(item, dict) or not isinstance(holder, dict) or holder.get(method) is None:
            raise SpecError("no_operation", f"{verb} {path}")
        return RawOperation(path, method, item, self.resolve(holder[method]))

    def typed(self, raw: RawOperation) -> Operation:
        """The operation with path-level parameters merged in (OAS 3: Path Item Object). Raises `SpecError`."""
        merged: dict[tuple[str, str], dict[str, Any]] = {}
        for holder in (raw.path_item, raw.operation):
            for node in listed(holder.get("parameters")):
                parameter = self.resolve(node)
                merged[str(parameter.get("name")), str(parameter.get("in"))] = parameter
        whole = None
        if self.version >= (3, 2):
            whole = next((merged.pop(key) for key in list(merged) if key[1] == "querystring"), None)
        typed = [self._shared(self._models.Parameter, parameter) for parameter in merged.values()]
        parameters = [parameter for parameter in typed if parameter is not None]
        body = raw.operation.get("requestBody")
        if body is not None:
            body = self._shared(self._models.RequestBody, self.resolve(body))
        query = None if whole is None else self.remembered(("query", id(whole)), partial(self._query_string, whole))
        return Operation(parameters, body, self._own_security(raw.operation), query)

    def _query_string(self, node: dict[str, Any]) -> models.Parameter | None:
        """A parameter `in: querystring`, whose content is the query (OAS 3.2: Parameter Locations)."""
        return self._shared_by_text(self._models.Parameter, {"name": "querystring", **node, "in": "query"})

    def _own_security(self, operation: dict[str, Any]) -> list[dict[str, list[str]]] | None:
        """Validate the operation's other members; operations whose members are equal but for texts share the result.

        Responses and callbacks do not decide a request and are left out; text and extensions are always valid."""
        members = {
            key: value
            for key, value in operation.items()
            if key not in APART and not (key in TEXTS and isinstance(value, str)) and not str(key).startswith("x-")
        }
        key = _text(members)
        if key not in self._securities:
            before = self.repairs
            model: Any = self._validate(self._models.Operation, members | {"responses": {}})
            if key is None or self.repairs > before:  # every operation's repairs count
                return model.security
            self._securities[key] = model.security
        return self._securities[key]

    def remembered(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gave for this key the first time; typed nodes are shared, so their `id` is a key."""
        value: Made
        try:
            value = self._remembered[key]
        except KeyError:
            value = self._remembered[key] = make()
        return value

    def servers(self, raw: RawOperation) -> list[Server]:
        """Servers in force: the operation's, else the path's, else the document's (OAS 3: Server Object)."""
        for holder in (raw.operation, raw.path_item, self.raw):
            nodes = holder.get("servers")
            if isinstance(nodes, list):
                servers = self.remembered(("servers", id(nodes)), partial(self._servers, nodes))
                if servers is not None:
                    return servers
        return []

    def _servers(self, nodes: list[Any]) -> list[Server] | None:
        """None where no server is an object, so that others are in force."""
        servers = [self._shared_by_text(Server, _with_defaults(node)) for node in nodes if isinstance(node, dict)]
        return [server for server in servers if server is not None] if servers else None

    def security(self, operation: Operation) -> list[dict[str, Any]]:
        """Security requirement alternatives in force."""
        if operation.security is not None:
            return list(operation.security)
        return [node for node in listed(self.raw.get("security")) if isinstance(node, dict)]

    def security_scheme(self, name: str) -> v3_0.SecurityScheme | None:
        """The scheme of a name, or of a reference (OAS 3.2: Security Requirement Object)."""
        if name not in self._schemes:
            node = self.security_schemes.get(name)
            if node is None and self.version >= (3, 2) and "#" in name:
                node = {"$ref": name}
            typed = None
            if isinstance(node, dict):
                members = {key: value for key, value in self.resolve(node).items() if key != "flows"}
                typed = self._validate(v3_0.SecurityScheme, members)
            self._schemes[name] = typed
        return self._schemes[name]

    def schema(self, schema: Schema) -> tuple[Schema, str | None]:
        """The schema itself, or the one its `$ref` leads to, with the reference (None for an inline schema). From OAS
        3.1 on, what stands beside a `$ref` holds as well (JSON Schema 2020-12 core, 8.2.3.1); before, it is ignored."""
        extra = schema.model_extra
        if not extra:
            return schema, None
        reference = extra.get("$ref", extra.get("$dynamicRef"))
        if not isinstance(reference, str):
            return schema, None
        if reference not in self._schemas:
            self._schemas[reference] = self._validate(self._models.Schema, self._schema_node(reference))
        if self.version >= (3, 1) and _beside(schema):
            return self.remembered(("beside", id(schema)), partial(_with_siblings, schema, reference))[1], reference
        target = self._schemas[reference]
        if target.model_extra and "$ref" in target.model_extra:  # with something beside it
            target, _ = self.schema(target)
        return target, reference

    def is_read_only(self, schema: Schema) -> bool:
        """Whether a property is, or a part of its `allOf`; before OAS 3.1 what stands beside its `$ref` does not say
        so."""
        if schema.model_extra and isinstance(schema.model_extra.get("$ref"), str):
            own = self.version >= (3, 1) and schema.read_only
            schema = self.schema(schema)[0]
            return bool(own or schema.read_only or self._has_read_only_part(schema))
        return bool(schema.read_only or self._has_read_only_part(schema))

    def _has_read_only_part(self, schema: Schema) -> bool:
        return any(self.schema(part)[0].read_only for part in schema.all_of or ())

    def _schema_node(self, reference: str) -> Any:
        node = self._targets.get(reference)
        if not isinstance(node, dict) or "$ref" in node:  # not known yet, or not the end
            node = self._target({"$ref": reference}, siblings=self.version >= (3, 1))
        if isinstance(node, bool):  # JSON Schema: a boolean schema
            return {} if node else {"not": {}}
        if not isinstance(node, dict):
            raise SpecError("not_a_mapping", _json_type(node))
        return node

    def resolve(self, node: Any) -> dict[str, Any]:
        """Follow local `$ref`s from a mapping to the mapping they end at. Raises `SpecError`
        (external_ref, dangling_ref, ambiguous_ref, cyclic_ref, not_a_mapping)."""
        if isinstance(node, dict) and "$ref" not in node:  # nearly always
            return node
        node = self._target(node)
        if not isinstance(node, dict):
            raise SpecError("not_a_mapping", _json_type(node))
        if "$ref" in node:
            raise SpecError("dangling_ref", f"$ref is {_json_type(node['$ref'])}")
        return node

    def _target(self, node: Any, *, siblings: bool = False) -> Any:
        """What `$ref`s lead to, of any type. siblings: a `$ref` that something stands beside is not followed."""
        first = node
        for _ in range(MAX_REF_HOPS):
            if not isinstance(node, dict) or not isinstance(reference := node.get("$ref"), str):
                return node
            if siblings and node is not first and not NO_SIBLINGS.issuperset(node):
                return node
            if reference not in self._targets:
                self._targets[reference] = self._found(reference)
            node = self._targets[reference]
        raise SpecError("cyclic_ref", str(reference)[:80])

    def _found(self, reference: str) -> Any:
        """What a reference leads to: this document, by its `$self` too, or a schema in it by `$id` (RFC 3986, 5)."""
        if reference.startswith("#/"):  # nearly always
            return _pointed(self.raw, reference, reference)
        address, fragment = urldefrag(reference)
        root: Any = self.raw
        if address and urljoin(self._self, address) != self._self:
            identified = self._identified[0] if self.version >= (3, 1) else {}
            if (root := identified.get(urljoin(self._self, address), identified.get(address))) is None:
                raise SpecError("external_ref", reference[:80])
        elif not fragment:  # the document is neither a schema nor anything else that a reference stands for
            raise SpecError("dangling_ref", reference[:80])
        if fragment and not fragment.startswith("/"):
            return self._anchor(root, fragment, reference)
        return _pointed(root, fragment, reference)

    @property
    def _self(self) -> str:
        address = self.raw.get("$self") if self.version >= (3, 2) else None
        return urldefrag(address)[0] if isinstance(address, str) else ""

    def _anchor(self, root: Any, name: str, reference: str) -> Any:
        """A plain name is an anchor of JSON Schema 2020-12, which OAS 3.1 brought, in the resource of that root; one of
        the document may also be that of a schema with `$id`, since who refers to it is not known here."""
        anchors = self._identified[1] if self.version >= (3, 1) else {}
        nodes = anchors.get((id(root), unquote(name)), [])
        if not nodes and root is self.raw:
            nodes = [node for (_, key), named in anchors.items() if key == unquote(name) for node in named]
        if len(nodes) != 1:
            raise SpecError("ambiguous_ref" if nodes else "dangling_ref", reference[:80])
        return nodes[0]

    @cached_property
    def _identified(self) -> tuple[dict[str, Any], dict[tuple[int, str], list[Any]]]:
        """Schemas by `$id`; and by `$anchor` or `$dynamicAnchor` with the `id` of the resource that these stand in: of
        the nearest schema around that has an `$id`, else of the document (JSON Schema 2020-12 core, 8.2)."""
        identifiers: dict[str, Any] = {}
        anchors: dict[tuple[int, str], list[Any]] = {}
        todo: list[tuple[Any, Any, str]] = [(self.raw, self.raw, self._self)]
        while todo:
            node, root, base = todo.pop()
            if isinstance(node, list):
                todo += [(member, root, base) for member in node]
            elif isinstance(node, dict):
                if isinstance(name := node.get("$id"), str):
                    root, base = node, urljoin(base, name)
                    identifiers[base] = node
                for key in ("$anchor", "$dynamicAnchor"):
                    if isinstance(name := node.get(key), str):
                        anchors.setdefault((id(root), name), []).append(node)
                todo += [(member, root, base) for key, member in node.items() if key not in GIVEN]
        return identifiers, anchors

    def _target_or_empty(self, node: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.resolve(node)
        except SpecError:
            return {}

    def _with_content(self, node: dict[str, Any]) -> dict[str, Any]:
        """A parameter or body whose media types, named examples and part headers are resolved too: their models would
        drop a `$ref`."""
        node = self._with_examples(node)
        content = node.get("content")
        if isinstance(content, dict):
            node["content"] = {
                key: self._with_headers(self._with_examples(self.resolve(media)))
                for key, media in content.items()
                if isinstance(media, dict)
            }
        return node

    def _with_examples(self, node: dict[str, Any]) -> dict[str, Any]:
        node = dict(node)
        examples = node.get("examples")
        if isinstance(examples, dict):
            node["examples"] = {
                key: _example(self._target_or_empty(example), of_parameter="in" in node)
                for key, example in examples.items()
                if isinstance(example, dict)
            }
        elif examples is not None:
            del node["examples"]
        return node

    def _with_headers(self, media: dict[str, Any]) -> dict[str, Any]:
        encoding = media.get("encoding")
        if isinstance(encoding, dict):
            media["encoding"] = {
                name: self._with_own_headers(part) for name, part in encoding.items() if isinstance(part, dict)
            }
        return media

    def _with_own_headers(self, encoding: dict[str, Any]) -> dict[str, Any]:
        headers = encoding.get("headers")
        if not isinstance(headers, dict):
            return encoding
        resolved = {name: self._with_content(self._target_or_empty(header)) for name, header in headers.items()}
        return {**encoding, "headers": resolved}

    def _shared(self, model: type[Model], node: dict[str, Any]) -> Model | None:
        """The typed node, None where the model refuses it whole; nodes of equal text share one (frozen) model, since
        specifications repeat the same parameters from operation to operation. `node` is one of `raw`'s."""
        typed: Model | None
        try:
            typed = self._typed[model, id(node)]
        except KeyError:
            typed = self._typed[model, id(node)] = self._shared_by_text(model, node)
        return typed

    def _shared_by_text(self, model: type[Model], node: dict[str, Any]) -> Model | None:
        key = model, _text(node) or id(node)
        if key not in self._typed:
            before = self.repairs
            try:
                self._typed[key] = self._validate(model, self._with_content(node))
            except SpecError as error:
                if error.reason != "refused_by_model":
                    raise
                self._typed[key] = None
                self.repairs = before + 1
        return self._typed[key]

    def _validate(self, model: type[Model], members: Any) -> Model:
        """Validate; where the model refuses a member, rewrite or drop just that member and count the repair."""
        validate = _validate_function(model)
        for _ in range(REPAIR_ROUNDS):
            try:
                return cast(Model, validate(members))
            except RecursionError as error:
                raise SpecError("too_deep") from error
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False)
            changed = False
            for problem in reversed(first):  # later list entries first: indices stay right
                members, repairs = self._mended(members, problem)
                changed = changed or repairs is not None
                self.repairs += repairs or 0
            if not changed:
                break
        raise SpecError("refused_by_model", f"{'.'.join(map(str, first[0]['loc']))[:80]}: {first[0]['msg'][:80]}")

    def _mended(self, members: Any, problem: Any) -> tuple[Any, int | None]:
        """The members without what the model refused, and how many repairs that was; None where nothing changed.

        A number or truth value where text is due is its text; a boolean schema is none that the models know."""
        kind, given, path = problem["type"], problem["input"], problem["loc"]
        if kind == "string_type" and (given is None or isinstance(given, bool | int | float)):
            mended = _replaced(members, path, json.dumps(given))
            if mended is not None:
                return mended, 1
        if kind in ("model_type", "model_attributes_type") and isinstance(given, bool):
            mended = _replaced(members, path, {} if given else {"not": {}})
            if mended is not None:
                return mended, int(self.version < (3, 1))
        members, dropped = _without(members, path[:-1] if kind == "missing" else path)
        return members, 1 if dropped else None


def _version(raw: dict[str, Any]) -> tuple[int, int]:
    if str(raw.get("swagger", "")).startswith("2"):
        return 2, 0
    match = re.match(r"3\.([0-9])(?:\.|$)", str(raw.get("openapi", "")))
    return 3, int(match[1]) if match else 0


def _without_paths(raw: dict[str, Any]) -> str:
    if "paths" in raw:
        return f"paths is {_json_type(raw['paths'])}, not a mapping"
    if "webhooks" in raw:
        return "a document of webhooks alone: its requests are sent by the API, not to it"
    return "no paths, so no operation to call"


def _json_type(value: Any) -> str:
    """What JSON calls the type of a value that is no mapping."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _beside(schema: Schema) -> bool:
    """Whether something stands beside a schema's `$ref` that a value depends on."""
    return any(name not in ANNOTATIONS and not name.startswith("x-") for name in schema.model_fields_set)


def _with_siblings(schema: Schema, reference: str) -> tuple[Schema, Schema]:
    """The schema, and one that asks for what it and the target of its reference ask for. The first is kept with the
    second, so that no other gets its `id`."""
    model = type(schema)
    said = {name: getattr(schema, name) for name in schema.model_fields_set if name in model.model_fields}
    extra = {name: value for name, value in (schema.model_extra or {}).items() if name not in ("$ref", "$dynamicRef")}
    target = model.model_construct(None, **{"$ref": reference})
    return schema, model.model_construct(**extra, **(said | {"all_of": [target, *(schema.all_of or [])]}))


def _with_defaults(server: dict[str, Any]) -> dict[str, Any]:
    """The server whose variables have the default that they must have: of those without one, the first of the enum."""
    variables = server.get("variables")
    if not isinstance(variables, dict):
        return server
    lacking = {
        name: {**variable, "default": variable["enum"][0]}
        for name, variable in variables.items()
        if isinstance(variable, dict) and "default" not in variable and listed(variable.get("enum"))
    }
    return {**server, "variables": variables | lacking} if lacking else server


def _example(node: dict[str, Any], *, of_parameter: bool) -> dict[str, Any]:
    """An Example Object whose value is where it was before OAS 3.2 (`dataValue`, `serializedValue`); what a parameter
    has serialized is encoded and no value."""
    for key in ("value", "dataValue", "serializedValue"):
        if key in node and not (of_parameter and key == "serializedValue"):
            return {"value": node[key]}
    return node


def _pointed(node: Any, pointer: str, reference: str) -> Any:
    """RFC 6901 in a URI fragment."""
    for token in pointer.split("/")[1:]:
        if "%" in token or "~" in token:
            token = unquote(token).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isdecimal() and len(token) < 7 and int(token) < len(node):
            node = node[int(token)]
        else:
            raise SpecError("dangling_ref", reference[:80])
    return node


def _replaced(node: Any, path: tuple[int | str, ...], value: Any) -> Any:
    """A copy of the tree with another value where `path` leads; None where it leads to nothing."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(node, dict) and head in node:
        child = _replaced(node[head], rest, value)
        return None if child is None else {**node, head: child}
    if isinstance(node, list) and isinstance(head, int) and head < len(node):
        child = _replaced(node[head], rest, value)
        return None if child is None else [*node[:head], child, *node[head + 1 :]]
    return None


@cache
def _validate_function(model: type[BaseModel]) -> Callable[[Any], Any]:
    try:
        return bare_validation(model)
    except (AttributeError, TypeError, KeyError, SchemaError):  # another pydantic or openapi3-parser than this knows
        return own_validation(model)


def bare_validation(model: type[BaseModel]) -> Callable[[Any], Any]:
    """The model's validation without two functions that openapi3-parser calls for every node, in half of the time.

    They put `x-` members apart, which decide nothing here, and take nodes of equal `ref_name` for one, a member that
    its resolver adds and any specification can set. Not prebuilt: that would take each class's own validator again,
    functions and all. All of this is private to pydantic and to openapi3-parser.
    """
    model.model_rebuild()
    every_node = (ExtensionsMixin._extract_extensions.__func__, RefCacheMixin._deduplicate_refs.__func__)
    schema = _without_functions(model.__pydantic_core_schema__, every_node)
    return SchemaValidator(schema, _use_prebuilt=False).validate_python


def own_validation(model: type[BaseModel]) -> Callable[[Any], Any]:
    """The model's own validation: nodes of equal `ref_name` in one call are one."""

    def validate(members: Any) -> Any:
        RefCacheMixin.clear_ref_cache()
        return model.model_validate(members)

    return validate


def _without_functions(schema: Any, functions: tuple[Any, ...]) -> Any:
    """A copy of a pydantic core schema without these validators."""
    if isinstance(schema, list):
        return [_without_functions(part, functions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in ("function-before", "function-wrap"):
        function = schema["function"]["function"]
        if getattr(function, "__func__", None) in functions:
            named = {"ref": schema["ref"]} if "ref" in schema else {}
            return {**_without_functions(schema["schema"], functions), **named}
    return {key: _without_functions(part, functions) for key, part in schema.items() if key != "serialization"}


def _text(node: dict[str, Any]) -> bytes | None:
    """The node as JSON, None where there is none: integers of more than 64 bits, say."""
    try:
        return orjson.dumps(node, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return None


def listed(value: Any) -> list[Any]:
    """The value where it is a list, as it should be; a specification can have anything."""
    return value if isinstance(value, list) else []


def _without(node: Any, path: tuple[int | str, ...]) -> tuple[Any, bool]:
    """A copy of the tree without the deepest member that `path` leads to, and whether there was one."""
    if not path:
        return node, False
    head, rest = path[0], path[1:]
    if isinstance(node, dict) and head in node:
        child, dropped = _without(node[head], rest)
        if dropped:
            return {**node, head: child}, True
        return {key: value for key, value in node.items() if key != head}, True
    if isinstance(node, list) and isinstance(head, int) and head < len(node):
        child, dropped = _without(node[head], rest)
        return [*node[:head], *([child] if dropped else []), *node[head + 1 :]], True
    return node, False
