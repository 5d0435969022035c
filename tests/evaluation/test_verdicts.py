"""Verdicts on made-up model output, by execution and by reading."""

import json
from pathlib import Path
from typing import Any

import pytest

from apipack.evaluation.apis import Apis
from apipack.evaluation.predictions import judge_all, predictions_of
from apipack.evaluation.verdicts import RATES, Verdict, agreement
from apipack.languages.codec import Unreadable, read, render
from apipack.languages.wire import CLIENT_ADDED, CLIENT_OWNED
from apipack.operations.parsing import parse_spec
from apipack.params import load
from apipack.records import Output, Request
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


def judged(api: Apis, rows: list[dict[str, Any]], language: str, calls: list[str], run: bool) -> list[Any]:
    """(verdict by reading, verdict) of each call, which should have been that of its row of OPERATIONS."""
    tests = [{**row, "language": language, "reference": ""} for row in rows]
    predictions = predictions_of(tests, {"tuned": [Output(call, False) for call in calls]})
    return judge_all(predictions, api, load().evaluate.model_copy(update={"execute": run}), 1)


def rates(verdict: Verdict) -> tuple[Any, ...]:
    return tuple(getattr(verdict, column) for column in RATES.values())


@pytest.mark.parametrize("language", ["curl", "python"])
@pytest.mark.parametrize("run", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["static", "executed"])
def test_verdicts(language: str, run: bool, apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    if run and (reason := skipped([language])):
        pytest.skip(reason[language])
    api, by_method = apis
    cases = outputs(by_method, language)
    rows = [by_method[method] for method, _, _ in cases]
    pairs = judged(api, rows, language, [call for _, call, _ in cases], run)
    wrong = [(case, verdict) for case, (_, verdict) in zip(cases, pairs, strict=True) if rates(verdict) != case[2]]
    assert not wrong
    assert all(verdict.executed is run and verdict.valid is not None for _, verdict in pairs)
    same = agreement((language, *pair) for pair in pairs)
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
    ((static, verdict),) = judged(api, [row], "curl", [call], True)
    assert static is verdict and verdict.passed and not verdict.executed
    assert agreement([("curl", static, verdict)]) == {}


@pytest.mark.heavy
def test_code_that_evades_the_reader_but_runs_passes_when_executed(
    apis: tuple[Apis, dict[str, dict[str, Any]]],
) -> None:
    if reason := skipped(["curl"]):
        pytest.skip(reason["curl"])
    api, by_method = apis
    row = by_method["GET"]
    call = "id=$(seq 7 7)\ncurl --compressed https://pets.example/v1/pets/$id"
    ((static, verdict),) = judged(api, [row], "curl", [call], True)
    assert (verdict.passed, static.passed) == (True, False)
    assert static.broken_rules and static.broken_rules[0].startswith("the call cannot be read as curl: ")


def test_what_is_broken_is_said(apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    api, by_method = apis
    post = Request.from_json(by_method["POST"]["request"])
    changes = ((":3", ":31"), ("mode=a", "mode=c"), ("/v1/pets", "/v1/cats"))
    calls = [render("curl", changed(post, *change)) for change in changes]
    verdicts = [verdict for _, verdict in judged(api, [by_method["POST"]] * 3, "curl", calls, False)]
    assert [verdict.broken_rules for verdict in verdicts] == [
        ("body/age: maximum",),
        ("query mode: enum",),
        ("POST https://pets.example/v1/cats is another operation",),
    ]
    assert [verdict.request_match for verdict in verdicts] == [True, True, False]


def test_a_header_that_clients_send_themselves_is_no_other_request_executed_or_read(
    apis: tuple[Apis, dict[str, dict[str, Any]]],
) -> None:
    api, by_method = apis
    url = Request.from_json(by_method["GET"]["request"]).url
    names = sorted(CLIENT_ADDED - CLIENT_OWNED)
    assert "accept-language" in names
    calls = [f"curl '{url}' --header '{name}: en'" for name in names]
    run = not skipped(["curl"])
    pairs = judged(api, [by_method["GET"]] * len(calls), "curl", calls, run)
    assert all(static.passed and verdict.passed and verdict.executed is run for static, verdict in pairs)
    for name in CLIENT_OWNED:
        with pytest.raises(Unreadable, match="is set by the client"):
            read("curl", f"curl '{url}' --header '{name}: x'")
