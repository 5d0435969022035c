"""Small documents of tests, and the requests that are built from them."""

import json
from typing import Any

from apipack.openapi.document import Document
from apipack.openapi.loading import load
from apipack.operations.requests import build
from apipack.records import Request

JSON_TYPE = {"Content-Type": "application/json"}


def document(**members: Any) -> Document:
    raw = {"openapi": "3.1.0", "info": {}, "servers": [{"url": "https://h.example"}], **members}
    return Document(load(json.dumps(raw).encode()))


def requests(doc: Document, provider: str = "h.example") -> list[Request]:
    return [build(doc, raw, provider).request for raw in doc.operations()]


def one(operation: dict[str, Any], path: str = "/a", method: str = "post", **members: Any) -> Request:
    (request,) = requests(document(paths={path: {method: operation}}, **members))
    return request


def body_of(schema: Any, **members: Any) -> Any:
    media = {"application/json": {"schema": schema}}
    return json.loads(one({"requestBody": {"required": True, "content": media}}, **members).body or "")


def content(media_type: str, **media: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: media}}}


def parameter(name: str, place: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, **more}


def query(*parameters: dict[str, Any], **members: Any) -> str:
    return one({"parameters": list(parameters)}, method="get", **members).parts.query
