import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.operations.requests import BuiltRequest, build, check
from apipack.records import Request
from tests.specs import openapi, parameter


def built(operation: dict[str, Any], path: str = "/a", method: str = "get", **members: Any) -> BuiltRequest:
    doc = Document(openapi({path: {method: operation}}, "https://h.example/v1/") | members)
    (found,) = doc.operations()
    return build(doc, found, "h.example")


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
        ({"example": {"k": 1, "l": True}, "explode": False}, "https://h.example/v1/a?q=k,1,l,true"),
        ({"example": ["x", "y"], "explode": False, "style": "spaceDelimited"}, "https://h.example/v1/a?q=x%20y"),
        ({"example": ["x", "y"], "explode": True, "style": "pipeDelimited"}, "https://h.example/v1/a?q=x&q=y"),
        ({"content": {"application/json": {"example": {"k": 1}}}}, "https://h.example/v1/a?q=%7B%22k%22:1%7D"),
        ({"content": {"application/json": {"example": '{"k": 1}'}}}, "https://h.example/v1/a?q=%7B%22k%22:1%7D"),
        (
            {"content": {"application/json": {"example": "[1]", "schema": {"type": "array"}}}},
            "https://h.example/v1/a?q=%5B1%5D",
        ),
        ({"content": {"application/json": {"example": "k"}}}, "https://h.example/v1/a?q=%22k%22"),
        ({"example": "{name}"}, "https://h.example/v1/a?q=SOME_STRING_VALUE"),
        ({"schema": {"type": "integer", "minimum": 7}}, "https://h.example/v1/a?q=7"),
    ],
)
def test_query_styles(more: dict[str, Any], url: str) -> None:
    assert built({"parameters": [parameter("q", "query", **more)]}).request.url == url


LIST, OBJECT = ["b", "k"], {"R": 1, "G": 2}


@pytest.mark.parametrize(
    ("style", "explode", "of_list", "of_object"),
    [
        ("simple", False, "b,k", "R,1,G,2"),
        ("simple", True, "b,k", "R=1,G=2"),
        ("label", False, ".b,k", ".R,1,G,2"),
        ("label", True, ".b.k", ".R=1.G=2"),
        ("matrix", False, ";p=b,k", ";p=R,1,G,2"),
        ("matrix", True, ";p=b;p=k", ";R=1;G=2"),
    ],
)
def test_path_styles(style: str, explode: bool, of_list: str, of_object: str) -> None:
    for example, text in ((LIST, of_list), (OBJECT, of_object)):
        made = built(
            {"parameters": [parameter("p", "path", example=example, style=style, explode=explode)]}, path="/{p}"
        )
        assert made.request.url == f"https://h.example/v1/{text}"


@pytest.mark.parametrize(
    ("place", "explode", "of_list", "of_object"),
    [
        ("header", False, ("X", "b,k"), ("X", "R,1,G,2")),
        ("header", True, ("X", "b,k"), ("X", "R=1,G=2")),
        ("cookie", False, ("Cookie", "X=b%2Ck"), ("Cookie", "X=R%2C1%2CG%2C2")),
    ],
)
def test_header_and_cookie_styles(place: str, explode: bool, of_list: Any, of_object: Any) -> None:
    for example, header in ((LIST, of_list), (OBJECT, of_object)):
        made = built({"parameters": [parameter("X", place, example=example, explode=explode)]})
        assert made.request.headers == (header,)


def test_what_is_given_comes_in_order() -> None:
    schema = {"type": "string", "example": "c", "default": "d", "enum": ["e", "d"]}
    given: dict[str, Any] = {"example": "a", "examples": {"x": {"value": "b"}}, "schema": schema}
    found = []
    for holder, name in (
        (given, "example"),
        (given, "examples"),
        (schema, "example"),
        (schema, "default"),
        (schema, "enum"),
    ):
        found.append(built({"parameters": [parameter("q", "query", **given)]}).request.parts.query)
        del holder[name]
    found.append(built({"parameters": [parameter("q", "query", **given)]}).request.parts.query)
    assert found == ["q=a", "q=b", "q=c", "q=d", "q=e", "q=SOME_STRING_VALUE"]


def test_a_path_example_that_is_a_placeholder_is_invented_anew() -> None:
    schema = {"type": "string", "pattern": "^[0-9]{3}$", "example": "<id>"}
    parameters = [parameter("id", "path", schema=schema), parameter("x", "path", example="{{x}}")]
    assert (
        built({"parameters": parameters}, path="/{id}/{x}").request.url == "https://h.example/v1/123/SOME_STRING_VALUE"
    )


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
        (
            [
                {
                    "url": "https://{r}.h.example/{v}",
                    "variables": {"r": {"default": "", "enum": ["us"]}, "v": {"default": "v3"}},
                }
            ],
            "https://us.h.example/v3/a",
        ),
        ([{"url": "http://h.example"}, {"url": "https://s.example"}], "https://s.example/a"),
        ([{"url": "/v2"}], "https://h.example/v2/a"),
        ([], "https://h.example/a"),
        ([{"url": "//h.example/b/"}], "https://h.example/b/a"),
        ([{"url": "https://bücher.example"}], "https://xn--bcher-kva.example/a"),
    ],
)
def test_servers(servers: list[Any], url: str) -> None:
    assert built({}, servers=servers).request.url == url


