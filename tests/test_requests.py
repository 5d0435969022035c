import json
from typing import Any

import pytest

from apipack.openapi import Document, SpecError
from apipack.records import Request
from apipack.requests import BuiltRequest, build, check


def built(operation: dict[str, Any], path: str = "/a", method: str = "get", **members: Any) -> BuiltRequest:
    raw = {"openapi": "3.0.3", "info": {}, "servers": [{"url": "https://h.example/v1/"}], **members}
    doc = Document({**raw, "paths": {path: {method: operation}}})
    (found,) = doc.operations()
    return build(doc, found, "h.example")


def parameter(name: str, place: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}, **more}


def body(media_type: str, example: Any, **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {media_type: {"example": example, **more}}}}


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({"example": "a b&c"}, "https://h.example/v1/a?q=a%20b%26c"),
        ({"schema": {"type": "array"}, "example": ["x", "y"]}, "https://h.example/v1/a?q=x&q=y"),
        ({"schema": {"type": "array"}, "example": ["x", "y"], "explode": False}, "https://h.example/v1/a?q=x,y"),
        ({"example": ["x", "y"], "explode": False, "style": "pipeDelimited"}, "https://h.example/v1/a?q=x%7Cy"),
        ({"example": {"k": 1}, "style": "deepObject"}, "https://h.example/v1/a?q%5Bk%5D=1"),
        ({"example": {"k": 1, "l": True}}, "https://h.example/v1/a?k=1&l=true"),
        ({"schema": {"type": "integer", "minimum": 7}}, "https://h.example/v1/a?q=7"),
    ],
)
def test_query_styles(more: dict[str, Any], url: str) -> None:
    assert built({"parameters": [parameter("q", "query", **more)]}).request.url == url


def test_path_header_and_cookie_parameters() -> None:
    made = built(
        {
            "parameters": [
                parameter("id", "path", example="a/b c"),
                parameter("X-Trace", "header", example="t"),
                parameter("Accept", "header", example="ignored"),
                parameter("s", "cookie", example="c;d"),
            ]
        },
        path="/pets/{id}/x",
    )
    assert made.request.url == "https://h.example/v1/pets/a%2Fb%20c/x"
    assert made.template == "https://h.example/v1/pets/{id}/x"
    assert made.request.headers == (("X-Trace", "t"), ("Cookie", "s=c%3Bd"))


def test_parameters_that_are_not_required_are_left_out() -> None:
    made = built({"parameters": [{"name": "q", "in": "query"}]})
    assert made.request.url == "https://h.example/v1/a"
    assert made.arguments == (("q", "query", False, "string", False),)


@pytest.mark.parametrize(
    ("servers", "url"),
    [
        ([{"url": "https://{r}.h.example", "variables": {"r": {"default": "eu"}}}], "https://eu.h.example/a"),
        ([{"url": "http://h.example"}, {"url": "https://s.example"}], "https://s.example/a"),
        ([{"url": "/v2"}], "https://h.example/v2/a"),
        ([], "https://h.example/a"),
        ([{"url": "//h.example/b/"}], "https://h.example/b/a"),
        ([{"url": "https://bücher.example"}], "https://xn--bcher-kva.example/a"),
    ],
)
def test_servers(servers: list[Any], url: str) -> None:
    assert built({}, servers=servers).request.url == url


def test_operation_servers_override() -> None:
    assert built({"servers": [{"url": "https://o.example"}]}).request.url == "https://o.example/a"


SCHEMES = {
    "k": {"type": "apiKey", "name": "X-Key", "in": "header"},
    "q": {"type": "apiKey", "name": "key", "in": "query"},
    "c": {"type": "apiKey", "name": "sid", "in": "cookie"},
    "b": {"type": "http", "scheme": "basic"},
    "t": {"type": "http", "scheme": "bearer"},
    "o": {"type": "oauth2", "flows": {}},
    "i": {"type": "openIdConnect", "openIdConnectUrl": "https://h.example"},
}


