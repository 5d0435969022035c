"""What Swagger 2.0 says otherwise than 3.0: collection formats, header parameters."""

import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.records import Request
from tests.operations.small import one, requests


def swagger(operation: dict[str, Any], path: str = "/a", method: str = "post", **members: Any) -> Request:
    raw = {"swagger": "2.0", "host": "h.example", "schemes": ["https"], "paths": {path: {method: operation}}}
    (request,) = requests(Document(load(json.dumps(raw | members).encode())))
    return request


LETTERS = {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "string", "enum": ["x", "y"]}}


@pytest.mark.parametrize(
    ("chosen", "form", "url", "header"),
    [
        ("csv", "x,y", "x,y", "x,y"),
        ("ssv", "x+y", "x%20y", "x y"),
        ("tsv", "x%09y", "x%09y", "x\ty"),
        ("pipes", "x%7Cy", "x%7Cy", "x|y"),
    ],
)
def test_collection_formats_in_every_place(chosen: str, form: str, url: str, header: str) -> None:
    given = {**LETTERS, "required": True, "collectionFormat": chosen}
    made = swagger(
        {"consumes": ["application/x-www-form-urlencoded"], "parameters": [{**given, "name": "f", "in": "formData"}]}
    )
    assert made.body == f"f={form}"
    places = [{**given, "name": name, "in": place} for name, place in (("p", "path"), ("q", "query"), ("X", "header"))]
    made = swagger({"parameters": places}, "/{p}", "get")
    assert (made.url, made.headers) == (f"https://h.example/{url}?q={url}", (("X", header),))


def test_collection_formats_of_multipart_and_of_arrays_in_arrays() -> None:
    given = {**LETTERS, "name": "f", "in": "formData", "collectionFormat": "pipes"}
    assert "\r\n\r\nx|y\r\n" in str(swagger({"consumes": ["multipart/form-data"], "parameters": [given]}).body)
    inner = {**LETTERS, "collectionFormat": "pipes"}
    nested = {"name": "q", "in": "query", "required": True, "type": "array", "items": inner, "collectionFormat": "csv"}
    assert swagger({"parameters": [nested]}, method="get").parts.query == "q=x%7Cy"


def test_header_parameters_that_3_0_reserves_are_sent() -> None:
    given = {"type": "string", "in": "header", "required": True}
    headers = [{**given, "name": "Authorization", "default": "Token t"}, {**given, "name": "Accept", "default": "a/b"}]
    assert swagger({"parameters": headers}, method="get").headers == (("Authorization", "Token t"), ("Accept", "a/b"))
    assert one({"parameters": [{**node, "schema": {"type": "string"}} for node in headers]}).headers == ()
    kind = {**given, "name": "Content-Type", "default": "application/vnd.x+json"}
    made = swagger({"parameters": [kind, {"name": "b", "in": "body", "schema": {"type": "integer"}}]})
    assert (made.headers, made.body) == ((("Content-Type", "application/vnd.x+json"),), "1")


def test_references_outside_of_the_usual_places_and_extensions() -> None:
    item = {"x-more": {"consumes": 5}, "get": {"parameters": [{"$ref": "#/x-shared/p"}]}}
    raw = {
        "swagger": "2.0",
        "host": "h.example",
        "paths": {"/a": {"$ref": "#/x-items/a"}, "x-b": {"parameters": 3, "get": {}}},
        "x-items": {"a": item},
        "x-shared": {"p": {"name": "q", "in": "query", "type": "array", "required": True, **LETTERS}},
    }
    (made,) = requests(Document(load(json.dumps(raw).encode())))
    assert made.parts.query == "q=x,y"


REFERRED = {
    "first": {"$ref": "#/parameters/second"},
    "second": {"name": "q", "in": "query", "required": True, "type": "string", "default": "x"},
    "round": {"$ref": "#/parameters/around"},
    "around": {"$ref": "#/parameters/round"},
}


def test_parameters_are_referred_to_in_more_than_one_step() -> None:
    made = swagger({"parameters": [{"$ref": "#/parameters/first"}]}, method="get", parameters=REFERRED)
    assert made.url == "https://h.example/a?q=x"
    with pytest.raises(SpecError, match="cyclic_ref"):
        swagger({"parameters": [{"$ref": "#/parameters/round"}]}, method="get", parameters=REFERRED)


def test_examples_of_form_fields_as_of_query_parameters() -> None:
    field = {"name": "p", "type": "string", "required": True, "x-example": "hi"}
    assert swagger({"parameters": [{**field, "in": "formData"}]}).body == "p=hi"
    assert swagger({"parameters": [{**field, "in": "query"}]}, method="get").parts.query == "p=hi"
    pipes = {
        **field,
        "type": "array",
        "items": {"type": "string"},
        "collectionFormat": "pipes",
        "x-example": ["a", "b"],
    }
    assert swagger({"parameters": [{**pipes, "in": "formData"}]}).body == "p=a%7Cb"
