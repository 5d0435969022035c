"""Each promise of docs/security.md has a test, and those about servers and secrets are here."""

import ast
import inspect
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from apipack.cli import model
from apipack.evaluation.run_record import record
from apipack.evaluation.tracking import log_run
from apipack.hubs.replica import Replica
from apipack.hubs.replica.apis_guru import ApisGuru
from apipack.inference.answering import ask_served
from apipack.inference.params import Served
from tests.fixtures import Documents, Pack
from tests.parameters import PARAMS

PAGE = Path("docs/security.md")
KEY = "sk-canary-0123456789"
PROMISE = re.compile(r"^\| (?!promise|---)(.*) \| (.*) \|$", re.M)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_names_a_test_that_exists() -> None:
    promises = PROMISE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(promises) >= 25
    for promise, cell in promises:
        (named,) = TEST.findall(cell)
        tree = ast.parse(Path(named[0]).read_text(encoding="utf-8"))
        assert named[1] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, promise


def test_servers_listen_on_loopback_by_default(pack: Pack, documents: Documents) -> None:
    assert inspect.signature(model.serve).parameters["host"].default == "127.0.0.1"
    with Replica(pack(documents), ApisGuru) as replica:
        assert replica.url.startswith("http://127.0.0.1:")


class Answers(BaseHTTPRequestHandler):
    """A chat server that says the same to everybody, and remembers keys."""

    keys: list[str | None] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers["Authorization"])
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "curl"}}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        body = json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/v1"
        served.shutdown()


def holds(folder: Path, text: str) -> list[Path]:
    """Files with the text."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_key_is_sent_and_written_nowhere(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANARY_KEY", KEY)
    served = Served(model="m", base_url=server, key_variable="CANARY_KEY", attempts=1)
    outputs, figures = ask_served(served, ["Show the pet"], PARAMS.evaluate, "", tmp_path / "store.sqlite")
    assert Answers.keys == [f"Bearer {KEY}"] and outputs[0].text == "curl"
    assert holds(tmp_path, "curl") and not holds(tmp_path, KEY)
    assert KEY not in f"{figures}{capfd.readouterr()}"


@pytest.mark.heavy
def test_mlflow_gets_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    monkeypatch.setenv(PARAMS.instruct.server.key_variable, KEY)
    (tmp_path / "report.md").write_text("x")
    log_run("test", record(PARAMS.model_dump(), {"tuned.request_match": 0.5}, artifacts=[tmp_path / "report.md"]))
    assert holds(tmp_path, PARAMS.instruct.server.key_variable) and not holds(tmp_path, KEY)


@pytest.mark.heavy
def test_git_does_not_see_the_remote() -> None:
    assert subprocess.run(["git", "check-ignore", "-q", ".dvc/config.local"]).returncode == 0
    makefile = Path("Makefile").read_text(encoding="utf-8")
    assert re.findall(r"dvc remote add (\S+)", makefile) == ["--local"]
