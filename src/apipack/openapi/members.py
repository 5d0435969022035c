"""Members of objects that are not plain properties: by dependency, by pattern, by number (JSON Schema 2020-12), and
those of alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, cast

from apipack.openapi.admission import MAX_LOOKS, admits
from apipack.openapi.document import Document, Schema
from apipack.openapi.loading import SpecError
from apipack.openapi.merging import flat, merged
from apipack.openapi.models import LaterSchema, keyword
from apipack.openapi.patterns import matching, others_matching

MAX_OPTIONS = 6


def chosen(document: Document, schema: Schema, value: Any, looks: Iterator[int]) -> tuple[Schema, str | None]:
    """A flat schema with the first of its alternatives that admits the value, and that alternative's reference. looks:
    as `admits` has them."""
    reference = None
    for _ in range(MAX_OPTIONS):
        for option in (schema.one_of or schema.any_of or [])[:MAX_OPTIONS]:
            with suppress(SpecError):
                if admits(document, option, value, looks):
                    reference = document.schema(option)[1]
                    rest = schema.any_of if schema.one_of else None
                    with_it = {"one_of": None, "any_of": rest, "all_of": [option]}
                    schema = merged(document, schema.model_copy(update=with_it))
                    break
        else:
            break
    return schema, reference


def member_schema(
    document: Document, schema: Schema | None, name: str, looks: Iterator[int], depth: int = 0
) -> Schema | None:
    """The schema of a member of what a flat schema describes: of a property, of alternatives the first that knows it,
    or of what further members are. looks: as `admits` has them; after `MAX_LOOKS` no alternative knows it."""
    if schema is None or depth > MAX_OPTIONS or next(looks) > MAX_LOOKS:
        return None
    if name in (schema.properties or {}):
        return (schema.properties or {})[name]
    for option in [*(schema.one_of or []), *(schema.any_of or [])][:MAX_OPTIONS]:
        with suppress(SpecError):
            member = member_schema(document, flat(document, *document.schema(option)), name, looks, depth + 1)
            if member is not None:
                return member
    further = further_member(schema, name)
    return further if isinstance(further, Schema) else None


def with_dependents(schema: Schema, names: list[str]) -> list[str]:
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


def with_patterns(schema: Schema, properties: dict[str, Schema]) -> dict[str, Schema]:
    """The properties, each with what the patterns that its name matches ask of it too."""
    patterns: dict[str, Schema] = keyword(schema, "pattern_properties")
    if not patterns:
        return properties
    asked = {name: _asked_of(name, patterns) for name in properties}
    return {
        name: LaterSchema.model_construct(all_of=[*asked[name], member]) if asked[name] else member
        for name, member in properties.items()
    }


def _asked_of(name: str, patterns: dict[str, Schema]) -> list[Schema]:
    """The schemas of the patterns that a name matches."""
    return [schema for pattern, schema in patterns.items() if matching(pattern, name) == name]


def further_member(schema: Schema, name: str) -> bool | Schema:
    """What a member is that is no property: a schema, anything (True) or not allowed (False)."""
    for pattern, member in (keyword(schema, "pattern_properties") or {}).items():
        if matching(pattern, name) == name:
            return cast(Schema, member)
    further = schema.additional_properties
    if further is None:
        further = keyword(schema, "unevaluated_properties")
    return True if further is None else further


def further_names(schema: Schema, names: Schema | None, count: int) -> Iterator[str]:
    """Names of members that a schema asks for by number alone. names: its `propertyNames`, flat."""
    patterns = keyword(schema, "pattern_properties") or {}
    allowed = (names.enum or []) if names is not None else []
    longest = names.max_length if names is not None else None
    pattern = names.pattern if names is not None else next(iter(patterns), None)
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


def _match(pattern: str, preferred: str, number: int) -> str | None:
    """A text that the pattern accepts; after so many others it is one with another end."""
    first = matching(pattern, preferred)
    if first is None or number == 0:
        return first
    return next(islice(others_matching(pattern, first), number - 1, None), None)
