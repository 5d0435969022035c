"""Example values for schemas: what the spec gives (example, const, default, enum) before what we invent.

What is invented is valid against its schema wherever that takes no search, and its text follows the manner of the
paper's dataset (`SOME_STRING_VALUE`). Work is bounded: a value has at most `MAX_NODES` nodes, whatever the schema does,
and no alternative is tried any more when those of an operation and of what was tried for it are `MAX_BUILT`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice
from math import isfinite
from typing import Any, cast

from openapi_parser.models import v3_1

from apipack.openapi.admission import admits, is_of, kind_of, within
from apipack.openapi.document import Document, Schema
from apipack.openapi.loading import SpecError
from apipack.openapi.merging import conditions, flat
from apipack.openapi.models import LaterSchema, keyword
from apipack.openapi.patterns import matching

MAX_DEPTH = 8
MAX_REQUIRED_DEPTH = 32
MAX_NODES = 2_000
MAX_BUILT = 20_000
MAX_ITEMS = 20
MAX_ALTERNATIVES = 6
MISSING: Any = object()
UNCONDITIONAL = dict.fromkeys(("if_schema", "then_schema", "else_schema", "dependent_schemas", "conditions"))
ENDS = "ABCabc123-_."

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
    **dict.fromkeys(("int32", "int64", "uint32", "uint64", "float", "double", "decimal"), "1"),
}
TEXT = "SOME_STRING_VALUE"
ALTERNATIVES = {"one_of", "any_of", "discriminator", "title", "description", "nullable", "deprecated", "xml"}


@dataclass(slots=True)
class ValueBuilder:
    """Builds values for one operation. optional: also the object members that are not required."""

    document: Document
    optional: bool = False
    nodes: int = 0
    _open: list[str] = field(default_factory=list)
    _trying: bool = False
    _built: int = 0
    _looks: Iterator[int] = field(default_factory=count)

    def value(self, schema: Schema | None) -> Any:
        """A JSON value for the schema; None for no schema. Raises `SpecError` (value_too_large, bad reference)."""
        return TEXT if schema is None else self._value(schema, 0)

    def invented(self, schema: Schema) -> Any:
        """A value for the schema that is not its example or default."""
        given = {"example": None, "examples": None, "default": None}
        return self._value(self.flat(schema).model_copy(update=given), 0)

    def flat(self, schema: Schema) -> Schema:
        """The schema with its reference followed and its `allOf` merged: type and properties in one place."""
        return flat(self.document, *self.document.schema(schema))

    def _value(self, schema: Schema, depth: int) -> Any:
        self.nodes += 1
        self._built += 1
        if self.nodes > MAX_NODES or (self._trying and self._built > MAX_BUILT):
            raise SpecError("value_too_large", f"more than {MAX_NODES} nodes")
        schema, reference = self.document.schema(schema)
        if reference is not None:
            if reference in self._open:
                return None if schema.nullable else [] if kind_of(schema) == "array" else {}
            self._open.append(reference)
        try:
            return self._flat_value(flat(self.document, schema, reference), reference, depth)
        finally:
            if reference is not None:
                self._open.pop()

    def _flat_value(self, schema: Schema, reference: str | None, depth: int) -> Any:
        given = _given(schema)
        if given is not MISSING:
            return given
        if schema.one_of or schema.any_of:
            return self._alternative(schema, depth)
        kind = kind_of(schema)
        if kind == "object" or (kind is None and (schema.properties or schema.required)):
            value = self._object(schema, depth)
            if asked := list(self._asked_for(schema, value)):
                whole = schema.model_copy(update={"all_of": asked, **UNCONDITIONAL})
                value = self._object(flat(self.document, whole, None), depth)
            if schema.discriminator is not None and schema.discriminator.property_name in value:
                self._label(value, schema, reference)
            return value
        if kind == "array" or (kind is None and (schema.items is not None or keyword(schema, "prefix_items"))):
            return self._array(schema, depth)
        value = _scalar(schema, kind)
        return value if schema.not_schema is None else self._not_refused(schema, value)

    def _not_refused(self, schema: Schema, value: Any) -> Any:
        """The value, or the first near it that the schema's `not` lets through."""
        step = _finite(schema.multiple_of) or 1
        near = [value + step, value - step] if isinstance(value, int | float) else [f"{value}_2", 1, [], {}]
        return next((other for other in (value, *near) if admits(self.document, schema, other, self._looks)), value)

    def _alternative(self, schema: Schema, depth: int) -> Any:
        """The value of the first usable alternative together with what stands beside `oneOf` or `anyOf`; of `oneOf`
        the first that no other alternative admits."""
        options = schema.one_of or schema.any_of or []
        usable = [option for option in options if not self._is_open(option) and kind_of(option) != "null"]
        usable = [option for option in usable if not self._is_never(option)]
        usable = usable[:MAX_ALTERNATIVES] or [option for option in options if kind_of(option) == "null"] or options[:1]
        before = self.nodes
        value = self._with(schema, usable[0], depth)
        if not schema.one_of or len(options) == 1 or self._trying or self._admitting(options, value) == 1:
            return value
        after, self._trying = self.nodes, True
        for option in usable:
            for level in (depth, 0):  # at the top an object has members even where none is required
                self.nodes = before
                try:
                    other = self._with(schema, option, level)
                except SpecError:
                    continue
                if self._admitting(options, other) == 1:
                    self._trying = False
                    return other
        self.nodes, self._trying = after, False
        return value

    def _admitting(self, options: list[Schema], value: Any) -> int:
        """How many alternatives admit the value; those that cannot be read do not."""
        admitting = 0
        for option in options:
            with suppress(SpecError):
                admitting += admits(self.document, option, value, self._looks)
        return admitting

    def _with(self, schema: Schema, option: Schema, depth: int) -> Any:
        if schema.model_fields_set <= ALTERNATIVES:
            value = self._value(option, depth)
        else:
            kept = {"one_of": None, "any_of": schema.any_of if schema.one_of else None, "all_of": [option]}
            value = self._value(schema.model_copy(update={**kept, "discriminator": None}), depth)
        if schema.discriminator is not None and isinstance(value, dict):
            self._label(value, schema, _reference(option))
        return value

    def _label(self, value: dict[str, Any], schema: Schema, reference: str | None) -> None:
        """Name the schema that an object is of, where no enum or const does (OAS 3: Discriminator Object)."""
        assert schema.discriminator is not None
        name = schema.discriminator.property_name
        member = (schema.properties or {}).get(name)
        if reference is None or (member is not None and _given(self.flat(member)) is not MISSING):
            return
        mapping = schema.discriminator.mapping or {}
        own = reference.rpartition("/")[2]
        labels = [label for label, target in mapping.items() if target in (reference, own)]
        value[name] = next(iter(labels or mapping), own)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties = schema.properties or {}
        needed = set(schema.required)
        names = [name for name in properties if name in needed and not self._read_only(properties[name])]
        optional = self.optional or (not names and depth == 0)
        least = min(schema.min_properties or 0, MAX_ITEMS)
        if optional or len(names) < least:
            writable = [name for name in properties if not self._read_only(properties[name])]
            names = (
                writable
                if optional
                else names + [name for name in writable if name not in needed][: least - len(names)]
            )
        if schema.max_properties is not None and len(names) > schema.max_properties:
            names = sorted(names, key=lambda name: name not in needed)[: max(schema.max_properties, len(needed))]
        value: dict[str, Any] = {}
        later = isinstance(schema, LaterSchema)
        if later:
            names, properties = _with_dependents(schema, names), _with_patterns(schema, properties)
        for name in names:
            if (member := properties.get(name)) is None or (later and name not in needed and self._is_never(member)):
                continue
            if name not in needed and len(value) >= least and (depth >= MAX_DEPTH or self._is_open(member)):
                continue
            if depth >= MAX_REQUIRED_DEPTH:
                raise SpecError("too_deep", f"more than {MAX_REQUIRED_DEPTH} required levels")
            value[name] = self._value(member, depth + 1)
        asked = (*schema.required, *names) if later else schema.required
        missing = list(dict.fromkeys([name for name in asked if name not in properties]))
        if len(value) + len(missing) < least:
            missing += self._further_names(schema, least - len(value) - len(missing))
        for name in missing:
            further = _further(schema, name)
            if further is not False:
                value[name] = TEXT if isinstance(further, bool) else self._value(further, depth + 1)
        return value

    def _asked_for(self, schema: Schema, value: dict[str, Any]) -> Iterator[Schema]:
        """What is asked of an object because it is as it is (JSON Schema 2020-12 core, 10.2.2)."""
        for condition in conditions(schema):
            yield from (asked for name, asked in (condition.dependent_schemas or {}).items() if name in value)
            if condition.if_schema is not None:
                holds = admits(self.document, condition.if_schema, value, self._looks)
                if (branch := condition.then_schema if holds else condition.else_schema) is not None:
                    yield branch

    def _further_names(self, schema: Schema, count: int) -> Iterator[str]:
        """Names of members that a schema asks for by number alone."""
        patterns = keyword(schema, "pattern_properties") or {}
        names = keyword(schema, "property_names")
        allowed = (self.flat(names).enum or []) if names is not None else []
        longest = self.flat(names).max_length if names is not None else None
        pattern = self.flat(names).pattern if names is not None else next(iter(patterns), None)
        closed = schema.additional_properties is False or names is not None
        for number in range(count):
            name = f"SOME_NAME{number or ''}"
            if number < len(allowed):
                name = str(allowed[number])
            elif pattern is not None and closed:
                name = _match(pattern, "SOME_NAME", number) or name
            elif longest is not None and len(name) > longest:
                name = f"{'SOME_NAME'[: max(0, longest - len(str(number)))]}{number}"
            yield name

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = schema.min_items or 0
        first: list[Schema] = []
        contained = None
        if isinstance(schema, LaterSchema):
            first, contained = list(schema.prefix_items or []), schema.contains
        wanted = max(1, len(first), min(least, MAX_ITEMS))
        if schema.max_items is not None:
            wanted = min(wanted, max(schema.max_items, 0))
        first = first[:wanted]
        if (possible := next((at for at, item in enumerate(first) if self._is_never(item)), None)) is not None:
            first, wanted = first[: max(possible, least)], max(possible, least)
        if contained is not None and (times := 1 if (said := keyword(schema, "min_contains")) is None else said):
            first = [*first, *[contained] * min(times, MAX_ITEMS)]
            wanted = max(wanted if schema.items is not None or least else 0, len(first))
        further = schema.items or keyword(schema, "unevaluated_items")
        if further is None:
            wanted = min(wanted, max(least, len(first)))
            return [*self._items(first, depth), *[TEXT] * (wanted - len(first))]
        if not least and not first and (depth >= MAX_DEPTH or self._is_open(further)):
            return []
        rest = 0 if self._is_never(further) else wanted - len(first)
        if first and not least:
            rest = 0
        items = [self._value(further, depth + 1) for _ in range(rest)]
        varied = self._varied(items, self.flat(further)) if schema.unique_items and rest > 1 else items
        return [*self._items(first, depth), *varied]

    def _varied(self, items: list[Any], schema: Schema) -> list[Any]:
        """Items that differ from each other, as far as the schema of one shows how: objects by one member."""
        if not all(isinstance(item, dict) for item in items):
            return list(_varied(items, schema))
        for name, member in (schema.properties or {}).items():
            if all(name in item for item in items):
                member = self.flat(member)
                column = self._varied([item[name] for item in items], member)
                if column[1] != column[0] and admits(self.document, member, column[1], self._looks):
                    return [item | {name: value} for item, value in zip(items, column, strict=True)]
        return items

    def _items(self, schemas: list[Schema], depth: int) -> list[Any]:
        if schemas and depth >= MAX_REQUIRED_DEPTH:
            raise SpecError("too_deep", f"more than {MAX_REQUIRED_DEPTH} required levels")
        return [self._value(schema, depth + 1) for schema in schemas]

    def _read_only(self, schema: Schema) -> bool:
        return self.document.is_read_only(schema)

    def _is_never(self, schema: Schema) -> bool:
        """Whether no value is valid, as of the schema `false`, or of a reference to it."""
        if not isinstance(schema, LaterSchema):
            return False
        try:
            never = self.document.schema(schema)[0].not_schema
        except SpecError:  # of an alternative that is not taken it does no harm
            return False
        return never is not None and not never.model_fields_set

    def _is_open(self, schema: Schema) -> bool:
        """Whether the schema is one whose value is being built: a cycle ends here."""
        return _reference(schema) in self._open


