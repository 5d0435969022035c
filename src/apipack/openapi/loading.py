"""Bytes of a specification file to a plain OAS 3.x mapping; Swagger 2.0 is normalised by openapi3-parser.

Specs are hostile: size is bounded, YAML is read by the C safe loader without timestamps, nothing is fetched.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson
import yaml
from openapi_parser.models.v2_0 import normalize_swagger_v2

from apipack.errors import UserError
from apipack.openapi import swagger

MAX_BYTES = 100_000_000
MAX_DEPTH = 500


class SpecError(UserError):
    """A specification, or an operation of it, cannot be used. `reason` is a short slug that gets counted."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class _Loader(yaml.CSafeLoader):
    """JSON's types only: dates stay text. A key that stands twice is an error (YAML 1.2, 3.2.1.3)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            twice = next(value for tag, value in keys if keys.count((tag, value)) > 1)
            raise SpecError("duplicate_keys", str(twice)[:60])
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(body: bytes, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Decode JSON or YAML and return an OAS 3.0/3.1 mapping. Raises `SpecError` with one of the reasons
    too_large, empty, not_utf8, not_json_or_yaml, duplicate_keys, too_deep, not_a_mapping, no_version,
    unsupported_version, broken_swagger_2."""
    if len(body) > max_bytes:
        raise SpecError("too_large", f"{len(body)} bytes, {max_bytes} allowed")
    if not body.strip():
        raise SpecError("empty")
    document = _decode(body)
    if not isinstance(document, dict):
        raise SpecError("not_a_mapping")
    if str(document.get("swagger", "")).startswith("2"):
        return _from_swagger_2(document)
    version = document.get("openapi", document.get("swagger"))
    if version is None:
        raise SpecError("no_version")
    if not re.match(r"3\.[012](\.|$)", str(version)):
        raise SpecError("unsupported_version", str(version)[:20])
    return document


def _decode(body: bytes) -> Any:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error).lower():
            raise SpecError("too_deep") from error
    else:
        _check_keys(body, document)
        return document
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError("not_utf8") from error
    try:
        _check_depth(text)
        return yaml.load(text, Loader=_Loader)
    except SpecError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise SpecError("not_json_or_yaml", " ".join(str(error).split())[:120]) from error


def _check_keys(body: bytes, document: Any) -> None:
    """Refuse an object with a key twice: parsers differ in which one they take (RFC 8259, 4).

    The slow look is only for documents whose text has another number of keys than what was read from it.
    """
    try:
        text = orjson.dumps(document)
        if text == body or text.count(b'":') == body.count(b'":'):
            return
        json.loads(body, object_pairs_hook=_unique)
    except orjson.JSONEncodeError as error:
        raise SpecError("too_deep") from error
    except RecursionError as error:
        raise SpecError("too_deep") from error


def _unique(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise SpecError("duplicate_keys", next(name for name in names if names.count(name) > 1)[:60])


def _check_depth(text: str) -> None:
    """libyaml composes nested nodes by recursion in C: a deep document would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise SpecError("too_deep", f"more than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _from_swagger_2(document: dict[str, Any]) -> dict[str, Any]:
    schemes = document.get("schemes")
    if isinstance(schemes, list):
        document["schemes"] = sorted((s for s in schemes if isinstance(s, str)), key=lambda s: s != "https") or [
            "https"
        ]
    try:
        swagger.prepare(document)
        return normalize_swagger_v2(document)
    except RecursionError as error:
        raise SpecError("too_deep") from error
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        raise SpecError("broken_swagger_2", str(error)[:120]) from error
