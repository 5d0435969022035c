"""Neighbours of reported faults in how values, names and addresses are read: answers were written down before."""

import pytest

from tests.operations.small import sent

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
