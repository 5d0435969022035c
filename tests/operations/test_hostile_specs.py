"""Broken and hostile specifications among good ones: one counted reason each, no fetch, the rest unharmed."""

import json
import os
import random
import resource
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from apipack.io import read_table
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import load
from apipack.operations.database import parse_part
from apipack.operations.parsing import Parsed, parse_spec
from apipack.records import Request
from tests.specs import openapi

GET = {"/a": {"get": {"operationId": "getA", "summary": "Get the a"}}}


def spec(**members: Any) -> bytes:
    return json.dumps(openapi(GET) | members).encode()


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
    "alias bomb": (bomb(), "too_many_aliases"),
    "an alias inside of what it stands for": (b"openapi: 3.0.0\nx: &x [*x]", "too_many_aliases"),
    "a tag that its text does not fit": (b"openapi: 3.0.0\nx: !!bool x", "not_json_or_yaml"),
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
    "a pattern that takes for ever": patterned("^((a|a)+)+(.*)*(.*)*!$"),
    "a pattern that takes for ever inside of an atomic group": patterned("^(?>((S|S|[A-Z_])+)+!)$"),
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
    done = parse_part(
        rows,
        [str(tmp_path / str(row["file"])) for row in rows],
        str(tmp_path / "part-00000.parquet"),
        False,
        50_000_000,
    )
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
    done = parse_part([row], [str(tmp_path / "s")], str(tmp_path / "part-00000.parquet"), False, 10**8)
    assert done["rows"] == 1 and asked == []
    assert [drop["reason"] for drop in done["drops"]] == ["external_ref"]


ROW = {"hub": "h", "provider": "p.io", "api": "a", "version": "1", "source_url": "u", "sha256": "s", "file": "f"}
LATER = """
openapi: 3.1.0
info:
  title: T
  description: d
  license: {name: MIT, url: u}
servers:
- url: https://{h}.io
  variables:
    h:
      default: a
      enum: [a]
security:
- key: []
paths:
  /a/{id}?q={q}:
    parameters:
    - name: id
      in: path
      required: true
      style: simple
      explode: false
      schema: {type: number, minimum: 1, multipleOf: 0.5}
    servers:
    - {url: /}
    post:
      operationId: o
      summary: s
      tags: [t]
      security:
      - key: []
        oauth: [r]
      parameters:
      - name: q
        in: query
        schema: {$ref: '#/components/schemas/Dog'}
        style: deepObject
        examples:
          e:
            value: {k: 1}
      - name: c
        in: query
        required: true
        content:
          application/json:
            schema: {type: object}
            example: '{}'
      - name: h
        in: header
        required: true
        schema:
          type: array
          items:
            type: [integer, 'null']
          minItems: 2
          uniqueItems: true
      - {$ref: '#/components/parameters/P'}
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {$ref: '#/components/schemas/Dog'}
            encoding:
              kind: {style: form, explode: false}
    put:
      requestBody:
        content:
          application/xml:
            schema: {$ref: '#/components/schemas/Either'}
    patch:
      requestBody: {$ref: '#/components/requestBodies/B'}
components:
  schemas:
    Pet:
      type: object
      required: [kind]
      discriminator:
        propertyName: kind
        mapping: {dog: Dog}
      properties:
        kind:
          type: string
          minLength: 1
          maxLength: 9
          pattern: ^d
          enum: [dog]
      additionalProperties: {type: string, const: c}
      minProperties: 2
      xml: {name: p}
    Dog:
      allOf:
      - {$ref: '#/components/schemas/Pet'}
      - properties:
          n: {type: integer, exclusiveMinimum: 1, maximum: 9}
        required: [n]
    Either:
      oneOf:
      - {$ref: '#/components/schemas/Dog'}
      - type: object
        example: {o: 1}
      anyOf:
      - {type: object}
      description: d
  parameters:
    P:
      name: p
      in: cookie
      required: true
      schema: {type: string, default: d, format: date}
  requestBodies:
    B:
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Either'}
          examples:
            e: {$ref: '#/components/examples/E'}
  examples:
    E:
      value: {o: 1}
  securitySchemes:
    key: {type: apiKey, in: query, name: k}
    oauth:
      type: oauth2
      flows:
        implicit:
          authorizationUrl: u
          scopes: {r: d}
"""
OLD = """
swagger: '2.0'
info: {title: T}
host: h.io
basePath: /v
schemes: [https]
consumes: [application/json]
securityDefinitions:
  b: {type: basic}
security:
- b: []
parameters:
  P:
    name: p
    in: query
    required: true
    type: array
    items: {type: integer}
    collectionFormat: pipes
definitions:
  Pet:
    type: object
    discriminator: k
    properties:
      k: {type: string}
  Dog:
    allOf:
    - {$ref: '#/definitions/Pet'}
responses:
  R:
    description: d
    schema: {}
paths:
  /a:
    parameters:
    - {$ref: '#/parameters/P'}
    post:
      consumes: [a/b]
      produces: [a/b]
      parameters:
      - name: b
        in: body
        schema: {$ref: '#/definitions/Dog'}
      responses:
        200:
          schema: {}
    put:
      parameters:
      - name: f
        in: formData
        type: array
        items: {type: string}
        required: true
      - {name: g, in: formData, type: file}
"""
WHOLE = [yaml.safe_load(text) for text in (LATER, LATER.replace("3.1.0", "3.0.3"), OLD)]
WRONG: list[Any] = [5, [1], {}, None, "x", [None], "https://[x", 5e-324, "&#" + "1" * 5_000 + ";", '{"a": "\\ud800"}']


