"""Neighbours of reported faults that one version of OpenAPI alone has, or that its versions answer differently."""

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.operations.small import body_of, sent, sent_body

URL = "https://h.example"
INFO = "info: {title: t, version: '1'}"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "---011000010111000001101001"


@pytest.mark.parametrize(
    ("members", "operation", "expected"),
    [
        ("schemes: [https]", "schemes: [http]", "POST http://h.example/a"),
        ("basePath: /v1", "schemes: [http, https]", "POST https://h.example/v1/a"),
        ("", "schemes: [ws]", "refused: server_not_http"),
        (
            "consumes: [application/xml]",
            "consumes: [], parameters: [{name: b, in: body, required: true, schema: {type: integer}}]",
            f"POST {URL}/a | Content-Type: application/json | 1",
        ),
        (
            "",
            f"consumes: [{FORM}, multipart/form-data], "
            "parameters: [{name: f, in: formData, type: string, default: v}]",
            f"POST {URL}/a | Content-Type: {FORM} | f=v",
        ),
        (
            "",
            f"consumes: [{FORM}, multipart/form-data], "
            "parameters: [{name: f, in: formData, type: file, required: true}]",
            f"POST {URL}/a | Content-Type: multipart/form-data; boundary={BOUNDARY} | --{BOUNDARY}\r\n"
            'Content-Disposition: form-data; name="f"; filename="f.bin"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
            f"SOME_STRING_VALUE\r\n--{BOUNDARY}--\r\n",
        ),
    ],
)
def test_swagger_2(members: str, operation: str, expected: str) -> None:
    text = f"swagger: '2.0'\n{INFO}\nhost: h.example\n{members}\npaths: {{/a: {{post: {{{operation}}}}}}}"
    assert sent(text) == [expected]


FIELD = "{name: f, in: formData, required: true, type: string, default: v}"
ARRAY = "{name: q, in: query, type: array, collectionFormat: pipes, items: {type: string}, required: true, "


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ("/a: {post: {parameters: [{name: q, in: query, required: true, default: 5}]}}", [f"POST {URL}/a?q=5"]),
        ("/a: {post: {parameters: [{name: q, in: query, required: true, enum: [b]}]}}", [f"POST {URL}/a?q=b"]),
        (
            "/a: {post: {parameters: [{name: b, in: body, required: true, type: object, schema: {enum: [1]}}]}}",
            [f"POST {URL}/a | Content-Type: application/json | 1"],
        ),
        (
            f"/a: {{post: {{consumes: ['{FORM}; charset=utf-8'], parameters: [{FIELD}]}}}}",
            [f"POST {URL}/a | Content-Type: {FORM}; charset=utf-8 | f=v"],
        ),
        (
            f"/a: {{post: {{consumes: ['Multipart/Form-Data; charset=utf-8'], parameters: [{FIELD}]}}}}",
            [
                f"POST {URL}/a | Content-Type: multipart/form-data; boundary={BOUNDARY} | --{BOUNDARY}\r\n"
                f'Content-Disposition: form-data; name="f"\r\n\r\nv\r\n--{BOUNDARY}--\r\n'
            ],
        ),
        (
            f"/b: {{get: {{parameters: [{{$ref: '#/paths/~1a/post/parameters/1'}}]}}}}, "
            f"/a: {{post: {{parameters: [{FIELD}, {ARRAY}default: [x, y]}}]}}}}, "
            f"/c: {{put: {{parameters: [{{$ref: '#/paths/~1a/post/parameters/0'}}]}}}}",
            [
                f"GET {URL}/b?q=x%7Cy",
                f"POST {URL}/a?q=x%7Cy | Content-Type: {FORM} | f=v",
                f"PUT {URL}/c | Content-Type: {FORM} | f=v",
            ],
        ),
        (
            f"/b: {{get: {{parameters: [{{$ref: '#/paths/~1z/parameters/0'}}]}}}}, /z: {{parameters: [{ARRAY}"
            "default: [x]}], get: {}}",
            [f"GET {URL}/b?q=x", f"GET {URL}/z?q=x"],
        ),
        (
            "/b: {get: {parameters: [{$ref: '#/paths/~1z/parameters/01'}]}}, /z: {parameters: [{}, {}], get: {}}",
            ["refused: dangling_ref", f"GET {URL}/z"],
        ),
    ],
)
def test_parameters_of_swagger_2(paths: str, expected: list[str]) -> None:
    assert sent(f"swagger: '2.0'\n{INFO}\nhost: h.example\npaths: {{{paths}}}") == expected


PARTS = f"--{BOUNDARY}\r\n{{}}\r\n\r\n{{}}\r\n--{BOUNDARY}\r\n{{}}\r\n\r\n{{}}\r\n--{BOUNDARY}--\r\n"


