"""An audit says which operations are wrong and how, whatever specifications and models write."""

import json
from html.parser import HTMLParser
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from apipack.audit.kinds import RIGHT, WRONG, Judged, judged
from apipack.audit.page import page
from apipack.audit.questions import Questions, questions
from apipack.audit.report import report, table, worst
from apipack.cli.main import app
from apipack.errors import UserError
from apipack.records import Output
from tests.chat_server import ChatServer
from tests.parameters import PARAMS, write_params
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record
from tests.tiny import save_tiny

READ_ONLY = PARAMS.evaluate.model_copy(update={"execute": False})
SPEC = openapi(
    {
        "/pets/{id}": {
            "get": {"summary": "Show a pet", "parameters": [ID], "responses": {}},
            "delete": {"summary": "Remove a pet", "parameters": [ID], "responses": {}},
        },
        "/pets": {
            "get": {"summary": "List pets", "parameters": [parameter("limit", "query", INTEGER)], "responses": {}},
            "post": {"summary": "Add a pet", "requestBody": json_body(record({"n": STRING}, "n")), "responses": {}},
        },
    },
    "https://pets.example/v1",
)
CALL = "curl --request {} \\\n  --url '{}'"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "pets.json"
    path.write_text(json.dumps(SPEC))
    return path


@pytest.fixture(scope="module")
def asked(file: Path) -> Questions:
    return questions([file], ["curl"], "0shot", None, PARAMS)


def kinds(asked: Questions, writes: dict[str, str]) -> dict[str, Judged]:
    """What is said of a model that writes this for `METHOD path` and the right call for all others."""
    names = {key: f"{row['method']} {row['path']}" for key, row in asked.rows.items()}
    texts: list[str] = [writes.get(names[test["id"]]) or test["reference"] for test in asked.tests]
    outputs = [Output(text, False) for text in texts]
    return {names[call.id]: call for call in judged(asked, {"m": outputs}, READ_ONLY, 1)}


@pytest.mark.parametrize(
    ("operation", "wrote", "kind", "detail"),
    [
        ("GET /pets/{id}", CALL.format("GET", "https://pets.example/v1/pets/12"), RIGHT, None),
        ("GET /pets/{id}", "I cannot do that.", "unreadable", "the call cannot be read as curl"),
        ("GET /pets/{id}", CALL.format("GET", "https://pets.example/v2/pets/1"), "endpoint_not_found", "no operation"),
        ("GET /pets/{id}", CALL.format("PUT", "https://pets.example/v1/pets/1"), "endpoint_not_found", "no operation"),
        ("GET /pets/{id}", CALL.format("DELETE", "https://pets.example/v1/pets/1"), "wrong_endpoint", "another"),
        ("GET /pets/{id}", CALL.format("GET", "https://pets.example/v1/pets/x"), "wrong_value", "path id: type"),
        ("GET /pets", CALL.format("GET", "https://pets.example/v1/pets"), "missing_argument", "without query limit"),
        ("GET /pets", CALL.format("GET", "https://pets.example/v1/pets?limit=1&x=2"), "wrong_value", "query x"),
        ("POST /pets", CALL.format("POST", "https://pets.example/v1/pets"), "missing_argument", "body: required"),
    ],
)
def test_each_way_of_being_wrong_has_its_kind(
    asked: Questions, operation: str, wrote: str, kind: str, detail: str | None
) -> None:
    found = kinds(asked, {operation: wrote})
    assert found[operation].kind == kind
    assert {call.kind for name, call in found.items() if name != operation} == {RIGHT}
    details = found[operation].details
    assert details == [] if detail is None else any(detail in one for one in details), details


def test_the_figures_have_intervals_and_the_table_names_what_is_wrong(asked: Questions) -> None:
    calls = list(kinds(asked, {"GET /pets": "nothing"}).values())
    audit = report(asked, [*calls, *(call._replace(model="other", kind=RIGHT) for call in calls)], "0shot", 0)
    right = audit["models"]["m"]["kinds"][RIGHT]
    assert (right["n"], right["share"]) == (3, 0.75) and right["low"] < 0.75 < right["high"]
    assert audit["models"]["other"]["kinds"][RIGHT]["low"] < 1 == audit["models"]["other"]["kinds"][RIGHT]["high"]
    assert worst(audit) == 0.75
    lines = table(audit).splitlines()
    assert lines[0] == "4 operations, 0shot; left out: 0"
    assert lines[-1].startswith("unreadable  m  curl  GET /pets  the call cannot be read")
    assert sum(audit["models"]["m"]["kinds"][kind]["n"] for kind in (RIGHT, *WRONG)) == 4