def _match(pattern: str, preferred: str, number: int) -> str | None:
    """A text that the pattern accepts; after so many others it is one with another end."""
    first = matching(pattern, preferred)
    if first is None or number == 0:
        return first
    others = [stem + end for stem in (first, first[:-1]) for end in ENDS]
    accepted = (other for other in others if other != first and matching(pattern, other) == other)
    return next(islice(accepted, number - 1, None), None)


def _with_dependents(schema: Schema, names: list[str]) -> list[str]:
    """The names and those that they ask for (JSON Schema 2020-12: dependentRequired)."""
    needed = keyword(schema, "dependent_required")
    if not needed:
        return names
    wanted = dict.fromkeys(names)
    todo = list(wanted)
    while todo:
        more = [name for name in needed.get(todo.pop(), ()) if name not in wanted]
        wanted |= dict.fromkeys(more)
        todo += more
    return list(wanted)


def _with_patterns(schema: Schema, properties: dict[str, Schema]) -> dict[str, Schema]:
    """The properties, each with what the patterns that its name matches ask of it too."""
    patterns: dict[str, Schema] = keyword(schema, "pattern_properties")
    if not patterns:
        return properties
    asked = {
        name: [of_name for pattern, of_name in patterns.items() if matching(pattern, name) == name]
        for name in properties
    }
    return {
        name: LaterSchema.model_construct(all_of=[*asked[name], member]) if asked[name] else member
        for name, member in properties.items()
    }


