from dataclasses import replace
from typing import Any

import pytest

from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.paths import RawOperation
from apipack.openapi.received import schema_of
from apipack.records import Request
from tests.specs import ID, INTEGER, STRING, Json, openapi, parameter, record

PET = {"$ref": "#/components/schemas/Pet"}
RAW = openapi(
    {
        "/pets/{id}": {
            "parameters": [ID],
            "post": {
                "parameters": [
                    parameter("limit", "query", INTEGER | {"maximum": 9}),
                    parameter("ids", "query", {"type": "array", "items": INTEGER}, required=False),
                    parameter("X-Mode", "header", STRING | {"enum": ["a", "b"]}, required=False),
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": PET},
                        "application/x-www-form-urlencoded": {"schema": PET},
                    },
                },
            },
        }
    },
    type="string",
    components={
        "schemas": {
            "Pet": record(
                {
                    "name": STRING | {"pattern": "(a+)+$", "nullable": True},
                    "age": {"$ref": "#/components/schemas/Age"},
                },
                "name",
                additionalProperties=False,
            ),
            "Age": INTEGER | {"minimum": 0, "exclusiveMinimum": True},
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
    },
)
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


def test_patterns_are_checked_on_demand() -> None:
    item = RAW["paths"]["/pets/{id}"]
    raw = RawOperation("/pets/{id}", "post", item, item["post"])
    rules = violations(Document(RAW), raw, replace(GOOD, body='{"name":"b"}'), patterns=True)
    assert rules == {"body/name: pattern"}
    assert violations(Document(RAW), raw, replace(GOOD, body='{"name":"aa"}'), patterns=True) == set()


def of_body(schema: dict[str, Any], media_type: str, text: str, version: str = "3.0.3", **schemas: Any) -> set[str]:
    operation = {
        "requestBody": {"required": True, "content": {"*/*": {"schema": False}, media_type: {"schema": schema}}}
    }
    document = Document({"openapi": version, "paths": {}, "components": {"schemas": schemas}})
    request = Request("POST", "https://h/", (("Content-Type", media_type),), text)
    return set(violations(document, RawOperation("/", "post", {}, operation), request))


@pytest.mark.parametrize(
    ("wanted", "media_type", "covered"),
    [
        ("*/*", "image/png", True),
        ("image/*", "image/png", True),
        ("image/*", "application/json", False),
        ("application/*+json", "application/vnd.a+json", True),
        ("application/*+json", "application/json", True),
        ("application/*+json", "application/xml", False),
        ("application/json; charset=utf-8", "application/json", True),
    ],
)
def test_ranges_of_media_types(wanted: str, media_type: str, covered: bool) -> None:
    operation: Json = {"requestBody": {"content": {wanted: {}}}}
    request = Request("POST", "https://h/", (("Content-Type", media_type),), "1")
    rules = violations(Document({"openapi": "3.0.3"}), RawOperation("/", "post", {}, operation), request)
    assert rules == (set() if covered else {f"body: media type {media_type}"})


def test_what_is_nested_without_end_is_not_checked_and_odd_members_are_none() -> None:
    raw = {**RAW, "components": [1]}
    item: Json = {"parameters": 5, "post": {"requestBody": {"content": {"application/json": {}}}}}
    request = replace(GOOD, url="https://h/a", body="[" * 100_000)
    assert violations(Document(raw), RawOperation("/a", "post", item, item["post"]), request) == {
        "body: unchecked, RecursionError"
    }
    item = {"parameters": [{"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "array"}}}]}
    request = Request("GET", "https://h/a?q=" + "[" * 100_000)
    assert violations(Document(RAW), RawOperation("/a", "get", item, {}), request) == {"query q/*: type"}


def test_chained_all_of_is_followed_once() -> None:
    chain = {f"S{level}": {"allOf": [{"$ref": f"#/components/schemas/S{level + 1}"}] * 2} for level in range(40)}
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    document = Document({"openapi": "3.0.3", "components": {"schemas": {**chain, "S40": schema}}})
    assert schema_of(document, {"$ref": "#/components/schemas/S0"})["properties"] == schema["properties"]


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("schema", "media_type", "text", "rules"),
    [
        ({"type": "string", "readOnly": True}, "application/json", '"a"', set()),
        ({"type": "array", "items": {"readOnly": True}}, "application/json", "[1]", set()),
        ({"properties": {"a": {"readOnly": True}}}, "application/json", '{"a":1}', {"body/a: readOnly"}),
        (
            {"required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/Id"}}},
            "application/json",
            "{}",
            set(),
        ),
        ({"required": ["a"]}, "application/json", "{}", {"body: 'a' is a required property"}),
        (
            {"discriminator": {"propertyName": "k"}, "allOf": [{"required": ["b"]}]},
            "application/json",
            '{"k":"None"}',
            {"body: 'b' is a required property"},
        ),
        ({"type": "weird"}, "application/json", "1", {"body: unchecked, UnknownType"}),
        ({"type": "string", "maxLength": 1}, FORM, "ab", {"body: maxLength"}),
        (
            {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"type": "integer"}}}}},
            FORM,
            "a[b]=1",
            set(),
        ),
        (
            {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"type": "integer"}}}}},
            FORM,
            "a[b]=x",
            {"body/a/b: type"},
        ),
        *(
            (
                {"type": "object", "properties": {"a": {"type": kind, "properties": {"b": {}}}}},
                FORM,
                text,
                {"body/a: type"},
            )
            for kind, text in (("object", "a=x&a[b]=1"), ("object", "a[b]=1&a=x"), ("array", "a[b]=1&a=x"))
        ),
    ],
)
def test_rules_of_bodies(schema: dict[str, Any], media_type: str, text: str, rules: set[str]) -> None:
    assert of_body(schema, media_type, text, Id={"type": "string", "readOnly": True}) == rules


