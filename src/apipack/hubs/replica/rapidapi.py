"""RapidAPI's website gateway as public client code uses it: inferred, documented by nobody, not verified live.

`GET /gateway/csrf` gives a token and a cookie; `POST /gateway/graphql` answers three operations that carry both.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe
from typing import Any

import orjson

from apipack.hubs.replica.content import Spec
from apipack.hubs.replica.server import Answer, Call, json_answer

METHODS = ("get", "put", "post", "delete", "patch")

TYPES = {"integer": "NUMBER", "number": "NUMBER", "boolean": "BOOLEAN", "array": "ARRAY", "object": "OBJECT"}
"""JSON schema's types to the gateway's `paramType`; STRING for all others."""


class BadQuery(ValueError):
    """What the gateway answers as `errors` with status 200."""


class RapidApi:
    """Serves each document of the snapshot as the endpoints that RapidAPI would show of it.

    window: hits of a search that can be paged to, whatever its `total` says. A document's endpoints are read when
    they are asked for: header parameters and body members below the first level stay behind, as they do there.
    """

    def __init__(self, specs: list[Spec], base: str, window: int = 1_000) -> None:
        self._specs, self._window = specs, window
        self._numbers = {spec.api: number for number, spec in enumerate(specs)}
        self._sessions: dict[str, str] = {}

    def answer(self, call: Call) -> Answer | None:
        if (call.method, call.path) == ("GET", "/gateway/csrf"):
            token, cookie = token_urlsafe(12), token_urlsafe(12)
            self._sessions[token] = cookie
            return Answer(
                orjson.dumps({"csrfToken": token}), headers={"Set-Cookie": f"_csrf={cookie}; Path=/; HttpOnly"}
            )
        if (call.method, call.path) != ("POST", "/gateway/graphql"):
            return None
        if _cookie(call) != self._sessions.get(call.headers.get("csrf-token", ""), ""):
            return json_answer({"message": "invalid csrf token"}, status=419)
        try:
            asked = orjson.loads(call.body)
            data = self._data(asked.get("operationName"), asked["variables"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return json_answer({"data": None, "errors": [{"message": repr(error)}]})
        return json_answer({"data": data})

    def _data(self, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        if operation == "searchApis":
            return {"products": self._search(variables["searchApiWhereInput"], variables["paginationInput"])}
        if operation == "getApiBySlugAndOwner":
            return {"apiBySlugifiedNameAndOwnerName": self._api(variables["apiSlug"], variables["apiOwnerSlug"])}
        if operation == "getApiVersion":
            return {"apiVersion": self._version(variables["apiVersionId"])}
        raise BadQuery(f"unknown operation {operation!r}")

    def _search(self, where: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
        first, start = page["first"], int(page.get("after") or 0)
        if not 1 <= first <= 100:
            raise BadQuery("first is from 1 to 100")
        term = where.get("term", "").lower()
        matching = [spec for spec in self._specs if term in f"{spec.api} {spec.info.get('title')}".lower()]
        end = min(start + first, len(matching), self._window)
        nodes = [self._node(spec) for spec in matching[start:end]]
        more = end < min(len(matching), self._window)
        return {"nodes": nodes, "pageInfo": {"endCursor": str(end), "hasNextPage": more}, "total": len(matching)}

    def _node(self, spec: Spec) -> dict[str, Any]:
        owner = {"username": spec.provider, "slugifiedName": spec.provider}
        names = {"name": str(spec.info.get("title", "")), "slugifiedName": spec.service, "categoryName": "Data"}
        return {"id": f"api_{self._numbers[spec.api]}", "User": owner, "visibility": "PUBLIC"} | names

    def _api(self, slug: str, owner: str) -> dict[str, Any]:
        spec = next((spec for spec in self._specs if (spec.service, spec.provider) == (slug, owner)), None)
        if spec is None:
            raise BadQuery("no such API")
        version = {"id": f"apiversion_{self._numbers[spec.api]}", "name": spec.version, "current": True}
        return self._node(spec) | {"description": str(spec.info.get("description", "")), "version": version}

    def _version(self, identifier: str) -> dict[str, Any]:
        number = int(identifier.removeprefix("apiversion_"))
        spec = self._specs[number]
        document = orjson.loads(spec.file.read_bytes())
        host = "".join(c if c.isalnum() else "-" for c in spec.api.lower())
        return {
            "id": identifier,
            "name": spec.version,
            "spec": None,
            "publicdns": [{"address": f"{host}.p.rapidapi.com", "current": True}],
            "endpoints": _endpoints(document),
        }


def _cookie(call: Call) -> str | None:
    try:
        morsel = SimpleCookie(call.headers.get("Cookie", "")).get("_csrf")
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _endpoints(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The gateway's `endpoints` of an OAS document's operations; GraphQL IDs are positions."""
    endpoints: list[dict[str, Any]] = []
    for route, item in (document.get("paths") or {}).items():
        for method in METHODS if isinstance(item, dict) else ():  # extensions stand beside the paths
            if isinstance(operation := item.get(method), dict):
                name = operation.get("summary") or operation.get("operationId") or route
                facts = {"isGraphQL": False, "name": name, "description": operation.get("description") or ""}
                parameters = _parameters(document, [*item.get("parameters", []), *operation.get("parameters", [])])
                parameters += _members(document, operation)
                shown = {"route": route, "method": method.upper(), "params": {"parameters": parameters}}
                endpoints.append({"id": f"apiendpoint_{len(endpoints)}", "index": len(endpoints)} | facts | shown)
    return endpoints


def _parameters(document: dict[str, Any], listed: list[Any]) -> list[dict[str, Any]]:
    parameters = []
    for parameter in (_target(document, reference) for reference in listed):
        if parameter.get("in") in ("query", "path") and "name" in parameter:
            schema = _target(document, parameter.get("schema", parameter))
            required = bool(parameter.get("required"))
            parameters.append(_parameter(parameter["name"], schema, required, parameter["in"] == "query"))
    return parameters


def _members(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The members of a JSON body, which are parameters that are neither in the route nor in the query."""
    content = _target(document, operation.get("requestBody", {})).get("content", {})
    schema = _target(document, content.get("application/json", {}).get("schema", {}))
    required, members = schema.get("required"), schema.get("properties")
    names = required if isinstance(required, list) else []
    members = members if isinstance(members, dict) else {}
    return [_parameter(name, _target(document, schema), name in names, False) for name, schema in members.items()]


def _parameter(name: str, schema: dict[str, Any], required: bool, querystring: bool) -> dict[str, Any]:
    kind = schema.get("type")
    return {
        "name": name,
        "paramType": TYPES.get(kind, "STRING") if isinstance(kind, str) else "STRING",
        "condition": "REQUIRED" if required else "OPTIONAL",
        "querystring": querystring,
        "description": schema.get("description", ""),
    }


def _target(document: dict[str, Any], value: Any) -> dict[str, Any]:
    """What a local reference points to, the value itself where it is none; nothing of what cannot be followed."""
    for _ in range(8):
        if not isinstance(value, dict):
            return {}
        if not isinstance(reference := value.get("$ref"), str):
            return value
        value = document if reference.startswith("#/") else None
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            value = value.get(name) if isinstance(value, dict) else None
    return {}
