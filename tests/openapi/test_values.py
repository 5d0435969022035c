import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.values import ValueBuilder


def value(schema: dict[str, Any], *, optional: bool = False, version: str = "3.0.3", **schemas: Any) -> Any:
    doc = Document({"openapi": version, "paths": {}, "components": {"schemas": schemas}})
    return ValueBuilder(doc, optional).value(doc._models.Schema.model_validate(schema))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "SOME_STRING_VALUE"),
        ({"type": "string", "maxLength": 4}, "SOME"),
        ({"type": "string", "format": "date"}, "2024-01-31"),
        ({"type": "string", "enum": [None, "b", "c"]}, "b"),
        ({"type": "string", "default": "d", "enum": ["c", "d"]}, "d"),
        ({"type": "string", "example": "e", "default": "d"}, "e"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 10}, 10),
        ({"type": "integer", "maximum": 0}, 0),
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "maximum": 0.5}, 0),
        ({"type": "boolean"}, True),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"]}, {"a": 1}),
        (
            {"type": "object", "properties": {"a": {"type": "integer", "readOnly": True}, "b": {"type": "boolean"}}},
            {"b": True},
        ),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        (
            {
                "allOf": [
                    {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                    {"properties": {"b": {"type": "boolean"}}, "required": ["b"]},
                ]
            },
            {"a": 1, "b": True},
        ),
    ],
)
def test_values(schema: dict[str, Any], expected: Any) -> None:
    assert value(schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"allOf": [{"type": "string", "maxLength": 9}, {"maxLength": 4}]}, "SOME"),
        ({"allOf": [{"type": "integer", "minimum": 3}, {"minimum": 7, "multipleOf": 4}]}, 8),
        ({"allOf": [{"type": "string", "pattern": "^[A-Z]{2}$"}], "description": "d"}, "SO"),
        ({"allOf": [{"type": "string", "enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, "b"),
        ({"allOf": [{"type": "array", "items": {"type": "integer"}}, {"minItems": 2}]}, [1, 1]),
        ({"allOf": [{"allOf": [{"type": "string", "format": "date"}]}]}, "2024-01-31"),
        (
            {"allOf": [{"type": "object", "example": {"a": 1}}, {"required": ["b"], "properties": {"b": {}}}]},
            {"b": "SOME_STRING_VALUE"},
        ),
        ({"allOf": [{"example": {"a": 1}}, {"example": {"b": 2}, "required": ["b"]}]}, {"a": 1, "b": 2}),
        (
            {
                "allOf": [
                    {"required": ["a"], "properties": {"a": {"minimum": 5}}},
                    {"properties": {"a": {"type": "integer"}}},
                ]
            },
            {"a": 5},
        ),
        (
            {
                "allOf": [
                    {"properties": {"a": {"type": "integer"}}, "additionalProperties": False},
                    {"properties": {"b": {}}},
                ]
            },
            {"a": 1},
        ),
        (
            {"allOf": [{"oneOf": [{"required": ["a"]}]}, {"anyOf": [{"required": ["b"]}]}], "type": "object"},
            {"a": "SOME_STRING_VALUE", "b": "SOME_STRING_VALUE"},
        ),
    ],
)
def test_all_of_asks_for_what_every_part_asks_for(schema: dict[str, Any], expected: Any) -> None:
    assert value(schema) == expected


LABELLED = {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "oneOf": [{"required": ["a"]}]}, {"a": 1}),
        ({"type": "string", "oneOf": [{"maxLength": 4}, {"minLength": 30}]}, "SOME"),
        (
            {"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "required": ["b"]}]},
            {"a": "SOME_STRING_VALUE"},
        ),
        ({"oneOf": [{"type": "number"}, {"type": "integer"}, {"type": "string"}]}, "SOME_STRING_VALUE"),
        (
            {
                "type": "array",
                "items": {
                    "oneOf": [
                        {"type": "object", "properties": {"t": {"type": "string", "enum": ["a"]}}},
                        {"type": "object", "properties": {"t": {"type": "string", "enum": ["b"]}}},
                    ]
                },
            },
            [{"t": "a"}],
        ),
        ({"oneOf": [{"$ref": "#/components/schemas/Cat"}], "discriminator": {"propertyName": "kind"}}, {"kind": "Cat"}),
        (
            {
                "anyOf": [{"$ref": "#/components/schemas/Cat"}],
                "discriminator": {"propertyName": "kind", "mapping": {"feline": "#/components/schemas/Cat"}},
            },
            {"kind": "feline"},
        ),
        ({"$ref": "#/components/schemas/Pet"}, {"kind": "Pet"}),
        ({"$ref": "#/components/schemas/Dog"}, {"kind": "Dog"}),
    ],
)
def test_alternatives_and_discriminators(schema: dict[str, Any], expected: Any) -> None:
    pet = {**LABELLED, "discriminator": {"propertyName": "kind"}}
    dog = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object"}]}
    assert value(schema, Cat=LABELLED, Pet=pet, Dog=dog) == expected


def test_an_alternative_that_cannot_be_read_does_not_hide_another() -> None:
    assert value({"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/Lost"}]}) == 1