def test_operation_and_path_servers_override() -> None:
    operation = {"servers": [{"url": "https://o.example"}]}
    assert built(operation).request.url == "https://o.example/a"
    item = {
        "servers": [{"url": "https://{p}.example", "variables": {"p": {"default": "p"}}}],
        "get": {},
        "put": operation,
    }
    doc = Document(openapi({"/a": item}, "https://h.example"))
    urls = [build(doc, raw, "h.example").request.url for raw in doc.operations()]
    assert urls == ["https://p.example/a", "https://o.example/a"]


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
        (
            [{"k": [], "b": [], "q": []}],
            (("X-Key", "REPLACE_KEY_VALUE"), ("Authorization", "Basic REPLACE_BASIC_AUTH")),
            "key=REPLACE_KEY_VALUE",
        ),
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
        ("application/*", {"a": 1}, "application/json", '{"a":1}'),
        ("application/*+json", {"a": 1}, "application/json", '{"a":1}'),
        ("image/*", "\x00\x01", "image/png", "\x00\x01"),
        ("Text/*", "hello", "text/plain", "hello"),
        ("application/x-www-form-urlencoded", {"a": ["x y", "z"]}, "application/x-www-form-urlencoded", "a=x+y&a=z"),
        ("application/x-www-form-urlencoded", "a=x%20y", "application/x-www-form-urlencoded", "a=x+y"),
        ("text/plain", "hello", "text/plain", "hello"),
        ("application/xml", {"a": "<"}, "application/xml", "<root><a>&lt;</a></root>"),
        ("text/xml", {"a": [1, {"b": True}]}, "text/xml", "<root><a>1</a><a><b>true</b></a></root>"),
        ("application/xml", "<a/>", "application/xml", "<a/>"),
        ("application/octet-stream", "\x00\x01", "application/octet-stream", "\x00\x01"),
        ("application/json; charset=utf-8", "a", "application/json; charset=utf-8", '"a"'),
    ],
)
def test_bodies(media_type: str, example: Any, header: str, text: str) -> None:
    request = built(body(media_type, example), method="post").request
    assert (request.header("content-type"), request.body) == (header, text)


OBJECT_SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("media_type", "media", "text"),
    [
        ("application/json", {"example": '{"a": 2}', "schema": OBJECT_SCHEMA}, '{"a":2}'),
        ("application/json", {"example": "see the guide", "schema": OBJECT_SCHEMA}, '{"a":1}'),
        ("application/json", {"example": "2", "schema": {"type": "string"}}, '"2"'),
        ("application/json", {"examples": {"x": {"value": "[3]"}}, "schema": {"type": "array", "items": {}}}, "[3]"),
        (
            "application/json",
            {"example": {"$ref": "#/components/examples/E/value"}, "schema": OBJECT_SCHEMA},
            '{"a":4}',
        ),
        ("application/json", {"examples": {"x": {"$ref": "#/components/examples/E"}}}, '{"a":4}'),
        ("application/json", {"example": {"$ref": "#/lost"}, "schema": OBJECT_SCHEMA}, '{"a":1}'),
        ("application/x-www-form-urlencoded", {"example": '{"a": 2}', "schema": OBJECT_SCHEMA}, "a=2"),
        ("application/x-www-form-urlencoded", {"example": "a=2&a=3", "schema": OBJECT_SCHEMA}, "a=2&a=3"),
        ("text/plain", {"example": '{"a": 2}', "schema": OBJECT_SCHEMA}, '{"a": 2}'),
    ],
)
def test_examples_of_bodies(media_type: str, media: dict[str, Any], text: str) -> None:
    operation = {"requestBody": {"content": {media_type: media}}}
    components = {"examples": {"E": {"value": {"a": 4}}}}
    assert built(operation, method="post", components=components).request.body == text


def test_members_of_a_form_by_their_encoding() -> None:
    example = {"a": [1, 2], "b": [1, 2], "m": {"k": {"l": "x"}}, "o": {"k": 1}}
    encoding = {"b": {"style": "form", "explode": False}, "m": {"style": "deepObject", "explode": True}}
    made = built(body("application/x-www-form-urlencoded", example, encoding=encoding), method="post").request
    assert made.body == "a=1&a=2&b=1,2&m%5Bk%5D%5Bl%5D=x&o=%7B%22k%22%3A1%7D"


def test_multipart_is_framed() -> None:
    request = built(body("multipart/form-data", {"f": "x"}), method="post").request
    boundary = str(request.header("content-type")).partition("boundary=")[2]
    assert request.body is not None and request.body.startswith(f"--{boundary}\r\n")
    assert request.body.endswith(f"\r\n\r\nx\r\n--{boundary}--\r\n")


