"""`apipack calls` with a folder and with an address, and what its last line counts."""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apipack.cli.main import app

GOOD = """
openapi: 3.0.3
servers: [{url: ./v1}]
paths:
  /pets: {get: {operationId: list_pets}}
  /gone: {$ref: 'gone.yaml'}
  /trace: {trace: {operationId: trace_pets, tags: 3}}
"""


NO_HOST = "a document names no host: its calls go to api.example.com; --host names another"
ADVICE = "external_ref: other files are not read: make one document of all first, with `redocly bundle` for example"


def run(*arguments: str) -> tuple[int, list[dict[str, str]], list[str]]:
    done = CliRunner().invoke(app, ["calls", *arguments])
    return done.exit_code, [json.loads(text) for text in done.stdout.splitlines()], done.stderr.splitlines()


def test_the_last_line_counts_what_was_made_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD)
    code, rows, told = run(str(path), "--lang", "curl", "--lang", "javascript")
    assert code == 0 and [row["operation"] for row in rows] == ["list_pets"] * 2 + ["trace_pets"]
    assert told == [
        "/gone: external_ref: gone.yaml",
        "trace_pets: javascript: XMLHttpRequest refuses TRACE",
        ADVICE,
        NO_HOST,
        "3 calls of 2 operations; operations left out: 1 (external_ref 1); calls left out: 1 (javascript 1); "
        "members repaired: 1 (Operation: tags: Input should be a valid list)",
    ]
    for name in ("list_pets", "GET /pets"):
        assert [row["path"] for row in run(str(path), "--operation", name, "--lang", "go")[1]] == ["/pets"]


def test_a_host_stands_where_the_document_names_none(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD)
    _, rows, told = run(str(path), "--host", "localhost:8080", "--lang", "curl", "--operation", "list_pets")
    assert "//localhost:8080/v1/pets" in rows[0]["call"] and NO_HOST not in told
    code, rows, told = run(str(path), "--host", "https://api.example.com/v1")
    assert (code, rows) == (2, [])
    assert "--host takes a host, such as api.example.com or localhost:8080, and not https://api.example.com" in told[0]


def test_a_folder_is_all_of_its_documents(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/good.yaml").write_text(GOOD)
    (tmp_path / "page.json").write_text("<!doctype html>")
    (tmp_path / "notes.txt").write_text("none")
    code, rows, told = run(str(tmp_path), "--lang", "curl")
    assert code == 0 and {row["spec"] for row in rows} == {"a/good.yaml"}
    assert told[0].startswith("page.json: not_json_or_yaml: an HTML page")
    repaired = "members repaired: 1 (Operation: tags: Input should be a valid list)"
    assert told[-1].endswith(f"documents left out: 1 (not_json_or_yaml 1); {repaired}")
    code, rows, told = run(str(tmp_path), "--operation", "nope")
    assert (code, rows, told[-1]) == (
        2,
        [],
        f"{tmp_path}: no document (.json, .yaml or .yml) of the folder has an operation nope",
    )


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/specs/openapi.yaml")
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
        elif self.path == "/half":
            self.send_response(200)
            self.send_header("Content-Length", "9999")
        elif self.path == "/packed":
            packed = gzip.compress(GOOD.encode())
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(packed)
            return
        elif self.path == "/private":
            self.send_response(401)
        elif self.path == "/file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
        else:
            self.send_response(200 if self.path in ("/specs/openapi.yaml", "/a%20%C3%BC") else 404)
        self.end_headers()
        self.wfile.write(GOOD.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("page", ["specs/openapi.yaml", "moved"])
def test_relative_servers_are_resolved_against_where_the_document_came_from(site: str, page: str) -> None:
    code, rows, _ = run("--url", f"{site}/{page}", "--lang", "curl", "--operation", "list_pets")
    assert code == 0 and f"--url '{site}/specs/v1/pets'" in rows[0]["call"]
    _, rows, _ = run("--url", f"{site}/{page}", "--lang", "curl", "--operation", "list_pets", "--host", "h.example")
    assert "--url 'https://h.example/v1/pets'" in rows[0]["call"]


@pytest.mark.parametrize("page", ["packed", "a ü", "a%20%C3%BC"])
def test_what_servers_and_people_do_with_addresses(site: str, page: str) -> None:
    code, rows, _ = run("--url", f"{site}/{page}", "--lang", "curl", "--operation", "list_pets")
    assert code == 0 and f"--url '{site}/v1/pets'" in rows[0]["call"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "SITE/none"), "SITE/none answers 404"),
        (("--url", "SITE/file"), "SITE/file answers 302"),
        (("--url", "SITE/round"), "SITE/round answers 302 and leads on without an end"),
        (("--url", "SITE/half"), f"SITE/half broke off after {len(GOOD)} bytes"),
        (("--url", "SITE/private"), "SITE/private answers 401 Unauthorized: it wants credentials: save the document"),
        (("--url", "file:///etc/passwd"), "file:///etc/passwd is no http or https address"),
        (("--url", "https://u:p@h.example/"), "is no http or https address"),
        (("--url", "http://127.0.0.1:1/"), "http://127.0.0.1:1/ cannot be fetched: Connection refused"),
        (("--url", "http://127.0.0.1:99999/"), "http://127.0.0.1:99999/ is no http or https address"),
        (("--url", "h.example/openapi.yaml"), "h.example/openapi.yaml is no http or https address"),
        (("none.yaml",), "none.yaml: No such file or directory"),
        (("https://h.example/a.yaml",), "no such file; an address is given with --url"),
        ((), "give a file, a folder or --url"),
        (("a.yaml", "--url", "SITE"), "give a file, a folder or --url"),
    ],
)
def test_what_cannot_be_had_is_one_line(site: str, arguments: tuple[str, ...], said: str) -> None:
    code, rows, told = run(*(argument.replace("SITE", site) for argument in arguments))
    assert (code, rows, len(told)) == (2, [], 1) and said.replace("SITE", site) in told[0]


