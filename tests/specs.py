"""OpenAPI documents for tests: a test states what is its own, an operation or a member; the rest is written once.

They are plain JSON values, and a test may put anything in them that a hub might hold.
"""

from typing import Any

Json = dict[str, Any]

STRING: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}


def openapi(paths: Json, server: str | None = None, title: str = "Pets", version: str = "1.0", **members: Any) -> Json:
    """A document of OpenAPI 3.0. server: address of its only one, None for a document that names none."""
    servers = {} if server is None else {"servers": [{"url": server}]}
    return {"openapi": "3.0.3", "info": {"title": title, "version": version}, **servers, "paths": paths, **members}


def parameter(name: str, place: str, schema: Json = STRING, required: bool = True, **more: Any) -> Json:
    return {"name": name, "in": place, "required": required, "schema": schema, **more}


def json_body(schema: Json, required: bool = True) -> Json:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def record(properties: Json, *required: str, **more: Any) -> Json:
    """Schema of an object with these members."""
    return {"type": "object", "required": list(required), "properties": properties, **more}


ID = parameter("id", "path", INTEGER)
