"""Examples and defaults that cannot be sent give way to made-up values, and are counted."""

import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.operations.parsing import parse_spec
from apipack.operations.requests import build
from apipack.records import Request

PARAMETER = {"required": True, "schema": {"type": "string"}}
BODY = {"type": "object", "properties": {"a": {"type": "integer"}}}
SPEC = {"hub": "h", "provider": "h.example", "api": "h", "version": "1", "source_url": "", "sha256": "", "file": "f"}


def made(operation: dict[str, Any], path: str = "/a", method: str = "post") -> tuple[Request, int]:
    document = Document({"openapi": "3.0.3", "paths": {path: {method: operation}}})
    (raw,) = document.operations()
    return build(document, raw, "h.example").request, document.repairs


@pytest.mark.parametrize("example", ["a\r\nEvil: 1", " a", "é", "a\nb"])
def test_a_header_value(example: str) -> None:
    request, repairs = made({"parameters": [{**PARAMETER, "name": "X", "in": "header", "example": example}]})
    assert (request.headers, repairs) == ((("X", "SOME_STRING_VALUE"),), 1)


def test_a_default_in_the_schema_and_a_cookie_of_3_2() -> None:
    schema = {"type": "string", "default": "a\nb", "maxLength": 4}
    assert made({"parameters": [{**PARAMETER, "name": "X", "in": "header", "schema": schema}]})[0].headers == (
        ("X", "SOME"),
    )


@pytest.mark.parametrize("example", [".", "..", "x" * 5_000, "\ud800"])
def test_a_path_value(example: str) -> None:
    request, repairs = made({"parameters": [{**PARAMETER, "name": "p", "in": "path", "example": example}]}, "/a/{p}")
    assert (request.url, repairs) == ("https://h.example/a/SOME_STRING_VALUE", 1)


@pytest.mark.parametrize("example", [{"a": "\ud800"}, {"a": "x" * 200_000}, {"a": float("nan")}])
def test_a_body(example: Any) -> None:
    media = {"schema": BODY, "example": example}
    request, repairs = made({"requestBody": {"content": {"application/json": media}}})
    assert (request.body, repairs) == ('{"a":1}', 1)


@pytest.mark.parametrize(
    ("schema", "body", "repaired"),
    [
        ({**BODY, "example": {"a": float("nan")}}, '{"a":1}', 1),
        ({**BODY, "default": {"a": "x" * 200_000}}, '{"a":1}', 1),
        ({"type": "string", "example": "x" * 60_000, "enum": ["e"]}, '"e"', 1),
        ({"type": "number", "default": float("inf"), "minimum": 2}, "2", 1),
        ({"type": "array", "items": {"type": "string", "example": "x" * 60_000}}, '["SOME_STRING_VALUE"]', 1),
        ({"type": "string", "example": "x" * 40_000}, f'"{"x" * 40_000}"', 0),
    ],
)
def test_a_body_whose_schema_gives_it(schema: dict[str, Any], body: str, repaired: int) -> None:
    request, repairs = made({"requestBody": {"content": {"application/json": {"schema": schema}}}})
    assert (request.body, repairs) == (body, repaired)


@pytest.mark.parametrize("attribute", [False, True])
def test_a_character_that_xml_cannot_say(attribute: bool) -> None:
    member = {"type": "string", "xml": {"attribute": attribute}}
    media = {"schema": {"properties": {"m": member}, "required": ["m"]}, "example": {"m": "a\x01"}}
    request, repairs = made({"requestBody": {"content": {"application/xml": media}}})
    assert (request.body or "").count("SOME_STRING_VALUE") == 1 and repairs == 1
    media = {"schema": {"properties": {"m": {**member, "enum": ["a\x01"]}}, "required": ["m"]}}
    with pytest.raises(SpecError, match=r"value_not_xml: U\+0001"):
        made({"requestBody": {"content": {"application/xml": media}}})


