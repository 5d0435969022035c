"""Broken and hostile specifications among good ones: one counted reason each, no fetch, the rest unharmed."""

import json
import os
import resource
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from apipack.io import read_table
from stages.parse import parse_part

GET = {"/a": {"get": {"operationId": "getA", "summary": "Get the a"}}}


def spec(**members: Any) -> bytes:
    return json.dumps({"openapi": "3.0.3", "info": {"title": "T"}, "paths": GET, **members}).encode()


def nested(levels: int) -> bytes:
    schema = b'{"type":"object","required":["a"],"properties":{"a":' * levels + b"{}" + b"}}" * levels
    body = b'{"post":{"requestBody":{"content":{"application/json":{"schema":' + schema + b"}}}}}"
    return b'{"openapi":"3.0.0","info":{},"paths":{"/a":' + body + b"}}"


def bomb() -> bytes:
    lines = ["openapi: 3.0.0", "paths: {/a: {get: {}}}", "x-0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x-{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]" for i in range(1, 40)]
    return "\n".join(lines).encode()


def looped() -> bytes:
    schemas = {
        "Node": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}
    return spec(paths={"/a": {"post": {"requestBody": body}}}, components={"schemas": schemas})


REFUSED = {
    "broken JSON": (b'{"openapi": "3.0.0", "paths": {', "not_json_or_yaml"),
    "broken YAML": (b"openapi: 3.0.0\npaths:\n\t/a: [", "not_json_or_yaml"),
    "wrong version": (spec(openapi="1.2"), "unsupported_version"),
    "no version": (b'{"paths": {}}', "no_version"),
    "empty": (b" \n", "empty"),
    "more than fifty megabytes": (spec(info={"description": "x" * 51_000_000}), "too_large"),
    "a thousand deep": (nested(1_000), "too_deep"),
    "a thousand deep in YAML": (b"openapi: 3.0.0\nx: " + b"[" * 1_000 + b"]" * 1_000, "too_deep"),
    "not UTF-8": ('{"openapi": "3.0.0", "info": {"title": "é"}}'.encode("latin-1"), "not_utf8"),
    "a key twice in JSON": (b'{"openapi": "3.0.0", "paths": {"/a": {"get": {}}, "/a": {}}}', "duplicate_keys"),
    "a key twice in YAML": (b"openapi: 3.0.0\npaths: {}\npaths: {/a: {get: {}}}", "duplicate_keys"),
    "a list": (b"[]", "not_a_mapping"),
    "paths is null": (spec(paths=None), "no_paths"),
    "$ref to itself": (
        spec(paths={"/a": {"get": {"parameters": [{"$ref": "#/paths/~1a/get/parameters/0"}]}}}),
        "cyclic_ref",
    ),
    "$ref to a file": (spec(paths={"/a": {"get": {"parameters": [{"$ref": "/etc/passwd"}]}}}), "external_ref"),
    "$ref to a sibling": (spec(paths={"/a": {"get": {"parameters": [{"$ref": "good.json#/x"}]}}}), "external_ref"),
}


def patterned(pattern: str) -> bytes:
    parameter = {"name": "q", "in": "query", "required": True, "schema": {"type": "string", "pattern": pattern}}
    return spec(paths={"/a": {"get": {"parameters": [parameter]}}})


KEPT = {
    "alias bomb": bomb(),
    "a pattern that takes for ever": patterned("^((a|a)+)+(.*)*(.*)*!$"),
    "a pattern of a gigabyte": patterned("^(.{9999}){99999}$"),
    "null where Swagger 2.0 has an object": b'{"swagger": "2.0", "definitions": null, "parameters": null, '
    b'"securityDefinitions": {"k": null}, "paths": {"/a": {"parameters": null, "get": {"parameters": [null]}}}}',
    "cyclic schema": looped(),
    "null where an object is due": spec(info=None, components=None, servers=None, security=None, tags=None),
    "names that climb": spec(
        info={"title": "../../../etc"},
        paths={"/../../x": {"get": {"operationId": "../../../tmp/evil", "tags": [".."]}}},
    ),
    "good": spec(),
}


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that nothing may ask, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"name": "q", "in": "query"}')

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_each_bad_specification_is_one_reason_and_good_ones_are_unharmed(
    tmp_path: Path, canary: tuple[str, list[str]]
) -> None:
    url, asked = canary
    refused = {
        **REFUSED,
        "$ref to a server": (
            spec(paths={"/a": {"get": {"parameters": [{"$ref": f"{url}/p.json"}]}}}, servers=[{"url": "https://h.io"}]),
            "external_ref",
        ),
        "everything refers to a server": (
            spec(
                paths={"/b": {"post": {"requestBody": {"$ref": f"{url}/body.yaml#/x"}}}},
                externalDocs={"url": f"{url}/d"},
            ),
            "external_ref",
        ),
    }
    files = {name: body for name, (body, _) in refused.items()} | KEPT
    rows = []
    for number, (name, body) in enumerate(files.items()):
        (tmp_path / f"{number}").write_bytes(body)
        values = {"hub": "h", "provider": f"p{number}.io", "api": name, "version": "1", "source_url": f"{url}/s.json"}
        rows.append({**values, "sha256": name, "file": f"{number}", "bytes": len(body)})
    before = sorted(os.listdir(tmp_path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = parse_part(rows, str(tmp_path), str(tmp_path / "part-00000.parquet"), False, 50_000_000)
    names = dict(zip((row["file"] for row in rows), files, strict=True))
    found = read_table(tmp_path / "part-00000.parquet").to_pylist()
    assert {row["api"] for row in found} == set(KEPT) and len(found) == len(KEPT)
    reasons = [drop["reason"] for drop in done["drops"]]
    assert len(reasons) == len(refused)
    told = {names[drop["id"]]: drop["reason"] for drop in done["drops"] if drop["id"] in names}
    of_operations = {name for name, (_, reason) in refused.items() if reason.endswith("_ref")}
    assert told == {name: reason for name, (_, reason) in refused.items() if name not in of_operations}
    assert sorted(reason for reason in reasons if reason.endswith("_ref")) == ["cyclic_ref"] + ["external_ref"] * 4
    assert asked == []
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "part-00000.parquet"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 1_000_000  # kilobytes


def test_the_external_reference_of_a_path_item_is_not_followed(canary: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = canary
    (tmp_path / "s").write_bytes(spec(paths={"/a": {"$ref": f"{url}/item.json"}, "/b": {"get": {}}}))
    row = {"hub": "h", "provider": "p.io", "api": "a", "version": "1", "source_url": "u", "sha256": "s", "file": "s"}
    done = parse_part([row], str(tmp_path), str(tmp_path / "part-00000.parquet"), False, 10**8)
    assert done["rows"] == 1 and asked == []
    assert [drop["reason"] for drop in done["drops"]] == ["external_ref"]
