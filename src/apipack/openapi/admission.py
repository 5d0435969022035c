"""Whether a typed schema admits a value, as far as alternatives are told apart: types, enums, members, bounds.

A quick look while values are made; `conformance` validates whole requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_parser.models import v3_1

from apipack.openapi.document import Document, Schema
from apipack.openapi.merging import flat
from apipack.openapi.models import keyword
from apipack.openapi.patterns import matching

MAX_DEPTH = 4
MAX_LOOKS = 20_000
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def kind_of(schema: Schema) -> str | None:
    """The schema's type; of several (OAS 3.1) the first that is not null, where there is another."""
    kind = schema.type
    if kind is None:
        return None
    if isinstance(kind, list):
        return next((name for name in map(_name, kind) if name != "null"), "null" if kind else None)
    return _name(kind)


def kinds_of(schema: Schema) -> list[str]:
    """All of the schema's types, null at the end."""
    kinds = schema.type if isinstance(schema.type, list) else [] if schema.type is None else [schema.type]
    return sorted(map(_name, kinds), key="null".__eq__)


def _name(kind: Any) -> str:
    return str(getattr(kind, "_value_", kind))  # of an Enum, without the way around that `value` takes


def is_of(kind: str, value: Any) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def admits(document: Document, schema: Schema, value: Any, looks: Iterator[int], depth: int = 0) -> bool:
    """looks: counts the schemas looked at; deeper than `MAX_DEPTH` and after `MAX_LOOKS` every value is admitted."""
    if next(looks) > MAX_LOOKS:
        return True
    schema = flat(document, *document.schema(schema))
    if depth > MAX_DEPTH:
        return True
    kind, extra = kind_of(schema), schema.model_extra or {}
    if kind is not None and not is_of(kind, value):
        return False
    if (schema.enum and value not in schema.enum) or extra.get("const", value) != value:
        return False
    options = schema.one_of or schema.any_of
    if options and not any(admits(document, option, value, looks, depth + 1) for option in options):
        return False
    refused = schema.not_schema
    if refused is not None and depth < MAX_DEPTH and admits(document, refused, value, looks, depth + 1):
        return False
    if isinstance(value, dict):
        return _admits_members(document, schema, value, looks, depth)
    if isinstance(value, list):
        return _admits_items(document, schema, value, looks, depth)
    return within(schema, value)


def within(schema: Schema, value: Any) -> bool:
    """Whether a text keeps to lengths and pattern, or a number to bounds."""
    if isinstance(value, str):
        bounded = (
            (schema.min_length or 0) <= len(value) <= (len(value) if schema.max_length is None else schema.max_length)
        )
        return bounded and (schema.pattern is None or matching(schema.pattern, value) == value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high, low_open, high_open = bounds(schema)
        over = low is None or low < value or (low == value and not low_open)
        return over and (high is None or value < high or (value == high and not high_open))
    return True


def bounds(schema: Schema) -> tuple[int | float | None, int | float | None, bool, bool]:
    """Least and greatest number, and whether each is excluded: by a flag in OAS 3.0, by a bound of its own in 3.1."""
    low, high = schema.minimum, schema.maximum
    low_open, high_open = bool(schema.exclusive_minimum), bool(schema.exclusive_maximum)
    if isinstance(schema, v3_1.Schema):
        above, below = schema.exclusive_minimum, schema.exclusive_maximum
        low_open = above is not None and (low is None or above >= low)
        high_open = below is not None and (high is None or below <= high)
        low, high = (above if low_open else low), (below if high_open else high)
    return low, high, low_open, high_open


def _admits_items(document: Document, schema: Schema, value: list[Any], looks: Iterator[int], depth: int) -> bool:
    first: list[Schema] = keyword(schema, "prefix_items") or []
    schemas = [*first, *[schema.items] * (len(value) - len(first))]
    return all(
        item_schema is None or admits(document, item_schema, item, looks, depth + 1)
        for item_schema, item in zip(schemas, value, strict=False)
    )


def _admits_members(
    document: Document, schema: Schema, value: dict[str, Any], looks: Iterator[int], depth: int
) -> bool:
    properties = schema.properties or {}
    for name in schema.required:
        if name not in value and not (name in properties and document.is_read_only(properties[name])):
            return False
    for name, member in value.items():
        if name not in properties:
            if schema.additional_properties is False:
                return False
        elif not admits(document, properties[name], member, looks, depth + 1):
            return False
    return len(value) >= (schema.min_properties or 0)
