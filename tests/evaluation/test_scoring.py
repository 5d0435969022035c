"""Verdicts on rows of one's own: gold passes everything, each mutant fails what it breaks, a bad row is one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.evaluation.scoring import NOTHING, Told, executor, scored
from apipack.evaluation.spec_files import Spec
from apipack.languages.codec import render
from apipack.records import LANGUAGES, Request
from apipack.sandbox.execution import skipped
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


def rows_of(*lines: str | bytes, execute: bool = False) -> list[dict[str, Any]]:
    return list(scored(lines, Told(), executor(1, print) if execute else None))


def row(language: str, prediction: str, **more: str) -> str:
    made = {"language": language, "prediction": prediction, "reference": render(language, GOLD), **more}
    return json.dumps(made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_gold_passes_everything(language: str, spec: str) -> None:
    for more in ({}, {"spec": spec, "operation": "putPet"}):
        (found,) = rows_of(row(language, render(language, GOLD), **more))
        matches = ("readable", "endpoint_match", "call_match", "request_match", "exact_match")
        known: dict[str, Any] = {**NOTHING, **dict.fromkeys(matches, True), "problem": "", "differs": []}
        known |= dict.fromkeys(("argument_precision", "argument_recall", "argument_f1"), 1.0)
        if more:
            known |= {"passed": True, "hallucinated": False, "syntax_error": False, "broken_rules": (), "valid": True}
        assert found == json.loads(row(language, render(language, GOLD), **more)) | known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_no_request_match_and_not_valid(name: str, language: str, spec: str) -> None:
    prediction = render(language, MUTANTS[name])
    (alone,) = rows_of(row(language, prediction))
    (found,) = rows_of(row(language, prediction, spec=spec, operation="putPet"))
    assert not any((alone["request_match"], found["request_match"], found["passed"], found["valid"]))
    assert found["hallucinated"] == (name in {"method", "version", "host"})


def test_another_value_of_the_type_is_right_with_a_specification_that_says_what_is_a_parameter(spec: str) -> None:
    other = Request("PUT", "https://pets.test/v1/pets/8?dry=false", JSON, '{"name":"Bo"}')
    (found,) = rows_of(row("curl", render("curl", other), spec=spec, operation="putPet"))
    assert (found["request_match"], found["valid"]) == (True, True)
    (alone,) = rows_of(row("curl", render("curl", other)))
    assert alone["request_match"] is False


def test_text_that_is_no_call(spec: str) -> None:
    (found,) = rows_of(row("curl", "I cannot do that.", spec=spec, operation="putPet"))
    assert found["endpoint_match"] is found["readable"] is False and found["problem"].startswith("cannot be read as")
    assert all(found[key] is None for key in ("request_match", "exact_match", "passed", "valid", "hallucinated"))
    (empty,) = rows_of(row("curl", "", spec=spec, operation="putPet"))
    assert not any(empty[key] for key in ("request_match", "passed", "valid", "hallucinated", "argument_f1"))
    assert empty["request_match"] is False and empty["argument_recall"] == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        (b"\xff\xfe", "line 2: not JSON"),
        ("[" * 100_000, "line 2: not JSON"),
        ("[1]", "line 2: not an object with the texts language, prediction, reference"),
        (json.dumps({"language": "cobol", "prediction": "", "reference": ""}), "line 2: no such language: cobol"),
        (json.dumps({"language": "curl", "prediction": "", "reference": "hm"}), "the reference cannot be read as curl"),
        (row("curl", "", spec="missing.yaml", operation="a"), "line 2: missing.yaml"),
        (row("curl", "", spec="missing.yaml"), "line 2: spec and operation go together"),
    ],
)
def test_a_row_that_cannot_be_scored_has_an_error_and_stops_nothing(line: str | bytes, message: str) -> None:
    gold = row("curl", render("curl", GOLD))
    before, bad, after = rows_of(gold, line, gold)
    assert before["request_match"] and after["request_match"] and before["error"] is None
    assert bad["error"].startswith(message) and "\n" not in bad["error"]
    assert bad["request_match"] is bad["passed"] is bad["valid"] is bad["argument_f1"] is None
    assert bad.keys() >= NOTHING.keys()


@pytest.mark.parametrize("url", ["https://pets.test/v1/zzz", "https://pets.test/v1/pets/7/8"])
def test_a_reference_to_another_operation_than_the_named_one(url: str, spec: str) -> None:
    call = render("curl", Request("PUT", url, JSON, GOLD.body))
    line = {"language": "curl", "prediction": call, "reference": call, "spec": spec, "operation": "putPet"}
    for named in (line, line | {"reference": render("curl", GOLD), "operation": "getPet"}):
        (found,) = rows_of(json.dumps(named))
        assert found["error"] == f"the reference goes to another operation than {named['operation']}"
        assert found["request_match"] is found["passed"] is None


def test_a_reference_on_another_server_is_one_to_the_operation(spec: str) -> None:
    call = render("curl", Request("PUT", "http://localhost:8080/pets/7?dry=true", JSON, GOLD.body))
    line = {"language": "curl", "prediction": call, "reference": call, "spec": spec, "operation": "putPet"}
    assert rows_of(json.dumps(line))[0]["request_match"] is True


def test_every_server_of_a_specification_is_one_of_the_api(tmp_path: Path) -> None:
    region = {"default": "eu", "enum": ["eu", "us"]}
    servers = [
        {"url": "https://{region}.a.test", "variables": {"region": region}},
        {"url": "https://staging.a.test/v2"},
    ]
    document = openapi({"/x": {"get": {"operationId": "x"}}}) | {"servers": servers}
    (tmp_path / "x.json").write_text(json.dumps(document), encoding="utf-8")
    seen = {}
    for place in ("eu.a.test/x", "us.a.test/x", "staging.a.test/v2/x", "staging.a.test/x", "cn.a.test/x"):
        line = {"language": "curl", "prediction": f"curl https://{place}", "reference": "curl https://eu.a.test/x"}
        (found,) = rows_of(json.dumps(line | {"spec": str(tmp_path / "x.json"), "operation": "x"}))
        seen[place] = (found["request_match"], found["hallucinated"])
        told = found["broken_rules"]
    assert list(seen.values()) == [(True, False), (False, False), (False, False), (False, True), (False, True)]
    assert list(told) == ["GET https://cn.a.test/x is no operation"]


def test_a_right_request_that_breaks_a_rule_is_counted_as_such(spec: str) -> None:
    told = Told()
    call = render("curl", Request("PUT", GOLD.url.replace("true", "True"), JSON, GOLD.body))
    (found,) = scored([row("curl", call, spec=spec, operation="putPet")], told)
    assert (found["request_match"], found["passed"]) == (True, False)
    assert str(told).startswith("1 rows: 1 requests right (1 of them break a rule of their operation), 0 wrong,")


@pytest.mark.parametrize("refusal", ["no_call", "ask: id"])
def test_a_refusal_sends_nothing(refusal: str, spec: str) -> None:
    for more in ({}, {"spec": spec, "operation": "putPet"}):
        (found,) = rows_of(row("curl", refusal, **more))
        assert found["request_match"] is False and found["differs"] is None


def test_an_operation_that_the_specification_lacks(spec: str) -> None:
    (found,) = rows_of(row("curl", "", spec=spec, operation="nope"))
    assert found["error"].endswith("pets.json has no operation nope")


def test_an_operation_is_found_by_its_id_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    paths = {"/users": {"get": {"operationId": "get_user-by.Id"}}, "/pets": {"get": {}}}
    file.write_text(json.dumps(openapi(paths, "https://h.example")))
    for name, path in (("get_user-by.Id", "users"), ("get_pets", "pets")):
        call = render("curl", Request("GET", f"https://h.example/{path}"))
        line = {"language": "curl", "prediction": call, "reference": call, "spec": str(file), "operation": name}
        assert rows_of(json.dumps(line))[0]["passed"] is True


def test_a_reference_that_cannot_be_read_still_gives_the_paper_s_matches(spec: str) -> None:
    call = render("curl", GOLD)
    reference = f'{call} --data-urlencode "at=$(date)"'
    line = {"language": "curl", "prediction": call, "reference": reference, "spec": spec, "operation": "putPet"}
    (found,) = rows_of(json.dumps(line))
    assert (found["endpoint_match"], found["call_match"], found["hallucinated"]) == (True, True, False)
    assert found["request_match"] is found["passed"] is None and found["error"].startswith("the reference cannot")


def test_fences_prose_and_prompts_are_taken_off() -> None:
    call = render("curl", GOLD)
    for text in (f"```bash\r\n{call}\r\n```", f"Run this:\n\n~~~ sh\n{call}\n~~~\nDone.", f"$ {call}"):
        assert rows_of(row("curl", text))[0]["request_match"] is True


@pytest.mark.heavy
def test_with_execution_the_request_that_arrives_decides(spec: str) -> None:
    if reason := skipped(["curl"]):
        pytest.skip(reason["curl"])
    more = {"spec": spec, "operation": "putPet"}
    call = "id=$(seq 7 7)\ncurl -X PUT -H 'Content-Type: application/json' -d '{\"name\":\"Rex\"}' "
    right, wrong = (call + f"https://pets.test/v1/pets/$id?dry={dry}" for dry in ("true", "true&x=1"))
    gold = json.dumps({"language": "curl", "prediction": right, "reference": right, **more})
    told = Told()
    rows = [row("curl", right, **more), row("curl", wrong, **more), row("curl", render("curl", GOLD), **more), gold]
    found = list(scored(rows, told, executor(1, print)))
    verdicts = [(one["request_match"], one["exact_match"], one["passed"], one["executed"]) for one in found]
    assert verdicts == [(True,) * 4, (False, False, False, True), (True, True, True, False), (True,) * 4]
    assert str(told) == "4 rows: 3 requests right, 1 wrong, 0 unreadable, 0 with an error; 75% executed"
    assert rows_of(rows[0])[0]["request_match"] is None


def test_the_command_scores_every_row_and_counts_them(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(row("curl", render("curl", GOLD)) + "\n{\n" + row("curl", "hm") + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["score", str(file)])
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0 and [one["request_match"] for one in found] == [True, None, None]
    assert done.stderr == "3 rows: 1 requests right, 0 wrong, 1 unreadable, 1 with an error; 0% executed\n"


def test_a_file_that_is_no_json_lines_ends_in_code_2(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    for content in (b"\x89PNG\n\x1a\n", b"", b"\n"):
        file.write_bytes(content)
        done = CliRunner().invoke(app, ["score", str(file)])
        assert done.exit_code == 2 and "no line holds a JSON object" in done.stderr


def test_operations_of_one_id_are_all_endpoints_and_none_can_be_named(tmp_path: Path) -> None:
    twice = {"operationId": "list", "responses": {}}
    paths = {"/a": {"get": twice}, "/b": {"get": twice}, "/c": {"get": {}}}
    file = tmp_path / "twice.json"
    file.write_text(json.dumps(openapi(paths, "https://h.example")))
    call, other = (render("curl", Request("GET", f"https://h.example/{path}")) for path in ("c", "a"))
    row = {"language": "curl", "prediction": other, "reference": call, "spec": str(file), "operation": "get_c"}
    assert not rows_of(json.dumps(row))[0]["hallucinated"]
    assert "has 2 operations list" in rows_of(json.dumps({**row, "operation": "list"}))[0]["error"]


def test_a_row_that_readers_of_json_take_in_different_ways_is_no_row() -> None:
    good = row("curl", "curl --url https://h.example/a")
    twice = good.replace('{"language"', '{"prediction": "x", "language"')
    rows = rows_of(twice, good.replace("{", '{"weight": NaN, '), good)
    assert [found["error"] for found in rows] == [
        "line 1: not JSON: a key stands twice",
        "line 2: not JSON: NaN is no JSON",
        None,
    ]


def test_a_specification_without_an_end_is_one_row_in_error() -> None:
    (found,) = rows_of(row("curl", "curl", spec="/dev/zero", operation="getPet"))
    assert found["error"] == "line 1: /dev/zero: too_large: 100000001 bytes, 100000000 allowed"


def test_a_row_of_no_columns_or_a_verdict_s_is_an_object_and_replaced_columns_are_said(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    for content, replaced in (("{}", ""), ('{"valid": true, "error": "x"}', "error, valid"), (row("curl", "curl"), "")):
        file.write_text(content)
        done = CliRunner().invoke(app, ["score", str(file)])
        said = f"score: the rows' own {replaced} are replaced by the verdict's\n" if replaced else ""
        assert done.exit_code == 0 and done.stderr.startswith(f"{said}1 rows: ")


@pytest.mark.parametrize("command", [["score"], ["request", "--lang", "curl"]])
def test_a_file_that_is_not_there_or_a_folder_is_one_line(tmp_path: Path, command: list[str]) -> None:
    for name, said in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        done = CliRunner().invoke(app, [*command, str(name)])
        assert (done.exit_code, done.stderr) == (2, f"{name}: {said}\n")


def test_endpoints_of_a_specification_are_found_once_whatever_its_host(tmp_path: Path) -> None:
    file = tmp_path / "open.json"
    get: dict[str, Any] = {"get": {"parameters": [ID]}}
    file.write_text(json.dumps(openapi({"/a/{id}": get, "/a/7": {"get": {}}, "/b/{id}/c": get})))
    opened = Spec.open(str(file))
    for host in ("h.example", "g.example:8443"):
        at = f"https://{host}"
        assert opened.has_endpoint("", Request("GET", f"{at}/a/5")) and opened.has_endpoint(
            "", Request("GET", f"{at}/b/5/c")
        )
        assert not opened.has_endpoint("", Request("POST", f"{at}/a/5"))
        assert not opened.has_endpoint("", Request("GET", f"{at}/b/5"))
        assert opened.goes_elsewhere("", f"{at}/a/{{id}}", Request("GET", f"{at}/a/7"))
        assert not opened.goes_elsewhere("", f"{at}/a/{{id}}", Request("GET", f"{at}/a/5"))
        call = render("curl", Request("GET", f"{at}/b/5/c"))
        line = {"language": "curl", "prediction": call, "reference": call, "spec": str(file), "operation": "get_b_id_c"}
        (found,) = rows_of(json.dumps(line))
        assert (found["error"], found["passed"], found["hallucinated"]) == (None, True, False)
