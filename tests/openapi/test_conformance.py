import json
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


@pytest.mark.parametrize(
    ("style", "explode", "right", "wrong"),
    [
        ("label", False, [".a,c", ".a"], ["a,c", "a"]),
        ("label", True, [".a.c"], ["a.c"]),
        ("matrix", False, [";p=a,c", ";p=a"], ["a,c", ";q=a,c", ";p=a;p=c", "p=a"]),
        ("matrix", True, [";p=a;p=c", ";p=a"], ["a", ";p=a,c", ";q=a;q=c", ";p=a;q=c"]),
    ],
)
def test_a_segment_needs_the_marks_of_its_style(style: str, explode: bool, right: list[str], wrong: list[str]) -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    parameter = {"name": "p", "in": "path", "required": True, "style": style, "explode": explode, "schema": schema}
    document = Document({"openapi": "3.0.3", "paths": {"/{p}": {"get": {"parameters": [parameter]}}}})
    (raw,) = document.operations()
    told = {
        segment: violations(document, raw, Request("GET", f"https://h.example/{segment}")) for segment in right + wrong
    }
    assert told == {**dict.fromkeys(right, frozenset()), **dict.fromkeys(wrong, {f"path p: not of style {style}"})}


def of_parts(*texts: str) -> str:
    return "".join(f"--b\r\nContent-Disposition: form-data; {text}\r\n" for text in texts) + "--b--\r\n"


PARTS = {
    "meta": record({"a": INTEGER}, "a"),
    "n": INTEGER,
    "tags": {"type": "array", "items": INTEGER},
    "file": STRING | {"format": "binary"},
}
META, N = 'name="meta"\r\nContent-Type: application/json\r\n\r\n{"a":1}', 'name="n"\r\n\r\n5'


@pytest.mark.parametrize(
    ("parts", "rules"),
    [
        ((META, N), set()),
        ((META, N, 'name="tags"\r\n\r\n1', 'name="tags"\r\n\r\n2'), set()),
        ((META, N, 'name="tags"\r\nContent-Type: application/json\r\n\r\n[1,2]'), set()),
        ((META, N, 'name="file"; filename="a.bin"\r\nContent-Type: image/png\r\n\r\nx'), set()),
        ((META,), {"body: 'n' is a required property"}),
        ((META, N, N), {"body/n: twice"}),
        ((META, N.replace("5", "x")), {"body/n: type"}),
        ((META, N, 'name="tags"\r\n\r\nx'), {"body/tags/*: type"}),
        (('name="meta"\r\n\r\nhello', N), {"body/meta: type"}),
        (('name="meta"\r\n\r\n{"a":1}', N), {"body/meta: type"}),
        ((META.replace('"a"', '"b"'), N), {"body/meta: 'a' is a required property"}),
        ((META.replace("1}", "1"), N), {"body/meta: not JSON"}),
        (("\r\n\r\nx",), {"body: no parts with names"}),
    ],
)
def test_parts_are_members_of_their_schema(parts: tuple[str, ...], rules: set[str]) -> None:
    schema = record(PARTS, "meta", "n")
    operation: Json = {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}
    assert of_multipart(operation, of_parts(*parts)) == rules


def of_multipart(operation: Json, body: str) -> set[str]:
    request = Request("POST", "https://h/", (("Content-Type", "multipart/form-data; boundary=b"),), body)
    return set(violations(Document({"openapi": "3.0.3"}), RawOperation("/", "post", {}, operation), request))


@pytest.mark.parametrize(("kind", "broken"), [("image/png", False), ("image/jpeg", False), ("text/plain", True)])
def test_a_part_has_a_type_that_its_encoding_allows(kind: str, broken: bool) -> None:
    media = {"schema": record({"file": {}}), "encoding": {"file": {"contentType": "image/png, image/jp*"}}}
    body = of_parts(f'name="file"; filename="a"\r\nContent-Type: {kind}\r\n\r\nx')
    rules = of_multipart({"requestBody": {"content": {"multipart/form-data": media}}}, body)
    assert rules == ({f"body/file: media type {kind}"} if broken else set())