def _further(schema: Schema, name: str) -> bool | Schema:
    """What a member is that is no property: a schema, anything (True) or not allowed (False)."""
    for pattern, member in (keyword(schema, "pattern_properties") or {}).items():
        if matching(pattern, name) == name:
            return cast(Schema, member)
    further = schema.additional_properties
    if further is None:
        further = keyword(schema, "unevaluated_properties")
    return True if further is None else further


def first_example(named: dict[str, Any] | None) -> Any:
    """First value of an `examples` mapping of typed Example objects."""
    for example in (named or {}).values():
        if example.value is not None:
            return example.value
    return MISSING


def _reference(schema: Schema) -> str | None:
    return (schema.model_extra or {}).get("$ref")


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


def _given(schema: Schema) -> Any:
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


def _varied(items: list[Any], schema: Schema) -> Iterator[Any]:
    """Items that differ from each other, as far as the schema of one shows how."""
    options = [value for value in schema.enum or [] if value is not None]
    for number, item in enumerate(items):
        if options:
            yield options[number % len(options)]
        elif isinstance(item, bool):
            yield item != bool(number % 2)
        elif number and isinstance(item, int | float) and _finite(item) is not None:
            yield item + number * (_finite(schema.multiple_of) or 1)
        elif number and isinstance(item, str) and not schema.pattern:
            yield f"{item}_{number + 1}"[-(schema.max_length or MAX_NODES) :]
        else:
            yield item


