"""Nodes with what they refer to in its place, where their models would drop a `$ref`."""

from __future__ import annotations

import json
from typing import Any

from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import listed
from apipack.openapi.references import References
from apipack.records import is_json


class Inlining:
    """Of one document. dropped: counts the examples and headers whose reference leads nowhere."""

    def __init__(self, references: References) -> None:
        self._references = references
        self.dropped = 0

    def _target_or_empty(self, node: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._references.resolve(node)
        except SpecError:
            self.dropped += 1
            return {}

    def with_content(self, node: dict[str, Any]) -> dict[str, Any]:
        """A parameter or body whose media types, named examples and part headers are resolved too: their models would
        drop a `$ref`."""
        node = self._with_examples(node)
        content = node.get("content")
        if isinstance(content, dict):
            node["content"] = {
                key: self._with_headers(self._with_examples(self._references.resolve(media), str(key)))
                for key, media in content.items()
                if isinstance(media, dict)
            }
        return node

    def _with_examples(self, node: dict[str, Any], media_type: str = "") -> dict[str, Any]:
        node = dict(node)
        examples = node.get("examples")
        if isinstance(examples, dict):
            node["examples"] = {
                key: _example(self._target_or_empty(example), media_type, of_parameter="in" in node)
                for key, example in examples.items()
                if isinstance(example, dict)
            }
        elif examples is not None:
            del node["examples"]
        return node

    def _with_headers(self, media: dict[str, Any]) -> dict[str, Any]:
        encoding = media.get("encoding")
        if isinstance(encoding, dict):
            media["encoding"] = {
                name: self._with_own_headers(part) for name, part in encoding.items() if isinstance(part, dict)
            }
        return media

    def _with_own_headers(self, encoding: dict[str, Any]) -> dict[str, Any]:
        headers = encoding.get("headers")
        if not isinstance(headers, dict):
            return encoding
        resolved = {name: self.with_content(self._target_or_empty(header)) for name, header in headers.items()}
        return {**encoding, "headers": resolved}


def with_defaults(server: dict[str, Any]) -> dict[str, Any]:
    """The server whose variables have the default that they must have: of those without one, the first of the enum."""
    variables = server.get("variables")
    if not isinstance(variables, dict):
        return server
    lacking = {
        name: {**variable, "default": variable["enum"][0]}
        for name, variable in variables.items()
        if isinstance(variable, dict) and variable.get("default") is None and listed(variable.get("enum"))
    }
    return {**server, "variables": variables | lacking} if lacking else server


def _example(node: dict[str, Any], media_type: str, *, of_parameter: bool) -> dict[str, Any]:
    """An Example Object whose value is where it was before OAS 3.2 (`dataValue`, `serializedValue`); what a parameter
    has serialized is encoded and no value."""
    for key in ("value", "dataValue"):
        if key in node:
            return {"value": node[key]}
    if isinstance(text := node.get("serializedValue"), str) and not of_parameter:
        try:
            return {"value": json.loads(text) if is_json(media_type) else text}
        except (ValueError, RecursionError):
            return {"value": text}
    return node