ROOT: Json = {
    **record(
        {
            "id": INTEGER | {"xml": {"attribute": True}},
            "t": STRING,
            "n": INTEGER | {"nullable": True},
            "plain": {"type": "array", "items": INTEGER | {"xml": {"name": "p"}}},
            "boxed": {"type": "array", "xml": {"wrapped": True, "name": "box"}, "items": INTEGER},
            "inner": record({"k": INTEGER}, "k"),
        },
        "id",
        "t",
        additionalProperties=False,
    ),
    "xml": {"name": "r"},
}


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('<r id="7"><t>hi</t></r>', set()),
        ('<?xml version="1.0"?>\n<r id="7" xmlns:x="http://www.w3.org/x" x:s="1">\n <t/>\n <n></n>\n</r>', set()),
        ('<r id="7"><t>5</t><p>1</p><p>2</p><box><box>1</box></box><inner><k>3</k></inner></r>', set()),
        ("<r><t>hi</t></r>", {"body: 'id' is a required property"}),
        ('<r id="7"/>', {"body: 't' is a required property"}),
        ('<r id="abc"><t>hi</t></r>', {"body/id: type"}),
        ('<r id="7" x="1"><t>hi</t></r>', {"body: additionalProperties"}),
        ('<r id="7"><t>hi</t><u/></r>', {"body: additionalProperties"}),
        ('<r id="7"><t>hi</t><t>ho</t></r>', {"body/t: type"}),
        ('<r id="7"><t>hi</t><p>x</p></r>', {"body/plain/*: type"}),
        ('<r id="7"><t>hi</t><box><box>x</box></box></r>', {"body/boxed/*: type"}),
        ('<r id="7"><t>hi</t><inner/></r>', {"body/inner: 'k' is a required property"}),
        ('<s id="7"><t>hi</t></s>', {"body: another root element"}),
        ('<r id="7"><t>hi</t>', {"body: not XML"}),
        ('<?xml version="1.0" encoding="UTF-16"?><r id="7"><t>hi</t></r>', {"body: not XML"}),
        ('<!DOCTYPE r [<!ENTITY x "y">]><r id="7"><t>&x;</t></r>', {"body: not XML"}),
        (f'<r id="7"><t>{"<a>" * 5_000}</t></r>', {"body: not XML"}),
    ],
    ids=lambda case: str(case)[:50],
)
def test_xml_is_a_value_of_its_schema(text: str, rules: set[str]) -> None:
    assert of_body({"$ref": "#/components/schemas/R"}, "application/xml", text, R=ROOT) == rules


ITEM = record({"n": INTEGER}, "n")


@pytest.mark.parametrize("schema", [ITEM, {"type": "array", "items": ITEM}])
@pytest.mark.parametrize(
    ("media_type", "text", "rules"),
    [
        ("application/x-ndjson", '{"n":4}\n{"n":5}\n', set()),
        ("application/x-ndjson", '{"n":"x"}\n', {"n: type"}),
        ("application/jsonl", '{"m":4}\n', {": 'n' is a required property"}),
        ("application/jsonl", "garbage", {"not JSON"}),
        ("application/json-seq", '\x1e{"n":4}\n', set()),
        ("application/json-seq", '{"n":4}\n', {"not JSON"}),
        ("text/event-stream", "garbage", {"not a stream of events"}),
    ],
)
def test_each_value_of_a_sequence_is_of_the_schema(schema: Json, media_type: str, text: str, rules: set[str]) -> None:
    found = of_body(schema, media_type, text)
    assert len(found) == len(rules) and all(rule.endswith(end) for rule, end in zip(found, rules, strict=True))


def test_values_of_a_sequence_of_3_2_are_of_the_item_schema() -> None:
    event = record({"event": {"enum": ["add"]}, "retry": INTEGER}, "event")
    for media_type, item, right, wrong in (
        ("application/jsonl", ITEM, '{"n":4}', '{"n":"x"}'),
        ("text/event-stream", event, "event: add\nretry: 5\ndata: x\n\n", "event: add\nretry: soon\n\n"),
    ):
        operation: Json = {"requestBody": {"content": {media_type: {"itemSchema": item}}}}
        for text, broken in ((right, False), (wrong, True)):
            request = Request("POST", "https://h/", (("Content-Type", media_type),), text)
            document = Document({"openapi": "3.2.0", "paths": {}})
            rules = violations(document, RawOperation("/", "post", {}, operation), request)
            assert bool(rules) is broken, text


@pytest.mark.parametrize(
    ("url", "headers", "rules"),
    [
        ("https://h/?a=1&b=1&b=2", {}, set()),
        ("https://h/?a=1&a=1", {}, {"query a: twice"}),
        ("https://h/?a=1", {"X-A": "1"}, set()),
        ("https://h/?a=1", {"X-A": "1", "x-a": "1"}, {"header X-A: twice"}),
        ("https://h/?a=1", {"Cookie": "c=1; c=2"}, {"cookie c: twice"}),
    ],
)
def test_a_parameter_of_one_value_is_sent_once(url: str, headers: dict[str, str], rules: set[str]) -> None:
    named = [("a", "query", INTEGER), ("X-A", "header", STRING), ("c", "cookie", STRING)]
    parameters = [parameter(*one, required=False) for one in named]
    several = parameter("b", "query", {"type": "array", "items": INTEGER}, required=False)
    request = Request("GET", url, tuple(headers.items()))
    operation: Json = {"parameters": [*parameters, several]}
    assert violations(Document({"openapi": "3.0.3"}), RawOperation("/", "get", {}, operation), request) == rules