def _scalar(schema: Schema, kind: str | None) -> Any:
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return _number(schema, integer=kind == "integer")
    if kind == "null":
        return None
    return _text(schema)


def _number(schema: Schema, *, integer: bool) -> int | float:
    """The most convenient number inside the bounds that is a multiple of `multipleOf`."""
    low, high, low_open, high_open = _bounds(schema)
    step = _finite(schema.multiple_of) or 1
    step = step if step > 0 else 1
    candidates: list[int | float] = [1, step, 0]
    if low is not None:
        first = -(-low // step) * step
        candidates += [first, first + step, low, low + 0.5]
    if high is not None:
        last = high // step * step
        candidates += [last, last - step, high, high - 0.5]
    if low is not None and high is not None:
        candidates.append((low + high) / 2)

    def fits(number: int | float) -> bool:
        over = low is None or number > low or (number == low and not low_open)
        under = high is None or number < high or (number == high and not high_open)
        whole = not (integer or schema.multiple_of) or (number / step) % 1 == 0
        return over and under and whole

    candidates = [number for number in candidates if isfinite(number)]  # a quotient by the least step is not
    value = next(filter(fits, candidates), candidates[3] if len(candidates) > 3 else 1)
    return int(value) if integer or value == int(value) else value


def _bounds(schema: Schema) -> tuple[int | float | None, int | float | None, bool, bool]:
    """Least and greatest number, and whether each is excluded: by a flag in OAS 3.0, by a bound of its own in 3.1."""
    low, high = schema.minimum, schema.maximum
    low_open, high_open = bool(schema.exclusive_minimum), bool(schema.exclusive_maximum)
    if isinstance(schema, v3_1.Schema):
        above, below = schema.exclusive_minimum, schema.exclusive_maximum
        low_open = above is not None and (low is None or above >= low)
        high_open = below is not None and (high is None or below <= high)
        low, high = (above if low_open else low), (below if high_open else high)
    return _finite(low), _finite(high), low_open, high_open


def _finite(number: int | float | None) -> int | float | None:
    return number if number is not None and abs(number) < 1e300 else None


def _text(schema: Schema) -> str:
    extra = schema.model_extra or {}
    encoded = "byte" if extra.get("contentEncoding") in ("base64", "base64url") else ""
    text = TEXT_BY_FORMAT.get(schema.format or encoded, TEXT)
    low, high = schema.min_length or 0, schema.max_length
    if high is not None and 0 < high < len(text):
        text = text[:high]
    if len(text) < low <= 1_000:
        text = (text * (low // len(text) + 1))[:low]
    if schema.pattern is not None:
        return matching(schema.pattern, text, low, high) or text
    return text
