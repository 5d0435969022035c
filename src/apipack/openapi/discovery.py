"""Google's API discovery documents (`discovery#restDescription`, format v1, protocol rest) in the words of OAS 3.0.

A reserved expansion (`v1/{+name}`, RFC 6570, 3.2.3) stands for several segments, and several methods share it. Its
parameter's pattern says which segments they are, so that each method gets a path of its own, like
`/v1/projects/{projectsId}`; where the pattern does not, Google's `flatPath` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count
from typing import Any

Node = dict[str, Any]

KIND = "discovery#restDescription"
MAX_DEPTH = 100  # levels of resources and schemas
OAUTH = "Oauth2"
AUTHORIZE, TOKEN = "https://accounts.google.com/o/oauth2/auth", "https://accounts.google.com/o/oauth2/token"
FORMATS = {"google-datetime": "date-time"}
KEPT = ("description", "pattern", "enum", "readOnly", "deprecated")
NUMBERS = ("minimum", "maximum")
ANY = "*"  # a segment of any value

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"\+?[A-Za-z_$][\w.$-]*")
_SEGMENTS = re.compile(r"\^(?:[\w.:~-]+|\[\^/\]\+)(?:/(?:[\w.:~-]+|\[\^/\]\+|\.\*(?=\$)))*\$")


class Converted(Node):
    """An OAS mapping. left_out: path, method and reason of what the original has and an operation cannot say."""

    def __init__(self, mapping: Node, left_out: list[tuple[str, str, str]]) -> None:
        super().__init__(mapping)
        self.left_out = left_out


def convert(document: Node) -> Converted:
    """The document as OAS 3.0.3. Media uploads are left out, and so are methods that do nothing else, with
    `media_upload`; a path that takes other expressions than `{x}` and `{+x}` with `path_template`; a second method of
    the same verb and path with `duplicate_path`. Raises TypeError, AttributeError, KeyError or ValueError where the
    document has another shape, RecursionError where it is deeper than `MAX_DEPTH`."""
    paths: dict[str, Node] = {}
    left_out: list[tuple[str, str, str]] = []
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in document.get("parameters") or {}]
    for tags, method in _methods(document, []):
        verb = str(method["httpMethod"]).lower()
        if upload := method.get("mediaUpload"):
            protocols = upload.get("protocols") or {}
            left_out += [(str(way["path"]), verb, "media_upload") for way in protocols.values()]
            if "request" not in method:
                continue
        template, invented = _template(method)
        path = "/" + template.lstrip("/")
        if not all(_NAME.fullmatch(name) for name in _EXPRESSION.findall(path)):
            left_out.append((path, verb, "path_template"))
        elif verb in paths.get(path, ()):
            left_out.append((path, verb, "duplicate_path"))
        else:
            item = paths.setdefault(path, {"parameters": shared} if shared else {})
            item[verb] = _operation(method, tags, path, invented)
    scopes = ((document.get("auth") or {}).get("oauth2") or {}).get("scopes") or {}
    components = {
        "parameters": {name: _parameter(name, node) for name, node in (document.get("parameters") or {}).items()},
        "schemas": {name: _schema(node) for name, node in (document.get("schemas") or {}).items()},
        "securitySchemes": {OAUTH: _oauth(scopes)} if scopes else {},
    }
    info = {key: document[key] for key in ("title", "version", "description") if key in document}
    mapping = {
        "openapi": "3.0.3",
        "info": {"title": str(document.get("name", "")), "version": "", **info},
        "servers": [{"url": _server(document)}],
        "paths": paths,
        "components": components,
    }
    return Converted(mapping, left_out)


def _methods(resource: Node, tags: list[str]) -> Iterator[tuple[list[str], Node]]:
    """Every method with the name of its outermost resource."""
    todo = [(tags, resource, 0)]
    while todo:
        tags, resource, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise RecursionError
        for method in (resource.get("methods") or {}).values():
            yield tags, method
        inner = [(tags or [name], resource, depth + 1) for name, resource in (resource.get("resources") or {}).items()]
        todo += reversed(inner)


def _server(document: Node) -> str:
    root = document.get("rootUrl")
    address = f"{root}{document.get('servicePath') or ''}" if root else str(document["baseUrl"])
    return address.rstrip("/")


def _template(method: Node) -> tuple[str, dict[str, str]]:
    """The path template, and the parameters in it that the method does not declare → the one that they are part of."""
    declared, path = method.get("parameters") or {}, str(method["path"])
    reserved = [name[1:] for name in _EXPRESSION.findall(path) if name.startswith("+")]
    patterns = {name: str((declared.get(name) or {}).get("pattern")) for name in reserved}
    if not all(map(_SEGMENTS.fullmatch, patterns.values())):
        flat = str(method.get("flatPath") or path.replace("{+", "{"))
        return flat, {name: reserved[0] for name in _EXPRESSION.findall(flat) if name not in declared}
    invented: dict[str, str] = {}
    for name, pattern in patterns.items():
        segments = pattern[1:-1].replace("[^/]+", ANY).replace(".*", ANY).split("/")
        expanded = _expanded(name, segments, {*declared, *invented} - {name})
        path = path.replace(f"{{+{name}}}", expanded, 1)
        invented |= {part: name for part in _EXPRESSION.findall(expanded) if part != name}
    return path, invented


def _expanded(name: str, segments: list[str], taken: set[str]) -> str:
    """`projects/{projectsId}/notes/{notesId}` of a pattern's segments; a parameter of one segment keeps its name."""
    if segments == [ANY]:
        return f"{{{name}}}"
    parts: list[str] = []
    for segment, before in zip(segments, ["", *segments], strict=False):
        if segment == ANY:
            stem = f"{before}Id" if _NAME.fullmatch(before) else name
            numbered = (f"{stem}{number}" for number in count(1))
            parameter = next(free for free in chain([stem], numbered) if free not in taken)
            taken.add(parameter)
            segment = f"{{{parameter}}}"
        parts.append(segment)
    return "/".join(parts)


