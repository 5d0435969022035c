import json
from typing import Any

from apipack.operations import parse_spec, plain
from apipack.records import OPERATIONS, Request

SPEC = {
    "hub": "h",
    "provider": "p.example",
    "api": "p.example",
    "version": "1",
    "source_url": "u",
    "sha256": "s",
    "file": "f",
}


def parse(body: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_spec(SPEC, raw, optional=False, max_bytes=10**7)


def test_a_row_has_every_column_and_its_request() -> None:
    (row,), drops, _ = parse(
        {
            "openapi": "3.0.0",
            "info": {"title": "<b>Pets</b>", "description": "All *about* [pets](http://x)", "license": {"name": "MIT"}},
            "paths": {"/pets/{id}": {"get": {"operationId": "getPet", "summary": "Get a pet", "tags": ["pets"]}}},
        }
    )  # fmt: skip
    assert set(row) == set(OPERATIONS.names) and not drops
    assert (row["api_name"], row["api_description"], row["licence"]) == ("Pets", "All about pets", "MIT")
    assert (row["endpoint"], row["functionality"], row["tags"]) == ("getPet", "Get a pet", ["pets"])
    assert Request.from_json(row["request"]) == Request("GET", "https://p.example/pets/ID")


def test_one_bad_operation_costs_only_itself() -> None:
    bad = {"parameters": [{"name": "X", "in": "header", "required": True, "example": "a\nb"}]}
    rows, drops, _ = parse(
        {
            "openapi": "3.0.0",
            "paths": {"/a": {"get": {}, "post": bad}, "/b": {"get": {"parameters": [{"$ref": "x.yaml"}]}}},
        }
    )
    assert [row["method"] for row in rows] == ["GET"]
    assert sorted(drop["reason"] for drop in drops) == ["bad_header", "external_ref"]


def test_a_broken_spec_is_one_counted_reason() -> None:
    assert parse(b"<html>")[1][0]["reason"] in ("not_a_mapping", "not_json_or_yaml")
    assert parse(b"")[1] == [{"id": "f", "language": None, "reason": "empty", "detail": "empty"}]
    assert parse({"openapi": "3.0.0"})[1][0]["reason"] == "no_paths"


def test_deep_documents_end_with_a_reason() -> None:
    nested = b'{"type":"object","required":["a"],"properties":{"a":' * 3_000 + b"{}" + b"}}" * 3_000
    head = b'{"paths":{"/":{"post":{"requestBody":{"content":{"application/json":{"schema":'
    body = head.replace(b"{", b'{"openapi":"3.0.0",', 1) + nested + b"}}}}}}}"
    assert parse(body)[1][0]["reason"] == "too_deep"


def test_odd_values_where_mappings_are_due() -> None:
    paths = {"/a": None, "/b": [], "/c": {"get": None, "post": {"tags": [None], "summary": 3, "parameters": None}}}
    rows, drops, _ = parse(
        {"openapi": "3.1.0", "info": None, "servers": [None], "security": "x", "components": None, "paths": paths}
    )
    assert len(rows) == 1 and not drops


def test_plain_text() -> None:
    assert plain("a &amp; <i>b</i>\n\n# c") == "a & b c"
    assert plain(None) == ""
    assert len(plain("word " * 1_000)) <= 1_000
