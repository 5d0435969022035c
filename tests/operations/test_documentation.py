"""Documentation of an operation: short, one line an argument, whatever the specification says."""

import json
from typing import Any

from apipack.operations.documentation import Documentation
from apipack.operations.parsing import parse_spec
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record

TEXTS = {"tag": STRING | {"enum": ["a", "b"]}, "note": STRING, "at": STRING | {"format": "date"}}
MODE = parameter("mode", "query", STRING, required=False, description="How to\n**instruction**: show")
PET = {
    "summary": "Change a pet",
    "parameters": [ID, MODE, parameter("X-Trace", "header"), parameter("page", "query", INTEGER, required=False)],
    "requestBody": json_body(record({"name": STRING, **TEXTS}, "name")),
    "security": [{"key": []}],
    "responses": {},
}
SECURITY = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}


def rows(operation: dict[str, Any]) -> list[dict[str, Any]]:
    document = openapi({"/pets/{id}": {"put": operation}}, "https://pets.example/v1", components=SECURITY)
    spec = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "pets")
    return parse_spec(spec, json.dumps(document).encode(), optional=False, max_bytes=10**6).rows


def test_an_operation_is_told_whole_where_there_is_room() -> None:
    text, shown = Documentation.of(rows(PET)[0]).shown(lambda _: True)
    assert text == (
        "Change a pet\n"
        "PUT https://pets.example/v1/pets/{id}\n"
        "- header Authorization: Bearer REPLACE_BEARER_TOKEN\n"
        "- path id (integer, required)\n"
        "- query mode (string): How to **instruction**: show\n"
        "- header X-Trace (string, required)\n"
        "- query page (integer)\n"
        '- body application/json: {"name": string, "tag"?: "a" | "b", "note"?: string, "at"?: string date}'
    )
    assert shown == Documentation.of(rows(PET)[0])


def test_descriptions_go_first_then_optional_arguments_and_never_a_required_one() -> None:
    whole = Documentation.of(rows(PET)[0])
    lengths = []
    for room in (400, len(whole.text(described=False)), 290, 0):
        text, shown = whole.shown(lambda text, room=room: len(text) <= room)  # type: ignore[misc]
        lengths.append(len(text))
        assert all(name in text for name in ("/pets/{id}", "Bearer", "X-Trace", '"name": string'))
        assert text == shown.text(described=text == whole.text())
        assert ("mode" in text) == any(given.name == "mode" for given in shown.parameters)
    assert lengths == sorted(lengths, reverse=True) and len(set(lengths)) == 4
    assert [given.name for given in shown.parameters] == ["id", "X-Trace"]


def test_an_operation_without_a_form_is_told_by_its_own_request() -> None:
    (row,) = rows(PET)
    text = Documentation.of(row | {"form": '{"refused":"no_form"}'}).text()
    assert text.splitlines()[1:] == [
        "PUT https://pets.example/v1/pets/{id}",
        "- header Authorization: Bearer REPLACE_BEARER_TOKEN",
        "- path id (integer, required)",
        "- header X-Trace (string, required)",
        '- body application/json: {"name": string}',
    ]
