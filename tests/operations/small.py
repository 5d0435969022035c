"""Small documents of tests, and the requests that are built from them."""

import json
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.operations.requests import build
from apipack.operations.texts import endpoint
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


def sent(text: str, provider: str = "h.example", *, named: bool = False, twin: bool = True) -> list[str]:
    """`METHOD url | headers | body` of each operation of a YAML document, which as JSON gives the same (twin), and
    `lost path method: reason` of what gives none. named: the operation's name stands before."""
    lines = list(_lines(Document(load(text.encode())), provider, named))
    if twin:
        as_json = json.dumps(YAML(typ="safe").load(text))
        assert list(_lines(Document(load(as_json.encode())), provider, named)) == lines
    return lines


def sent_body(version: str, kind: str, media: str, more: str = "") -> str:
    """What a body of this media type (flow YAML) has, without its Content-Type."""
    head = f"openapi: {version}\ninfo: {{}}\nservers: [{{url: https://h.example}}]\n{more}\n"
    text = f"{head}paths: {{/a: {{post: {{requestBody: {{required: true, content: {{'{kind}': {{{media}}}}}}}}}}}}}"
    (line,) = sent(text)
    return line.partition(" | ")[2].partition(" | ")[2] or line


def _lines(doc: Document, provider: str, named: bool) -> Iterator[str]:
    for raw in doc.operations():
        try:
            request = build(doc, raw, provider).request
        except SpecError as error:
            yield f"refused: {error.reason}"
            continue
        headers = ", ".join(f"{name}: {value}" for name, value in request.headers)
        parts = (f"{request.method} {request.url}", headers, request.body)
        yield (f"{endpoint(raw)}: " if named else "") + " | ".join(part for part in parts if part)
    for lost in doc.lost:
        yield f"lost {lost.path} {lost.method}: {lost.problem.reason}"
