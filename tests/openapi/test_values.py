from typing import Any

import pytest

from apipack.openapi import Document, SpecError
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


def test_3_1_type_arrays_const_and_examples() -> None:
    assert value({"type": ["null", "integer"]}, version="3.1.0") == 1
    assert value({"const": "c"}, version="3.1.0") == "c"
    assert value({"type": "string", "examples": ["x", "y"]}, version="3.1.0") == "x"


def test_optional_members_only_when_asked_for() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a"]}
    assert value(schema, optional=True) == {"a": 1, "b": 1}


def test_cycles_end() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "id": {"type": "integer"}}}
    assert value({"$ref": "#/components/schemas/Node"}, optional=True, Node=node) == {"id": 1}
    node["required"] = ["next"]
    assert value({"$ref": "#/components/schemas/Node"}, Node=node) == {"next": {}}


def test_a_value_that_would_explode_is_refused() -> None:
    schemas = {
        f"S{i}": {
            "type": "object",
            "properties": {f"p{j}": {"$ref": f"#/components/schemas/S{i + 1}"} for j in range(9)},
        }
        for i in range(7)
    }
    with pytest.raises(SpecError, match="value_too_large"):
        value({"$ref": "#/components/schemas/S0"}, optional=True, **schemas, S7={"type": "string"})