@pytest.mark.parametrize("name", ["a; b", "a=b", "a,b", "a b", "", "a\x00"])
def test_a_cookie_that_would_be_another_is_refused(name: str) -> None:
    with pytest.raises(SpecError, match="bad_header: Cookie"):
        made({"parameters": [{**PARAMETER, "name": name, "in": "cookie"}]})


def test_a_header_has_an_end() -> None:
    with pytest.raises(SpecError, match="header_too_long: nnn.*: 10017 characters"):
        made({"parameters": [{**PARAMETER, "name": "n" * 10_000, "in": "header"}]})
    with pytest.raises(SpecError, match="header_too_long: Content-Type: "):
        made({"requestBody": {"content": {"a/" + "b" * 10_000: {"schema": BODY}}}})


def test_a_form_whose_example_is_a_list() -> None:
    media = {"schema": BODY, "example": [1]}
    assert made({"requestBody": {"content": {"application/x-www-form-urlencoded": media}}}) == (
        Request("POST", "https://h.example/a", (("Content-Type", "application/x-www-form-urlencoded"),), "a=1"),
        1,
    )


def test_it_is_counted_once_where_operations_share_the_parameter() -> None:
    shared = [{**PARAMETER, "name": "X", "in": "header", "example": "a\nb"}]
    paths = {"/a": {"parameters": shared, "get": {}, "delete": {}}}
    parsed = parse_spec(SPEC, json.dumps({"openapi": "3.0.0", "paths": paths}).encode(), optional=False, max_bytes=9999)
    assert (len(parsed.rows), parsed.drops, parsed.repairs) == (2, [], 1)


BOUNDARY = "---011000010111000001101001"


@pytest.mark.parametrize(
    ("media_type", "member"),
    [
        ("multipart/form-data", {"type": "string", "example": f"x{BOUNDARY}y"}),
        ("application/xml", {"type": "string", "example": "a\x01"}),
        ("application/xml", {"type": "string", "enum": ["a\x01", "SOME_STRING_VALUE"]}),
        ("application/xml", {"type": "array", "items": {"type": "string", "default": "a\x01"}}),
    ],
)
def test_a_member_s_example(media_type: str, member: dict[str, Any]) -> None:
    schema = {"type": "object", "required": ["m"], "properties": {"m": member}}
    request, repairs = made({"requestBody": {"content": {media_type: {"schema": schema}}}})
    assert (request.body or "").count("SOME_STRING_VALUE") == 1 and repairs == 1


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "items": {"type": "string", "example": "a\nb"}}, "SOME_STRING_VALUE"),
        ({"type": "string", "enum": ["a\nb", "c"]}, "c"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "default": "a\nb"}}},
         "a,SOME_STRING_VALUE"),
    ],
)  # fmt: skip
def test_a_header_s_item_and_the_first_of_its_enum(schema: dict[str, Any], value: str) -> None:
    request, repairs = made({"parameters": [{"name": "X", "in": "header", "required": True, "schema": schema}]})
    assert (request.headers, repairs) == ((("X", value),), 1)


def test_a_path_value_of_an_enum() -> None:
    schema = {"type": "string", "enum": [".", "b"]}
    request, repairs = made({"parameters": [{**PARAMETER, "name": "p", "in": "path", "schema": schema}]}, "/a/{p}")
    assert (request.url, repairs) == ("https://h.example/a/b", 1)


def test_a_header_of_a_part() -> None:
    header = {"required": True, "schema": {"type": "string"}, "example": "a\nb"}
    schema = {"type": "object", "required": ["m"], "properties": {"m": {"type": "integer"}}}
    media = {"schema": schema, "encoding": {"m": {"headers": {"X-A": header}}}}
    request, repairs = made({"requestBody": {"content": {"multipart/form-data": media}}})
    assert "X-A: SOME_STRING_VALUE\r\n" in (request.body or "") and repairs == 1


def test_a_constant_has_no_other_value() -> None:
    schema = {"type": "array", "items": {"const": "a\nb"}}
    with pytest.raises(SpecError, match="bad_header: X"):
        made({"parameters": [{"name": "X", "in": "header", "required": True, "schema": schema}]})