@pytest.mark.parametrize(
    ("security", "headers", "query"),
    [
        ([{"k": []}], (("X-Key", "REPLACE_KEY_VALUE"),), ""),
        ([{"q": []}], (), "key=REPLACE_KEY_VALUE"),
        ([{"c": []}], (("Cookie", "sid=REPLACE_KEY_VALUE"),), ""),
        ([{"b": []}], (("Authorization", "Basic REPLACE_BASIC_AUTH"),), ""),
        ([{"t": []}], (("Authorization", "Bearer REPLACE_BEARER_TOKEN"),), ""),
        ([{"o": ["read"]}], (("Authorization", "Bearer REPLACE_BEARER_TOKEN"),), ""),
        ([{"i": []}, {"k": []}], (("Authorization", "Bearer REPLACE_BEARER_TOKEN"),), ""),
        ([{"unknown": []}, {"k": []}], (("X-Key", "REPLACE_KEY_VALUE"),), ""),
        ([{}], (), ""),
    ],
)
def test_security(security: list[Any], headers: Any, query: str) -> None:
    made = built({"security": security}, components={"securitySchemes": SCHEMES}).request
    assert (made.headers, made.parts.query) == (headers, query)


@pytest.mark.parametrize(
    ("media_type", "example", "header", "text"),
    [
        ("application/json", {"a": "é"}, "application/json", '{"a":"é"}'),
        ("application/vnd.x+json", [1], "application/vnd.x+json", "[1]"),
        ("*/*", {"a": 1}, "application/json", '{"a":1}'),
        ("application/x-www-form-urlencoded", {"a": ["x y", "z"]}, "application/x-www-form-urlencoded", "a=x+y&a=z"),
        ("application/x-www-form-urlencoded", "a=x%20y", "application/x-www-form-urlencoded", "a=x+y"),
        ("text/plain", "hello", "text/plain", "hello"),
        ("application/xml", {"a": "<"}, "application/xml", "<root><a>&lt;</a></root>"),
    ],
)
def test_bodies(media_type: str, example: Any, header: str, text: str) -> None:
    request = built(body(media_type, example), method="post").request
    assert (request.header("content-type"), request.body) == (header, text)


def test_multipart_is_framed() -> None:
    request = built(body("multipart/form-data", {"f": "x"}), method="post").request
    boundary = str(request.header("content-type")).partition("boundary=")[2]
    assert request.body is not None and request.body.startswith(f"--{boundary}\r\n")
    assert request.body.endswith(f"\r\n\r\nx\r\n--{boundary}--\r\n")


def test_get_has_no_body_and_json_is_preferred() -> None:
    assert built(body("application/json", {})).request.body is None
    both = {"requestBody": {"content": {"text/xml": {"example": "x"}, "application/json": {"example": 1}}}}
    assert built(both, method="put").request.media_type == "application/json"


def test_fragments_and_queries_in_paths() -> None:
    made = built({}, path="/#Action=List").request
    assert made.url == "https://h.example/v1/"
    assert built({}, path="/x?Action=List").request.url == "https://h.example/v1/x?Action=List"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Request("GET", "https://h.example/ä"), "bad_url"),
        (Request("GET", "ftp://h.example/"), "bad_url"),
        (Request("GET", "https://h.example/#x"), "bad_url"),
        (Request("GET", "https://user@h.example/"), "bad_host"),
        (Request("GET", "https://{h}.example/"), "bad_host"),
        (Request("FETCH", "https://h.example/"), "bad_method"),
        (Request("GET", "https://h.example/", (("a b", "c"),)), "bad_header"),
        (Request("GET", "https://h.example/", (("a", "c\r\nd: e"),)), "bad_header"),
        (Request("POST", "https://h.example/", (), "x"), "body_without_media_type"),
        (Request("POST", "https://h.example/", (("Content-Type", "a/b"),), "\ud800"), "body_not_unicode"),
        (Request("GET", "https://h.example/" + "a" * 9_000), "url_too_long"),
    ],
)
def test_check_refuses(request_: Request, reason: str) -> None:
    with pytest.raises(SpecError) as caught:
        check(request_)
    assert caught.value.reason == reason


def test_hostile_header_value_is_refused_not_sent() -> None:
    with pytest.raises(SpecError, match="bad_header"):
        built({"parameters": [parameter("X", "header", example="a\r\nEvil: 1")]})


def test_json_of_a_request_round_trips() -> None:
    request = Request("POST", "https://h.example/?a=1", (("Content-Type", "text/plain"), ("X", "y")), "ü\n")
    assert Request.from_json(request.to_json()) == request
    assert json.loads(request.to_json())["body"] == "ü\n"