SCHEMES: Json = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "Basic"},
    "token": {"type": "oauth2", "flows": {}},
    "mutual": {"type": "mutualTLS"},
}


@pytest.mark.parametrize(
    ("security", "query", "headers", "lacking"),
    [
        ([{"key": []}], "", {"x-key": "s"}, False),
        ([{"key": []}], "", {}, True),
        ([{"key": []}], "", {"X-Key": ""}, True),
        ([{"key": []}], "?X-Key=s", {}, True),
        ([{"key": []}, {}], "", {}, False),
        ([], "", {}, False),
        ([{"key": []}, {"basic": []}], "", {"Authorization": "basic x"}, False),
        ([{"key": [], "basic": []}], "", {"Authorization": "Basic x"}, True),
        ([{"basic": []}], "", {"Authorization": "Bearer x"}, True),
        ([{"token": ["read"]}], "", {"Authorization": "Bearer x"}, False),
        ([{"token": []}], "?access_token=x", {}, False),
        ([{"token": []}], "", {}, True),
        ([{"query": []}], "?k=s", {}, False),
        ([{"query": []}], "", {}, True),
        ([{"cookie": []}], "", {"Cookie": "a=b; sid=s"}, False),
        ([{"cookie": []}], "", {"Cookie": "a=b"}, True),
        ([{"mutual": []}], "", {}, False),
        ([{"unknown": []}], "", {}, False),
    ],
)
@pytest.mark.parametrize("inherited", [False, True])
def test_credentials_are_those_of_an_alternative(
    security: Any, query: str, headers: dict[str, str], lacking: bool, inherited: bool
) -> None:
    rule = {"security": security}
    inherits = rule if inherited else {"security": [{"key": [], "basic": []}]}
    document = Document({"openapi": "3.1.0", "components": {"securitySchemes": SCHEMES}, **inherits})
    unknown = {"query X-Key: unknown"} & {"query X-Key: unknown" if "X-Key" in query else ""}
    named = [parameter("access_token", "query", required=False)]
    operation: Json = {"parameters": named, **({} if inherited else rule)}
    request = Request("GET", f"https://h/{query}", tuple(headers.items()))
    found = violations(document, RawOperation("/", "get", {}, operation), request)
    assert found == ({"security: required"} if lacking else set()) | unknown


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ("3", "-3", "0"), ("1_0", "%203", "%2B3", "3.0", "%D9%A3", "")),
        ("number", ("3", "-3.5", "1e3", ".5"), ("inf", "nan", "1_0", "Infinity", "%203")),
    ],
)
def test_what_python_takes_for_a_number_need_not_be_one(kind: str, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    get = {"get": {"parameters": [parameter("n", "query", {"type": kind})]}}
    document = Document(openapi({"/a": get}, "https://h.example"))
    (raw,) = document.operations()
    for texts, broken in ((good, frozenset()), (bad, frozenset({"query n: type"}))):
        for text in texts:
            assert violations(document, raw, Request("GET", f"https://h.example/a?n={text}")) == broken, text


@pytest.mark.parametrize(
    ("schema", "value", "right"),
    [
        ({"items": {"type": "number"}, "minItems": 4}, "8.5%2C50%2C9.25%2C51", True),
        ({"items": {"type": "number"}, "minItems": 4}, "8.5%2C50%2C9.25%2Cx", False),
        ({"items": {"enum": ["customer", "items"]}}, "customer%2Citems", True),
        ({"items": {"enum": ["customer", "items"]}}, "customer%2Cline", False),
        ({"items": {"enum": ["a,b"]}}, "a%2Cb", True),
        ({"items": {"type": "string", "maxLength": 3}}, "a%2Cb", True),
        ({"items": {"type": "string"}, "minItems": 2}, "a%2Cb", True),
        ({"items": {"type": "string"}, "minItems": 2}, "a", False),
    ],
)
def test_commas_between_the_items_of_a_list_may_be_encoded(schema: dict[str, Any], value: str, right: bool) -> None:
    """As clients encode them that know nothing of lists."""
    parameter = {"name": "v", "in": "query", "explode": False, "schema": {"type": "array", **schema}}
    operation = {"parameters": [parameter], "responses": {}}
    request = Request("GET", f"https://h.example/?v={value}")
    rules = violations(Document({"openapi": "3.0.3"}), RawOperation("/", "get", {}, operation), request)
    assert (not rules) is right


@pytest.mark.parametrize(
    ("pattern", "value", "right"),
    [
        ("^ord_[a-z0-9]{4}$", "ord_9f3k", True),
        ("^ord_[a-z0-9]{4}$", "9f3k", False),
        ("^ord_[a-z0-9]{4}$", "REPLACE_SECRET_VALUE", True),
        ("/^ord_$/i", "ORD_", True),
        ("^[[:alpha:]]+$", "1", True),
        (r"^\p{L}+$", "é", True),
        ("^(", "x", True),
        ("^(a+)+$", "a" * 60 + "!", True),
    ],
)
def test_a_pattern_that_refuses_a_value_for_certain_counts(pattern: str, value: str, right: bool) -> None:
    rules = of_body({"type": "string", "pattern": pattern}, "application/json", json.dumps(value))
    assert rules == (set() if right else {"body: pattern"})


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ({"style": "form", "explode": False}, "m=1,2"),
        ({"explode": False}, "m=1%2C2"),
        ({"style": "pipeDelimited"}, "m=1%7C2"),
        ({"style": "spaceDelimited", "explode": False}, "m=1+2"),
        ({"style": "form"}, "m=1&m=2"),
        ({}, "m=1&m=2"),
    ],
)
def test_forms_are_read_by_the_style_of_their_members(encoding: Json, text: str) -> None:
    schema = record({"m": {"type": "array", "items": INTEGER, "minItems": 2}}, "m")
    media = {FORM: {"schema": schema, "encoding": {"m": encoding}}}
    raw = {"openapi": "3.0.4", "paths": {"/": {"post": {"requestBody": {"content": media}}}}}
    request = Request("POST", "https://h/", (("Content-Type", FORM),), text)
    document = Document(raw)
    (operation,) = document.operations()
    assert violations(document, operation, request) == frozenset()
    assert violations(document, operation, replace(request, body="m=x,y"))


