"""`allOf` to one schema that asks for everything its parts ask for (JSON Schema: allOf)."""

from __future__ import annotations

from functools import reduce
from math import isfinite, lcm
from typing import Any

from apipack.openapi.document import Document, Schema
from apipack.openapi.models import LaterSchema
from apipack.openapi.nodes import listed

MAX_DEPTH = 8
MAX_ALTERNATIVES = 6
MAX_MULTIPLE = 2**53

GREATEST = ("minimum", "min_length", "min_items", "min_properties")
LEAST = ("maximum", "max_length", "max_items", "max_properties")
FIRST = (
    "format", "default", "pattern", "exclusive_minimum", "exclusive_maximum", "nullable", "read_only", "discriminator",
    "xml", "additional_properties",
)  # fmt: skip
LATER = ("prefix_items", "contains", "min_contains", "unevaluated_items", "unevaluated_properties", "content_schema")
EXTRA = ("const", "examples", "contentMediaType", "contentEncoding")


def flat(document: Document, schema: Schema, reference: str | None) -> Schema:
    """What `Document.schema` gave with its `allOf` merged: type and properties in one place."""
    if not schema.all_of:
        return schema
    return document.remembered(("merged", id(schema)), lambda: (schema, merged(document, schema)))[1]


def merged(document: Document, schema: Schema, depth: int = 0) -> Schema:
    """The schema with its `allOf` worked in; what it says itself comes before what its parts say. Of more than two
    lists of alternatives (`oneOf`, `anyOf`) the second has the further ones in it. Raises `SpecError` for a bad
    reference."""
    parts = [schema]
    for part in schema.all_of or []:
        part, _ = document.schema(part)
        parts.append(_merged_part(document, part, depth + 1) if part.all_of and depth < MAX_DEPTH else part)
    members: dict[str, Any] = {"all_of": None, **_properties(parts)}
    said = _said_by_name(parts)
    for names, choose in ((GREATEST, max), (LEAST, min)):
        for name in names:
            if name in said:
                members[name] = choose(said[name])
    for name in FIRST:
        members[name] = said[name][0] if name in said else None
    for part in reversed(parts):
        extra = part.model_extra or {}
        members |= {name: extra[name] for name in EXTRA if name in extra}
    members["type"] = reduce(_common_types, said["type"]) if "type" in said else None
    members["multiple_of"] = reduce(_common_multiple, said["multiple_of"]) if "multiple_of" in said else None
    members["unique_items"] = any(said.get("unique_items", ())) or None
    members["items"] = _both(said["items"]) if "items" in said else None
    members["not_schema"] = _neither(said["not_schema"]) if "not_schema" in said else None
    alternatives = [options for options in (*said.get("one_of", ()), *said.get("any_of", ())) if options]
    members["one_of"], members["any_of"] = (*_two_of(alternatives), None, None)[:2]
    members["enum"] = _common(said.get("enum", []))
    own = (schema.model_extra or {}).get("examples") if isinstance(schema, LaterSchema) else None
    if isinstance(own, list) and own and schema.example is None:
        said.pop("example", None)
    members["example"] = _example(parts, said.get("example", []), members["required"])
    if members["properties"] and members["type"] is None:
        members["type"] = "object"
    members |= _later(parts, said) if isinstance(schema, LaterSchema) else {}
    for name in ("example", "default"):
        if members[name] is not None and getattr(schema, name) is None and not _still_valid(members[name], members):
            members[name] = None
    given = next(iter(listed(members.get("examples"))), None)
    if given is not None and "examples" not in (schema.model_extra or {}) and not _still_valid(given, members):
        members["examples"] = None
    return schema.model_copy(update=members)


def _later(parts: list[Schema], said: dict[str, list[Any]]) -> dict[str, Any]:
    """The keywords of JSON Schema 2020-12."""
    members: dict[str, Any] = {name: said[name][0] if name in said else None for name in LATER}
    members["property_names"] = _both(said["property_names"]) if "property_names" in said else None
    for name, choose in (("exclusive_minimum", max), ("exclusive_maximum", min)):
        members[name] = choose(said[name]) if name in said else None
    members["conditions"] = [condition for part in parts for condition in conditions(part)] or None
    for name in ("pattern_properties", "dependent_required"):
        together: dict[str, Any] = {}
        for of_part in reversed(said.get(name, [])):
            together |= of_part
        members[name] = together or None
    return members


def conditions(schema: Schema) -> list[LaterSchema]:
    """The schema, or the parts it was merged from, where they ask for more of some values than of others."""
    if not isinstance(schema, LaterSchema):
        return []
    if schema.conditions is not None:
        return schema.conditions
    return [schema] if schema.if_schema is not None or schema.dependent_schemas else []


