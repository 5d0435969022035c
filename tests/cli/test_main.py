import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.languages.codec import render
from apipack.records import LANGUAGES, Request
from tests.fixtures import Documents, Pack

SPEC = """
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets/{id}:
    get: {operationId: getPet, parameters: [{name: id, in: path, required: true, schema: {type: integer}}]}
    delete: {operationId: dropPet, parameters: [{$ref: "other.yaml#/P"}]}
  /pets:
    get: {operationId: searchPets, requestBody: {content: {}}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "pets.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments), input=stdin)
    return done.exit_code, done.stdout, done.stderr


def test_calls_in_every_language_and_a_line_for_what_fails(spec: str) -> None:
    code, out, err = run("calls", spec)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and {row["language"] for row in rows} == set(LANGUAGES)
    assert {(row["operation"], row["method"], row["path"]) for row in rows} == {
        ("getPet", "GET", "/pets/{id}"),
        ("searchPets", "GET", "/pets"),
    }
    assert err.splitlines() == [
        "dropPet: external_ref: other.yaml#/P",
        "external_ref: other files are not read: make one document of all first, with `redocly bundle` for example",
        "a document names no host: its calls go to api.example.com; --host names another",
        "20 calls of 2 operations; operations left out: 1 (external_ref 1); members repaired: 0",
    ]


def test_the_method_of_an_operation_may_be_small(spec: str) -> None:
    code, out, _ = run("calls", spec, "--lang", "curl", "--operation", "get /pets/{id}", "--host", "h.example")
    assert code == 0 and out.count("\n") == 1


def test_one_operation_in_one_language_reads_back(spec: str) -> None:
    _, out, _ = run("calls", spec, "--lang", "go", "--operation", "getPet")
    (row,) = (json.loads(line) for line in out.splitlines())
    code, out, _ = run("request", "--lang", "go", "-", stdin=row["call"])
    assert code == 0
    assert json.loads(out) == {"method": "GET", "url": "https://api.example.com/pets/1", "headers": [], "body": None}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("calls", "none.yaml"), 2, "No such file"),
        (("calls", "SPEC", "--operation", "nope"), 2, "no operation is called nope;"),
        (("calls", "SPEC", "--lang", "cobol"), 2, "no such language: cobol"),
        (("calls", __file__), 2, "test_main.py: n"),
        (("request", "--lang", "curl", "SPEC"), 1, "pets.yaml: "),
    ],
)
def test_what_cannot_be_done_is_one_line(spec: str, arguments: tuple[str, ...], code: int, said: str) -> None:
    found, out, err = run(*(spec if argument == "SPEC" else argument for argument in arguments))
    assert (found, out) == (code, "")
    assert said in err and err.count("\n") == 1


def test_replica_serves_until_it_is_stopped(pack: Pack, documents: Documents) -> None:
    script = "import sys; from apipack.cli.main import app; app()"
    hub = [str(pack(documents)), "--hub", "swaggerhub", "--window", "5", "--fault", "404=1"]
    command = [sys.executable, "-c", script, "replica", *hub]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": "src"},
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    ) as served:
        assert served.stdout is not None
        url = served.stdout.readline().strip()
        for _ in range(3):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"{url}/specs?limit=100")
        with urlopen(f"{url}/specs?limit=100") as page:
            listing = json.load(page)
        assert (len(listing["apis"]), listing["totalCount"]) == (5, 12)
        served.send_signal(signal.SIGINT)
        try:
            assert served.wait(10) == 0
        finally:
            served.kill()


def test_replica_says_what_is_wrong(pack: Pack, documents: Documents) -> None:
    tarball = str(pack(documents))
    assert run("replica", tarball, "--hub", "myspace")[::2] == (
        2,
        "no such hub: myspace; there are apis_guru, swaggerhub, rapidapi, ibm\n",
    )
    assert run("replica", tarball, "--window", "5")[2].startswith("apis_guru has no searches")
    assert run("replica", tarball, "--fault", "meteor=1")[2].startswith("no such fault: meteor; there are latency")
    assert run("replica", tarball, "--fault", "404")[2] == "--fault takes KIND=SHARE, such as 404=0.1\n"
    assert run("replica", "none.tgz")[2].startswith("none.tgz is missing")


def test_a_lone_surrogate_is_scored_and_printed_escaped(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    call = "curl --request GET \\\n  --url 'https://h.example/a'"
    file.write_text(json.dumps({"language": "curl", "prediction": "\ud800é", "reference": call}))
    done = CliRunner().invoke(app, ["score", str(file)])
    assert done.exit_code == 0 and "\\ud800é" in done.stdout and json.loads(done.stdout)["prediction"] == "\ud800é"


@pytest.mark.parametrize("body", ["a\r\nb", "a\rb\n", "\r\n", "a\x0bb\x0cc\u2028d\u0085", "'\r\n$b`c`"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ends_of_lines_in_a_body_are_read_as_they_are_sent(language: str, body: str) -> None:
    request = Request("POST", "https://h.example/a", (("Content-Type", "text/csv"),), body)
    code, out, _ = run("request", "--lang", language, "-", stdin=render(language, request))
    assert code == 0 and json.loads(out)["body"] == body


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in a folder; `$APIPACK` is the command."""
    command = f"{sys.executable} -c 'from apipack.cli.main import app; app()'"
    own = {"PYTHONPATH": str(Path("src").absolute()), "APIPACK": command} | environment
    line = ["bash", "-c", script]
    return subprocess.run(line, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False)