def parsed(body: bytes) -> Parsed:
    return parse_spec(ROW, body, optional=True, max_bytes=10**7)


def members(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from members(node[key], (*at, key))


def with_member(node: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    copy = node.copy()
    copy[at[0]] = with_member(node[at[0]], at[1:], value)
    return copy


@pytest.mark.heavy
def test_no_member_of_a_wrong_type_is_more_than_a_counted_reason() -> None:
    whole = [parsed(json.dumps(document).encode()) for document in WHOLE]
    assert [len(each.rows) for each in whole] == [3, 3, 2] and not any(each.drops for each in whole)
    places = [(document, at) for document in WHOLE for at in members(document)]
    odd = Request(
        "POST", "https://h.io/a/1?q=1&q[a]=2", (("Content-Type", "application/x-www-form-urlencoded"),), "n=1&n[a]=2"
    )
    for number, (document, at) in enumerate(random.Random(0).sample(places, 400)):
        changed = json.dumps(with_member(document, at, WRONG[number % len(WRONG)])).encode()
        found = parsed(changed)
        assert "broken" not in {drop["reason"] for drop in found.drops}, (at, found.drops)
        if found.rows:
            read = Document(load(changed))
            for raw in read.operations():
                violations(read, raw, odd)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"servers": [{"url": "https://[your-domain]/api"}]}, "bad_host"),
        ({"servers": [{"url": "https://[x"}]}, "bad_host"),
        ({"components": [1], "security": [{"key": []}]}, None),
        ({"paths": {"/a": {"get": {"tags": 5, "description": "&#" + "1" * 5_000 + ";"}}}}, None),
    ],
)
def test_what_once_ended_a_whole_run(members: dict[str, Any], reason: str | None) -> None:
    found = parsed(spec(**members))
    assert [drop["reason"] for drop in found.drops] == ([reason] if reason else [])
    assert len(found.rows) == (reason is None)


class Odd(str):
    def __format__(self, how: str) -> str:
        raise ZeroDivisionError("why")


def test_what_nobody_thought_of_costs_its_operation_alone() -> None:
    body = spec(paths={"/a": {"get": {"servers": [{"url": "https://a.io"}]}}, "/b": {"get": {}}})
    found = parse_spec({**ROW, "provider": Odd("p.io")}, body, optional=False, max_bytes=10**7)
    assert [row["path"] for row in found.rows] == ["/a"]
    assert [(drop["reason"], drop["detail"]) for drop in found.drops] == [
        ("broken", "a: GET /b: ZeroDivisionError: why")
    ]


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def all_required(members: int, schema: Any) -> dict[str, Any]:
    names = [f"m{number}" for number in range(members)]
    return {"type": "object", "properties": dict.fromkeys(names, schema), "required": names}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "schemas",
    [
        {"S": {"allOf": [reference("S")] * 40, "properties": {"a": {"type": "string"}}}},
        {
            "S": {"oneOf": [reference("S0")] * 40},
            **{f"S{level}": {"oneOf": [reference(f"S{level + 1}")] * 40} for level in range(5)},
            "S5": {"type": "string"},
        },
        {
            "S": all_required(300, {"oneOf": [{"type": "string"}, {"type": "string"}, *[reference("Large")] * 4]}),
            "Large": all_required(1_990, {"type": "string"}),
        },
    ],
    ids=["a schema that is part of itself", "nested alternatives", "large alternatives"],
)
def test_small_schemas_of_much_work(schemas: dict[str, Any]) -> None:
    body = {"content": {"application/json": {"schema": reference("S")}}}
    assert len(parsed(spec(paths={"/a": {"post": {"requestBody": body}}}, components={"schemas": schemas})).rows) == 1
