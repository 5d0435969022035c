"""Neighbours of further public reports, of generators, importers and documentation tools; each row names its report."""

import pytest

from tests.operations.small import sent, sent_body
from tests.operations.test_neighbours_of_parameters import one_parameter

SCHEMAS = """components: {schemas: {
  P~T: {const: 1}, P/T: {const: 2}, P T: {const: 3}, P%T: {const: 4},
  E: {type: string, enum: [x, y]}, B: {enum: ['']}, N: {enum: [null]}, R: {type: string, readOnly: true},
  K: {type: object, required: [k], properties: {k: {type: string}}},
  Cat: {allOf: [{$ref: '#/components/schemas/K'}, {properties: {m: {enum: [1]}}, required: [m]}]},
  Dog: {allOf: [{$ref: '#/components/schemas/K'}, {properties: {w: {enum: [2]}}, required: [w]}]},
  Node: {type: object, required: [v, next],
         properties: {v: {const: 1}, next: {anyOf: [{$ref: '#/components/schemas/Node'}, {type: 'null'}]}}}}}"""
ID = "required: [a, id], properties: {a: {type: integer, enum: [1]}, id:"


@pytest.mark.parametrize(
    ("version", "schema", "expected"),
    [
        pytest.param("3.1.1", "{$ref: '#/components/schemas/P~0T'}", "1", id="orval 3413"),
        pytest.param("3.1.1", "{$ref: '#/components/schemas/P~1T'}", "2", id="prance 38"),
        pytest.param("3.1.1", "{$ref: '#/components/schemas/P%20T'}", "3", id="prance 56"),
        pytest.param("3.1.1", "{$ref: '#/components/schemas/P%25T'}", "4", id="apidom 2461"),
        pytest.param(
            "3.0.3",
            f"{{type: object, {ID} {{allOf: [{{type: string}}], readOnly: true}}}}}}",
            '{"a":1}',
            id="docusaurus 807",
        ),
        pytest.param(
            "3.0.3",
            f"{{type: object, {ID} {{allOf: [{{$ref: '#/components/schemas/R'}}]}}}}}}",
            '{"a":1}',
            id="docusaurus 807, in the part",
        ),
        pytest.param(
            "3.0.3",
            f"{{type: array, items: {{type: object, {ID} {{type: string, readOnly: true}}}}}}}}",
            '[{"a":1}]',
            id="postman-app-support 12255",
        ),
        pytest.param(
            "3.0.3",
            "{type: object, required: [f], properties: {f: {nullable: true, oneOf: [{$ref: '#/components/schemas/E'}, "
            "{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/N'}]}}}",
            '{"f":"x"}',
            id="openapi-python-client 504",
        ),
        pytest.param("3.0.3", "{type: string, enum: [AlertField], nullable: true}", '"AlertField"', id="opc 1405"),
        pytest.param("3.1.1", "{type: ['null', string], enum: [null, x]}", '"x"', id="opc 1243"),
        pytest.param(
            "3.1.0", "{type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}", "0.5", id="open-api-mocker 82"
        ),
        pytest.param("3.0.3", "{type: integer, minimum: 5, exclusiveMinimum: true}", "6", id="swagger-ui 8886"),
        pytest.param("3.0.3", "{type: integer, minimum: 10, multipleOf: 7}", "14", id="gradle-openapi-schema 139"),
        pytest.param(
            "3.0.3",
            "{type: array, uniqueItems: true, minItems: 2, items: {type: boolean}}",
            "[true,false]",
            id="tcases 96, booleans",
        ),
        pytest.param(
            "3.0.3", "{type: array, uniqueItems: true, minItems: 2, items: {enum: [a, b]}}", '["a","b"]', id="tcases 96"
        ),
        pytest.param(
            "3.1.1", "{$ref: '#/components/schemas/Node'}", '{"v":1,"next":null}', id="a cycle that null ends"
        ),
        pytest.param(
            "3.0.3",
            "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: "
            "{propertyName: k, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}}",
            '{"k":"cat","m":1}',
            id="OpenAPI-Specification 2141",
        ),
        pytest.param(
            "3.0.3",
            "{oneOf: [{$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: k, mapping: {dog: Dog}}}",
            '{"k":"dog","w":2}',
            id="spectral 2509",
        ),
    ],
)
def test_bodies(version: str, schema: str, expected: str) -> None:
    assert sent_body(version, "application/json", f"schema: {schema}", SCHEMAS) == expected


