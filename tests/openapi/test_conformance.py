from dataclasses import replace
from typing import Any

import pytest

from apipack.openapi import Document
from apipack.openapi.conformance import violations
from apipack.openapi.document import RawOperation
from apipack.records import Request

RAW: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "type": "string",
    "paths": {
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "post": {
                "parameters": [
                    {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 9}},
                    {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                    {"name": "X-Mode", "in": "header", "schema": {"type": "string", "enum": ["a", "b"]}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
                        "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Pet"}},
                    },
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "pattern": "(a+)+$", "nullable": True},
                    "age": {"$ref": "#/components/schemas/Age"},
                },
                "additionalProperties": False,
            },
            "Age": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
    },
}
GOOD = Request(
    "POST",
    "https://h/v1/pets/7?limit=3&ids=1&ids=2&key=K",
    (("X-Mode", "a"), ("Content-Type", "application/json")),
    '{"name":null,"age":1}',
)


def broken(request: Request, raw: dict[str, Any] = RAW) -> set[str]:
    item = raw["paths"]["/pets/{id}"]
    return set(violations(Document(raw), RawOperation("/pets/{id}", "post", item, item["post"]), request))


def test_a_request_that_conforms() -> None:
    assert broken(GOOD) == set()
    form = replace(
        GOOD, headers=(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),), body="name=a&age=1"
    )
    assert broken(form) == set()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"url": GOOD.url.replace("/7", "/seven")}, "path id: type"),
        ({"url": GOOD.url.replace("limit=3&", "")}, "query limit: required"),
        ({"url": GOOD.url.replace("limit=3", "limit=30")}, "query limit: maximum"),
        ({"url": GOOD.url.replace("limit=3", "limit=three")}, "query limit: type"),
        ({"url": GOOD.url.replace("ids=2", "ids=x")}, "query ids/*: type"),
        ({"url": GOOD.url + "&more=1"}, "query more: unknown"),
        ({"headers": (("X-Mode", "c"), GOOD.headers[1])}, "header X-Mode: enum"),
        ({"headers": (("Content-Type", "text/plain"),)}, "body: media type text/plain"),
        ({"body": '{"age":1}'}, "body: 'name' is a required property"),
        ({"body": '{"name":"a","age":0}'}, "body/age: minimum"),
        ({"body": '{"name":"a","age":"1"}'}, "body/age: type"),
        ({"body": '{"name":"a","more":1}'}, "body: additionalProperties"),
        ({"body": '{"name":'}, "body: not JSON"),
        ({"body": None}, "body: required"),
    ],
)
def test_each_rule(change: dict[str, Any], rule: str) -> None:
    assert broken(replace(GOOD, **change)) == {rule}


def test_patterns_cannot_take_for_ever() -> None:
    assert broken(replace(GOOD, body='{"name":"' + "a" * 60 + '!"}')) == set()


def test_a_broken_schema_is_reported_not_raised() -> None:
    schemas = {"Pet": {"type": "object", "properties": {"name": {"$ref": "https://evil.example/x"}}}}
    raw = {**RAW, "components": {"schemas": schemas}}
    assert any("unchecked" in rule for rule in broken(GOOD, raw))
    raw = {**RAW, "components": {"schemas": {"Pet": {"required": 3, "properties": [], "type": "object"}}}}
    assert any("unchecked" in rule for rule in broken(GOOD, raw))
