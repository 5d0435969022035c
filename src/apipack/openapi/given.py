"""Values that a specification gives: examples, constants, defaults and enums, read as their schema's type."""

from __future__ import annotations

import json
from typing import Any

from apipack.openapi.admission import is_of, kind_of, kinds_of, within
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
    kinds, values = kinds_of(schema), [value for value in schema.enum if value is not None]
    if kinds == ["null"]:
        return None if len(values) < len(schema.enum) else values[0]
    fitting = (value for value in values if (not kinds or is_of(kinds[0], value)) and within(schema, value))
    others = (value for value in values if any(is_of(kind, value) for kind in kinds) and within(schema, value))
    fits = next(fitting, MISSING)
    fits = next(others, MISSING) if fits is MISSING else fits
    if fits is not MISSING:
        return fits
    return values[0] if values and ("null" not in kinds or len(values) == len(schema.enum)) else None
