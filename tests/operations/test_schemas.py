"""References and what stands beside them, JSON Schema 2020-12, keys of YAML."""

import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from tests.operations.small import body_of, requests

SHARED = {"Count": {"type": "integer"}, "Name": {"type": "string"}, "Person": {"type": "object", "required": ["who"]}}


@pytest.mark.parametrize(
    ("sibling", "value"),
    [
        ({"default": 25}, 25),
        ({"minimum": 51}, 51),
        ({"const": 4}, 4),
        ({"enum": [7, 8]}, 7),
        ({"examples": [9]}, 9),
        ({"description": "x"}, 1),
    ],
)
def test_what_stands_beside_a_reference_holds_from_3_1_on(sibling: dict[str, Any], value: Any) -> None:
    schema = {
        "type": "object",
        "required": ["n"],
        "properties": {"n": {"$ref": "#/components/schemas/Count", **sibling}},
    }
    assert body_of(schema, components={"schemas": SHARED}) == {"n": value}
    assert body_of(schema, components={"schemas": SHARED}, openapi="3.0.3") == {"n": 1}


def test_required_beside_a_reference_and_a_bound_against_the_targets_example() -> None:
    person = {"$ref": "#/components/schemas/Person", "required": ["phone"], "properties": {"phone": {"const": "no"}}}
    assert body_of(person, components={"schemas": SHARED}) == {"phone": "no", "who": "SOME_STRING_VALUE"}
    again = {"schemas": {"A": {"$ref": "#/components/schemas/B", "default": 5}, "B": {"type": "integer", "example": 3}}}
    assert body_of({"$ref": "#/components/schemas/A", "minimum": 4}, components=again) == 5


def test_read_only_beside_a_reference() -> None:
    member = {"$ref": "#/components/schemas/Name", "readOnly": True}
    schema = {"type": "object", "properties": {"id": member, "n": {"const": 1}}}
    assert body_of(schema, components={"schemas": SHARED}) == {"n": 1}
    assert "id" in body_of(schema, components={"schemas": SHARED}, openapi="3.0.3")


def test_a_cycle_with_siblings_ends() -> None:
    node: dict[str, Any] = {"type": "object", "required": ["next"]}
    node["properties"] = {"next": {"$ref": "#/components/schemas/Node", "examples": [], "minProperties": 0}}
    assert body_of({"$ref": "#/components/schemas/Node"}, components={"schemas": {"Node": node}}) == {"next": {}}


def test_anchors_identifiers_and_the_documents_own_address() -> None:
    members = {"M": {"$anchor": "m", "const": 1}, "I": {"$id": "https://x.example/i", "$defs": {"d": {"const": 2}}}}
    shared: dict[str, Any] = {"components": {"schemas": members}}
    assert body_of({"$ref": "#m"}, **shared) == 1
    assert body_of({"$ref": "https://x.example/i#/$defs/d"}, **shared) == 2
    own = {"openapi": "3.2.0", "$self": "https://y.example/spec"}
    assert body_of({"$ref": "https://y.example/spec#/components/schemas/M"}, **shared, **own) == 1
    assert body_of({"$ref": "spec#m"}, **shared, **own) == 1


@pytest.mark.parametrize("reference", ["#gone", "#", "#twice"])
def test_a_name_is_an_anchor_or_leads_nowhere(reference: str) -> None:
    twice = {"schemas": {name: {"$anchor": "twice", "const": 1} for name in "ab"}}
    for version in ("3.0.3", "3.1.0"):
        with pytest.raises(SpecError, match="(dangling|ambiguous)_ref: #"):
            body_of({"$ref": reference}, components=twice, openapi=version)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": "a"}]}, [1, "a"]),
        ({"type": "array", "items": False, "minItems": 2, "prefixItems": [{"const": 1}, {"const": "a"}]}, [1, "a"]),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "prefixItems": [{"const": 1}]}, [1, True]),
        ({"type": "array", "maxItems": 1, "prefixItems": [{"const": 1}, {"const": 2}]}, [1]),
        ({"prefixItems": [{"const": 1}]}, [1]),
        ({"type": "array", "contains": {"const": 3}}, [3]),
        ({"$ref": "#/components/schemas/True"}, "SOME_STRING_VALUE"),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/True"}}},
            {"a": "SOME_STRING_VALUE"},
        ),
        (
            {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"const": 1}, "b": {"const": 2}},
                "dependentRequired": {"a": ["b"]},
            },
            {"a": 1, "b": 2},
        ),
        (
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "patternProperties": {"^x[0-9]$": {"const": 1}},
            },
            {"x1": 1},
        ),
        ({"type": "object", "required": ["x1"], "patternProperties": {"^x": {"const": 1}}}, {"x1": 1}),
        (
            {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"enum": ["k"]},
                "additionalProperties": {"const": 1},
            },
            {"k": 1},
        ),
    ],
)
def test_schemas_of_2020_12(schema: dict[str, Any], value: Any) -> None:
    doc: dict[str, Any] = {"components": {"schemas": {"True": True}}}
    assert body_of(schema, **doc) == value


def test_keys_of_yaml_are_text() -> None:
    text = b"""
openapi: 3.0.3
paths:
  /a:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [1, 2.5, true, null]
              properties:
                1: {type: string, example: one}
                2.5: {type: string, example: {1: a, true: b}}
                true: {$ref: '#/components/schemas/7'}
                null: {type: integer, enum: [0x10]}
components: {schemas: {7: {type: boolean}}}
"""
    ((made),) = requests(Document(load(text)))
    assert json.loads(made.body or "") == {"1": "one", "2.5": {"1": "a", "true": "b"}, "true": True, "null": 16}
    with pytest.raises(SpecError, match="duplicate_keys: 1"):
        load(b"openapi: 3.0.3\nx: {1: a, '1': b}")