@pytest.mark.parametrize(
    ("parameters", "path", "expected"),
    [
        pytest.param(
            "name: p, in: query, schema: {type: array, items: {type: integer, enum: [0, 1]}}",
            "/a",
            "/a?p=0",
            id="openapi-generator 18327",
        ),
        pytest.param(
            "name: f, in: query, explode: false, schema: {type: array, nullable: true, items: {enum: [a]}}",
            "/a",
            "/a?f=a",
            id="schemathesis 980",
        ),
        pytest.param(
            "name: f, in: query, style: deepObject, explode: true, schema: {type: object}, example: '{\"a\": 1}'",
            "/a",
            "/a?f%5Ba%5D=1",
            id="RapiDoc 399, JSON in a text",
        ),
        pytest.param(
            "name: ids, in: query, explode: false, schema: {type: array}, examples: {two: {value: '[1, 2]'}}",
            "/a",
            "/a?ids=1,2",
            id="RapiDoc 399, an array in a text",
        ),
        pytest.param(
            "name: q, in: query, style: deepObject, schema: {type: object}, example: {'': '*'}",
            "/a",
            "/a?q%5B%5D=*",
            id="swagger-ui 5611",
        ),
        pytest.param(
            "name: fixed, in: query, schema: {enum: [v]} AND name: free-form, in: query, schema: {type: object}, "
            "example: {this: first, that: second}",
            "/a",
            "/a?fixed=v&this=first&that=second",
            id="openapi-generator 19225",
        ),
        pytest.param(
            "name: owner, in: path, schema: {enum: [o]} AND name: pet, in: path, schema: {enum: [p]}",
            "/{owner}/{pet}/age",
            "/o/p/age",
            id="swagger-client 3508",
        ),
        pytest.param(
            "name: i, in: path, schema: {enum: [o]}", "/{i}/x/{i}", "/o/x/o", id="a parameter twice in the path"
        ),
    ],
)
def test_parameters(parameters: str, path: str, expected: str) -> None:
    assert one_parameter("3.0.3", parameters, path) == expected


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        pytest.param(
            "{url: '{server}/api', variables: {server: {default: 'https://yes.example'}}}",
            "https://yes.example/api/a",
            id="swagger-ui 10111",
        ),
        pytest.param(
            "{url: '{url}', variables: {url: {default: 'https://d.example'}}}",
            "https://d.example/a",
            id="swagger-editor 5219",
        ),
        pytest.param(
            "{url: 'https://{e}.p.example:{port}/{b}', "
            "variables: {e: {default: dev}, port: {default: '8443'}, b: {default: v2}}}",
            "https://dev.p.example:8443/v2/a",
            id="openapi-to-postman 160",
        ),
        pytest.param(
            "{url: 'https://h.example/{b}', variables: {b: {default: x/y}}}",
            "https://h.example/x/y/a",
            id="swagger-client 3656",
        ),
    ],
)
def test_servers(servers: str, expected: str) -> None:
    head = "openapi: 3.0.1\ninfo: {}\nservers: [{url: 'https://no.example'}]\n"
    document = f"{head}paths: {{/a: {{servers: [{servers}], get: {{}}}}}}"
    assert sent(document) == [f"GET {expected}"]


@pytest.mark.parametrize(
    ("member", "encoding", "expected"),
    [
        pytest.param(
            "{type: object, required: [x], properties: {x: {enum: [1]}}}",
            "{m: {contentType: application/json}}",
            "m=%7B%22x%22%3A1%7D",
            id="kora 116",
        ),
        pytest.param("{}", "{}", "m=SOME_STRING_VALUE", id="space_gen 348"),
        pytest.param(
            "{type: array, minItems: 2, items: {enum: [1]}}",
            "{m: {style: form, explode: true}}",
            "m=1&m=1",
            id="smallrye-open-api 995",
        ),
    ],
)
def test_forms(member: str, encoding: str, expected: str) -> None:
    schema = f"{{type: object, required: [m], properties: {{m: {member}}}}}"
    media = f"schema: {schema}, encoding: {encoding}"
    assert sent_body("3.0.3", "application/x-www-form-urlencoded", media) == expected
