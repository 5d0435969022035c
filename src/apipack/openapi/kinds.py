"""What a document is that is no OpenAPI document, and what its owner can do: texts for error lines."""

from __future__ import annotations

import re
from typing import Any

import orjson

READ = "apipack reads OpenAPI 3.0 to 3.2, Swagger 2.0 and Google discovery documents"
COMMENTS = "JSON with comments, which JSON has none of: take them out"
WIDE = "text in UTF-16 or UTF-32: save it as UTF-8"

_FIRST_BYTES = (
    (re.compile(rb"%PDF-"), f"a PDF file; {READ}"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive: unpack it first"),
    (re.compile(rb"\x1f\x8b"), "a gzip archive: unpack it first"),
    (
        re.compile(rb"BZh|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!|.{257}ustar", re.S),
        "an archive: unpack it first",
    ),
    (re.compile(rb"\xff\xfe|\xfe\xff|\x00*[\t -~]\x00+[\t-~]"), WIDE),
    (re.compile(rb"[^\x00]{0,64}\x00"), f"binary data and no text; {READ}"),
    (re.compile(rb"(?i)\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|div|script|title|meta|p)\b", re.S), None),
    (re.compile(rb".{0,400}(\bwsdl:|schemas\.xmlsoap\.org/wsdl)", re.S), f"a WSDL document, of SOAP; {READ}"),
    (re.compile(rb"\s*<[a-z?!/]", re.I), f"an XML document; {READ}"),
    (re.compile(rb"\s*(//|/\*)"), COMMENTS),
    (re.compile(rb"version https://git-lfs"), "a pointer of Git LFS: `git lfs pull` fetches the file itself"),
    (re.compile(rb"\s*syntax\s*=\s*[\"']proto"), f"a Protocol Buffers file, which has no paths; {READ}"),
    (re.compile(rb"#%RAML"), f"a RAML document: convert it to OpenAPI first; {READ}"),
    (re.compile(rb"FORMAT:\s*1A"), f"an API Blueprint: convert it to OpenAPI first; {READ}"),
    (re.compile(rb"\s*(schema\s*\{|type\s+\w+[^:{}]*\{)"), f"a GraphQL schema, which has no paths; {READ}"),
)
_COMMENT_OR_TEXT = re.compile(rb'("(?:[^"\\]|\\.)*+"?)|//[^\r\n]*|/\*(?:.*?\*/|.*)', re.S)
_PAGE = "an HTML page, not the document: give the address of the JSON or YAML file itself"
_GRAPHQL = f"an answer of GraphQL about its schema, which has no paths; {READ}"
_MEMBERS = (
    ("asyncapi", "an AsyncAPI document, which describes messages and no HTTP paths"),
    ("arazzo", "an Arazzo document, which describes workflows: give the OpenAPI documents of its sourceDescriptions"),
    ("overlay", "an OpenAPI Overlay: apply it to its OpenAPI document first"),
    ("swaggerVersion", "a Swagger {} document: convert it to Swagger 2.0 or OpenAPI 3 first"),
    ("discoveryVersion", "a list of Google discovery documents, and none of them: give those that it names"),
    ("postman_collection", "a Postman collection: convert it to OpenAPI first"),
    ("swagger_version", "a Swagger 1 document: convert it to Swagger 2.0 or OpenAPI 3 first"),
    ("openrpc", "an OpenRPC document, whose methods have no HTTP paths"),
    ("smithy", "a Smithy model: let `smithy build` convert it to OpenAPI first"),
    ("tsp", "a TypeSpec document: let `tsp compile` emit OpenAPI first"),
)


def of_bytes(body: bytes) -> str:
    """What the first bytes tell; empty where they may begin JSON or YAML."""
    start = body[:2_000].removeprefix(b"\xef\xbb\xbf")
    for pattern, told in _FIRST_BYTES:
        if pattern.match(start):
            return _PAGE if told is None else told
    return ""


def has_comments(body: bytes) -> bool:
    """Whether a text that is no JSON would be some without its comments, as JavaScript has them."""
    if b"//" not in body and b"/*" not in body:
        return False
    try:
        orjson.loads(_COMMENT_OR_TEXT.sub(lambda found: found[1] or b" ", body))
    except orjson.JSONDecodeError:
        return False
    return True


def of_value(value: Any) -> str:
    """What a document is whose top is no mapping."""
    if isinstance(value, list):
        return "a list: an OpenAPI document is a mapping with `openapi` or `swagger` at its top"
    return f"the text has no mapping but a single value; {READ}"


def of_mapping(document: dict[str, Any]) -> str:
    """What a mapping without `openapi` and `swagger` is; empty where it cannot be told."""
    for member, told in _MEMBERS:
        if member in document:
            return told.format(str(document[member])[:10])
    info = document.get("info")
    about = str(info.get("schema", "")) + str(info.get("_postman_id", "")) if isinstance(info, dict) else ""
    collection = document.get("collection")
    if (
        "getpostman.com" in about
        or (about and "item" in document)
        or (isinstance(collection, dict) and "item" in collection)
    ):
        return "a Postman collection: convert it to OpenAPI first"
    if "_postman_variable_scope" in document or ("requests" in document and "order" in document):
        return "an export of Postman that is no collection of version 2: export that, and convert it to OpenAPI first"
    if document.get("kind") == "discovery#directoryList":
        return dict(_MEMBERS)["discoveryVersion"]
    data = document.get("data", document)
    if isinstance(data, dict) and "__schema" in data:
        return _GRAPHQL
    if "apiVersion" in document and "kind" in document:
        return f"a Kubernetes object; {READ}"
    insomnia = str(document.get("type", "")).startswith("collection.insomnia")
    if insomnia or (document.get("_type") == "export" and "resources" in document):
        return "an Insomnia export: export the design document instead, or convert it to OpenAPI first"
    log = document.get("log")
    if isinstance(log, dict) and "entries" in log:
        return "an HTTP archive (HAR) of requests that were made"
    if "$schema" in document or "$defs" in document:
        return "a JSON Schema, which has no paths"
    return ""
