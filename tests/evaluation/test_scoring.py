"""Verdicts on rows of one's own: gold passes everything, each mutant fails what it breaks, a bad row is one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.evaluation.scoring import ScoreError, scored
from apipack.languages.codec import render
from apipack.records import LANGUAGES, Request
from tests.specs import ID, STRING, json_body, openapi, parameter, record

PUT = {
    "operationId": "putPet",
    "parameters": [ID, parameter("dry", "query", {"type": "boolean"})],
    "requestBody": json_body(record({"name": STRING}, "name", additionalProperties=False)),
}
SPEC = openapi(
    {"/pets/{id}": {"put": PUT, "get": {"operationId": "getPet", "parameters": [ID]}}}, "https://pets.test/v1"
)
JSON = (("Content-Type", "application/json"),)
GOLD = Request("PUT", "https://pets.test/v1/pets/7?dry=true", JSON, '{"name":"Rex"}')
MUTANTS = {
    "method": Request("POST", GOLD.url, JSON, GOLD.body),
    "version": Request("PUT", "https://pets.test/v2/pets/7?dry=true", JSON, GOLD.body),
    "dropped parameter": Request("PUT", "https://pets.test/v1/pets/7", JSON, GOLD.body),
    "renamed parameter": Request("PUT", "https://pets.test/v1/pets/7?dryrun=true", JSON, GOLD.body),
    "host": Request("PUT", "https://cats.test/v1/pets/7?dry=true", JSON, GOLD.body),
    "body key": Request("PUT", GOLD.url, JSON, '{"title":"Rex"}'),
}


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "pets.json").write_text(json.dumps(SPEC), encoding="utf-8")
    return str(tmp_path / "pets.json")


def row(language: str, prediction: str, **more: str) -> str:
    made = {"language": language, "prediction": prediction, "reference": render(language, GOLD), **more}
    return json.dumps(made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_gold_passes_everything(language: str, spec: str) -> None:
    for more in ({}, {"spec": spec, "operation": "putPet"}):
        (found,) = scored([row(language, render(language, GOLD), **more)])
        known: dict[str, Any] = {
            "readable": True,
            "endpoint_match": True,
            "call_match": True,
            "request_match": True,
            "executed": False,
        }
        if more:
            known |= {"passed": True, "hallucinated": False, "syntax_error": False, "broken_rules": (), "valid": True}
        assert found == json.loads(row(language, render(language, GOLD), **more)) | known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_no_request_match_and_not_valid(name: str, language: str, spec: str) -> None:
    prediction = render(language, MUTANTS[name])
    (alone,) = scored([row(language, prediction)])
    (found,) = scored([row(language, prediction, spec=spec, operation="putPet")])
    assert not any((alone["request_match"], found["request_match"], found["passed"], found["valid"]))
    assert found["hallucinated"] == (name in {"method", "version", "host"})


def test_another_value_of_the_type_is_right_with_a_specification_that_says_what_is_a_parameter(spec: str) -> None:
    other = Request("PUT", "https://pets.test/v1/pets/8?dry=false", JSON, '{"name":"Bo"}')
    (found,) = scored([row("curl", render("curl", other), spec=spec, operation="putPet")])
    assert (found["request_match"], found["valid"]) == (True, True)
    (alone,) = scored([row("curl", render("curl", other))])
    assert alone["request_match"] is False


def test_text_that_is_no_call(spec: str) -> None:
    (found,) = scored([row("curl", "I cannot do that.", spec=spec, operation="putPet")])
    assert not any(found[key] for key in ("readable", "endpoint_match", "request_match", "valid", "hallucinated"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: not an object with the texts language, prediction, reference"),
        (json.dumps({"language": "cobol", "prediction": "", "reference": ""}), "line 2: no such language: cobol"),
        (json.dumps({"language": "curl", "prediction": "", "reference": "hm"}), "line 2: the reference cannot be read"),
        (row("curl", "", spec="missing.yaml", operation="a"), "line 2: missing.yaml"),
        (row("curl", "", spec="missing.yaml"), "line 2: spec and operation go together"),
    ],
)
def test_a_row_that_cannot_be_scored_is_one_line(line: str, message: str) -> None:
    rows = scored([row("curl", render("curl", GOLD)), line])
    assert next(rows)["request_match"]
    with pytest.raises(ScoreError) as caught:
        next(rows)
    assert str(caught.value).startswith(message) and "\n" not in str(caught.value)


def test_an_operation_that_the_specification_lacks(spec: str) -> None:
    with pytest.raises(ScoreError, match=r"line 1: .*pets.json has no operation nope"):
        list(scored([row("curl", "", spec=spec, operation="nope")]))


def test_the_command_prints_what_it_can_and_exits_2(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(row("curl", render("curl", GOLD)) + "\n{\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["score", str(tmp_path / "rows.jsonl")])
    assert done.exit_code == 2 and json.loads(done.stdout)["request_match"] is True
    assert len(done.stderr.splitlines()) == 1 and "line 2: not JSON" in done.stderr


def test_operations_of_one_id_are_all_endpoints_and_none_can_be_named(tmp_path: Path) -> None:
    twice = {"operationId": "list", "responses": {}}
    paths = {"/a": {"get": twice}, "/b": {"get": twice}, "/c": {"get": {}}}
    file = tmp_path / "twice.json"
    file.write_text(json.dumps(openapi(paths, "https://h.example")))
    call, other = (render("curl", Request("GET", f"https://h.example/{path}")) for path in ("c", "a"))
    row = {"language": "curl", "prediction": other, "reference": call, "spec": str(file), "operation": "get_c"}
    assert not next(scored([json.dumps(row)]))["hallucinated"]
    with pytest.raises(ScoreError, match="has 2 operations list"):
        next(scored([json.dumps({**row, "operation": "list"})]))
