"""Neighbours of reported faults in how values, names and addresses are read: answers were written down before."""

import pytest

from tests.operations.small import sent, sent_body

HEAD = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\n"
HERE = "servers: [{url: https://h.example}]\n"
OLD = "swagger: '2.0'\ninfo: {title: t, version: '1'}\nhost: h.example\nschemes: [https]\n"
GET = "GET https://h.example"


@pytest.mark.parametrize(
    ("server", "expected"),
    [("//h2.example/v1", "https://h2.example/v1/a"), ("../../v2", "https://p.example/v2/a")],
)
def test_servers_relative_to_the_document(server: str, expected: str) -> None:
    text = f"{HEAD}servers: [{{url: '{server}'}}]\npaths: {{/a: {{get: {{}}}}}}"
    assert sent(text, provider="https://p.example/x/y/openapi.yaml") == [f"GET {expected}"]


@pytest.mark.parametrize(
    ("head", "path", "parameter", "expected"),
    [
        (
            HEAD + HERE,
            "/a",
            "name: q, in: query, style: deepObject, explode: true, schema: {type: object}, example: {'a[b]': 1}",
            f"{GET}/a?q%5Ba%5Bb%5D%5D=1",
        ),
        (
            HEAD + HERE,
            "/{p}",
            "name: p, in: path, content: {application/json: {example: {a: 1}}}",
            f"{GET}/%7B%22a%22:1%7D",
        ),
        (
            OLD,
            "/{p}",
            "name: p, in: path, type: array, collectionFormat: pipes, items: {type: string}, default: [a, b]",
            f"{GET}/a%7Cb",
        ),
    ],
)
def test_values_with_delimiters(head: str, path: str, parameter: str, expected: str) -> None:
    text = f"{head}paths: {{'{path}': {{get: {{parameters: [{{required: true, {parameter}}}]}}}}}}"
    assert sent(text) == [expected]


@pytest.mark.parametrize(
    ("path", "parameters", "expected"),
    [
        (
            "/a",
            "{name: X-F, in: header, required: true, content: {application/json: {example: [é, a😀]}}}",
            f'{GET}/a | X-F: ["\\u00e9","a\\ud83d\\ude00"]',
        ),
        ("/off/50%/x%2Fy", "", f"{GET}/off/50%25/x%2Fy"),
        ("/off?d=50%&e=%41", "", f"{GET}/off?d=50%25&e=%41"),
        ("/a", "{name: n, in: query, required: true, schema: {type: integer, default: 5.0}}", f"{GET}/a?n=5.0"),
        ("/a", "{name: n, in: query, required: true, schema: {type: number, default: 5.0}}", f"{GET}/a?n=5.0"),
    ],
)
def test_what_its_place_asks_of_a_value(path: str, parameters: str, expected: str) -> None:
    assert sent(f"{HEAD}{HERE}paths: {{'{path}': {{get: {{parameters: [{parameters}]}}}}}}") == [expected]


def test_json_in_the_header_of_a_part_is_ascii() -> None:
    header = "{required: true, content: {application/json: {example: é}}}"
    media = f"schema: {{required: [m], properties: {{m: {{}}}}}}, encoding: {{m: {{headers: {{X-A: {header}}}}}}}"
    assert '\r\nX-A: "\\u00e9"\r\n' in sent_body("3.1.1", "multipart/form-data", media)


SHARED = """components: {schemas: {Nothing: {type: 'null'}, Word: {type: string, default: d}, Two: {anyOf: [{const: 1},
  {const: 2}]}}}"""


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{required: [n], properties: {n: {type: ['null']}}}", '{"n":null}'),
        ("{anyOf: [{$ref: '#/components/schemas/Nothing'}, {$ref: '#/components/schemas/Word'}]}", '"d"'),
        ("{oneOf: [{$ref: '#/components/schemas/Nothing'}]}", "null"),
        ("{anyOf: [{$ref: '#/components/schemas/Gone'}, {type: integer}]}", "refused: dangling_ref"),
        ("{type: string, enum: [a, b, c], not: {enum: [a, b]}}", '"c"'),
        ("{type: string, enum: [a, b], not: {type: string}}", '"a"'),
        ("{type: string, example: e, not: {const: a}}", '"e"'),
        ("{$ref: '#/components/schemas/Two/anyOf/1'}", "2"),
        ("{$ref: '#/components/schemas/Two/anyOf/01'}", "refused: dangling_ref"),
        ("{$ref: '#/components/schemas/Two/anyOf/-'}", "refused: dangling_ref"),
        (
            "{type: string, contentMediaType: application/json, contentSchema: {required: [a], "
            "properties: {a: {type: integer}}}}",
            r'"{\"a\":1}"',
        ),
        ("{type: string, contentMediaType: application/vnd.k+json, contentSchema: {const: [x]}}", r'"[\"x\"]"'),
        ("{type: string, contentMediaType: text/csv, contentSchema: {const: [x]}}", '"SOME_STRING_VALUE"'),
        ("{type: string, contentMediaType: application/json}", '"SOME_STRING_VALUE"'),
        ("{type: string, example: given, contentMediaType: application/json, contentSchema: {const: 1}}", '"given"'),
    ],
)
def test_bodies(schema: str, expected: str) -> None:
    assert sent_body("3.1.1", "application/json", f"schema: {schema}", SHARED) == expected


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("date", '["2024-01-31","2024-01-02"]'),
        ("date-time", '["2024-01-31T12:00:00Z","2024-01-31T12:02:00Z"]'),
        ("uuid", '["123e4567-e89b-12d3-a456-426614174000","123e4567-e89b-12d3-a456-426614174002"]'),
        ("email", '["user@example.com","user2@example.com"]'),
        ("ipv4", '["192.0.2.1","192.0.2.2"]'),
        ("iri", '["https://example.com","https://example.com/2"]'),
        ("duration", '["P1D","P2D"]'),
        ("json-pointer", '["/SOME_STRING_VALUE","/SOME_STRING_VALUE_2"]'),
        ("byte", '["U09NRV9CWVRFUw==","U29NRV9CWVRFUw=="]'),
        ("password", '["SOME_PASSWORD","SOME_PASSWORD_2"]'),
    ],
)
def test_items_that_differ_have_their_format(name: str, items: str) -> None:
    schema = f"{{type: array, uniqueItems: true, minItems: 2, items: {{type: string, format: {name}}}}}"
    assert sent_body("3.0.4", "application/json", f"schema: {schema}") == items


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ("{$ref: paths.yaml}", "lost paths *: external_ref"),
        ("{/a: {get: {parameters: [{$ref: '#/components/parameters/p'}]}}}", "refused: external_ref"),
        ("{/a: {$ref: '#/components/pathItems/i'}}", "lost /a *: external_ref"),
    ],
)
def test_a_section_in_another_file_is_told_as_such(paths: str, told: str) -> None:
    assert sent(f"{HEAD}{HERE}components: {{$ref: components.yaml}}\npaths: {paths}") == [told]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{$ref: '#within'}", "9"),
        (
            "{type: object, minProperties: 1, patternProperties: {'^x-$': {const: 3}}, additionalProperties: false}",
            '{"x-":3}',
        ),
    ],
)
def test_schemas_by_anchor_and_pattern(schema: str, expected: str) -> None:
    body = f"requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}"
    within = "components: {schemas: {S: {type: object, properties: {x: {$anchor: within, const: 9}}}}}"
    assert sent(f"{HEAD}{HERE}paths: {{/a: {{post: {{{body}}}}}}}\n{within}") == [
        f"POST https://h.example/a | Content-Type: application/json | {expected}"
    ]
