"""How a form's values go over the wire: as the operation's own request writes them, after a trip through JSON."""

import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.operations.forms import form_pieces
from apipack.operations.requests import build
from apipack.operations.wire import body_of, pairs_of
from tests.specs import INTEGER, STRING, parameter, record

Json = dict[str, Any]
POINT = record({"x": INTEGER, "y": INTEGER}, "x", "y")
LIST = {"type": "array", "items": STRING}


def document(operation: Json, version: str = "3.0.3") -> Document:
    head: Json = {"swagger": "2.0", "host": "h.test"} if version == "2.0" else {"openapi": version}
    return Document(load(json.dumps({**head, "info": {}, "paths": {"/a": {"post": operation}}}).encode()))


def wires(operation: Json, version: str = "3.0.3") -> Json:
    """The operation's form, read back from JSON."""
    whole = document(operation, version)
    raw = next(whole.operations())
    built: Json = json.loads("".join(form_pieces(whole, raw, build(whole, raw, "h.test"))))
    return built


def sent(described: Json, value: Any, version: str = "3.0.3") -> list[tuple[str, str]]:
    built = wires({"parameters": [described]}, version)
    (only,) = built["parameters"]
    return [(name, text) for name, text in pairs_of(only["wire"], value, built["version"])]


@pytest.mark.parametrize(
    ("described", "value", "pairs"),
    [
        (parameter("a", "query", LIST), ["x", "y z"], [("a", "x"), ("a", "y%20z")]),
        (parameter("a", "query", LIST, explode=False), ["x", "y,z"], [("a", "x,y%2Cz")]),
        (parameter("a", "query", LIST, style="pipeDelimited", explode=False), ["x", "y"], [("a", "x%7Cy")]),
        (parameter("a", "query", POINT), {"x": 1, "y": 2}, [("x", "1"), ("y", "2")]),
        (parameter("a", "query", POINT, style="deepObject"), {"x": 1, "y": 2}, [("a%5Bx%5D", "1"), ("a%5By%5D", "2")]),
        (parameter("a", "query", {"type": "boolean"}), True, [("a", "true")]),
        (parameter("a", "query", STRING, allowReserved=True), "b/c?d", [("a", "b/c?d")]),
        (parameter("a", "header", LIST), ["x", "y"], [("a", "x,y")]),
        (parameter("a", "cookie", STRING), "x", [("a", "x")]),
        (
            {"name": "a", "in": "query", "required": True, "content": {"application/json": {"schema": POINT}}},
            {"x": 1, "y": 2},
            [("a", "%7B%22x%22:1,%22y%22:2%7D")],
        ),
    ],
)
def test_parameters_by_style(described: Json, value: Any, pairs: list[tuple[str, str]]) -> None:
    assert sent(described, value) == pairs


def test_a_list_of_swagger_2_keeps_its_format() -> None:
    tabs = {"name": "a", "in": "query", "required": True, "type": "array", "items": STRING, "collectionFormat": "pipes"}
    assert sent(tabs, ["x", "y"], "2.0") == [("a", "x%7Cy")]


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [("query", "\ud800", "not_unicode"), ("header", "é\u0000", "unsendable"), ("header", "a\nb", "unsendable")],
)
def test_what_no_request_can_carry_is_refused_with_a_reason(place: str, value: str, reason: str) -> None:
    with pytest.raises(SpecError, match=f"^{reason}"):
        sent(parameter("X-A", place), value)


def body(media_type: str, value: Any, version: str = "3.0.3", **media: Any) -> tuple[str, str]:
    built = wires({"requestBody": {"required": True, "content": {media_type: media}}}, version)
    return body_of(built["wire"], value, built["version"])


BERTH = record({"name": STRING, "tags": LIST}, "name", "tags")


@pytest.mark.parametrize(
    ("media_type", "media", "value", "text"),
    [
        ("application/json", {"schema": BERTH}, {"name": "é", "tags": ["a"]}, '{"name":"é","tags":["a"]}'),
        (
            "application/x-www-form-urlencoded",
            {"schema": BERTH, "encoding": {"tags": {"explode": False}}},
            {"name": "a b", "tags": ["x", "y"]},
            "name=a+b&tags=x,y",
        ),
        (
            "application/xml",
            {
                "schema": record(
                    {
                        "id": INTEGER | {"xml": {"attribute": True}},
                        "tags": LIST | {"xml": {"name": "tag", "wrapped": True}},
                    },
                    "id",
                    "tags",
                    xml={"name": "berth"},
                )
            },
            {"id": 7, "tags": ["x", "y"]},
            '<berth id="7"><tag><tag>x</tag><tag>y</tag></tag></berth>',
        ),
        ("text/plain", {"schema": STRING}, "North 4", "North 4"),
    ],
)
def test_bodies_by_media_type(media_type: str, media: Json, value: Any, text: str) -> None:
    header, payload = body(media_type, value, **media)
    assert payload == text and header.startswith(media_type)


def test_a_part_keeps_its_type_and_the_header_that_it_must_have() -> None:
    headers = {"X-Id": {"required": True, "schema": STRING, "example": "p1"}, "X-No": {"schema": STRING}}
    encoding = {"point": {"contentType": "application/json", "headers": headers}}
    schema = record({"name": STRING, "point": POINT}, "name", "point")
    header, payload = body(
        "multipart/form-data", {"name": "N", "point": {"x": 1, "y": 2}}, schema=schema, encoding=encoding
    )
    boundary = header.partition("boundary=")[2]
    first, second = payload.split(f"--{boundary}")[1:-1]
    assert first.endswith("\r\n\r\nN\r\n") and second.endswith('\r\n\r\n{"x":1,"y":2}\r\n')
    assert "X-Id: p1" in second and "X-No" not in second and "Content-Type: application/json" in second


def test_a_value_of_its_own_is_written_as_the_operation_itself_writes_it() -> None:
    media = {"schema": BERTH, "example": {"name": "North 4", "tags": ["x"]}}
    operation = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": media}}}
    whole = document(operation)
    raw = next(whole.operations())
    own = build(whole, raw, "h.test").request
    wire = wires(operation)["wire"]
    assert body_of(wire, media["example"], "3.0.3") == (own.header("content-type"), own.body)
    assert body_of(wire, {"name": "South 5", "tags": []}, "3.0.3")[1] == "name=South+5"


def test_a_wire_holds_of_a_schema_only_what_decides_how_values_are_written() -> None:
    schema = record({"name": STRING | {"minLength": 3, "description": "long", "xml": {"name": "n"}}}, "name")
    operation = {"requestBody": {"required": True, "content": {"application/xml": {"schema": schema}}}}
    shape = wires(operation)["wire"]["media"]["schema"]
    assert shape == {"type": "object", "properties": {"name": {"type": "string", "xml": {"name": "n"}}}}
    assert wires({"requestBody": {"content": {"application/json": {"schema": schema}}}})["wire"]["media"] == {}
