"""Values that a specification gives: examples, constants, defaults and enums, read as their schema's type."""

from __future__ import annotations

import json
from typing import Any

from apipack.openapi.admission import is_of, kind_of, within
from apipack.openapi.document import Schema

MISSING: Any = object()


def first_example(named: dict[str, Any] | None) -> Any:
    """First value of an `examples` mapping of typed Example objects."""
    for example in (named or {}).values():
        if example.value is not None:
            return example.value
    return MISSING


def read_as(kind: str | None, value: Any) -> Any:
    """A given value of another type than its schema's, where it is that type's written in another way: JSON as text,
    a number without quotes (YAML), an array's only item. The value itself elsewhere."""
    if isinstance(value, str) and kind in ("object", "array", "integer", "number", "boolean"):
        try:
            read = json.loads(value)
        except (ValueError, RecursionError):
            read = value
        if is_of(kind, read):
            return read
    if kind == "string" and isinstance(value, bool | int | float):
        return json.dumps(value)
    return [value] if kind == "array" and not isinstance(value, list) else value


def given_value(schema: Schema) -> Any:
    """A flat schema's constant, else its example, default or first fitting value of its enum; `MISSING` for none."""
    extra = schema.model_extra or {}
    if "const" in extra:  # no other value is valid
        return extra["const"]
    if schema.example is not None:
        return read_as(kind_of(schema), schema.example)
    if isinstance(examples := extra.get("examples"), list) and examples:
        return read_as(kind_of(schema), examples[0])
    if schema.default is not None:
        return read_as(kind_of(schema), schema.default)
    if not schema.enum:
        return MISSING
    kind, values = kind_of(schema), [value for value in schema.enum if value is not None]
    fitting = (value for value in values if (kind is None or is_of(kind, value)) and within(schema, value))
    return next(fitting, values[0] if values else None)
