"""Verdicts on made-up model output, by execution and by reading."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from apipack.evaluation import executing
from apipack.evaluation.agreement import agreement
from apipack.evaluation.apis import Apis
from apipack.evaluation.executing import certain, lacks, lacks_library
from apipack.evaluation.predictions import judge_all, predictions_of
from apipack.evaluation.verdicts import RATES, Reference, Verdict, does_not_compile, judge, judge_executed
from apipack.languages.codec import Reading, Unreadable, read, render
from apipack.languages.environment import FILE_CONTENT
from apipack.languages.wire import CLIENT_ADDED, CLIENT_OWNED
from apipack.operations.parsing import parse_spec
from apipack.prompting.prompts import extract_call
from apipack.records import Output, Request
from apipack.sandbox import Record
from apipack.sandbox.execution import Outcome, skipped
from tests.parameters import PARAMS
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
    return judge_all(predictions, api, PARAMS.evaluate.model_copy(update={"execute": run}), 1)


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
    for (_, call, expected), (static, verdict) in zip(cases, pairs, strict=True):
        known = Reading.of(language, call).own or not call
        assert verdict.executed is (run and not certain(Reading.of(language, call))), call
        assert rates(verdict) == (expected if run or known else (None, None, expected[2])), call
        assert (verdict.request_match is None) == (verdict.valid is None) == (not (run or known))
        assert not known or static == verdict
    nothing = {"n": 0, "unreadable": 1}
    assert agreement((language, *pair) for pair in pairs) == (
        {**nothing, "languages": {language: nothing}} if run else {}
    )


@pytest.mark.heavy
def test_without_a_toolchain_the_verdict_is_static(
    apis: tuple[Apis, dict[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from apipack.sandbox.runners import curl

    monkeypatch.setattr(curl, "NEEDS", ("/nowhere/curl",))
    api, by_method = apis
    row = by_method["GET"]
    call = f"curl '{Request.from_json(row['request']).url}'"
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
    assert (verdict.passed, verdict.request_match, verdict.executed) == (True, True, True)
    assert static.passed is static.request_match is static.hallucinated is static.valid is None
    assert static.problem.startswith("cannot be read as curl: ")
    same = agreement([("curl", static, verdict), ("curl", verdict, verdict)])
    assert (same["n"], same["unreadable"], same["request_match"]) == (1, 1, 1.0)


def arrival(target: str, **changes: Any) -> Record:
    values: dict[str, Any] = {"scheme": "https", "host": "pets.example", "port": 443, "method": "GET", "target": target}
    return Record(**{**values, "headers": [["Host", "pets.example"]], "body": "", **changes})


def test_the_request_that_arrived_decides(apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    api, by_method = apis
    row = {**by_method["GET"], "reference": "", "values": "[]"}
    reference = Reference.of_test(row)
    path = reference.request.parts.path
    static = judge(Reading.of("curl", f"curl $(cat url){path}"), reference, api)
    assert static.request_match is None and static.exact_match is None
    for records, ended, expected in (
        ([arrival(path)], "ok", (True, True, True)),
        ([arrival(f"{path[:-1]}42")], "ok", (True, False, True)),
        ([arrival(path)], "failed", (True, True, True)),  # on the sandbox's answer, which is not the API's
        ([arrival(path)], "timeout", (False, False, False)),
        ([arrival(path)] * 2, "ok", (False, False, False)),
        ([], "ok", (False, False, False)),
        ([arrival(path, headers=[])], "ok", (False, False, False)),  # RFC 9112, 3.2
        ([arrival(path, scheme="http", port=80)], "ok", (False, False, False)),
    ):
        for spec in (api, None):
            verdict = judge_executed(static, Outcome(ended, "", records), reference, spec)
            found = (verdict.request_match, verdict.exact_match, verdict.passed)
            assert found == (expected if spec else (*expected[:2], None)), records
            assert verdict.executed


@pytest.mark.parametrize("ended", ["timeout", "killed"])
def test_a_call_that_the_sandbox_ends_counts_where_reading_says_what_it_sends(
    apis: tuple[Apis, dict[str, dict[str, Any]]], ended: str
) -> None:
    api, by_method = apis
    reference = Reference.of_test({**by_method["GET"], "reference": "", "values": "[]"})
    path = reference.request.parts.path
    static = judge(Reading.of("curl", f"curl '{reference.request.url}'; sleep 60"), reference, api)
    assert static.request_match and static.exact_match
    for records, expected in (([arrival(path)], True), ([arrival(path)] * 2, False), ([], False)):
        verdict = judge_executed(static, Outcome(ended, "", records), reference, api)
        assert (verdict.request_match, verdict.exact_match) == (expected, expected)
    unread = judge(Reading.of("curl", f"curl $(cat url){path}"), reference, api)
    assert not judge_executed(unread, Outcome(ended, "", [arrival(path)]), reference, api).request_match


@pytest.mark.parametrize("unread", [True, False])
def test_a_call_that_is_lost_with_its_sandbox_has_the_static_verdict(
    apis: tuple[Apis, dict[str, dict[str, Any]]], unread: bool
) -> None:
    api, by_method = apis
    reference = Reference.of_test({**by_method["GET"], "reference": "", "values": "[]"})
    url = "$(cat url)" if unread else reference.request.url
    static = judge(Reading.of("curl", f"curl -s {url}"), reference, api)
    assert static.request_match is (None if unread else True)
    assert judge_executed(static, Outcome("lost", "no answer"), reference, api) is static


def test_what_tells_nothing_of_the_model_is_no_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"a": "failed", "b": "lost", "c": "ok"}
    calls = [Reading("python", name, None, "unread") for name in said]
    lacking = "ModuleNotFoundError: No module named 'x'"
    monkeypatch.setattr(executing, "skipped", lambda _: {})
    monkeypatch.setattr(
        executing, "execute", lambda readings, _: [Outcome(said[one.code], lacking) for one in readings]
    )
    assert {one.code for one in executing.outcomes(calls, 1, print)} == {"c"}


@pytest.mark.parametrize(
    ("output", "empty"), [("", True), (" \n", True), ("```\n```", False), ("<think>x</think>", False)]
)
def test_only_an_output_of_nothing_certainly_sends_nothing(
    apis: tuple[Apis, dict[str, dict[str, Any]]], output: str, empty: bool
) -> None:
    api, by_method = apis
    ((static, _),) = judged(api, [by_method["GET"]], "curl", [output], False)
    assert static.request_match is (False if empty else None)
    assert certain(Reading.of("curl", extract_call(output, "curl"))) is empty


def test_a_request_to_a_more_concrete_path_is_to_another_operation(tmp_path: Path) -> None:
    """OAS: Path Templating, concrete paths are matched first."""
    paths = {
        "/items/{id}/sub/{name}": {"delete": {"parameters": [ID, parameter("name", "path")], "responses": {}}},
        "/items/{id}/sub/all": {"delete": {"parameters": [ID], "responses": {}}},
        "/items/{id}/{part}/none": {"delete": {"parameters": [ID, parameter("part", "path")], "responses": {}}},
        "/items/{id}/sub/any": {"get": {"parameters": [ID], "responses": {}}},
    }
    body = json.dumps(openapi(paths, "https://pets.example/v1")).encode()
    (tmp_path / "spec.json").write_bytes(body)
    spec = dict.fromkeys(("hub", "provider", "api", "version", "source_url"), "pets.example")
    rows = parse_spec({**spec, "sha256": "s", "file": "f"}, body, optional=False, max_bytes=10_000).rows
    api, named = Apis(rows, {"s": tmp_path / "spec.json"}), {row["path"]: row for row in rows}
    row = named["/items/{id}/sub/{name}"]
    reference = Reference(
        "", Request.from_json(row["request"]), row["template"], json.loads(row["arguments"]), row["id"]
    )
    for name, here in (("x", True), ("all", False), ("ALL", True), ("none", True), ("any", True)):
        reading = Reading.of("curl", f"curl -X DELETE https://pets.example/v1/items/4/sub/{name}")
        verdict = judge(reading, reference, api)
        assert (verdict.request_match, verdict.valid, verdict.passed, verdict.exact_match) == (here, here, here, False)
        assert not verdict.hallucinated
        assert judge(reading, reference).request_match
    concrete = named["/items/{id}/sub/all"]
    gold = Request("DELETE", "https://pets.example/v1/items/4/sub/all")
    for own in (row, concrete):  # whose own value is that name
        same = Reference("", gold, own["template"], json.loads(own["arguments"]), own["id"])
        assert judge(Reading.of("curl", render("curl", gold)), same, api).passed
    assert api.check("s", gold)[0] == "DELETE /items/{id}/sub/all"


def test_of_operations_that_share_a_url_a_request_goes_to_the_one_that_it_fits(tmp_path: Path) -> None:
    paths = {}
    for name in ("CreateNote", "DropNote", "SendNote"):
        target = parameter("X-Amz-Target", "header", {"type": "string", "enum": [f"Notes.{name}"]})
        paths[f"/#X-Amz-Target=Notes.{name}"] = {"post": {"parameters": [target], "responses": {}}}
    body = json.dumps(openapi(paths, "https://notes.example")).encode()
    (tmp_path / "spec.json").write_bytes(body)
    spec = dict.fromkeys(("hub", "provider", "api", "version", "source_url"), "notes.example")
    rows = parse_spec({**spec, "sha256": "s", "file": "f"}, body, optional=False, max_bytes=10_000).rows
    apis = Apis(rows, {"s": tmp_path / "spec.json"})
    for name, rules in (
        ("Notes.SendNote", ()),
        ("Notes.CreateNote", ()),
        ("Notes.Other", ("header X-Amz-Target: enum",)),
    ):
        request = Request("POST", "https://notes.example/", (("X-Amz-Target", name),))
        operation, broken = apis.check("s", request)
        assert broken == rules and (rules or operation == f"POST /#X-Amz-Target={name}")


def test_a_call_whose_library_is_not_there_is_not_judged_by_its_failure() -> None:
    said = "ModuleNotFoundError: No module named 'requests'"
    assert lacks_library(Outcome("failed", said))
    assert lacks_library(Outcome("does_not_compile", "Main.java:1: error: package okhttp3 does not exist"))
    fragment = "Fragment.java:10: error: cannot find symbol\n  symbol:   class WebClient\n  location: class Fragment"
    assert lacks_library(Outcome("does_not_compile", fragment))
    assert lacks_library(Outcome("does_not_compile", fragment.replace("WebClient", "AsyncHttpClient")))
    assert not lacks_library(Outcome("does_not_compile", fragment.replace("WebClient", "Requests")))
    assert lacks_library(Outcome("failed", "call.js:1 $.get('/') ReferenceError: $ is not defined"))
    assert not lacks_library(Outcome("failed", said, [arrival("/")]))
    assert not lacks_library(Outcome("failed", "KeyError: 'x'"))


@pytest.mark.parametrize(
    "said",
    [
        "call.go:6:2: package slices is not in GOROOT (/usr/lib/go-1.19/src/slices)",
        "# calls\n./call.go:8:144: undefined: min\n",
        "# calls\n./call.go:14:42: undefined: multipart.FileContentDisposition\n",
        "./call.go:8:180: cannot range over 3 (untyped int constant)",
        "M.java:4: error: patterns in switch statements are a preview feature and are disabled by default.",
        "error: cannot find symbol\n  symbol:   method getFirst()\n  location: interface List<String>",
        "PHP Fatal error:  Uncaught Error: Call to undefined function mb_strlen() in call.php:3",
    ],
)
def test_an_older_toolchain_is_not_the_call_s_fault(said: str) -> None:
    assert lacks_library(Outcome("does_not_compile", said))


@pytest.mark.parametrize(
    "said",
    [
        "./call.go:8:144: undefined: minimum",
        "./call.go:14:42: undefined: multipart.FieldContentDisposition",
        "./call.go:8:180: cannot range over n (variable of type int)",
        "  symbol:   method getFirstName()",
        "Call to undefined function curl_setup() in call.php:3",
    ],
)
def test_a_name_that_no_release_has_is_the_call_s_fault(said: str) -> None:
    assert not lacks_library(Outcome("does_not_compile", said))


@pytest.mark.parametrize(
    "said",
    [
        "FileNotFoundError: [Errno 2] No such file or directory: 'order.json'",
        'Warning: Couldn\'t read data from file "p.json", this makes an empty POST.',
        "Error: ENOENT: no such file or directory, open 'order.json'",
        "java.nio.file.NoSuchFileException: order.json",
        "TypeError: HTTPResponse.__init__() got an unexpected keyword argument 'json'",
        "call.sh: line 1: uuidgen: command not found",
    ],
)
def test_a_file_that_only_its_user_has_is_not_the_call_s_fault(said: str) -> None:
    assert lacks("python", Outcome("ok", said, [arrival("/")])) and lacks("python", Outcome("failed", said))
    assert not lacks("python", Outcome("failed", "TypeError: f() got an unexpected keyword argument 'json'"))


def test_a_body_that_only_its_user_has_is_unknown(apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    api, by_method = apis
    reference = Reference.of_test({**by_method["POST"], "reference": "", "values": "[]"})
    path, query = reference.request.parts.path, reference.request.parts.query
    target = f"{path}?{query}" if query else path
    static = judge(Reading.of("curl", f"curl -d @pet.txt https://pets.example{target}"), reference, api)
    headers = [["Host", "pets.example"], ["Content-Type", "application/json"]]
    changes = {"method": "POST", "headers": headers, "body": base64.b64encode(FILE_CONTENT.encode()).decode()}

    def verdict(target: str, **others: Any) -> Verdict:
        return judge_executed(static, Outcome("ok", "", [arrival(target, **{**changes, **others})]), reference, api)

    assert verdict(target) is static and static.request_match is None
    assert verdict(f"{path}/other").request_match is False
    assert verdict(target, method="PUT").request_match is False
    assert verdict(target, body=base64.b64encode(b"content").decode()).request_match is False


@pytest.mark.parametrize(("path", "judged"), [("/home/me/cat.png", False), ("C:/cat.png", False), ("cat.png", True)])
def test_a_file_of_another_folder_that_nobody_says_is_not_there(
    path: str, judged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Reading.of(
        "php", f"<?php curl_setopt($c, CURLOPT_POSTFIELDS, ['a' => new CURLFile('{path}')]); curl_exec($c);"
    )
    cut = Record(scheme="https", host="pets.example", port=443, method="", target="", headers=[], body="", error="cut")
    monkeypatch.setattr(executing, "execute", lambda calls, workers: [Outcome("ok", "", [cut])])
    monkeypatch.setattr(executing, "skipped", lambda languages: {})
    assert (call in executing.outcomes([call], 1, print)) is judged


def test_names_of_a_page_are_missing_in_javascript_alone() -> None:
    outcome = Outcome("failed", "ReferenceError: document is not defined")
    assert lacks("javascript", outcome) and not lacks("node", outcome)
    assert not lacks("javascript", Outcome("failed", "ReferenceError: documents is not defined"))
    assert lacks("javascript", Outcome("does_not_compile", "SyntaxError: Unexpected token '<'"))


def test_what_is_sent_otherwise_is_not_valid(apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    api, by_method = apis
    post = Request.from_json(by_method["POST"]["request"])
    gold = Request(post.method, post.url, (*post.headers, ("Authorization", "Bearer REPLACE")), post.body)
    typed = dict(post.headers)["Content-Type"]
    row = by_method["POST"]
    reference = Reference("", gold, row["template"], json.loads(row["arguments"]), row["id"])
    changes = {
        "scheme: http for https": ("https:", "http:"),
        "header authorization: basic for bearer": ("Bearer", "Basic"),
        "header authorization: no scheme for bearer": ("Bearer REPLACE", "Bearer"),
        "body: another charset than its Content-Type declares": (typed, f"{typed}; charset=utf-16"),
    }
    for rule, (old, new) in changes.items():
        verdict = judge(Reading.of("curl", render("curl", changed(gold, old, new))), reference, api)
        assert (verdict.broken_rules, verdict.request_match, verdict.passed) == ((rule,), False, False)
    same = judge(Reading.of("curl", render("curl", changed(gold, typed, f"{typed}; charset=utf-8"))), reference, api)
    assert same.valid and same.request_match


def test_what_is_broken_is_said(apis: tuple[Apis, dict[str, dict[str, Any]]]) -> None:
    api, by_method = apis
    post = Request.from_json(by_method["POST"]["request"])
    changes = ((":3", ":31"), ("mode=a", "mode=c"), ("/v1/pets", "/v1/cats"))
    calls = [render("curl", changed(post, *change)) for change in changes]
    verdicts = [verdict for _, verdict in judged(api, [by_method["POST"]] * 3, "curl", calls, False)]
    assert [verdict.broken_rules for verdict in verdicts] == [
        ("body/age: maximum",),
        ("query mode: enum",),
        ("POST https://pets.example/v1/cats is no operation",),
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
    assert all(static.passed and verdict.passed for static, verdict in pairs)
    assert any(verdict.executed for _, verdict in pairs) is run
    for name in CLIENT_OWNED:
        with pytest.raises(Unreadable, match="is set by the client"):
            read("curl", f"curl '{url}' --header '{name}: x'")


UNCOMPILED = [
    ("javascript", "function f() { await fetch('https://a.example/x'); }\nf();"),
    ("javascript", "let r = 1;\nconst r = 2;\nfetch('https://a.example/x');"),
    (
        "go",
        'package main\n\nimport "net/http"\n\nfunc main() {\n\tvar n int8 = 300\n\t_ = n\n\thttp.Get("https://a.x")\n}',
    ),
    (
        "swift",
        'import Foundation\nlet name: String = nil\nURLSession.shared.dataTask(with: URL(string: "https://a.x")!)',
    ),
    ("php", "<?php function strlen() { } curl_exec(curl_init('https://a.example/x'));"),
]


@pytest.mark.parametrize(("language", "code"), UNCOMPILED)
def test_what_the_reader_knows_a_compiler_to_refuse_does_not_compile(language: str, code: str) -> None:
    assert does_not_compile(Reading.of(language, code))


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("javascript", "const r = 1;\nr = 2;\nfetch('https://a.example/x');"),
        ("php", "<?php function f(int $a) { } f('x'); curl_exec(curl_init('https://a.example/x'));"),
        ("node", "fetch(process.argv[2]);"),
    ],
)
def test_what_fails_while_it_runs_compiles(language: str, code: str) -> None:
    assert not does_not_compile(Reading.of(language, code))
