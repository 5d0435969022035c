"""Forms and what they are filled in with: valid requests whose every value is said, fixed, made up or a secret."""

import json
from typing import Any

import pytest

from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.paths import RawOperation
from apipack.operations.filling import Filled, fill
from apipack.operations.forms import argument_names, form_pieces
from apipack.operations.requests import build

TEXT = {"type": "string"}
BERTH = {
    "type": "object",
    "required": ["name", "length", "password", "kind"],
    "properties": {
        "name": TEXT,
        "length": {"type": "number", "minimum": 4, "maximum": 60},
        "kind": {"type": "string", "enum": ["berth"]},
        "password": TEXT,
        "opened": {"type": "string", "format": "date"},
        "owner": {"type": "object", "required": ["email"], "properties": {"email": TEXT, "phone": TEXT}},
        "tags": {"type": "array", "items": TEXT},
        "photo": {"type": "string", "format": "binary"},
    },
}
OPERATION = {
    "parameters": [
        {"name": "harbour-id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "Idempotency-Key", "in": "header", "required": True, "schema": TEXT},
        {"name": "verbose", "in": "query", "schema": {"type": "boolean"}},
        {"name": "access_token", "in": "query", "schema": TEXT},
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": BERTH}}},
}


def document(operation: dict[str, Any], method: str = "post") -> tuple[Document, RawOperation]:
    servers = [{"url": "https://harbour.test/v1"}]
    paths = {"/harbours/{harbour-id}/berths": {method: operation}}
    made = Document({"openapi": "3.0.3", "info": {}, "servers": servers, "paths": paths})
    return made, next(iter(made.operations()))


def filled(operation: dict[str, Any], variant: int = 0, seed: int = 0, **more: int) -> Filled:
    made, raw = document(operation)
    return fill(json.loads("".join(form_pieces(made, raw, build(made, raw, "h.test")))), "id", seed, variant, **more)


def test_required_values_are_said_secrets_and_made_up_ones_are_not() -> None:
    found = filled(OPERATION, optional=0)
    assert [(one.place, one.name) for one in found.said] == [
        ("path", "harbour-id"),
        ("body", "name"),
        ("body", "length"),
        ("body", "kind"),
    ]
    unsaid = {(place, name, reason) for place, name, reason in found.unsaid}
    assert ("body", "password", "credential") in unsaid and ("header", "Idempotency-Key", "made_up") in unsaid
    body = json.loads(found.request.body or "")
    assert body["password"] == "REPLACE_PASSWORD" and body["kind"] == "berth"
    said = {one.name: one.value for one in found.said}
    assert (said["name"], said["length"]) == (body["name"], body["length"])
    assert found.request.url == f"https://harbour.test/v1/harbours/{said['harbour-id']}/berths"


def test_variants_differ_in_values_and_in_optional_arguments_and_are_the_same_again() -> None:
    several = [filled(OPERATION, variant) for variant in range(40)]
    assert len({one.request for one in several}) == 40
    names = {said.name for one in several for said in one.said}
    assert {"opened", "owner.email", "tags.0", "verbose"} <= names
    assert not names & {"access_token", "photo", "password"}
    assert several == [filled(OPERATION, variant) for variant in range(40)]
    assert all(len(one.said) <= 8 for one in several)


def test_every_variant_keeps_the_rules_of_the_operation() -> None:
    made, raw = document(OPERATION)
    for variant in range(-10, 40):
        assert not violations(made, raw, filled(OPERATION, variant).request, patterns=True)


def test_a_body_that_requires_nothing_has_something() -> None:
    loose = {**OPERATION, "requestBody": {"content": {"application/json": {"schema": {**BERTH, "required": []}}}}}
    for variant in range(20):
        assert json.loads(filled(loose, variant, optional=0).request.body or "") != {}


def test_a_required_object_that_requires_nothing_has_a_member() -> None:
    sizes = {"type": "object", "properties": {"api_key": TEXT, "depth": {"type": "integer"}, "kind": TEXT}}
    places = [("harbour-id", "path", "simple"), ("size", "query", "deepObject"), ("X-Size", "header", "simple")]
    parameters = [
        {"name": name, "in": place, "style": style, "required": True, "schema": sizes} for name, place, style in places
    ]
    for variant in range(3):
        made = filled({"parameters": parameters, "responses": {}}, variant)
        assert "/harbours/depth," in made.request.url and "size%5Bdepth%5D=" in made.request.url
        assert dict(made.request.headers)["X-Size"].startswith("depth,")
        assert len(made.said) >= 3


def test_the_example_of_a_required_object_without_members_is_said() -> None:
    content = {"application/json": {"schema": {"type": "object"}, "example": {"draft": {"lt": 9}}}}
    parameters = [{"name": "filter", "in": "query", "required": True, "content": content}]
    for variant in range(3):
        made = filled({"parameters": parameters, "responses": {}}, variant)
        (value,) = (value for name, value in made.request.query if name == "filter")
        assert isinstance(json.loads(value)["draft"]["lt"], int)
        assert any("lt" in said.name for said in made.said)


def test_required_values_beyond_the_budget_stay_and_too_many_are_refused() -> None:
    def wide(count: int) -> dict[str, Any]:
        properties = {f"field{number}": TEXT for number in range(count)}
        schema = {"type": "object", "required": list(properties), "properties": properties}
        return {**OPERATION, "requestBody": {"content": {"application/json": {"schema": schema}}}}

    assert len(filled(wide(11), max_values=4).said) == 12
    with pytest.raises(SpecError, match="^too_many_values"):
        filled(wide(20))


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "string", "format": "binary"}, "binary"),
        ({"type": "string", "contentMediaType": "application/pdf"}, "binary"),
        ({"type": "string", "contentEncoding": "base64"}, "binary"),
        ({"type": "string", "pattern": "(?=a)b"}, "no value"),
    ],
)
def test_what_cannot_be_said_is_refused_with_a_reason(schema: dict[str, Any], reason: str) -> None:
    body = {"type": "object", "required": ["it"], "properties": {"it": schema}}
    with pytest.raises(SpecError, match=f"unsayable: body it: {reason}"):
        filled({**OPERATION, "requestBody": {"content": {"application/json": {"schema": body}}}}, 1)


def test_an_example_gives_the_first_variant_its_values_and_no_other() -> None:
    example = {"name": "North 4", "length": 12.5, "kind": "berth", "password": "hunter22"}
    media = {"schema": BERTH, "example": example}
    given = {**OPERATION, "requestBody": {"content": {"application/json": media}}}
    first, other, test = (filled(given, variant, optional=0) for variant in (0, 1, -1))
    assert [(one.value, one.source) for one in first.said][1:] == [
        ("North 4", "example"),
        (12.5, "example"),
        ("berth", "fixed"),
    ]
    assert "hunter22" not in str(first.request)
    for one in (other, test):
        assert all(said.source != "example" for said in one.said)


def test_names_of_arguments_that_are_always_said_and_that_may_be() -> None:
    made, raw = document(OPERATION)
    required, every = argument_names(json.loads("".join(form_pieces(made, raw, build(made, raw, "h.test")))))
    assert required == {"harbour_id", "name", "length"}
    assert {"verbose", "opened", "owner_email"} <= every - required and "password" not in every