def _still_valid(value: Any, members: dict[str, Any]) -> bool:
    """Whether a part's example or default is one of all parts together, as far as enum, const and bounds say."""
    if value is None:
        return True
    if (members["enum"] and value not in members["enum"]) or members.get("const", value) != value:
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = members.get("minimum"), members.get("maximum")
        return (low is None or value >= low) and (high is None or value <= high)
    if isinstance(value, str):
        shortest, longest = members.get("min_length"), members.get("max_length")
        return (shortest is None or len(value) >= shortest) and (longest is None or len(value) <= longest)
    return True


def _merged_part(document: Document, part: Schema, depth: int) -> Schema:
    """`merged`, once for each depth: a schema that is part of itself twice would take 2 ** MAX_DEPTH times. The part
    is kept with what became of it, so that no other gets its `id`."""
    kept = document.remembered(("part", id(part), depth), lambda: (part, merged(document, part, depth)))
    return kept[1]


def _said_by_name(parts: list[Schema]) -> dict[str, list[Any]]:
    """What the parts say of each keyword of the model, in their order. A model's `__dict__` has its keywords alone; of
    these few were set."""
    said: dict[str, list[Any]] = {}
    for part in parts:
        keywords = part.__dict__
        for name in part.model_fields_set:
            if (value := keywords.get(name)) is not None:
                said.setdefault(name, []).append(value)
    return said


def _both(schemas: list[Schema]) -> Schema:
    first, *others = schemas
    return type(first).model_construct(all_of=schemas) if any(other != first for other in others) else first


def _neither(schemas: list[Schema]) -> Schema:
    anything = next((schema for schema in schemas if not schema.model_fields_set), None)
    if anything is not None or len(schemas) == 1:
        return anything or schemas[0]
    return type(schemas[0]).model_construct(any_of=schemas)


def _two_of(alternatives: list[list[Schema]]) -> list[list[Schema]]:
    """At most two lists, of which the second asks for the further ones too, up to `MAX_ALTERNATIVES`."""
    alternatives = alternatives[:MAX_ALTERNATIVES]
    while len(alternatives) > 2:
        *first, one, other = alternatives
        model = type(one[0])
        alternatives = [*first, [model.model_construct(all_of=[o, model.model_construct(any_of=other)]) for o in one]]
    return alternatives


def _common_types(one: Any, other: Any) -> Any:
    """The types that both allow, of which an integer is a number; the first where these are none."""
    ones, others = (kinds if isinstance(kinds, list) else [kinds] for kinds in (one, other))
    common = [kind for kind in ones if kind in others or (kind == "integer" and "number" in others)]
    common += [kind for kind in others if kind == "integer" and kind not in ones and "number" in ones]
    return (common[0] if len(common) == 1 else common) if common else one


def _common_multiple(one: float, other: float) -> float:
    """The least number that is a multiple of both, where both are whole."""
    if not all(isfinite(step) and step > 0 and step == int(step) for step in (one, other)):
        return one
    common = lcm(int(one), int(other))
    return common if common <= MAX_MULTIPLE else one


def _properties(parts: list[Schema]) -> dict[str, Any]:
    members_of: dict[str, list[Schema]] = {}
    for part in (*parts[1:], parts[0]):
        for name, member in (part.properties or {}).items():
            members_of.setdefault(name, []).append(member)
    required = dict.fromkeys(name for part in parts for name in part.required)
    allowed = set(members_of).intersection(*(part.properties or {} for part in parts if _closed(part)))
    if allowed.issuperset(required):
        members_of = {name: members for name, members in members_of.items() if name in allowed}
    return {"properties": {name: _both(members) for name, members in members_of.items()}, "required": list(required)}


def _closed(schema: Schema) -> bool:
    """Whether a part refuses members that it does not know itself, though another part has them."""
    further = schema.additional_properties
    return further is False or (isinstance(further, Schema) and further.type is not None)


def _common(enums: list[list[Any]]) -> list[Any] | None:
    if not enums:
        return None
    common = list(enums[0])
    for enum in enums[1:]:
        common = [value for value in common if value in enum]
    return common or enums[0]


def _example(parts: list[Schema], examples: list[Any], required: list[str]) -> Any:
    """The schema's own example, else its parts'; of objects together, where they have what is required."""
    first = examples[0] if examples else None
    if parts[0].example is not None or not isinstance(first, dict):
        return first
    together: dict[str, Any] = {}
    for example in reversed(examples):
        together |= example if isinstance(example, dict) else {}
    return together if together.keys() >= set(required) else None
