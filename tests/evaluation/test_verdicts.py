"""Pass, hallucination and syntax-error rates of made-up model output, by execution and by reading back."""

import json
from pathlib import Path
from typing import Any

import pytest

from apipack.evaluation.verdicts import RATES, Apis, agreement, prove
from apipack.languages import render
from apipack.operations.parsing import parse_spec
from apipack.records import Request
from apipack.sandbox.execution import skipped
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record

AGE = INTEGER | {"maximum": 30, "example": 3}
SPEC = openapi(
    {
        "/pets/{id}": {"parameters": [ID], "get": {"summary": "A pet", "responses": {}}},
        "/pets": {
            "post": {
                "summary": "Add a pet",
                "parameters": [parameter("mode", "query", STRING | {"enum": ["a", "b"]})],
                "requestBody": json_body(record({"age": AGE}, "age")),
                "responses": {},
            }
        },
    },
    "https://pets.example/v1",
)


@pytest.fixture
def apis(tmp_path: Path) -> tuple[Apis, dict[str, dict[str, Any]]]:
    """The API of SPEC, and its rows by method."""
    body = json.dumps(SPEC).encode()
    (tmp_path / "spec.json").write_bytes(body)
    spec = dict.fromkeys(("hub", "provider", "api", "version", "source_url"), "pets.example")
    parsed = parse_spec({**spec, "sha256": "s", "file": "f"}, body, optional=False, max_bytes=10_000)
    assert not parsed.drops
    return Apis(parsed.rows, {"s": tmp_path / "spec.json"}), {row["method"]: row for row in parsed.rows}


def changed(gold: Request, old: str, new: str) -> Request:
    return Request.from_json(gold.to_json().replace(old, new))


def outputs(rows: dict[str, dict[str, Any]], language: str) -> list[tuple[str, str, tuple[bool, bool, bool]]]:
    """(method, code, (pass, hallucination, syntax error)) of what a model might write."""
    get, post = (Request.from_json(rows[method]["request"]) for method in ("GET", "POST"))

    def code(request: Request) -> str:
        return render(language, request)

    number = get.url.rpartition("/")[2]
    return [
        ("GET", code(get), (True, False, False)),
        ("POST", code(post), (True, False, False)),
        ("GET", code(changed(get, f"/pets/{number}", "/pets/42")), (True, False, False)),
        ("POST", code(changed(post, "mode=a", "mode=b")), (True, False, False)),
        ("POST", code(changed(post, "mode=a", "mode=c")), (False, False, False)),
        ("POST", code(changed(post, ":3", ":31")), (False, False, False)),
        ("POST", code(changed(post, ":3", ':\\"3\\"')), (False, False, False)),
        ("POST", code(changed(post, "?mode=a", "")), (False, False, False)),
        ("GET", code(changed(get, f"/pets/{number}", "/cats/42")), (False, True, False)),
        ("GET", code(changed(get, '"GET"', '"DELETE"')), (False, True, False)),
        ("GET", code(changed(get, "pets.example", "evil.example")), (False, True, False)),
        ("POST", code(get), (False, False, False)),
        ("GET", code(get)[: len(code(get)) // 2] + "'\"(", (False, False, True)),
        ("GET", "", (False, False, False)),
    ]


def rates(found: list[dict[str, Any]]) -> list[tuple[bool, ...]]:
    return [tuple(bool(row[name]) for name in RATES) for row in found]


@pytest.mark.parametrize("language", ["curl", "python"])
@pytest.mark.parametrize("run", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["static", "executed"])
def test_verdicts(language: str, run: bool, apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    if run and (reason := skipped([language])):
        pytest.skip(reason[language])
    api, by_method = apis
    cases = outputs(by_method, language)
    rows = [{"id": by_method[method]["id"], "language": language, "call": call} for method, call, _ in cases]
    tests = [{key: by_method[method][key] for key in ("request", "template", "arguments")} for method, _, _ in cases]
    found = prove(rows, tests, api, run=run, workers=1)
    wrong = [(case, got) for case, got in zip(cases, rates(found), strict=True) if got != case[2]]
    assert not wrong
    assert {row["verdict"] for row in found} == {"executed" if run else "static"}
    same = agreement(found)
    whole = {"n": len(cases), **dict.fromkeys(RATES, 1.0)}
    assert same == ({**whole, "languages": {language: whole}} if run else {})


@pytest.mark.heavy
def test_without_a_toolchain_the_verdict_is_static(
    apis: tuple[Apis, dict[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from apipack.sandbox.runners import curl

    monkeypatch.setattr(curl, "NEEDS", ("/nowhere/curl",))
    api, by_method = apis
    row = by_method["GET"]
    call = render("curl", Request.from_json(row["request"]))
    (found,) = prove([{"id": row["id"], "language": "curl", "call": call}], [row], api, run=True, workers=1)
    assert (found["verdict"], found["pass_rate"]) == ("static", True)
    assert agreement([found]) == {}


@pytest.mark.heavy
def test_code_that_evades_the_reader_but_runs_passes_when_executed(
    apis: tuple[Apis, dict[str, dict[str, Any]]],
) -> None:
    if reason := skipped(["curl"]):
        pytest.skip(reason["curl"])
    api, by_method = apis
    row = by_method["GET"]
    call = "id=7\ncurl --compressed https://pets.example/v1/pets/$id"
    (found,) = prove([{"id": row["id"], "language": "curl", "call": call}], [row], api, run=True, workers=1)
    assert (found["pass_rate"], found["static_pass_rate"]) == (True, False)
