"""What decides a request in Swagger 2.0 and openapi3-parser's normaliser leaves behind, in the words of OAS 3.0.

Types of parameters become schemas, collection formats styles, form parameters a request body; parameters that are
shared or stand at the path go to each operation; `basic` security and discriminators get their later form.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any
from urllib.parse import unquote

from apipack.records import essence, is_multipart

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
KEYWORDS = (
    "type", "format", "items", "default", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "multipleOf",
)  # fmt: skip
STYLES: dict[str, dict[str, Any]] = {
    "multi": {"explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "tsv": {"style": "tabDelimited", "explode": False},
}
MAX_REF_HOPS = 20
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Node = dict[str, Any]


def prepare(document: Node) -> None:
    """Change a Swagger 2.0 document in place, before it is normalised. Raises TypeError or AttributeError where it has
    another shape than Swagger 2.0's."""
    consumes = document.get("consumes") or []
    prefix = str(document.get("basePath") or "")
    document["basePath"] = prefix if prefix.startswith("/") else f"/{prefix}"
    if not document.get("host"):  # the host that serves the document
        document["servers"] = [{"url": document.pop("basePath")}]
        for member in ("host", "schemes"):
            document.pop(member, None)
    for scheme in (document.get("securityDefinitions") or {}).values():
        if isinstance(scheme, dict) and scheme.get("type") == "basic":
            scheme.update(type="http", scheme="basic")
    for schema in (document.get("definitions") or {}).values():
        if isinstance(schema, dict):
            for part in (schema, *(schema.get("allOf") or ())):
                if isinstance(part, dict) and isinstance(name := part.get("discriminator"), str):
                    part["discriminator"] = {"propertyName": name}
    paths = document.get("paths")
    if isinstance(paths, dict):
        document["paths"] = paths = {
            path: _path_item(document, item) for path, item in paths.items() if path[:2] != "x-"
        }
    placed = []
    for item in paths.values() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            common = item.get("parameters") or []
            for method in METHODS:
                if isinstance(operation := item.get(method), dict):
                    nodes = [_followed(node, document) for node in (*common, *(operation.get("parameters") or []))]
                    placed.append((operation, nodes))
    for operation, nodes in placed:  # when all references are followed: some lead to parameters of other operations
        own = operation.get("consumes")
        _place(operation, nodes, consumes if own is None else own)
        _serve(operation, document)
    for item in paths.values() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            item.pop("parameters", None)
    if "host" in document and document.get("schemes") is None:  # that of the document's own address
        document["servers"] = [{"url": f"//{document.pop('host')}{document.pop('basePath')}"}]
        document.pop("schemes", None)


def _serve(operation: Node, document: Node) -> None:
    """An operation's own `schemes` are servers of its own."""
    if "host" in document and isinstance(schemes := operation.pop("schemes", None), list):
        operation["servers"] = [{"url": f"{scheme}://{document['host']}{document['basePath']}"} for scheme in schemes]


def _path_item(document: Node, item: Any) -> Any:
    """A path item without extensions; one behind a local reference is copied to where it is used."""
    target = _followed(item, document)
    if not isinstance(target, dict):
        return item
    own = {key: value for key, value in item.items() if target is item or key != "$ref"}
    whole = target if target is item else {**deepcopy(target), **own}
    return {key: value for key, value in whole.items() if key[:2] != "x-"}


def _followed(node: Any, document: Node) -> Any:
    """What local references lead to in the end; the node itself where they lead nowhere."""
    target: Any = node
    for _ in range(MAX_REF_HOPS):
        reference = target.get("$ref") if isinstance(target, dict) else None
        if not isinstance(reference, str):
            return target
        if not reference.startswith("#/"):
            return node
        target = document
        for token in reference[2:].split("/"):
            token = unquote(token).replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and re.fullmatch(r"0|[1-9][0-9]{0,5}", token) and int(token) < len(target):
                target = target[int(token)]
            elif isinstance(target, dict) and token in target:
                target = target[token]
            else:
                return node
    return node


def _place(operation: Node, nodes: list[Any], consumes: list[str]) -> None:
    """Parameters of one operation, the path's before its own, which win."""
    merged = {(node.get("name"), node.get("in"), node.get("$ref")): node for node in nodes if isinstance(node, dict)}
    fields = [node for node in merged.values() if node.get("in") == "formData"]
    others = [node for node in merged.values() if node.get("in") != "formData"]
    operation["parameters"] = [_parameter(node) if _is_plain(node) else node for node in others]
    if any(node.get("in") == "body" for node in others):
        operation["consumes"] = consumes or ["application/json"]
    elif fields:
        files = any(node.get("type") == "file" for node in fields)
        media_types = [name for name in consumes if essence(str(name)) in FORMS] or [FORMS[files]]
        if files:
            media_types = [name for name in media_types if is_multipart(name)] or media_types
        operation["requestBody"] = {"required": True, "content": {name: _form(fields) for name in media_types}}


def _is_plain(node: Node) -> bool:
    """Whether a parameter has its type itself, though one that lacks the word `type` may say other things of it."""
    return "schema" not in node if node.get("in") == "body" else not {"schema", "content", "$ref"} & node.keys()


def _parameter(node: Node) -> Node:
    kept = {key: value for key, value in node.items() if key not in KEYWORDS and key != "collectionFormat"}
    style = _style(node) if node.get("type") == "array" else {}
    return {**kept, **style, **_example(node), "schema": _schema(node)}


def _example(node: Node) -> Node:
    return {"example": node["x-example"]} if "x-example" in node and node.get("type") != "file" else {}


def _style(node: Node) -> Node:
    """The style of an array's `collectionFormat`; `multi` is for queries and forms alone."""
    chosen = str(node.get("collectionFormat", "csv"))
    if chosen == "multi" and node.get("in") not in ("query", "formData"):
        chosen = "csv"
    return STYLES.get(chosen, {"explode": False})


def _form(fields: list[Node]) -> Node:
    schema = {
        "type": "object",
        "properties": {str(node.get("name")): _schema(node) | _example(node) for node in fields},
        "required": [str(node.get("name")) for node in fields if node.get("required")],
    }
    arrays = [node for node in fields if node.get("type") == "array"]
    return {"schema": schema, "encoding": {str(node.get("name")): {"style": "form", **_style(node)} for node in arrays}}


def _schema(node: Node) -> Node:
    if node.get("type") == "file":
        return {"type": "string", "format": "binary"}
    return {key: node[key] for key in KEYWORDS if key in node}