@pytest.mark.parametrize(
    ("schema", "version", "expected"),
    [
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, "3.0.3", 2),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": True}, "3.0.3", 0),
        ({"type": "integer", "exclusiveMinimum": 1}, "3.1.0", 2),
        ({"type": "integer", "minimum": 9, "exclusiveMinimum": 1}, "3.1.0", 9),
        ({"type": "integer", "exclusiveMaximum": 1}, "3.1.0", 0),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "3.1.0", 0.5),
        ({"type": "number", "multipleOf": 0.01}, "3.0.3", 1),
        ({"type": "integer", "multipleOf": 5, "maximum": 4}, "3.0.3", 0),
        ({"type": "number", "minimum": 2.5, "maximum": 2.5}, "3.0.3", 2.5),
        ({"type": "number", "minimum": float("-inf"), "maximum": float("inf")}, "3.0.3", 1),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True}, "3.0.3", [1, 2, 3]),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True}, "3.0.3", ["a", "b"]),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 4}, "minItems": 2, "uniqueItems": True},
            "3.0.3",
            ["SOME", "ME_2"],
        ),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 0}, "3.0.3", []),
        ({"type": "object", "required": ["x"]}, "3.0.3", {"x": "SOME_STRING_VALUE"}),
        ({"type": "object", "required": ["x"], "additionalProperties": {"type": "integer"}}, "3.0.3", {"x": 1}),
        ({"type": "object", "required": ["x"], "additionalProperties": False}, "3.0.3", {}),
        (
            {"type": "object", "minProperties": 1, "additionalProperties": {"type": "integer"}},
            "3.0.3",
            {"SOME_NAME": 1},
        ),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/Id"}, "b": {}}},
            "3.0.3",
            {"b": "SOME_STRING_VALUE"},
        ),
        ({"type": "string", "nullable": True}, "3.0.3", "SOME_STRING_VALUE"),
        ({"type": "string", "format": "int64"}, "3.0.3", "1"),
        ({"enum": [None]}, "3.0.3", None),
    ],
)
def test_bounds_and_counts(schema: dict[str, Any], version: str, expected: Any) -> None:
    assert value(schema, version=version, Id={"type": "string", "readOnly": True}) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "example": '{"a": 1}'}, {"a": 1}),
        ({"type": "integer", "example": "5"}, 5),
        ({"type": "boolean", "default": "true"}, True),
        ({"type": "string", "example": 5}, "5"),
        ({"type": "array", "example": "a"}, ["a"]),
        ({"type": "integer", "example": "five"}, "five"),
        ({"type": "string", "example": "5"}, "5"),
    ],
)
def test_a_given_value_is_read_as_its_type(schema: dict[str, Any], expected: Any) -> None:
    assert value(schema) == expected


def test_numbers_that_are_not_finite_are_no_candidates() -> None:
    assert value({"type": "number", "minimum": 1, "multipleOf": 5e-324}) == 1
    assert value({"type": "number", "minimum": 1, "multipleOf": 10**400}) == 1
    items = {"type": "number", "multipleOf": 0.5, "example": 10**400}
    assert value({"type": "array", "items": items, "minItems": 2, "uniqueItems": True}) == [10**400] * 2


def test_3_1_type_arrays_const_and_examples() -> None:
    assert value({"type": ["null", "integer"]}, version="3.1.0") == 1
    assert value({"const": "c"}, version="3.1.0") == "c"
    assert value({"type": "string", "examples": ["x", "y"]}, version="3.1.0") == "x"


def test_optional_members_only_when_asked_for() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a"]}
    assert value(schema, optional=True) == {"a": 1, "b": 1}


def test_cycles_end() -> None:
    node: dict[str, Any] = {
        "type": "object",
        "properties": {"next": {"$ref": "#/components/schemas/Node"}, "id": {"type": "integer"}},
    }
    assert value({"$ref": "#/components/schemas/Node"}, optional=True, Node=node) == {"id": 1}
    node["required"] = ["next"]
    assert value({"$ref": "#/components/schemas/Node"}, Node=node) == {"next": {}}
    node["nullable"] = True
    assert value({"$ref": "#/components/schemas/Node"}, Node=node) == {"next": None}
    tree = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Tree"}}
    assert value({"$ref": "#/components/schemas/Tree"}, Tree=tree) == [[]]
    either = {"oneOf": [{"$ref": "#/components/schemas/Or"}, {"type": "integer"}]}
    assert value({"$ref": "#/components/schemas/Or"}, Or=either) == 1
    own = {"allOf": [{"$ref": "#/components/schemas/Own"}, {"type": "object", "required": ["a"]}]}
    assert value({"$ref": "#/components/schemas/Own"}, Own=own) == {"a": "SOME_STRING_VALUE"}


def deep(levels: int, required: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, **({"required": ["a"]} if required else {})}
    return schema


def test_deep_schemas() -> None:
    assert json.dumps(value(deep(20, required=True))) == '{"a": ' * 20 + "1" + "}" * 20
    assert json.dumps(value(deep(20, required=False), optional=True)) == '{"a": ' * 8 + "{}" + "}" * 8
    with pytest.raises(SpecError, match="too_deep"):
        value(deep(60, required=True))


def test_a_value_that_would_explode_is_refused() -> None:
    schemas: dict[str, Any] = {
        f"S{i}": {
            "type": "object",
            "properties": {f"p{j}": {"$ref": f"#/components/schemas/S{i + 1}"} for j in range(9)},
        }
        for i in range(7)
    }
    with pytest.raises(SpecError, match="value_too_large"):
        value({"$ref": "#/components/schemas/S0"}, optional=True, **schemas, S7={"type": "string"})
