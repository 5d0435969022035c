"""Example values for schemas: what the spec gives (example, const, default, enum) before what we invent.

What is invented is valid against its schema wherever that takes no search, and its text follows the manner of the
paper's dataset (`SOME_STRING_VALUE`). Work is bounded: a value has at most `MAX_NODES` nodes, whatever the schema does,
and no alternative is tried any more when those of an operation and of what was tried for it are `MAX_BUILT`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from math import isfinite
from typing import Any

from apipack.openapi.admission import admits, kind_of
from apipack.openapi.document import Document, Schema
from apipack.openapi.given import MISSING, given_value
from apipack.openapi.loading import SpecError
from apipack.openapi.members import further_member, further_names, with_dependents, with_patterns
from apipack.openapi.merging import conditions, flat
from apipack.openapi.models import LaterSchema, keyword
from apipack.openapi.scalars import TEXT, finite, scalar_value, varied_scalars
from apipack.openapi.styles import to_json
from apipack.records import is_json

MAX_DEPTH = 8
MAX_REQUIRED_DEPTH = 32
MAX_NODES = 2_000
MAX_BUILT = 20_000
MAX_ITEMS = 20
MAX_TEXT = 50_000
MAX_ALTERNATIVES = 6
UNCONDITIONAL = dict.fromkeys(("if_schema", "then_schema", "else_schema", "dependent_schemas", "conditions"))

NOT_GIVEN = dict.fromkeys(("example", "examples", "default"))
ALTERNATIVES = {"one_of", "any_of", "discriminator", "title", "description", "nullable", "deprecated", "xml"}


@dataclass(slots=True)
class ValueBuilder:
    """Builds values for one operation. optional: also the object members that are not required; looks: counts the
    schemas that were looked at for `admits`."""

    document: Document
    optional: bool = False
    nodes: int = 0
    _given: bool = True
    _open: list[str] = field(default_factory=list)
    _trying: bool = False
    _built: int = 0
    looks: Iterator[int] = field(default_factory=count)

    def value(self, schema: Schema | None) -> Any:
        """A JSON value for the schema; None for no schema. Raises `SpecError` (value_too_large, bad reference)."""
        return TEXT if schema is None else self._value(schema, 0)

    def invented(self, schema: Schema) -> Any:
        """A value for the schema that is not its example or default."""
        return self._value(self.flat(schema).model_copy(update=NOT_GIVEN), 0)

    def plain(self, schema: Schema) -> Any:
        """A value in which nothing is an example or default, and of an enum what any place of a request can have."""
        before, self.nodes, self._given = self.nodes, 0, False
        try:
            return self._value(schema, 0)
        finally:
            self.nodes, self._given = before, True

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
            tells = schema.discriminator is not None
            return self._flat_value(flat(self.document, schema, reference), reference, depth, tells=tells)
        finally:
            if reference is not None:
                self._open.pop()

    def _flat_value(self, schema: Schema, reference: str | None, depth: int, *, tells: bool) -> Any:
        """tells: the discriminator is the schema's own and of no part of its `allOf`."""
        if not self._given:
            plain = [value for value in schema.enum or [] if _is_plain(value)]
            schema = schema.model_copy(update={**NOT_GIVEN, "enum": plain or schema.enum})
        given = given_value(schema)
        if given is not MISSING and not _sendable(given):
            self.document.repairs += 1
            schema = schema.model_copy(update=NOT_GIVEN)
            given = given_value(schema)
        if given is not MISSING:
            return given if schema.not_schema is None else self._allowed(schema, given)
        if schema.one_of or schema.any_of:
            return self._alternative(schema, depth)
        kind = kind_of(schema)
        if kind == "object" or (kind is None and (schema.properties or schema.required)):
            value = self._object(schema, depth)
            if asked := list(self._asked_for(schema, value)):
                kept = list(dict.fromkeys([*schema.required, *value]))  # for which it is asked
                whole = schema.model_copy(update={"all_of": asked, "required": kept, **UNCONDITIONAL})
                value = self._object(flat(self.document, whole, None), depth)
            if schema.discriminator is not None and schema.discriminator.property_name in value:
                self._label(value, schema, reference, tells=tells)
            return value
        value = self._simple(schema, kind, depth)
        if asked := list(self._asked_for(schema, value)):
            whole = schema.model_copy(update={"all_of": asked, **UNCONDITIONAL})
            value = self._simple(flat(self.document, whole, None), kind, depth)
        return value

    def _simple(self, schema: Schema, kind: str | None, depth: int) -> Any:
        """An array or a scalar."""
        if kind == "array" or (kind is None and (schema.items is not None or keyword(schema, "prefix_items"))):
            return self._array(schema, depth)
        if kind == "string" and isinstance(schema, LaterSchema) and (inside := _held(schema)) is not None:
            return to_json(self._value(inside, depth + 1))
        value = scalar_value(schema, kind)
        return value if schema.not_schema is None else self._not_refused(schema, value)

    def _allowed(self, schema: Schema, given: Any) -> Any:
        """The given value, or the first of the enum that the schema's `not` lets through."""
        others = (value for value in schema.enum or [] if admits(self.document, schema, value, self.looks))
        return given if admits(self.document, schema, given, self.looks) else next(others, given)

    def _not_refused(self, schema: Schema, value: Any) -> Any:
        """The value, or the first near it that the schema's `not` lets through."""
        step = finite(schema.multiple_of) or 1
        near = [value + step, value - step] if isinstance(value, int | float) else [f"{value}_2", 1, [], {}]
        if isinstance(value, bool):
            near = [not value, *near]
        elif isinstance(value, int | float):
            near += [value + step / 2, value - step / 2]
        return next((other for other in (value, *near) if admits(self.document, schema, other, self.looks)), value)

    def _alternative(self, schema: Schema, depth: int) -> Any:
        """The value of the first usable alternative together with what stands beside `oneOf` or `anyOf`; of `oneOf`
        the first that no other alternative admits."""
        options = schema.one_of or schema.any_of or []
        usable = [option for option in options if not self._is_open(option) and not self._is_null(option)]
        usable = [option for option in usable if not self._is_never(option)]
        usable = usable[:MAX_ALTERNATIVES] or [option for option in options if self._is_null(option)] or options[:1]
        before = self.nodes
        value = self._with(schema, usable[0], depth)
        if not schema.one_of or len(options) == 1 or self._trying or self._admitting(options, value) == 1:
            return value
        after, self._trying = self.nodes, True
        tried: list[tuple[Schema, Any]] = []
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
                tried.append((option, other))
        self.nodes, self._trying = after, False
        near = (other for option, one in tried for other in self._near(option, one))
        fit = (other for other in near if self._admitting(options, other) == self._admitting([schema], other) == 1)
        return next(fit, value)

    def _admitting(self, options: list[Schema], value: Any) -> int:
        """How many alternatives admit the value; those that cannot be read do not."""
        admitting = 0
        for option in options:
            with suppress(SpecError):
                admitting += admits(self.document, option, value, self.looks)
        return admitting

    def _near(self, option: Schema, value: Any) -> list[Any]:
        """Further values of an alternative: of its enum, or between whole numbers."""
        option = self.flat(option)
        if option.enum:
            return [other for other in option.enum[:MAX_ITEMS] if other is not None]
        return [value + 0.5, value - 0.5] if kind_of(option) == "number" and isinstance(value, int | float) else []

    def _with(self, schema: Schema, option: Schema, depth: int) -> Any:
        if schema.model_fields_set <= ALTERNATIVES:
            value = self._value(option, depth)
        else:
            kept = {"one_of": None, "any_of": schema.any_of if schema.one_of else None, "all_of": [option]}
            value = self._value(schema.model_copy(update={**kept, "discriminator": None}), depth)
        if schema.discriminator is not None and isinstance(value, dict):
            self._label(value, schema, _reference(option), self.flat(option))
        return value

    def _label(
        self, value: dict[str, Any], schema: Schema, reference: str | None, *further: Schema, tells: bool = False
    ) -> None:
        """Name the schema that an object is of (OAS 3: Discriminator Object), where its enum or const allows that name.
        further: what else the object is of. tells: it is the one that tells others apart, and of these the first."""
        assert schema.discriminator is not None
        name = schema.discriminator.property_name
        if reference is None:
            return
        mapping = schema.discriminator.mapping or {}
        own = reference.rpartition("/")[2]
        mapped = [label for label, target in mapping.items() if target in (reference, own)]
        implicit = reference == f"#/components/schemas/{own}"  # what is no component has no name
        labels = mapped or [*(() if implicit and not tells else mapping), own][:1]
        for part in (schema, *further):
            if (member := (part.properties or {}).get(name)) is None:
                continue
            member = self.flat(member)
            extra = member.model_extra or {}
            allowed = [extra["const"]] if "const" in extra else member.enum
            if allowed and not tells:
                labels = [label for label in labels if label in allowed]
            elif part is schema and given_value(member) is not MISSING and (tells or not mapped):
                return
        if labels and value.get(name) not in labels:
            value[name] = labels[0]

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties = schema.properties or {}
        needed = set(schema.required)
        names = [name for name in properties if name in needed and not self._read_only(properties[name])]
        optional = self.optional or (not names and depth == 0)
        least = min(schema.min_properties or 0, MAX_ITEMS)
        others = [name for name in schema.required if name not in properties]
        if optional or len(names) < least:
            writable = [name for name in properties if not self._read_only(properties[name])]
            names = (
                writable
                if optional
                else names + [name for name in writable if name not in needed][: least - len(names)]
            )
        if schema.max_properties is not None and len(names) > (most := schema.max_properties - len(others)):
            names = sorted(names, key=lambda name: name not in needed)[: max(most, len(needed - set(others)))]
        value: dict[str, Any] = {}
        later = isinstance(schema, LaterSchema)
        if later:
            names, properties = with_dependents(schema, [*names, *others]), with_patterns(schema, properties)
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
            names_schema = keyword(schema, "property_names")
            rules = None if names_schema is None else self.flat(names_schema)
            missing += further_names(schema, rules, least - len(value) - len(missing))
        for name in missing:
            further = further_member(schema, name)
            if further is not False:
                value[name] = TEXT if isinstance(further, bool) else self._value(further, depth + 1)
        return value

    def _asked_for(self, schema: Schema, value: Any) -> Iterator[Schema]:
        """What is asked of a value because it is as it is (JSON Schema 2020-12 core, 10.2.2)."""
        for condition in conditions(schema):
            if isinstance(value, dict):
                yield from (asked for name, asked in (condition.dependent_schemas or {}).items() if name in value)
            if condition.if_schema is not None:
                holds = admits(self.document, condition.if_schema, value, self.looks)
                if (branch := condition.then_schema if holds else condition.else_schema) is not None:
                    yield branch

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
            if schema.items is not None and not self._is_never(schema.items):
                contained = type(contained).model_construct(all_of=[schema.items, contained])
            first = [*first, *[contained] * min(times, MAX_ITEMS)]
            wanted = max(wanted if schema.items is not None or least else 0, len(first))
        further = schema.items or keyword(schema, "unevaluated_items")
        if further is None:
            wanted = min(wanted, max(least, len(first)))
            texts = [TEXT] * (wanted - len(first))
            return [*self._items(first, depth), *(varied_scalars(texts, schema) if schema.unique_items else texts)]
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
            return list(varied_scalars(items, schema))
        for name, member in (schema.properties or {}).items():
            if all(name in item for item in items):
                member = self.flat(member)
                column = self._varied([item[name] for item in items], member)
                if column[1] != column[0] and admits(self.document, member, column[1], self.looks):
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
            never = self.flat(schema).not_schema
        except SpecError:  # of an alternative that is not taken it does no harm
            return False
        return never is not None and not never.model_fields_set

    def _is_null(self, schema: Schema) -> bool:
        """Whether null alone is valid, as of the type `null`, or of a reference to it."""
        if kind_of(schema) is None and _reference(schema) is not None:
            with suppress(SpecError):
                schema = self.document.schema(schema)[0]
        return kind_of(schema) == "null"

    def _is_open(self, schema: Schema) -> bool:
        """Whether the schema is one whose value is being built: a cycle ends here."""
        return _reference(schema) in self._open


def _sendable(given: Any) -> bool:
    """Whether a body can have a given text or number; a constant that it cannot costs the operation."""
    kind = type(given)
    return len(given) <= MAX_TEXT if kind is str else kind is not float or isfinite(given)


def _is_plain(value: Any) -> bool:
    """Whether a value is no text, or one that stands in a URL, a header and a body alike."""
    if not isinstance(value, str):
        return True
    return value.isascii() and value.isprintable() and value == value.strip() and value not in ("", ".", "..")


def _held(schema: LaterSchema) -> LaterSchema | None:
    """What a text that is JSON holds (JSON Schema 2020-12 validation, 8)."""
    extra = schema.model_extra or {}
    is_it = is_json(str(extra.get("contentMediaType") or "")) and "contentEncoding" not in extra
    return schema.content_schema if is_it else None


def _reference(schema: Schema) -> str | None:
    return (schema.model_extra or {}).get("$ref")
