"""Neighbours of reported faults in documents that the models refuse in part: what else they say is still sent."""

import pytest

from tests.operations.small import sent, sent_body


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