def test_every_item_and_file_is_a_part_of_its_own() -> None:
    schema = {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}, "o": OBJECT_SCHEMA}}
    media = {"schema": schema, "example": {"f": ["x", "y"], "o": {"a": 1}}}
    text = str(built({"requestBody": {"content": {"multipart/form-data": media}}}, method="post").request.body)
    file = 'name="f"; filename="f.bin"'
    assert [part.partition("\r\n")[0] for part in text.split("form-data; ")[1:]] == [file, file, 'name="o"']
    assert '\r\n\r\n{"a":1}\r\n' in text


SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "host": "h.example",
    "basePath": "/v1",
    "schemes": ["http", "https"],
    "consumes": ["application/json"],
    "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "basic": {"type": "basic"}},
    "security": [{"key": []}],
    "definitions": {"Pet": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}},
    "paths": {
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "get": {
                "parameters": [
                    {"name": "a", "in": "query", "required": True, "type": "array", "minItems": 2,
                     "items": {"type": "string", "enum": ["x"]}, "collectionFormat": "multi"},
                    {"name": "b", "in": "query", "required": True, "type": "array", "minItems": 2,
                     "items": {"type": "string", "enum": ["x"]}, "collectionFormat": "csv"},
                ]
            },
            "put": {"parameters": [{"name": "pet", "in": "body", "schema": {"$ref": "#/definitions/Pet"}}]},
            "post": {
                "consumes": ["application/x-www-form-urlencoded"],
                "security": [{"basic": []}],
                "parameters": [{"name": "n", "in": "formData", "required": True, "type": "integer", "minimum": 3}],
            },
            "patch": {
                "consumes": ["multipart/form-data"],
                "parameters": [{"name": "f", "in": "formData", "required": True, "type": "file"}],
            },
        }
    },
}  # fmt: skip


def test_swagger_2() -> None:
    doc = Document(load(json.dumps(SWAGGER).encode()))
    made = {raw.method: build(doc, raw, "h.example").request for raw in doc.operations()}
    key = ("X-Key", "REPLACE_KEY_VALUE")
    assert made["get"] == Request("GET", "https://h.example/v1/pets/1?a=x&a=x&b=x,x", (key,))
    json_header, form = ("Content-Type", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")
    assert made["put"] == Request(
        "PUT", "https://h.example/v1/pets/1", (key, json_header), '{"name":"SOME_STRING_VALUE"}'
    )
    basic = ("Authorization", "Basic REPLACE_BASIC_AUTH")
    assert made["post"] == Request("POST", "https://h.example/v1/pets/1", (basic, form), "n=3")
    part = 'name="f"; filename="f.bin"\r\nContent-Type: application/octet-stream\r\n\r\nSOME_STRING_VALUE\r\n'
    assert part in str(made["patch"].body)


def test_get_has_no_body_and_json_is_preferred() -> None:
    assert built(body("application/json", {})).request.body is None
    both = {"requestBody": {"content": {"text/xml": {"example": "x"}, "application/json": {"example": 1}}}}
    assert built(both, method="put").request.media_type == "application/json"


def test_a_range_that_no_type_is_known_of() -> None:
    with pytest.raises(SpecError, match="bad_media_type: chemical"):
        built(body("chemical/*", "x"), method="post")


def test_the_query_of_a_path_is_filled_in_and_not_sent_twice() -> None:
    optional = {"name": "q", "in": "query", "example": ["a b", "c"], "schema": {"type": "array"}}
    made = built({"parameters": [optional, parameter("r", "query")]}, path="/s?q={q}&v=1")
    assert made.request.url == "https://h.example/v1/s?q=a%20b,c&v=1&r=SOME_STRING_VALUE"
    assert made.arguments[0] == ("q", "query", True, "array", False)
    assert built({"parameters": [parameter("id", "path")]}, path="/s?id={id}&x={x}").request.query == [
        ("id", "SOME_STRING_VALUE"),
        ("x", "X"),
    ]
    scheme = {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "key"}}}
    assert built({"security": [{"k": []}]}, path="/s?key={key}", components=scheme).request.query == [
        ("key", "REPLACE_KEY_VALUE")
    ]


def test_arguments_of_3_1_have_the_type_that_is_not_null_and_const_fixes_them() -> None:
    schemas: list[Any] = [{"type": ["null", "integer"]}, {"const": "a"}, {"type": "string"}]
    parameters = [parameter(f"p{number}", "query", schema=schema) for number, schema in enumerate(schemas)]
    described = [argument[3:] for argument in built({"parameters": parameters}, openapi="3.1.0").arguments]
    assert described == [("integer", False), ("string", True), ("string", False)]


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
        (Request("get", "https://h.example/"), "bad_method"),
        (Request("CONNECT", "https://h.example/"), "bad_method"),
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


def test_a_hostile_header_name_is_refused() -> None:
    with pytest.raises(SpecError, match="bad_header"):
        built({"parameters": [parameter("X\r\nEvil", "header")]})


def test_json_of_a_request_round_trips() -> None:
    request = Request("POST", "https://h.example/?a=1", (("Content-Type", "text/plain"), ("X", "y")), "ü\n")
    assert Request.from_json(request.to_json()) == request
    assert json.loads(request.to_json())["body"] == "ü\n"
