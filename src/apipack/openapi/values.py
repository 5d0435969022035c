"""Example values for schemas: what the spec gives (example, const, default, enum) before what we invent.

Invented text follows the manner of the paper's dataset (`SOME_STRING_VALUE`). Work is bounded: a value has
at most `MAX_NODES` nodes and `MAX_DEPTH` levels, whatever the schema does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apipack.openapi.document import Document, Schema
from apipack.openapi.loading import SpecError

MAX_DEPTH = 8
MAX_NODES = 2_000
MISSING: Any = object()

TEXT_BY_FORMAT = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "email": "user@example.com",
    "uri": "https://example.com",
    "url": "https://example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "U09NRV9CWVRFUw==",
    "password": "SOME_PASSWORD",
}
TEXT = "SOME_STRING_VALUE"


@dataclass(slots=True)
class ValueBuilder:
    """Builds values for one operation. optional: also the object members that are not required."""

    document: Document
    optional: bool = False
    nodes: int = 0
    _open: list[str] = field(default_factory=list)

    def value(self, schema: Schema | None) -> Any:
        """A JSON value for the schema; None for no schema. Raises `SpecError` (value_too_large, bad reference)."""
        return TEXT if schema is None else self._value(schema, 0)

    def flat(self, schema: Schema) -> Schema:
        """The schema with its reference followed and its `allOf` merged: type and properties in one place."""
        schema, _ = self.document.schema(schema)
        if not schema.all_of:
            return schema
        return self._merged(schema, 0)

    def _merged(self, schema: Schema, depth: int) -> Schema:
        if depth > MAX_DEPTH:
            return schema
        merged: dict[str, Any] = {"properties": dict(schema.properties or {}), "required": list(schema.required)}
        base = schema
        for part in schema.all_of or []:
            part, _ = self.document.schema(part)
            if part.all_of:
                part = self._merged(part, depth + 1)
            merged["properties"] = {**(part.properties or {}), **merged["properties"]}
            merged["required"] += [name for name in part.required if name not in merged["required"]]
            for name in ("type", "format", "enum", "default", "example", "items", "one_of", "any_of"):
                if name not in merged and getattr(part, name) is not None:
                    merged[name] = getattr(part, name)
        for name in ("type", "format", "enum", "default", "example", "items", "one_of", "any_of"):
            if getattr(base, name) is not None:
                merged[name] = getattr(base, name)
        if merged["properties"] and "type" not in merged:
            merged["type"] = "object"
        return base.model_copy(update={**merged, "all_of": None})

    def _value(self, schema: Schema, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise SpecError("value_too_large", f"more than {MAX_NODES} nodes")
        schema, reference = self.document.schema(schema)
        if reference is not None:
            if reference in self._open:
                return {}
            self._open.append(reference)
        try:
            return self._resolved_value(schema, depth)
        finally:
            if reference is not None:
                self._open.pop()

    def _resolved_value(self, schema: Schema, depth: int) -> Any:
        if schema.all_of:
            schema = self._merged(schema, 0)
        given = _given(schema)
        if given is not MISSING:
            return given
        kind = _type(schema)
        for options in (schema.one_of, schema.any_of):
            if options and kind in (None, "object") and not schema.properties:
                return self._value(_first_usable(options), depth + 1)
        if kind == "object" or (kind is None and schema.properties):
            return self._object(schema, depth)
        if kind == "array" or (kind is None and schema.items is not None):
            return self._array(schema, depth)
        return _scalar(schema, kind)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties = schema.properties or {}
        writable = [name for name, member in properties.items() if not member.read_only]
        names = [name for name in writable if name in set(schema.required)]
        if self.optional or (not names and depth == 0):
            names = writable
        value: dict[str, Any] = {}
        for name in names:
            if depth >= MAX_DEPTH or self._is_open(properties[name]):
                if name in schema.required:
                    value[name] = {}
                continue
            value[name] = self._value(properties[name], depth + 1)
        return value

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        if schema.items is None:
            return [TEXT] if schema.min_items else []
        if depth >= MAX_DEPTH or self._is_open(schema.items):
            return []
        return [self._value(schema.items, depth + 1) for _ in range(min(max(schema.min_items or 1, 1), 3))]

    def _is_open(self, schema: Schema) -> bool:
        """Whether the schema is one whose value is being built: a cycle ends here."""
        return (schema.model_extra or {}).get("$ref") in self._open


def first_example(named: dict[str, Any] | None) -> Any:
    """First value of an `examples` mapping of typed Example objects."""
    for example in (named or {}).values():
        if example.value is not None:
            return example.value
    return MISSING


def _given(schema: Schema) -> Any:
    extra = schema.model_extra or {}
    if schema.example is not None:
        return schema.example
    if isinstance(examples := extra.get("examples"), list) and examples:
        return examples[0]
    if "const" in extra:
        return extra["const"]
    if schema.default is not None:
        return schema.default
    return next((value for value in schema.enum or [] if value is not None), MISSING)


def _type(schema: Schema) -> str | None:
    kind = schema.type
    if isinstance(kind, list):
        kind = next((k for k in kind if str(getattr(k, "value", k)) != "null"), None)
    return None if kind is None else str(getattr(kind, "value", kind))


def _first_usable(options: list[Schema]) -> Schema:
    return next((option for option in options if _type(option) != "null"), options[0])


def _scalar(schema: Schema, kind: str | None) -> Any:
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return _number(schema, integer=kind == "integer")
    if kind == "null":
        return None
    return _text(schema)


def _number(schema: Schema, *, integer: bool) -> int | float:
    """Smallest convenient number inside the bounds; OAS 3.0's boolean exclusive bounds count as strict."""
    step = schema.multiple_of if schema.multiple_of and schema.multiple_of > 0 else 1
    value: int | float = step if isinstance(step, int) or not integer else 1
    low, high = schema.minimum, schema.maximum
    if isinstance(schema.exclusive_minimum, int | float) and schema.exclusive_minimum not in (0, 1):
        low = schema.exclusive_minimum + (1 if integer else 0.5)
    elif low is not None and schema.exclusive_minimum == 1:
        low = low + 1
    if low is not None and value < low:
        value = -(-low // step) * step
    if high is not None and value > high:
        value = high // step * step
    if abs(value) >= 1e15:
        return int(value)
    return int(value) if float(value).is_integer() else value


def _text(schema: Schema) -> str:
    text = TEXT_BY_FORMAT.get(schema.format or "", TEXT)
    if schema.max_length is not None and 0 < schema.max_length < len(text):
        text = text[: schema.max_length]
    if schema.min_length is not None and len(text) < schema.min_length <= 1_000:
        text = (text * (schema.min_length // len(text) + 1))[: schema.min_length]
    return text
