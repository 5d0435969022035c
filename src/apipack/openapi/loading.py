"""Bytes of a specification file to a plain OAS 3.x mapping; Swagger 2.0 is normalised by openapi3-parser, Google's
discovery documents by `discovery`.

Specs are hostile: size is bounded, YAML is read by the C safe loader without timestamps, nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import orjson
import yaml
from openapi_parser.models.v2_0 import normalize_swagger_v2

from apipack.errors import UserError
from apipack.openapi import discovery, kinds, swagger

MAX_BYTES = 100_000_000
MAX_DEPTH = 500
MAX_ALIASED = 1_000_000
MAX_DIGITS = 3_500
TOO_DEEP = "nested deeper than it can be read"


class SpecError(UserError):
    """A specification, or an operation of it, cannot be used. `reason` is a short slug that gets counted."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class _Loader(yaml.CSafeLoader):
    """JSON's types only, told apart as YAML 1.2 does (10.3.2, core schema): `no`, `12:30` and dates are text. Keys are
    text whatever they look like (OAS 3: Format). A key that stands twice is an error (3.2.1.3). Of YAML 1.1 the merge
    key is left."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if not isinstance(node, yaml.MappingNode):  # `!!map [a]`
            return super().construct_mapping(node, deep)
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if key.tag != MERGE:
                key.tag = TEXT
        names = [key.value for key in keys]
        if len(set(names)) < len(names):
            raise SpecError("duplicate_keys", str(_twice(names))[:60])
        return super().construct_mapping(node, deep)

    def construct_integer(self, node: yaml.ScalarNode) -> int:
        text = self.construct_scalar(node)
        if len(text) > MAX_DIGITS:
            raise SpecError("not_json_or_yaml", f"a number of {len(text)} digits, {MAX_DIGITS} allowed")
        return int(text, {"0x": 16, "0o": 8}.get(text[:2], 10))

    def construct_text(self, node: yaml.ScalarNode) -> str:
        return str(self.construct_scalar(node))

    def construct_ordered(self, node: yaml.Node) -> Iterator[dict[Any, Any]]:
        """A list of mappings of one member each is the mapping of all."""
        if not isinstance(node, yaml.SequenceNode) or not all(
            isinstance(item, yaml.MappingNode) for item in node.value
        ):
            raise yaml.constructor.ConstructorError(None, None, "expected a list of mappings", node.start_mark)
        pairs = [pair for item in node.value for pair in item.value]
        return self.construct_yaml_map(yaml.MappingNode(_YAML + "map", pairs, node.start_mark, node.end_mark))

    def construct_keys(self, node: yaml.Node) -> Iterator[list[Any]]:
        """The members of a set, which is written as a mapping, as a list."""
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "expected a mapping", node.start_mark)
        keys = [key for key, _ in node.value]
        return self.construct_yaml_seq(yaml.SequenceNode(_YAML + "seq", keys, node.start_mark, node.end_mark))


_YAML = "tag:yaml.org,2002:"
MERGE, TEXT = _YAML + "merge", _YAML + "str"
_Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.CSafeLoader.yaml_constructors.items()
    if tag is None or tag.removeprefix(_YAML) in ("null", "bool", "float", "str", "seq", "map")
}
for _tag in ("binary", "timestamp"):  # of these JSON has the text
    _Loader.add_constructor(_YAML + _tag, _Loader.construct_text)
_Loader.yaml_implicit_resolvers = {}
for _tag, _first, _pattern in (
    ("null", ["~", "n", "N", ""], r"~|null|Null|NULL|"),
    ("bool", "tTfF", r"true|True|TRUE|false|False|FALSE"),
    ("int", "-+0123456789", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", "-+.0123456789", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
    ("float", "-+.", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
    ("merge", "<", r"<<"),
):
    _Loader.add_implicit_resolver(_YAML + _tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))
_Loader.add_constructor(_YAML + "int", _Loader.construct_integer)
_Loader.add_constructor(_YAML + "omap", _Loader.construct_ordered)
_Loader.add_constructor(_YAML + "set", _Loader.construct_keys)


_DIGITS = re.compile(rb"[0-9]{19}")
_LONG_INTEGER = re.compile(rb"[:\[,][ \t\r\n]*-?[0-9]{19,}[ \t\r\n]*[,}\]]")
_SPACED = re.compile(rb'"[ \t\r\n]+:')
_SPACES = (b'" :', b'"  ', b'"\t', b'"\r', b'"\n')
_ESCAPES = (b"\\u0022", b"\\u003a", b"\\u003A", b"\\u0020")


def load(body: bytes, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Decode JSON or YAML and return an OAS 3.x mapping. Raises `SpecError` with one of the reasons too_large, empty,
    not_utf8, not_json_or_yaml, duplicate_keys, too_deep, too_many_aliases, not_a_mapping, not_openapi, no_version,
    unsupported_version, broken_swagger_2, broken_discovery; its text says what the document is and what to do."""
    if len(body) > max_bytes:
        raise SpecError("too_large", f"{len(body)} bytes, {max_bytes} allowed")
    if not body.strip():
        raise SpecError("empty", "the document has no text")
    if told := kinds.of_bytes(body):
        raise SpecError("not_utf8" if told is kinds.WIDE else "not_json_or_yaml", told)
    document = _decode(body)
    if not isinstance(document, dict):
        raise SpecError("not_a_mapping", kinds.of_value(document))
    if str(document.get("swagger", "")).startswith("2"):
        return _from_swagger_2(document)
    version = document.get("openapi", document.get("swagger"))
    if version is None and document.get("kind") == discovery.KIND:
        return _from_discovery(document)
    if version is None:
        if told := kinds.of_mapping(document):
            raise SpecError("not_openapi", told)
        for name in ("openapi", "swagger"):
            if name in document:
                raise SpecError("no_version", f"`{name}` is null, and no version such as `openapi: 3.1.0`")
        raise SpecError("no_version", f"neither `openapi: 3.x` nor `swagger: 2.0` at its top, but {_names(document)}")
    if not re.match(r"3\.[012](\.|$)", str(version)):
        raise SpecError("unsupported_version", f"{str(version)[:20]}; {kinds.READ}")
    return document