ODD = """
openapi: 3.1.0
servers: [{url: https://h.example}]
paths:
  /a: {get: {operationId: "a\\e[2J\\0b", parameters: [{name: "X\\r\\nY", in: header, required: true}]}}
  /b: {get: {operationId: LONG, servers: [{url: "ftp://h.example"}]}}
  /c: {post: {operationId: c, requestBody: {content: {application/json: {schema: {$ref: "#s0"}}}}}}
"""


def test_lines_are_short_and_move_no_cursor(tmp_path: Path) -> None:
    chain = {f"S{n}": {"$anchor": f"s{n}", "anyOf": [{"$ref": f"#s{n + 1}"}]} for n in range(3_000)}
    path = tmp_path / "spec.yaml"
    path.write_text(f"{ODD.replace('LONG', 'n' * 5_000)}components: {json.dumps({'schemas': chain})}")
    code, rows, told = run(str(path), "--lang", "curl")
    assert (code, rows) == (0, [])
    assert told == [
        "a\\x1b[2J\\x00b: bad_header: X Y",
        f"{'n' * 120}...: server_not_http: ftp://h.example",
        "c: too_deep: nested deeper than it can be read",
        "0 calls of 0 operations; operations left out: 3 (bad_header 1, server_not_http 1, too_deep 1); "
        "members repaired: 0",
    ]


def test_who_takes_the_first_lines_alone_gets_no_error(tmp_path: Path) -> None:
    paths: dict[str, object] = {f"/a{number}": {"get": {}} for number in range(2_000)}
    (tmp_path / "spec.json").write_text(json.dumps({"openapi": "3.0.0", "paths": paths}))
    for spec in (tmp_path / "spec.json", tmp_path):
        command = [sys.executable, "-c", "from apipack.cli.main import app; app()", "calls", str(spec), "--lang", "go"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stderr is not None
            assert b"/a0" in process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""


def test_a_document_without_operations_is_counted(tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("openapi: 3.0.0\npaths: {}\n")
    told = ["no_operations: its paths have none", "0 calls of 0 operations; operations left out: 0; "
            "documents left out: 1 (no_operations 1); members repaired: 0"]  # fmt: skip
    assert run(str(tmp_path / "none.yaml")) == (0, [], told)
    (tmp_path / "some.yaml").write_text(GOOD)
    code, rows, (first, *_) = run(str(tmp_path), "--lang", "go")
    assert code == 0 and len(rows) == 2 and first == f"none.yaml: {told[0]}"


def test_what_a_user_may_have_meant_is_said(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    twice = "/books: {get: {operationId: list}}\n  /gone: {get: {operationId: list, requestBody: {$ref: '#/no'}}}"
    path.write_text(f"openapi: 3.0.0\nservers: [{{url: h.example.com/v2}}]\npaths:\n  {twice}\n")
    code, rows, told = run(str(path), "--lang", "curl")
    assert code == 0 and [row["path"] for row in rows] == ["/books"]
    assert told[0].startswith("list (GET /gone): dangling_ref")
    assert told[1] == "the server h.example.com/v2 has no scheme, so it is a path; is https://h.example.com/v2 meant?"
    assert run(str(path), "--operation", "lists")[2][-1].endswith("give an id or `METHOD path`; like it: list")


def test_a_file_without_an_end_is_too_large() -> None:
    assert run("/dev/zero")[::2] == (2, ["/dev/zero: too_large: 100000001 bytes, 100000000 allowed"])


def test_an_operation_that_is_not_found_may_be_one_that_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD)
    code, rows, told = run(str(path), "--operation", "get_gone")
    assert (code, rows) == (2, [])
    assert told[0].startswith("/gone: external_ref") and told[-1].find("no operation is called get_gone;") > 0
    assert run(str(path), "--operation", "list_pets")[2][-1].startswith(("1 calls", "10 calls"))
