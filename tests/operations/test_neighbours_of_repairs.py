"""Neighbours of reported faults in documents that the models refuse in part: what else they say is still sent."""

from typing import Any

import pytest

from tests.operations.small import content, document, requests, sent, sent_body


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("{type: integer, minimum: x, maximum: 0}", '{"a":0}'),
        ("{type: integer, additionalProperties: 5, enum: 3}", '{"a":1}'),
        ("{type: object, additionalProperties: {type: 5, properties: 3}}", '{"a":{}}'),
        ("{type: object, required: [b], properties: {b: {multipleOf: [], enum: [q]}}}", '{"a":{"b":"q"}}'),
        ("{type: array, items: {type: string, exclusiveMinimum: y, enum: [q]}}", '{"a":["q"]}'),
    ],
)
def test_a_member_of_two_possible_types_is_refused_once(version: str, member: str, expected: str) -> None:
    schema = f"schema: {{type: object, required: [a], properties: {{a: {member}}}}}"
    assert sent_body(version, "application/json", schema) == expected


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
def test_a_variable_without_a_default_has_the_first_of_its_enum(version: str) -> None:
    server = "{url: 'https://h.example/{v}', variables: {v: {default: , enum: [v1, v2]}}}"
    text = f"openapi: {version}\ninfo: {{}}\nservers: [{server}]\npaths: {{/a: {{get: {{}}}}}}"
    assert sent(text) == ["GET https://h.example/v1/a"]


@pytest.mark.parametrize("gone", ["#/components/gone", "other.yaml"])
def test_an_example_or_header_elsewhere_is_a_repair(gone: str) -> None:
    schema = {"type": "object", "required": ["m"], "properties": {"m": {"const": 1}}}
    more: tuple[dict[str, Any], ...] = (
        {"examples": {"e": {"$ref": gone}}},
        {"encoding": {"m": {"headers": {"X-A": {"$ref": gone}}}}},
    )
    for members in more:
        doc = document(paths={"/a": {"post": content("multipart/form-data", schema=schema, **members)}})
        (request,) = requests(doc)
        assert 'name="m"\r\n\r\n1\r\n' in (request.body or "") and doc.repairs == 1
