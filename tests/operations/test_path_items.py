"""What stands under `paths`: every operation, and a reason for whatever gives none."""

from typing import Any

import pytest

from apipack.openapi.loading import SpecError
from apipack.operations.requests import build
from apipack.records import Request
from tests.operations.small import JSON_TYPE, content, document


def lost(**members: Any) -> list[tuple[str, str, str]]:
    doc = document(**members)
    list(doc.operations())
    return [(gone.path, gone.method, gone.problem.reason) for gone in doc.lost]


def test_nothing_under_paths_vanishes_without_a_reason() -> None:
    items = {"Loop": {"$ref": "#/components/pathItems/Loop"}}
    paths = {
        "/outside": {"$ref": "users.yaml"},
        "/missing": {"$ref": "#/components/pathItems/Gone"},
        "/loop": {"$ref": "#/components/pathItems/Loop"},
        "/list": [],
        "/odd": {"GET": {}, "get": "x", "query": {}, "x-more": {}, "summary": ""},
        "/operation": {"get": {"$ref": "other.yaml#/get"}},
        "x-internal": {"get": {}},
    }
    assert lost(paths=paths, components={"pathItems": items}) == [
        ("/outside", "*", "external_ref"),
        ("/missing", "*", "dangling_ref"),
        ("/loop", "*", "cyclic_ref"),
        ("/list", "*", "not_a_mapping"),
        ("/odd", "get", "not_a_mapping"),
        ("/odd", "GET", "unknown_field"),
        ("/odd", "query", "unknown_field"),
        ("/operation", "get", "external_ref"),
    ]


def test_methods_of_3_2() -> None:
    more: dict[str, Any] = {"COPY": {}, "POST": {}, "copy": {}}
    item = {"query": content("application/json", schema={"const": 1}), "additionalOperations": more}
    doc = document(openapi="3.2.0", paths={"/a": item})
    raws = list(doc.operations())
    assert [raw.verb for raw in raws] == ["QUERY", "COPY", "copy"]
    with pytest.raises(SpecError, match="bad_method: copy"):
        build(doc, raws[2], "")
    assert build(doc, raws[0], "").request == Request("QUERY", "https://h.example/a", tuple(JSON_TYPE.items()), "1")
    assert [(gone.method, gone.problem.reason) for gone in doc.lost] == [("POST", "bad_method")]


def test_a_document_without_paths_says_why() -> None:
    with pytest.raises(SpecError, match="no_paths: a document of webhooks alone"):
        list(document(webhooks={}).operations())