def _operation(method: Node, tags: list[str], path: str, invented: dict[str, str]) -> Node:
    declared = method.get("parameters") or {}
    in_path = _EXPRESSION.findall(path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        | {"description": f"Part of `{invented[name]}`. {declared[invented[name]].get('description', '')}".strip()}
        for name in in_path
        if name in invented
    ]
    for name, node in declared.items():
        if name in in_path or node.get("location") != "path":
            parameters.append(_parameter(name, node, in_path))
    operation = {
        "operationId": method.get("id"),
        "description": method.get("description"),
        "deprecated": method.get("deprecated"),
        "tags": tags or None,
        "parameters": parameters or None,
        "requestBody": _body(method["request"]) if method.get("request") else None,
        "security": [{OAUTH: [scope]} for scope in method.get("scopes") or ()] or None,
    }
    answer = {"description": "Successful response"}
    if method.get("response"):
        answer |= _body(method["response"])
    return {key: value for key, value in operation.items() if value is not None} | {"responses": {"200": answer}}


def _body(node: Node) -> Node:
    return {"content": {"application/json": {"schema": _schema(node)}}}


def _parameter(name: str, node: Node, in_path: list[str] | None = None) -> Node:
    place = "path" if name in (in_path or ()) else str(node.get("location", "query"))
    parameter: Node = {"name": name, "in": place}
    if "description" in node:
        parameter["description"] = node["description"]
    if node.get("required") is True or place == "path":
        parameter["required"] = True
    schema = _schema({key: value for key, value in node.items() if key not in ("description", "required")})
    if node.get("repeated") is True:
        return parameter | {"schema": {"type": "array", "items": schema}, "explode": True}
    return parameter | {"schema": schema}


def _schema(node: Node, depth: int = 0) -> Node:
    """A schema of JSON Schema draft 3, as discovery uses it: `required` is a flag, `any` a type, a default text."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if "$ref" in node:
        return {"$ref": f"#/components/schemas/{node['$ref']}"}
    schema = {key: node[key] for key in KEPT if key in node}
    kind = node.get("type")
    if kind and kind != "any":
        schema["type"] = kind
    if "format" in node:
        schema["format"] = FORMATS.get(node["format"], node["format"])
    for key in NUMBERS:
        with suppress(KeyError, ValueError, TypeError):
            schema[key] = _typed(str(node[key]), "integer" if kind == "integer" else "number")
    if "default" in node:
        with suppress(ValueError):
            schema["default"] = _typed(node["default"], kind)
    members = node.get("properties") or {}
    if members:
        schema["properties"] = {name: _schema(member, depth + 1) for name, member in members.items()}
        if required := [name for name, member in members.items() if member.get("required") is True]:
            schema["required"] = required
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            schema[key] = _schema(node[key], depth + 1)
    return schema


def _typed(text: Any, kind: Any) -> Any:
    """The value of a default, which stands as text. Raises ValueError where it is none of its type."""
    if not isinstance(text, str) or kind not in ("boolean", "integer", "number"):
        return text
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{text:.40} is no boolean")
        return text.lower() == "true"
    return int(text) if kind == "integer" else float(text)


def _oauth(scopes: Node) -> Node:
    descriptions = {scope: str((about or {}).get("description", "")) for scope, about in scopes.items()}
    flow = {"authorizationUrl": AUTHORIZE, "tokenUrl": TOKEN, "scopes": descriptions}
    return {"type": "oauth2", "flows": {"authorizationCode": flow}}
