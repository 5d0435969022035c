import gc
import json
from functools import partial
from typing import Any

from apipack.openapi.document import Document
from apipack.operations.parsing import opted_out, parse_spec, parse_specs, read_opt_outs
from apipack.operations.schemas import OPERATIONS
from apipack.records import Request

SPEC = {
    "hub": "h",
    "provider": "p.example",
    "api": "p.example",
    "version": "1",
    "source_url": "u",
    "sha256": "s",
    "file": "f",
}

REFERRED = {"$ref": "#/components/schemas/A"}
ALL_KINDS = {
    "paths": {
        "/a/{b}": {
            "post": {
                "parameters": [{"name": "b", "in": "path", "required": True, "schema": REFERRED}],
                "requestBody": {"content": {"application/json": {"schema": REFERRED}}},
                "security": [{"key": []}],
            }
        },
        "/a": {"$ref": "#/paths/~1a~1{b}"},
    },
    "components": {
        "schemas": {"A": {"allOf": [{"type": "object", "properties": {"c": REFERRED}}, {"oneOf": [REFERRED, {}]}]}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "k"}},
    },
}


def parse(body: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    parsed = parse_spec(SPEC, raw, optional=False, max_bytes=10**7)
    return parsed.rows, parsed.drops, parsed.repairs


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
    assert (row["licence_spdx"], row["natural_language"]) == ("MIT", "en")
    assert (row["endpoint"], row["functionality"], row["tags"]) == ("getPet", "Get a pet", ["pets"])
    assert Request.from_json(row["request"]) == Request("GET", "https://p.example/pets/ID")


def test_many_specifications_at_once_give_what_each_gives() -> None:
    english = {"/a": {"get": {"summary": "List all the pets that the store has, with their names and prices"}}}
    french = {"/b": {"get": {"summary": "Renvoie la liste des animaux du magasin avec leurs noms et leurs prix"}}}
    documents = [
        ({**SPEC, "api": str(number)}, json.dumps({"openapi": "3.0.0", "paths": paths}).encode())
        for number, paths in enumerate([english, {}, french])
    ]
    documents.insert(1, ({**SPEC, "file": "bad"}, b"<"))
    readers = [(spec, partial(bytes, body)) for spec, body in documents]
    together = parse_specs(readers, optional=False, max_bytes=10**7)
    apart = [parse_spec(spec, body, optional=False, max_bytes=10**7) for spec, body in documents]
    assert together.rows == [row for parsed in apart for row in parsed.rows]
    assert together.drops == [drop for parsed in apart for drop in parsed.drops]
    assert [row["natural_language"] for row in together.rows] == ["en", "fr"]


def test_documents_are_freed_without_the_collector() -> None:
    """The stage switches it off."""
    gc.collect()
    before = sum(isinstance(thing, Document) for thing in gc.get_objects())
    gc.disable()
    try:
        for version in ("3.0.0", "3.1.0", "3.2.0"):
            assert parse({"openapi": version, **ALL_KINDS})[0]
        assert parse({"swagger": "2.0", **ALL_KINDS})[0]
        assert sum(isinstance(thing, Document) for thing in gc.get_objects()) == before
    finally:
        gc.enable()


def test_one_bad_operation_costs_only_itself() -> None:
    bad = {"parameters": [{"name": "X\n", "in": "header", "required": True, "example": "a"}]}
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
    told = "empty: the document has no text"
    assert parse(b"")[1] == [{"id": "f", "language": None, "reason": "empty", "detail": told}]
    assert parse({"openapi": "3.0.0"})[1][0]["reason"] == "no_paths"


def test_deep_documents_end_with_a_reason() -> None:
    nested = b'{"type":"object","required":["a"],"properties":{"a":' * 3_000 + b"{}" + b"}}" * 3_000
    head = b'{"paths":{"/":{"post":{"requestBody":{"content":{"application/json":{"schema":'
    body = head.replace(b"{", b'{"openapi":"3.0.0",', 1) + nested + b"}}}}}}}"
    assert parse(body)[1][0]["reason"] == "too_deep"


def test_odd_values_where_mappings_are_due() -> None:
    paths: dict[str, Any] = {
        "/a": None,
        "/b": {},
        "/c": {"get": None, "post": {"tags": [None], "summary": 3, "parameters": None}},
    }
    rows, drops, _ = parse(
        {"openapi": "3.1.0", "info": None, "servers": [None], "security": "x", "components": None, "paths": paths}
    )
    assert len(rows) == 1 and not drops


def test_secrets_and_personal_data_are_replaced_and_counted() -> None:
    header = {"name": "X-Auth-Token", "in": "header", "required": True, "example": "8fKq02LmZr71QpxVb3Ty9WdE"}
    body = {"content": {"application/json": {"example": {"mail": "jane.roe@acme-corp.io", "phone": "+14155552671"}}}}
    paths = {"/a": {"post": {"summary": "Ask ops@acme-corp.io", "parameters": [header], "requestBody": body}}}
    raw = json.dumps({"openapi": "3.0.0", "info": {"title": "T"}, "paths": paths}).encode()
    parsed = parse_spec(SPEC, raw, optional=False, max_bytes=10**7)
    request = Request.from_json(parsed.rows[0]["request"])
    assert request.header("x-auth-token") == "REPLACE_SECRET_VALUE"
    assert json.loads(request.body or "") == {"mail": "user@example.com", "phone": "+12025550100"}
    assert parsed.rows[0]["functionality"] == "Ask user@example.com"
    assert parsed.replaced == {"secret": 1, "email": 2, "phone": 1}


def test_opt_outs_name_a_provider_an_api_or_a_document() -> None:
    entries = read_opt_outs("# nobody yet\n p.example  # asked us\n\nq.example:pets\n")
    assert entries == ["p.example", "q.example:pets"]
    assert opted_out(SPEC, entries) and opted_out(SPEC, ["s"])
    assert not opted_out(SPEC, ["p", "example"])


def test_a_foreign_language_is_told_from_all_texts_together() -> None:
    summary = "Liste aller Rechnungen eines Kunden mit Datum, Betrag und Status abrufen"
    paths = {f"/r/{n}": {"get": {"summary": summary}} for n in range(3)}
    rows, _, _ = parse({"openapi": "3.0.0", "info": {"title": "Rechnungen"}, "paths": paths})
    assert {row["natural_language"] for row in rows} == {"de"}