def test_what_is_printed_is_utf_8_in_any_locale(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SPEC.replace("getPet", "getÉ"), encoding="utf-8")
    own = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    done = shell("eval $APIPACK calls s.yaml --lang curl", tmp_path, **own)
    assert done.returncode == 0 and json.loads(done.stdout.splitlines()[0])["operation"] == "getÉ"


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    call = "curl --request GET --url https://h.example/a"
    row = json.dumps({"language": "curl", "prediction": call, "reference": call})
    (tmp_path / "r.jsonl").write_text(f"{row}\n" * 400)
    done = shell("eval $APIPACK score r.jsonl | head -1 >/dev/null; exit ${PIPESTATUS[0]}", tmp_path)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_closed_standard_input_is_an_empty_one(tmp_path: Path) -> None:
    done = shell("eval $APIPACK request --lang curl - <&-", tmp_path)
    assert done.returncode == 1 and done.stderr.endswith("no curl command\n") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["calls s.yaml", "calls .", "score r.jsonl", "request --lang curl c.sh", "--help"])
def test_a_full_disk_below_standard_output_is_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "s.yaml").write_text(SPEC.replace('$ref: "other.yaml#/P"', "name: id, in: path"), encoding="utf-8")
    (tmp_path / "c.sh").write_text("curl --url https://h.example/a")
    (tmp_path / "r.jsonl").write_text('{"language": "curl", "prediction": "a", "reference": "b"}\n' * 400)
    done = shell(f"eval PYTHONUNBUFFERED=1 $APIPACK {command} > /dev/full", tmp_path)
    assert done.returncode == 2 and "No space left on device" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["doctor", "sweep", "preset files"])
def test_a_folder_that_is_gone_is_one_line(tmp_path: Path, command: str) -> None:
    done = shell(f"mkdir gone && cd gone && rmdir ../gone && eval $APIPACK {command}", tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1


def test_presets_are_listed(tmp_path: Path) -> None:
    code, out, _ = run("preset")
    assert code == 0 and {"files", "gpu-135m", "sources"} <= set(out.split())
    done = shell("eval $APIPACK preset", tmp_path)
    assert (done.returncode, done.stdout) == (2, "") and "run from the repository's root" in done.stderr


def test_no_grids_here_says_where_to_run(tmp_path: Path) -> None:
    done = shell("eval $APIPACK sweep", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "experiments has no sweeps; run from the repository's root\n"


def test_an_instruction_that_no_text_can_hold_is_one_line() -> None:
    assert run("ask", "a \udcff", "--lang", "curl") == (2, "", "the instruction is not UTF-8\n")
    assert run("ask", " ", "--lang", "curl") == (2, "", "the instruction is empty\n")