def test_parts_are_read_by_the_style_of_their_members() -> None:
    lists = {"type": "array", "items": {"type": "array", "items": INTEGER}, "minItems": 2}
    numbers = {"type": "array", "items": INTEGER, "minItems": 2}
    schema = record({"m": record({"a": INTEGER, "b": INTEGER}, "a", "b"), "n": lists, "o": numbers}, "m", "n", "o")
    encoding = {"m": {"style": "deepObject", "explode": True}, "o": {"style": "pipeDelimited"}}
    media = {"multipart/form-data": {"schema": schema, "encoding": encoding}}
    is_json = "\r\nContent-Type: application/json"
    texts = {"m[a]": "\r\n\r\n1", "m[b]": "\r\n\r\n2", "o": "\r\n\r\n3|4"}
    parts = [f'name="{name}"{text}' for name, text in texts.items()] + [f'name="n"{is_json}\r\n\r\n[{n}]' for n in "56"]
    raw = {"openapi": "3.1.0", "paths": {"/": {"post": {"requestBody": {"content": media}}}}}
    form = (("Content-Type", "multipart/form-data; boundary=b"),)
    document = Document(raw)
    (operation,) = document.operations()
    body = "".join(f"--b\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--b--\r\n"
    assert violations(document, operation, Request("POST", "https://h/", form, body)) == frozenset()


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ({"schema": record({"a": INTEGER}, "a")}, "p=a%2C1", "p=a%2Cx"),
        ({"schema": record({"a": INTEGER}, "a"), "explode": True}, "p=a%3D1", "p=b%3D1"),
        ({"content": {"text/plain": {"schema": INTEGER}}}, "p=1", "p=x"),
    ],
)
def test_cookies_are_read_as_they_are_written(parameter: Json, good: str, bad: str) -> None:
    node = {"name": "p", "in": "cookie", "required": True, **parameter}
    document = Document({"openapi": "3.1.0", "paths": {"/": {"get": {"parameters": [node]}}}})
    (operation,) = document.operations()
    for cookie, conforms in ((good, True), (bad, False)):
        request = Request("GET", "https://h/", (("Cookie", cookie),), None)
        assert (violations(document, operation, request) == frozenset()) is conforms


def test_white_space_may_stand_around_the_commas_of_a_header_s_list() -> None:
    tags = {"type": "array", "items": STRING | {"enum": ["a", "b"]}}
    raw = openapi({"/pets/{id}": {"post": {"parameters": [ID, parameter("X-Tags", "header", tags)]}}}, type="string")
    for text, right in (("a,b", True), ("a, b", True), ("a ,\tb", True), ("a; b", False)):
        sent = Request("POST", "https://h/v1/pets/7", (("X-Tags", text),))
        assert (broken(sent, raw) == set()) == right, text