@pytest.mark.parametrize(
    ("kind", "media", "expected"),
    [
        ("application/json", "schema: {$ref: '/apis/one.yaml#/components/schemas/N'}", "5"),
        ("application/json", "schema: {$ref: '#components/schemas/N'}", "refused: dangling_ref"),
        ("application/json", "schema: {$dynamicRef: '#d'}", '"dynamic"'),
        ("application/jsonl", "schema: {type: array, minItems: 2}, itemSchema: {const: 1}", "1\n1\n"),
        (
            "text/event-stream",
            r'itemSchema: {const: {data: "a\r\nb\rc", id: "1"}}',
            "data: a\ndata: b\ndata: c\nid: 1\n\n",
        ),
        ("application/json", 'schema: {}, examples: {e: {serializedValue: \'{"k":"v"}\'}}', '{"k":"v"}'),
        ("application/json", "schema: {type: string}, examples: {e: {serializedValue: '\"v\"'}}", '"v"'),
        ("application/vnd.k+json", "examples: {e: {serializedValue: '[1, 2]'}}", "[1,2]"),
        ("text/plain", "schema: {type: string}, examples: {e: {serializedValue: '[1, 2]'}}", "[1, 2]"),
        (
            "application/xml",
            "schema: {xml: {name: r}, properties: {n: {$ref: '#d', xml: {name: m}}}}",
            "<r><m>dynamic</m></r>",
        ),
        (
            "multipart/mixed",
            "schema: {type: array, minItems: 2, prefixItems: [{const: {k: 1}}], items: {const: x}}, "
            "prefixEncoding: [{contentType: application/json}], itemEncoding: {contentType: text/csv}",
            PARTS.format("Content-Type: application/json", '{"k":1}', "Content-Type: text/csv", "x"),
        ),
    ],
)
def test_openapi_3_2(kind: str, media: str, expected: str) -> None:
    components = "components: {schemas: {N: {const: 5}, D: {$dynamicAnchor: d, const: dynamic}}}"
    assert sent_body("3.2.0", kind, media, f"$self: /apis/one.yaml\n{components}") == expected


IDENTIFIED = """components: {schemas: {
  A: {$id: 'https://s.example/x/a', type: object, required: [b, c, d, e], properties: {
    b: {$ref: b}, c: {$ref: '#/$defs/C'}, d: {$ref: '#/components/schemas/D'}, e: {$ref: '#here'}},
    $defs: {C: {const: own}, E: {$anchor: here, const: near}, B: {$id: b, const: bee}}},
  D: {const: document}, F: {$anchor: here, const: far}}}"""


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
def test_references_in_a_schema_with_an_address_are_relative_to_it(version: str) -> None:
    body = sent_body(version, "application/json", "schema: {$ref: '#/components/schemas/A'}", IDENTIFIED)
    assert body == '{"b":"bee","c":"own","d":"document","e":"near"}'


def test_a_requirement_names_its_scheme_by_uri_from_3_2_on() -> None:
    schemes = "components: {securitySchemes: {s: {type: http, scheme: digest}}}"
    asked = "security: [{'#/components/securitySchemes/s': []}]"
    head = f"openapi: 3.2.0\n{INFO}\nservers: [{{url: {URL}}}]\n{schemes}\n{asked}\n"
    assert sent(f"{head}paths: {{/a: {{get: {{}}}}}}") == [
        f"GET {URL}/a | Authorization: Digest REPLACE_DIGEST_CREDENTIALS"
    ]


@pytest.mark.parametrize(
    "schema",
    [
        "{enum: [1, a, null], type: string}",
        "{type: integer, enum: [1, 2], minimum: 2}",
        "{type: string, enum: [long, abc], maxLength: 3}",
        "{type: integer, not: {const: 1}}",
        "{type: string, not: {enum: [SOME_STRING_VALUE]}}",
        "{not: {type: string}}",
        "{oneOf: [{type: integer, not: {const: 1}}, {type: integer, maximum: 1}]}",
        "{type: array, minItems: 2, prefixItems: [{const: a}], unevaluatedItems: {type: integer, minimum: 7}}",
        "{type: array, prefixItems: [{const: a}], unevaluatedItems: false}",
        "{type: object, minProperties: 2, unevaluatedProperties: {type: integer}}",
        "{allOf: [{type: object, minProperties: 1}], unevaluatedProperties: {type: boolean}}",
        "{type: object, propertyNames: {maxLength: 2}, minProperties: 3, additionalProperties: {type: integer}}",
        "{type: object, patternProperties: {^a: {type: integer}}, properties: {ab: {type: [string, integer]}}}",
        "{type: object, maxProperties: 1, properties: {a: {type: integer}, b: {type: integer}}}",
        "{type: object, maxProperties: 1, required: [b], properties: {a: {}, b: {type: integer}}}",
        "{type: array, uniqueItems: true, minItems: 2, "
        "items: {type: object, required: [k, n], properties: {k: {const: 1}, n: {}}}}",
        "{type: string, maxLength: 0}",
        "{type: array, uniqueItems: true, minItems: 4, items: {type: string, pattern: '^[A-Z]{2}$'}}",
        "{type: array, uniqueItems: true, minItems: 3, items: {type: string, pattern: ^x, maxLength: 2}}",
        "{type: object, required: [c], properties: {a: {}, b: {}}, maxProperties: 2}",
        "{type: object, required: [a], dependentRequired: {a: [b]}}",
        "{properties: {a: {}, b: {}}, if: {required: [a]}, then: {required: [b]}, else: {required: [c]}, type: object}",
    ],
)
def test_bodies_are_valid_against_their_schemas(schema: str) -> None:
    node = YAML(typ="safe", pure=True).load(schema)
    Draft202012Validator(node).validate(body_of(node))