class Tags(HTMLParser):
    """The elements of a page, and the addresses that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]


def test_the_page_stands_alone_and_nothing_in_it_is_taken_for_markup(asked: Questions) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    calls = list(kinds(asked, {"GET /pets": hostile}).values())
    audit = report(asked, calls, "0shot", 0)
    for call in audit["calls"]:
        call |= dict.fromkeys(("path", "endpoint", "instruction", "model"), hostile)
    tags = Tags()
    tags.feed(page(audit))
    assert not tags.names & {"script", "img", "link", "iframe"} and tags.addresses == []


def test_what_gives_no_request_is_counted(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text('{"name": "package"}')
    (tmp_path / "pets.json").write_text(json.dumps(SPEC))
    found = questions([tmp_path / "no.json", tmp_path / "pets.json"], ["curl"], "0shot", 2, PARAMS)
    assert len(found.rows) == 2 and found.left_out == {"no_version": 1}
    assert list(found.unread) == [f"{(tmp_path / 'no.json').as_posix()}"]
    with pytest.raises(UserError, match=r"no operation can be asked for: .*no.json: no_version: neither .*but name"):
        questions([tmp_path / "no.json"], ["curl"], "0shot", None, PARAMS)


def test_a_wrong_call_names_its_file_where_there_are_several(asked: Questions) -> None:
    calls = list(kinds(asked, {"GET /pets": "no call"}).values())
    audit = report(asked, calls, "0shot", 0)
    for call in audit["calls"][1:]:
        call["api"] = "specs/other.json"
    name = next(call["api"] for call in audit["calls"] if call["kind"] != RIGHT)
    assert f"  {name}  GET /pets  " in table(audit).splitlines()[-1]


def test_a_call_that_was_cut_off_says_so(asked: Questions) -> None:
    outputs = [Output(test["reference"][:20], True) for test in asked.tests]
    found = judged(asked, {"m": outputs}, READ_ONLY, 1)
    assert all(call.details[0] == "cut off: the model wrote no end" for call in found if call.kind != RIGHT)
    assert any(call.kind != RIGHT for call in found)


def test_an_operation_whose_values_cannot_be_said_is_asked_for_without_them(tmp_path: Path) -> None:
    parts = {"multipart/form-data": {"schema": record({"file": STRING | {"format": "binary"}}, "file")}}
    upload = {"summary": "Upload a file", "requestBody": {"required": True, "content": parts}, "responses": {}}
    listing = {"summary": "List pets", "parameters": [parameter("limit", "query", INTEGER)], "responses": {}}
    document = openapi({"/files": {"post": upload}, "/pets": {"get": listing}}, "https://pets.example/v1")
    (tmp_path / "files.json").write_text(json.dumps(document))
    spoken = PARAMS.model_copy(update={"instruct": PARAMS.instruct.model_copy(update={"values": "spoken"})})
    asked = questions([tmp_path / "files.json"], ["curl"], "spec", None, spoken)
    audit = report(asked, list(kinds(asked, {}).values()), "spec", 0)
    assert [asked.rows[key]["path"] for key in asked.without_values] == ["/files"] and audit["without_values"] == 1
    assert table(audit).startswith("2 operations, 1 of them without values, spec; left out: 0")
    assert "1 of them asked for without values" in page(audit)


def test_it_says_which_calls_are_free_of_a_grammar_and_why(tmp_path: Path) -> None:
    parts = {"multipart/form-data": {"schema": record({"note": STRING}, "note")}}
    upload = {"summary": "Add a note", "requestBody": {"required": True, "content": parts}, "responses": {}}
    document = openapi({"/notes": {"post": upload}}, "https://pets.example/v1")
    (tmp_path / "notes.json").write_text(json.dumps(document))
    asked = questions([tmp_path / "notes.json"], ["curl", "go"], "spec", None, PARAMS)
    calls = judged(asked, {"m": [Output(test["reference"], False) for test in asked.tests]}, READ_ONLY, 1)
    held, free = (report(asked, calls, "spec", 0, constrained) for constrained in (True, False))
    assert held["free"] == {"language": ["POST /notes (go)"], "multipart": ["POST /notes (curl)"]}
    told = "Written freely, for want of a grammar (docs/constrained.md): language 1; multipart 1: POST /notes (curl)"
    assert told in table(held) and told in page(held)
    assert free["free"] == {} and "Written freely" not in table(free) + page(free)


def test_examples_are_calls_of_other_operations(file: Path) -> None:
    found = questions([file], ["curl", "go"], "retrieved_3shot", None, PARAMS)
    assert len(found.tests) == 8
    assert all(test["examples"] and test["id"] not in test["examples"] for test in found.tests)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a tiny model of random weights in models/adapter."""
    save_tiny(tmp_path / "models/adapter")
    write_params(tmp_path, finetune={"model": str(tmp_path / "models/adapter")}, evaluate={"new_tokens": 6})
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


