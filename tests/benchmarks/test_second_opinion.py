"""openapi-core hears requests as they are sent, and a disagreement has a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.second_opinion import AGREE, opinions
from tests.specs import ID, STRING, json_body, openapi, parameter, record


def judged(tmp_path: Path, path: str, method: str, operation: dict[str, Any]) -> tuple[str, str]:
    document = openapi({path: {method: {"responses": {}, **operation}}}, "https://pets.example/v1")
    (tmp_path / "a.json").write_text(json.dumps(document))
    spec = {"file": "a.json", "api": "pets", "provider": "pets.example"}
    (opinion,) = opinions(spec, str(tmp_path))
    return opinion.kind, opinion.routed


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    [
        ("/pets/{id}", "get", {"parameters": [ID]}),
        ("/pets", "post", {"requestBody": json_body(record({"name": STRING}, "name"))}),
        ("/pets", "get", {"parameters": [parameter("X-K", "header", STRING), parameter("c", "cookie", STRING)]}),
    ],
)
def test_both_find_that_a_request_keeps_the_rules(
    tmp_path: Path, path: str, method: str, operation: dict[str, Any]
) -> None:
    assert judged(tmp_path, path, method, operation) == (AGREE, "")


def test_an_action_in_a_fragment_is_judged_alone(tmp_path: Path) -> None:
    kind, routed = judged(tmp_path, "/#Action=List", "get", {})
    assert kind == AGREE and routed.startswith("the path has a fragment")


def test_a_disagreement_has_its_reason(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    body = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    assert judged(tmp_path, "/pets", "post", {"requestBody": body})[0].startswith("theirs alone: members of forms")
    wrong = {**STRING, "example": 1, "enum": ["a"]}
    assert judged(tmp_path, "/pets", "get", {"parameters": [parameter("q", "query", wrong)]})[0] == "both object"
