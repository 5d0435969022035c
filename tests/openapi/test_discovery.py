"""Google's discovery documents become OpenAPI documents: paths, parameters, schemas, security, and what is left out."""

import json
from typing import Any

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.operations.requests import build

Json = dict[str, Any]
SCOPE = "https://auth.example/files"


def path(name: str, pattern: str | None = None) -> Json:
    return {name: {"type": "string", "location": "path", "required": True} | ({"pattern": pattern} if pattern else {})}


def method(template: str, *parameters: Json, verb: str = "GET", **more: Any) -> Json:
    together = {name: node for parameter in parameters for name, node in parameter.items()}
    return {"id": "files.do", "httpMethod": verb, "path": template, "parameters": together, **more}


def document(*methods: Json, **more: Any) -> Json:
    named = {f"m{number}": one for number, one in enumerate(methods)}
    head = {"kind": "discovery#restDescription", "discoveryVersion": "v1", "name": "files", "version": "v1"}
    where = {"rootUrl": "https://files.example/", "servicePath": "v1/"}
    return {**head, **where, "resources": {"files": {"methods": named}}, **more}


def opened(*methods: Json, **more: Any) -> Document:
    return Document(load(json.dumps(document(*methods, **more)).encode()))


def request(one: Json, **more: Any) -> Any:
    parsed = opened(one, **more)
    (raw,) = parsed.operations()
    return build(parsed, raw, "files.example").request


@pytest.mark.parametrize(
    ("template", "parameters", "expected"),
    [
        ("files/{id}", path("id"), "/files/{id}"),
        ("{+name}", path("name", "^projects/[^/]+/notes/[^/]+$"), "/projects/{projectsId}/notes/{notesId}"),
        ("{+name}:move", path("name", "^projects/[^/]+/agent$"), "/projects/{projectsId}/agent:move"),
        ("{+name}/items", path("name", "^[^/]+$"), "/{name}/items"),
        ("{+name}", path("name", "^[^/]+/[^/]+/feeds/[^/]+$"), "/{name}/{name1}/feeds/{feedsId}"),
        ("{+name}", path("name", "^operations/.*$"), "/operations/{operationsId}"),
        ("{+a}/{+b}", path("a", "^x/[^/]+$") | path("b", "^x/[^/]+$"), "/x/{xId}/x/{xId1}"),
        ("{+name}", path("name", "^organizations/[0-9]{1,19}$"), "/{name}"),
        ("{+name}", path("name"), "/{name}"),
    ],
)
def test_a_reserved_expansion_becomes_the_segments_of_its_pattern(
    template: str, parameters: Json, expected: str
) -> None:
    (raw,) = opened(method(template, parameters)).operations()
    assert raw.path == expected


def test_google_s_flat_path_stands_in_for_a_pattern_that_tells_no_segments() -> None:
    parameter = path("name", "^a/[0-9]+$")
    (raw,) = opened(method("{+name}:go", parameter, flatPath="a/{aId}:go")).operations()
    (declared,) = raw.operation["parameters"]
    assert raw.path == "/a/{aId}:go"
    assert (declared["name"], declared["description"]) == ("aId", "Part of `name`.")


def test_methods_that_share_an_expansion_have_paths_of_their_own() -> None:
    of_projects = method("{+name}", path("name", "^projects/[^/]+$"))
    of_folders = method("{+name}", path("name", "^folders/[^/]+$"))
    parsed = opened(of_projects, of_folders)
    assert [raw.path for raw in parsed.operations()] == ["/projects/{projectsId}", "/folders/{foldersId}"]
    assert parsed.lost == []


def test_parameters_of_the_api_and_of_the_method_are_sent_with_their_types() -> None:
    query = {
        "pageSize": {"type": "integer", "format": "int32", "location": "query", "required": True, "minimum": "5"},
        "ids": {"type": "string", "location": "query", "required": True, "repeated": True},
        "all": {"type": "boolean", "location": "query", "required": True, "default": "false"},
        "optional": {"type": "string", "location": "query"},
    }
    of_api = {"alt": {"type": "string", "location": "query", "required": True, "default": "json", "enum": ["json"]}}
    sent = request(method("files", query), parameters=of_api)
    assert sent.url.startswith("https://files.example/v1/files?")
    values = dict(sent.query)
    assert (values["alt"], values["all"], values["pageSize"]) == ("json", "false", "5")
    assert "ids" in values and "optional" not in values


def test_a_body_follows_references_and_has_what_its_schema_requires() -> None:
    schemas = {
        "File": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "required": True},
                "size": {"type": "integer", "default": "7", "required": True},
                "inner": {"$ref": "File"},
                "anything": {"type": "any"},
            },
        }
    }
    sent = request(method("files", verb="POST", request={"$ref": "File"}), schemas=schemas)
    assert (sent.method, sent.media_type) == ("POST", "application/json")
    assert json.loads(sent.body or "")["size"] == 7


def test_any_of_the_scopes_is_enough() -> None:
    auth = {"oauth2": {"scopes": {SCOPE: {"description": "Files"}}}}
    parsed = opened(method("files", scopes=[SCOPE, f"{SCOPE}.readonly"]), auth=auth)
    (raw,) = parsed.operations()
    assert raw.operation["security"] == [{"Oauth2": [SCOPE]}, {"Oauth2": [f"{SCOPE}.readonly"]}]
    assert build(parsed, raw, "h").request.header("Authorization") == "Bearer REPLACE_BEARER_TOKEN"


def test_uploads_are_left_out_and_counted() -> None:
    protocols = {"simple": {"path": "/upload/files"}, "resumable": {"path": "/resumable/upload/files"}}
    upload: Json = {"mediaUpload": {"protocols": protocols}}
    both = method("files", verb="POST", request={"$ref": "F"}, **upload)
    parsed = opened(both, method("thumbnails", verb="POST", **upload))
    assert [raw.path for raw in parsed.operations()] == ["/files"]
    assert [(lost.path, lost.method, lost.problem.reason) for lost in parsed.lost] == [
        ("/upload/files", "post", "media_upload"),
        ("/resumable/upload/files", "post", "media_upload"),
    ] * 2


def test_what_cannot_be_said_is_left_out_and_counted() -> None:
    parsed = opened(method("files{/more*}"), method("files"), method("files"))
    assert [raw.path for raw in parsed.operations()] == ["/files"]
    assert [lost.problem.reason for lost in parsed.lost] == ["path_template", "duplicate_path"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"resources": {"files": {"methods": ["get"]}}}, "broken_discovery"),
        ({"resources": {"files": {"methods": {"a": {"path": "x"}}}}}, "broken_discovery"),
        ({"rootUrl": None}, "broken_discovery"),
        ({"schemas": {"A": "text"}}, "broken_discovery"),
        ({"kind": "discovery#directoryList"}, "not_openapi"),
    ],
)
def test_another_shape_is_one_reason(changes: Json, reason: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(json.dumps(document(method("files"), **changes)).encode())
    assert caught.value.reason == reason


def test_a_deep_document_is_one_reason() -> None:
    schema: Json = {"type": "string"}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    with pytest.raises(SpecError) as caught:
        load(json.dumps(document(schemas={"Deep": schema})).encode())
    assert caught.value.reason == "too_deep"
