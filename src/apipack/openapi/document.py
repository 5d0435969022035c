"""A lazily resolved OpenAPI document on openapi3-parser's models.

Resolving a whole document up front costs minutes on large specs (Microsoft Graph, docusign), so `$ref`s
stay where they are: an operation's parameters and body are resolved one step and validated as typed
models, and a schema behind a `$ref` is validated when it is first needed, once. Only references into the
document itself are followed: pointers, anchors, `$id`s and its own `$self`; nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

import orjson
from openapi_parser.models import v3_0
from openapi_parser.models.base import Server
from pydantic import BaseModel

from apipack.openapi import models
from apipack.openapi.discovery import Converted
from apipack.openapi.inlining import Inlining, with_defaults
from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import json_type, listed
from apipack.openapi.paths import Lost, Paths, RawOperation
from apipack.openapi.references import References
from apipack.openapi.validation import Validation

APART = frozenset({"callbacks", "responses", "externalDocs", "parameters", "requestBody"})
TEXTS = frozenset({"summary", "description", "operationId"})
ANNOTATIONS = frozenset(
    {"$ref", "$dynamicRef", "$comment", "title", "summary", "description", "deprecated", "external_docs"}
    | {"read_only", "write_only"}
)
"""What may stand beside a `$ref` and changes no value; `is_read_only` sees the last two."""

Schema = v3_0.Schema
Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")
Located = tuple[tuple[str, str], dict[str, Any]]
"""A parameter as it stands in the document, after its name and place, by which it replaces another."""


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
        left_out = raw.left_out if isinstance(raw, Converted) else []
        self.lost: list[Lost] = [Lost(path, method, SpecError(reason)) for path, method, reason in left_out]
        self._models = models.LATER if self.version >= (3, 1) else models.OAS_3_0
        self._references = References(raw, self.version)
        if self.version >= (3, 1):
            self._references.rebase()
        self._paths = Paths(raw, self.version, self._references.resolve, self.lost)
        self._inlining = Inlining(self._references)
        self._validation = Validation(self.version)
        self._remembered: dict[Hashable, Any] = {}
        self._typed: dict[Any, Any] = {}
        self._securities: dict[bytes, list[dict[str, list[str]]] | None] = {}
        self._referred: dict[str, Located] = {}
        self._schemas: dict[str, Schema] = {}
        self._schemes: dict[str, v3_0.SecurityScheme | None] = {}

    @property
    def repairs(self) -> int:
        """Members dropped or rewritten because the model refused them, and examples that could not be sent."""
        return self._validation.repairs

    @repairs.setter
    def repairs(self, count: int) -> None:
        self._validation.repairs = count

    @property
    def refused(self) -> list[str]:
        """The first members that a model refused, and why."""
        return self._validation.refused

    @property
    def info(self) -> dict[str, Any]:
        info = self.raw.get("info")
        return info if isinstance(info, dict) else {}

    def operations(self) -> Iterator[RawOperation]:
        """Every operation, in the document's order; what is none goes to `lost`. Raises `SpecError` (no_paths) when
        there is no paths mapping."""
        return self._paths.operations()

    def operation(self, path: str, verb: str) -> RawOperation:
        """The operation of a path that is sent with this method. Raises `SpecError` (no_operation)."""
        return self._paths.operation(path, verb)

    @property
    def security_schemes(self) -> dict[str, Any]:
        components = self.raw.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, dict) else None
        return schemes if isinstance(schemes, dict) else {}

    def typed(self, raw: RawOperation) -> Operation:
        """The operation with path-level parameters merged in (OAS 3: Path Item Object). Raises `SpecError`."""
        merged: dict[tuple[str, str], dict[str, Any]] = {}
        for holder in (raw.path_item, raw.operation):
            given = holder.get("parameters")
            self.repairs += given is not None and not isinstance(given, list)
            for node in listed(given):
                reference = node.get("$ref") if isinstance(node, dict) else None
                if not isinstance(reference, str):
                    key, parameter = _located(self.resolve(node))
                elif (referred := self._referred.get(reference)) is None:
                    key, parameter = self._referred[reference] = _located(self.resolve(node))
                else:
                    key, parameter = referred
                merged[key] = parameter
        if "?" in raw.path:  # what the path says itself is not said twice
            merged = {key: node for key, node in merged.items() if key[1] != "query" or key[0] not in raw.said}
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
            if "security" in members:
                members["security"] = _with_scopes(members["security"])
            model: Any = self._validation.validate(self._models.Operation, members | {"responses": {}})
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
        servers = [self._shared_by_text(Server, with_defaults(node)) for node in nodes if isinstance(node, dict)]
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
                typed = self._or_none(v3_0.SecurityScheme, members)
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
            self._schemas[reference] = self._validation.validate(self._models.Schema, self._schema_node(reference))
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
        return bool(schema.all_of) and any(self.schema(part)[0].read_only for part in schema.all_of or ())

    def _schema_node(self, reference: str) -> Any:
        node = self._references.known(reference)
        if not isinstance(node, dict) or "$ref" in node:  # not known yet, or not the end
            node = self._references.target({"$ref": reference}, siblings=self.version >= (3, 1))
        if isinstance(node, bool):  # JSON Schema: a boolean schema
            return {} if node else {"not": {}}
        if not isinstance(node, dict):
            raise SpecError("not_a_mapping", json_type(node))
        return node

    def resolve(self, node: Any) -> dict[str, Any]:
        """Follow local `$ref`s from a mapping to the mapping they end at. Raises `SpecError`
        (external_ref, dangling_ref, ambiguous_ref, cyclic_ref, not_a_mapping)."""
        return self._references.resolve(node)

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
            before = self._inlining.dropped
            node = self._inlining.with_content(node)
            self.repairs += self._inlining.dropped - before
            self._typed[key] = self._or_none(model, node)
        return self._typed[key]

    def _or_none(self, model: type[Model], node: dict[str, Any]) -> Model | None:
        """The typed node, or None and one repair where the model refuses it whole."""
        before = self.repairs
        try:
            return self._validation.validate(model, node)
        except SpecError as error:
            if error.reason != "refused_by_model":
                raise
            self.repairs = before + 1
            return None


def _version(raw: dict[str, Any]) -> tuple[int, int]:
    if str(raw.get("swagger", "")).startswith("2"):
        return 2, 0
    match = re.match(r"3\.([0-9])(?:\.|$)", str(raw.get("openapi", "")))
    return 3, int(match[1]) if match else 0


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


def _with_scopes(requirements: Any) -> Any:
    """Requirements whose schemes have a list of scopes: of none at all YAML makes null."""
    if not isinstance(requirements, list):
        return requirements
    return [
        {name: [] if scopes is None else scopes for name, scopes in requirement.items()}
        if isinstance(requirement, dict)
        else requirement
        for requirement in requirements
    ]


def _located(parameter: dict[str, Any]) -> Located:
    return (str(parameter.get("name")), str(parameter.get("in"))), parameter


def _text(node: dict[str, Any]) -> bytes | None:
    """The node as JSON, None where there is none: integers of more than 64 bits, say."""
    try:
        return orjson.dumps(node, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return None