def test_parameters_may_be_read_only_and_their_enums_are_no_text() -> None:
    schema = {"allOf": [{"type": "integer", "readOnly": True}], "enum": [3]}
    operation = {"parameters": [{"name": "q", "in": "query", "schema": schema}], "requestBody": {"required": True}}
    document = Document({"openapi": "3.0.3", "paths": {}})

    def rules(query: str) -> set[str]:
        request = Request("GET", f"https://h/?q={query}")
        return set(violations(document, RawOperation("/", "get", {}, operation), request))

    assert rules("3") == set()  # a required body that GET cannot have is not missed
    assert rules("4") == {"query q: enum"}


def test_a_broken_schema_is_reported_not_raised() -> None:
    schemas = {"Pet": {"type": "object", "properties": {"name": {"$ref": "https://evil.example/x"}}}}
    raw = {**RAW, "components": {"schemas": schemas}}
    assert any("unchecked" in rule for rule in broken(GOOD, raw))
    raw = {**RAW, "components": {"schemas": {"Pet": {"required": 3, "properties": [], "type": "object"}}}}
    assert any("unchecked" in rule for rule in broken(GOOD, raw))


def test_an_enum_that_its_own_type_refuses_is_said_so() -> None:
    schema = {"type": "integer", "enum": ["0 (a)", "1 (b)"]}
    body = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    document = Document({"openapi": "3.0.0", "paths": {"/a": {"post": body}}})
    (raw,) = document.operations()
    request = Request("POST", "https://h.example/a", (("Content-Type", "application/json"),), '"0 (a)"')
    assert violations(document, raw, request) == {"body: type, which no value of its enum has"}


@pytest.mark.parametrize(("beside", "version"), [({"readOnly": True}, "3.0.3"), ({"maximum": 0}, "3.0.3")])
def test_what_stands_beside_a_reference_of_3_0_is_no_rule(beside: dict[str, Any], version: str) -> None:
    schema = {"type": "object", "properties": {"n": {"$ref": "#/components/schemas/N", **beside}}}
    body = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    shared = {"schemas": {"N": {"type": "integer"}}}
    document = Document({"openapi": version, "paths": {"/a": {"post": body}}, "components": shared})
    (raw,) = document.operations()
    request = Request("POST", "https://h.example/a", (("Content-Type", "application/json"),), '{"n":1}')
    assert violations(document, raw, request) == frozenset()


@pytest.mark.parametrize(("style", "segment"), [("simple", "a%2Cb,c"), ("label", ".a%2Cb,c"), ("matrix", ";p=a%2Cb,c")])
def test_values_are_split_before_they_are_decoded(style: str, segment: str) -> None:
    schema = {"type": "array", "items": {"type": "string", "enum": ["a,b", "c"]}}
    parameter = {"name": "p", "in": "path", "required": True, "style": style, "schema": schema}
    document = Document({"openapi": "3.0.3", "paths": {"/{p}": {"get": {"parameters": [parameter]}}}})
    (raw,) = document.operations()
    assert violations(document, raw, Request("GET", f"https://h.example/{segment}")) == frozenset()


@pytest.mark.parametrize(
    ("members", "segment"),
    [
        ({}, "a,1,b,x%2Cy"),
        ({"explode": True}, "a=1,b=x%2Cy"),
        ({"style": "label"}, ".a,1,b,x%2Cy"),
        ({"style": "label", "explode": True}, ".a=1.b=x%2Cy"),
        ({"style": "matrix"}, ";p=a,1,b,x%2Cy"),
        ({"style": "matrix", "explode": True}, ";a=1;b=x%2Cy"),
    ],
)
def test_objects_in_a_path_are_read_by_their_style(members: dict[str, Any], segment: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"enum": ["x,y"]}}, "required": ["a"]}
    parameter = {"name": "p", "in": "path", "required": True, "schema": schema, **members}
    document = Document({"openapi": "3.0.3", "paths": {"/{p}": {"get": {"parameters": [parameter]}}}})
    (raw,) = document.operations()
    assert violations(document, raw, Request("GET", f"https://h.example/{segment}")) == frozenset()
    wrong = Request("GET", f"https://h.example/{segment.replace('1', 'one')}")
    assert violations(document, raw, wrong) == {"path p/a: type"}
