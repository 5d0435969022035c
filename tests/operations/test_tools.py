"""Tool calls: every request comes back from its call, also through the ten languages."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apipack.languages.codec import read, render
from apipack.operations.documentation import Documentation
from apipack.operations.filling import fill
from apipack.operations.parsing import parse_spec
from apipack.operations.tools import NoTool, call_of, credentials_of, request_of, tool, tool_name
from apipack.records import LANGUAGES, Request
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record

LIST = {"type": "array", "items": INTEGER}
PAIR = record({"from": STRING, "to": INTEGER}, "from")
QUERY = [
    parameter("tags", "query", {"type": "array", "items": STRING}),
    parameter("ids", "query", LIST, explode=False),
    parameter("range", "query", PAIR, style="deepObject", explode=True),
    parameter("more", "query", {"type": "boolean"}, required=False),
    parameter("id", "query", STRING),
    parameter("where", "query", required=False) | {"content": {"application/json": {"schema": PAIR}}},
]
BODY = record({"name": STRING, "sizes": LIST, "at": PAIR, "kind": STRING | {"enum": ["a", "b"]}}, "name", "at")
FORM = record({"name": STRING, "age": INTEGER, "ids": LIST}, "name", "age")


def operation(parameters: list[Any], body: Any = None) -> dict[str, Any]:
    of_body = {} if body is None else {"requestBody": body}
    return {"operationId": "pets/change one", "parameters": parameters, "security": [{"key": []}], **of_body}


def of_type(media_type: str) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": FORM}}}


def nested_form() -> dict[str, Any]:
    schema = record({"name": STRING, "at": record({"city": STRING, "on": PAIR}, "city", "on")}, "name", "at")
    deep = {"at": {"style": "deepObject", "explode": True}}
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema, "encoding": deep}}}


OPERATIONS = {
    "query": operation([ID, *QUERY, parameter("X-Trace", "header", INTEGER), parameter("seen", "cookie")]),
    "json": operation([ID], json_body(BODY)),
    "form": operation([ID], of_type("application/x-www-form-urlencoded")),
    "multipart": operation([ID], of_type("multipart/form-data")),
    "nested": operation([ID], nested_form()),
    "alike": operation([ID, parameter("id", "query"), parameter("path_id", "query")]),
    "secrets": operation([ID, parameter("token", "query"), parameter("X-Secret", "header")]),
}


def row(name: str) -> dict[str, Any]:
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}
    document = openapi({"/pets/{id}.json": {"put": OPERATIONS[name]}}, "https://pets.example/v1", components=schemes)
    spec = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "pets")
    (parsed,) = parse_spec(spec, json.dumps(document).encode(), optional=False, max_bytes=10**6).rows
    return parsed


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_comes_back_from_its_call_through_every_language(name: str) -> None:
    parsed = row(name)
    documentation = Documentation.of(parsed)
    schema = tool(documentation, parsed["endpoint"])["function"]["parameters"]
    for variant in range(8):
        request = fill(json.loads(parsed["form"]), "op", 0, variant, optional=4, max_values=16).request
        call = json.loads(json.dumps(call_of(documentation, request)))
        assert not list(Draft202012Validator(schema).iter_errors(call)), call
        again = request_of(documentation, call)
        assert again == request
        for language in LANGUAGES if variant < 2 else ():
            if language == "javascript" and again.header("cookie"):
                continue  # browsers send none for a script
            assert call_of(documentation, read(language, render(language, again))) == call


def test_a_tool_s_name_is_that_of_its_name() -> None:
    for endpoint in ("list_pets", "x" * 63 + "_pets", "y" * 62 + " /pets", "__", "/a/{b}"):
        name = tool_name(endpoint)
        assert tool_name(name) == name and 0 < len(name) <= 64


def test_arguments_of_one_name_have_names_of_their_own() -> None:
    arguments = tool(Documentation.of(row("alike")), "a")["function"]["parameters"]
    assert list(arguments["properties"]) == arguments["required"] == ["path_path_id", "query_id", "path_id"]


def test_a_tool_says_what_may_be_sent() -> None:
    documentation = Documentation.of(row("query"))
    function = tool(documentation, "pets/change one")["function"]
    assert function["name"] == "pets_change_one"
    properties = function["parameters"]["properties"]
    assert {"path_id", "query_id", "tags", "X-Trace", "seen"} < set(properties) and "key" not in properties
    assert properties["path_id"] == {"type": "integer"} and properties["tags"] == {"type": "array", "items": STRING}
    assert "more" not in function["parameters"]["required"]
    assert tool_name("ü" * 80) == "call" and len(tool_name("a" * 80)) == 64


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"other": 1}, "unknown_argument"), ({"id": None}, "missing_argument"), ({"body": "\ud800"}, "body_not_unicode")],
)
def test_a_call_that_makes_no_request_has_a_reason(change: dict[str, Any], reason: str) -> None:
    documentation = Documentation.of(row("json"))
    call = call_of(documentation, Request.from_json(row("json")["request"])) | change
    with pytest.raises(NoTool) as error:
        request_of(documentation, {name: value for name, value in call.items() if value is not None})
    assert error.value.reason == reason


def test_a_request_to_another_endpoint_is_no_call() -> None:
    elsewhere = Request("PUT", "https://pets.example/v2/pets/1.json?key=REPLACE_KEY_VALUE")
    with pytest.raises(NoTool, match="another_endpoint"):
        call_of(Documentation.of(row("json")), elsewhere)


def test_credentials_are_no_arguments_but_stand_beside_the_call() -> None:
    documentation = Documentation.of(row("secrets"))
    sent = "https://pets.example/v1/pets/1.json?token={}&key={}"
    own = Request("PUT", sent.format("a%20b", "c%20d"), (("X-Secret", "s"),))
    call, credentials = call_of(documentation, own), credentials_of(documentation, own)
    assert call == {"id": 1}
    assert credentials == {("query", "token"): "a b", ("query", "key"): "c d", ("header", "X-Secret"): "s"}
    assert request_of(documentation, call, credentials) == own
    url = sent.format("REPLACE_TOKEN", "REPLACE_KEY_VALUE")
    assert request_of(documentation, call) == Request("PUT", url, (("X-Secret", "REPLACE_X_SECRET"),))
    properties = tool(documentation, "change")["function"]["parameters"]["properties"]
    assert set(properties) == {"id"}
