"""An OpenAPI document made from what RapidAPI shows of an API: its endpoints, their parameters and its address."""

from __future__ import annotations

import re
from typing import Any

import orjson

from spiders.refusals import Refusal

TYPES = {"NUMBER": "number", "BOOLEAN": "boolean", "ARRAY": "array", "OBJECT": "object", "MAP": "object"}
"""The gateway's `paramType` to JSON schema's type; string for all others."""

IN_BRACES = re.compile(r"\{([^{}/]+)\}")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
WITHOUT_BODY = ("get", "delete", "head", "options")


def document(version: dict[str, Any], title: str, description: str) -> tuple[bytes, bool]:
    """The document of a gateway's `apiVersion`, and whether it is derived: its own `spec` where there is one."""
    spec = version.get("spec")
    if spec:
        return spec.encode() if isinstance(spec, str) else orjson.dumps(spec), False
    return orjson.dumps(derive(title, description, version)), True


def derive(title: str, description: str, version: dict[str, Any]) -> dict[str, Any]:
    """An OAS 3.0.3 document, with `x-derived` in its info, of a gateway's `apiVersion`.

    A parameter in the route's braces goes into the path; one with `querystring`, or of a method without body, into
    the query; all others are members of a JSON body. Callers name host and key in headers, as RapidAPI asks of them.
    Endpoints that OAS cannot say (GraphQL, other methods) stay out. Raises `Refusal` where no
    address or endpoint is left.
    """
    address = next((dns["address"] for dns in version.get("publicdns") or [] if dns.get("address")), None)
    if address is None:
        raise Refusal("no_address")
    host = {
        "name": "X-RapidAPI-Host",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "enum": [address]},
    }
    paths: dict[str, Any] = {}
    for endpoint in sorted(version.get("endpoints") or [], key=lambda entry: (entry.get("index") or 0, entry["id"])):
        method, route = (endpoint.get("method") or "").lower(), endpoint.get("route") or ""
        if method in METHODS and route.startswith("/") and not endpoint.get("isGraphQL"):
            item = paths.setdefault(route, {"parameters": [host]})
            item.setdefault(method, _operation(endpoint, method, route))
    if not paths:
        raise Refusal("no_endpoints")
    key = {"type": "apiKey", "in": "header", "name": "X-RapidAPI-Key"}
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "description": description, "version": version.get("name") or "", "x-derived": True},
        "servers": [{"url": f"https://{address}"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {"securitySchemes": {"key": key}},
    }


def _operation(endpoint: dict[str, Any], method: str, route: str) -> dict[str, Any]:
    in_route = dict.fromkeys(IN_BRACES.findall(route))
    parameters = {
        name: {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in in_route
    }
    members, required = {}, []
    for parameter in (endpoint.get("params") or {}).get("parameters") or []:
        name, schema = parameter["name"], dict[str, Any](type=TYPES.get(parameter.get("paramType") or "", "string"))
        if schema["type"] == "array":
            schema |= {"items": {"type": "string"}}
        text = {"description": parameter["description"]} if parameter.get("description") else {}
        needed = parameter.get("condition") == "REQUIRED"
        if name in in_route:
            parameters[name] |= {"schema": schema} | text
        elif parameter.get("querystring") or method in WITHOUT_BODY:
            parameters[name] = {"name": name, "in": "query", "required": needed, "schema": schema} | text
        else:
            members[name] = schema | text
            required += [name] * needed
    operation = {
        "operationId": endpoint["id"],
        "summary": endpoint.get("name") or "",
        "description": endpoint.get("description") or "",
        "parameters": list(parameters.values()),
        "responses": {"default": {"description": "not described"}},
    }
    if members:
        body = {"type": "object", "properties": members} | ({"required": required} if required else {})
        operation["requestBody"] = {"required": bool(required), "content": {"application/json": {"schema": body}}}
    return operation