def test_the_command_compares_models_and_its_exit_code_is_the_threshold_s(repository: Path, file: Path) -> None:
    files = ("--json", "found.json", "--html", "found.html")
    done = run(file.parent, "--model", "tuned", "--model", repository / "models/adapter", "--no-execute", *files)
    assert done.exit_code == 0 and done.stdout.startswith("4 operations, spec, constrained; left out: 0")
    found = json.loads((repository / "found.json").read_text())
    assert list(found["models"]) == ["tuned", str(repository / "models/adapter")] and len(found["calls"]) == 8
    assert (repository / "found.html").read_text().startswith("<!doctype html>")
    under = run(file, "--no-execute", "--no-constrained", "--fail-under", "0.5")
    assert under.exit_code == 1 and under.stderr.splitlines()[-1] == "right calls: 0.0000, less than 0.5"
    assert run(file, "--no-execute", "--fail-under", "0").exit_code == 0
    partly = run(file, "--no-execute", "--lang", "curl", "--lang", "go")
    assert partly.stdout.startswith("4 operations, spec, constrained 4 of 8; left out: 0"), partly.stderr
    free = run(file, "--no-execute", "--no-constrained")
    assert free.stdout.startswith("4 operations, spec; left out: 0"), free.stderr
    refused = run(file, "--lang", "go", "--constrained")
    assert (refused.exit_code, refused.stderr) == (2, "--constrained: 0 of 4 calls have a grammar; leave it out\n")


def test_an_adapter_of_another_model_is_refused(repository: Path, file: Path) -> None:
    (repository / "other").mkdir()
    (repository / "other/adapter_config.json").write_text('{"base_model_name_or_path": "acme/coder"}')
    refused = run(file, "--model", "other")
    assert refused.exit_code == 2 and refused.stderr.startswith("other is an adapter of acme/coder, and finetune.model")


class Chat(ChatServer):
    """A server of chat turns, whose model knows one call."""

    def do_POST(self) -> None:
        self.question()
        text = f"```sh\n{CALL.format('GET', 'https://pets.example/v1/pets/7')}\n```"
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
        reply = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }
        self.answer(200, reply)


def test_a_model_behind_a_server_is_audited_by_its_name(repository: Path, file: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Chat) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        done = run(file, "--model", "m", "--base-url", url, "--concurrency", 2, "--no-execute", "--json", "found.json")
        server.shutdown()
    assert done.exit_code == 0, done.stderr
    (figures,) = json.loads((repository / "found.json").read_text())["models"].values()
    assert (figures["kinds"][RIGHT]["n"], figures["kinds"]["wrong_endpoint"]["n"]) == (1, 3)
    wrong = run(file, "--model", "m", "--base-url", "nowhere")
    assert wrong.exit_code == 2 and wrong.stderr.splitlines()[-1].startswith("nowhere is no address of a server")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.yaml",), "none.yaml: No such file or directory"),
        (("params.yaml",), "no operation can be asked for: params.yaml: no_version: neither"),
        (("params.yaml", "--model", "./none"), "./none: no such folder of a model or an adapter"),
        (("params.yaml", "--setting", "9shot"), "no such setting: 9shot; there are 0shot, random_3shot"),
        (("params.yaml", "--lang", "cobol"), "no such language: cobol"),
        (("params.yaml", "--base-url", "http://h.example/v1"), "--base-url needs --model"),
        (("params.yaml", "--setting", "0shot", "--constrained"), "--constrained needs a setting with documentation"),
    ],
)
def test_what_cannot_be_audited_is_one_line(repository: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "") and said in done.stderr and done.stderr.count("\n") == 1
