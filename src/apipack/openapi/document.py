"""A lazily resolved OpenAPI document on openapi3-parser's models.

Resolving a whole document up front costs minutes on large specs (Microsoft Graph, docusign), so `$ref`s
stay where they are: an operation's parameters and body are resolved one step and validated as typed
models, and a schema behind a `$ref` is validated when it is first needed, once. Only local references
(`#/…`) are followed; nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import unquote

import orjson
from openapi_parser.models import v3_0, v3_1
from openapi_parser.models.base import Server
from openapi_parser.models.mixins import ExtensionsMixin, RefCacheMixin
from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaError, SchemaValidator

from apipack.openapi.loading import SpecError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_REF_HOPS = 20
REPAIR_ROUNDS = 4

APART = frozenset({"callbacks", "responses", "externalDocs", "parameters", "requestBody"})
TEXTS = frozenset({"summary", "description", "operationId"})
Schema = v3_0.Schema
Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")


class RawOperation(NamedTuple):
    """One operation as it stands in the document: path template, lower-case method, the two raw mappings."""

    path: str
    method: str
    path_item: dict[str, Any]
    operation: dict[str, Any]


class Operation(NamedTuple):
    """What decides the request of an operation, as openapi3-parser's models. security: its own requirements."""

    parameters: list[v3_0.Parameter]
    request_body: v3_0.RequestBody | None
    security: list[dict[str, list[str]]] | None


class Document:
    """One OAS 3.x mapping. `repairs` counts members dropped because the model refused them; `lost` are the paths
    whose `$ref` leads nowhere, known when `operations` has ended."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.repairs = 0
        self.lost: list[tuple[str, SpecError]] = []
        self._models: Any = v3_1 if str(raw.get("openapi", "")).startswith(("3.1", "3.2")) else v3_0
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
        """Every operation, in the document's order. Raises `SpecError` (no_paths) when there is no paths mapping."""
        paths = self.raw.get("paths")
        if not isinstance(paths, dict):
            raise SpecError("no_paths")
        for path, item in paths.items():
            if isinstance(item, dict) and "$ref" in item:
                try:
                    item = {**self.resolve({"$ref": item["$ref"]}), **item}
                except SpecError as error:
                    self.lost.append((str(path), error))
            if not isinstance(item, dict):
                continue
            for method in METHODS:
                if isinstance(operation := item.get(method), dict):
                    yield RawOperation(str(path), method, item, operation)

    def typed(self, raw: RawOperation) -> Operation:
        """The operation with path-level parameters merged in (OAS 3: Path Item Object). Raises `SpecError`."""
        merged: dict[tuple[str, str], dict[str, Any]] = {}
        for holder in (raw.path_item, raw.operation):
            for node in listed(holder.get("parameters")):
                parameter = self.resolve(node)
                merged[str(parameter.get("name")), str(parameter.get("in"))] = parameter
        typed = [self._shared(self._models.Parameter, parameter) for parameter in merged.values()]
        parameters = [parameter for parameter in typed if parameter is not None]
        body = raw.operation.get("requestBody")
        if body is not None:
            body = self._shared(self._models.RequestBody, self.resolve(body))
        return Operation(parameters, body, self._own_security(raw.operation))

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
            model: v3_0.Operation = self._validate(self._models.Operation, members | {"responses": {}})
            if key is None or self.repairs > before:  # every operation's repairs count
                return model.security
            self._securities[key] = model.security
        return self._securities[key]

    def remembered(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gave for this key the first time; typed nodes are shared, so their `id` is a key."""
        made: Made
        try:
            made = self._remembered[key]
        except KeyError:
            made = self._remembered[key] = make()
        return made

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
        servers = [self._shared(Server, node) for node in nodes if isinstance(node, dict)]
        return [server for server in servers if server is not None] if servers else None

    def security(self, operation: Operation) -> list[dict[str, Any]]:
        """Security requirement alternatives in force."""
        if operation.security is not None:
            return list(operation.security)
        return [node for node in listed(self.raw.get("security")) if isinstance(node, dict)]

    def security_scheme(self, name: str) -> v3_0.SecurityScheme | None:
        if name not in self._schemes:
            node = self.security_schemes.get(name)
            self._schemes[name] = (
                self._validate(v3_0.SecurityScheme, dict(self.resolve(node))) if isinstance(node, dict) else None
            )
        return self._schemes[name]

    def schema(self, schema: Schema) -> tuple[Schema, str | None]:
        """The schema itself, or the one its `$ref` leads to, with the reference (None for an inline schema)."""
        reference = (schema.model_extra or {}).get("$ref")
        if not isinstance(reference, str):
            return schema, None
        if reference not in self._schemas:
            self._schemas[reference] = self._validate(self._models.Schema, self.resolve({"$ref": reference}))
        return self._schemas[reference], reference

    def resolve(self, node: Any) -> dict[str, Any]:
        """Follow local `$ref`s from a mapping to the mapping they end at. Raises `SpecError`
        (external_ref, dangling_ref, cyclic_ref, not_a_mapping)."""
        if isinstance(node, dict) and "$ref" not in node:  # nearly always
            return node
        for _ in range(MAX_REF_HOPS):
            if not isinstance(node, dict):
                raise SpecError("not_a_mapping", type(node).__name__)
            if not isinstance(reference := node.get("$ref"), str):
                return node
            if not reference.startswith("#"):
                raise SpecError("external_ref", reference[:80])
            node = self._pointer(reference)
        raise SpecError("cyclic_ref", str(reference)[:80])

    def _pointer(self, reference: str) -> Any:
        """RFC 6901 in a URI fragment."""
        if reference in self._targets:
            return self._targets[reference]
        node: Any = self.raw
        for token in reference[1:].split("/")[1:]:
            token = unquote(token).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and token in node:
                node = node[token]
            elif isinstance(node, list) and token.isdecimal() and len(token) < 7 and int(token) < len(node):
                node = node[int(token)]
            else:
                raise SpecError("dangling_ref", reference[:80])
        self._targets[reference] = node
        return node

    def _target_or_empty(self, node: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.resolve(node)
        except SpecError:
            return {}

    def _with_content(self, node: dict[str, Any]) -> dict[str, Any]:
        """A parameter or body whose named examples are resolved too: their model would drop a `$ref`."""
        node = self._with_examples(node)
        content = node.get("content")
        if isinstance(content, dict):
            node["content"] = {k: self._with_examples(v) for k, v in content.items() if isinstance(v, dict)}
        return node

    def _with_examples(self, node: dict[str, Any]) -> dict[str, Any]:
        node = dict(node)
        examples = node.get("examples")
        if isinstance(examples, dict):
            node["examples"] = {k: self._target_or_empty(v) for k, v in examples.items() if isinstance(v, dict)}
        elif examples is not None:
            del node["examples"]
        return node

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
        """Validate; where the model refuses a member, drop just that member and count the repair."""
        validate = _validate_function(model)
        for _ in range(REPAIR_ROUNDS):
            try:
                return cast(Model, validate(members))
            except RecursionError as error:
                raise SpecError("too_deep") from error
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False, include_input=False)
            before = self.repairs
            for problem in reversed(first):  # later list entries first: indices stay right
                path = problem["loc"][:-1] if problem["type"] == "missing" else problem["loc"]
                members, dropped = _without(members, path)
                self.repairs += dropped
            if self.repairs == before:
                break
        raise SpecError("refused_by_model", f"{'.'.join(map(str, first[0]['loc']))[:80]}: {first[0]['msg'][:80]}")


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