def content(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """A file's bytes, at most one more than a document may have, with which `load` tells that it is too large."""
    with path.open("rb") as file:
        return file.read(max_bytes + 1)


def _names(document: dict[str, Any]) -> str:
    """The first members of a mapping, for an error line."""
    names = [" ".join(str(name)[:30].split()) for name in list(document)[:4]]
    return ", ".join([*names, "..."][: len(document)]) or "nothing"


def _decode(body: bytes) -> Any:
    as_json = ""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error).lower():
            raise SpecError("too_deep", TOO_DEEP) from error
        if body.lstrip()[:1] in (b"{", b"["):
            as_json = f"as JSON: {error}; "
            if kinds.has_comments(body):  # which YAML may read as the beginnings of keys
                raise SpecError("not_json_or_yaml", kinds.COMMENTS) from error
    else:
        return _exact(body, document)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(
            "not_utf8", "no UTF-8 text: save the document as UTF-8, or unpack it where it is an archive"
        ) from error
    try:
        _check_size(text)
        return yaml.load(text, Loader=_Loader)
    except SpecError:
        raise
    except (yaml.YAMLError, ValueError, LookupError, AttributeError) as error:  # a tag of another type: `!!bool x`
        told = " ".join(str(error).replace('in "<unicode string>", ', "at ").split())
        told = told.replace("could not determine a constructor for the tag", "OpenAPI has no use for the tag")
        raise SpecError("not_json_or_yaml", f"{as_json}as YAML: {told}"[:200]) from error


def _exact(body: bytes, document: Any) -> Any:
    """What the fast parser read of a body, or, where that would be another document, what a slower one reads: integers
    beyond 64 bits became floats. Raises `SpecError` (duplicate_keys, too_deep)."""
    try:
        text = orjson.dumps(document)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise SpecError("too_deep", TOO_DEEP) from error
    if text == body:
        return document
    _check_keys(body, text)
    if not _DIGITS.search(body) or not _LONG_INTEGER.search(body):
        return document
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # of more digits, or of more levels, than Python reads
        return document


def _check_keys(body: bytes, text: bytes) -> None:
    """Refuse an object with a key twice: parsers differ in which one they take (RFC 8259, 4).

    The slow look is only for documents whose text has another number of keys than what was read from it, or may hide
    one: by escapes of the marks that are counted. text: what was read, written again.
    """
    if not any(escape in body for escape in _ESCAPES) and _keys(text) == _keys(body):
        return
    try:
        json.loads(body, object_pairs_hook=_unique)
    except RecursionError as error:
        raise SpecError("too_deep", TOO_DEEP) from error


def _keys(text: bytes) -> int:
    """How often a quotation mark is followed by a colon, as after each key, with white space between them or none."""
    count = text.count(b'":')
    return count + (len(_SPACED.findall(text)) if any(mark in text for mark in _SPACES) else 0)


def _unique(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise SpecError("duplicate_keys", _twice(names)[:60])


def _twice(keys: list[Any]) -> Any:
    """The first of the keys that stand more than once."""
    times = Counter(keys)
    return next(key for key in keys if times[key] > 1)


def _check_size(text: str) -> None:
    """libyaml composes nested nodes by recursion in C: a deep document would end the process. Aliases are shared, but
    what walks or writes the document meets their nodes again each time: a few lines can stand for billions."""
    written, aliased = 0, 0.0
    sizes: dict[str | None, float] = {}
    around: list[tuple[str | None, float]] = []
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.ScalarEvent):
            written += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            around.append((event.anchor, written + aliased))
            if len(around) > MAX_DEPTH:
                raise SpecError("too_deep", f"more than {MAX_DEPTH} levels")
            written += 1
            if event.anchor:
                sizes[event.anchor] = inf  # an alias inside of its own node has no end
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = around.pop()
            if anchor:
                sizes[anchor] = written + aliased - before
        elif isinstance(event, yaml.AliasEvent):
            aliased += sizes.get(event.anchor, 1)
            if aliased > MAX_ALIASED:
                raise SpecError("too_many_aliases", f"its aliases stand for more than {MAX_ALIASED} nodes")


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
        raise SpecError("too_deep", TOO_DEEP) from error
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        raise SpecError("broken_swagger_2", str(error)[:120]) from error


def _from_discovery(document: dict[str, Any]) -> discovery.Converted:
    try:
        return discovery.convert(document)
    except RecursionError as error:
        raise SpecError("too_deep", TOO_DEEP) from error
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        told = f"it has no {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        raise SpecError("broken_discovery", told[:120]) from error
