"""The code really sends the request: toolchains of this machine run the hostile corpus against a recorder."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from apipack.languages import Unrepresentable, render
from apipack.records import METHODS, Request
from tests.languages.hostile import corpus

OKHTTP = ":".join(f"/usr/share/java/{name}.jar" for name in ("okhttp", "okio"))
NODE_PATH = os.environ.get("NODE_PATH", "/usr/lib/node_modules")
CLIENT_HEADERS = {
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "content-length",
    "connection",
    "transfer-encoding",
}

Recorded = dict[int, Request]
Calls = dict[int, str]
Runner = Callable[[Calls, Path], None]


class Recorder(BaseHTTPRequestHandler):
    """Records each request by the number in its path, /call7/..., and answers with an empty page."""

    protocol_version = "HTTP/1.1"
    recorded: Recorded = {}

    def answer(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        number, target = re.fullmatch(r"/call(\d+)(.*)", self.requestline.split(" ")[1]).groups()
        headers = tuple(self.headers.items())
        self.recorded[int(number)] = Request(self.command, target, headers, body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


for method in METHODS:
    setattr(Recorder, f"do_{method}", Recorder.answer)


@pytest.fixture
def recorder() -> Iterator[tuple[str, Recorded]]:
    """Origin of a loopback server, and what it records."""
    Recorder.recorded = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Recorder.recorded
    server.shutdown()


def run(*command: str | Path, cwd: Path, **environment: str) -> None:
    """Run a command; what a compiler or an interpreter complains about fails the test."""
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, env=os.environ | environment, timeout=300
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


def run_curl(calls: Calls, folder: Path) -> None:
    """Each call is a shell script; curl's exit status 18 is its word on a HEAD with a length."""
    for number, code in calls.items():
        file = folder / f"call{number}.sh"
        file.write_bytes(code.encode())
        run("bash", "-c", '. "$0" || test "$?" = 18', file, cwd=folder)


def one_process(suffix: str, load: str, *interpreter: str, head: str = "", **environment: str) -> Runner:
    """A runner in which one interpreter loads the file of each call."""

    def runner(calls: Calls, folder: Path) -> None:
        for number, code in calls.items():
            (folder / f"call{number}.{suffix}").write_bytes(code.encode())
        loads = "".join(f"{load % {'file': folder / f'call{number}.{suffix}'}}\n" for number in calls)
        (folder / f"all.{suffix}").write_text(head + loads)
        run(*interpreter, f"all.{suffix}", cwd=folder, **environment)

    return runner


def run_c(calls: Calls, folder: Path) -> None:
    for number, code in calls.items():
        (folder / f"call{number}.c").write_bytes(code.replace("int main(", f"int call{number}(").encode())
    dispatch = "".join(f"int call{number}(void);\n" for number in calls)
    dispatch += "int main(void) {\n" + "".join(f"  if (call{number}()) return {number};\n" for number in calls) + "}\n"
    (folder / "main.c").write_text(dispatch)
    run("gcc", "-std=c99", "-Wall", "-o", "calls", *sorted(folder.glob("*.c")), "-lcurl", cwd=folder)
    run("./calls", cwd=folder)


def run_go(calls: Calls, folder: Path) -> None:
    for number, code in calls.items():
        (folder / f"call{number}.go").write_bytes(code.replace("func main(", f"func call{number}(").encode())
    (folder / "main.go").write_text("package main\n\nfunc main() {\n" + "".join(f"call{n}()\n" for n in calls) + "}\n")
    (folder / "go.mod").write_text("module calls\n")
    run("go", "run", ".", cwd=folder)


def run_java(calls: Calls, folder: Path) -> None:
    methods = [f"static void call{number}() throws Exception {{\n{code}\n}}\n" for number, code in calls.items()]
    main = "".join(f"call{number}();\n" for number in calls) + "System.exit(0);"
    program = f"{''.join(methods)}public static void main(String[] a) throws Exception {{\n{main}\n}}"
    imports = "import okhttp3.*;\nimport java.nio.charset.StandardCharsets;\n\n"
    (folder / "Calls.java").write_bytes(f"{imports}public class Calls {{\n{program}\n}}".encode())
    run("javac", "-encoding", "UTF-8", "-cp", OKHTTP, "Calls.java", cwd=folder)
    run("java", "-cp", f"{OKHTTP}:.", "Calls", cwd=folder)


def has(*names: str) -> bool:
    return all(shutil.which(name) for name in names)


def works(*command: str) -> bool:
    return has(command[0]) and not subprocess.run(command, capture_output=True).returncode


HEADERS_OF_C = "echo '#include <curl/curl.h>' | gcc -fsyntax-only -xc -"
RUNNERS: dict[str, tuple[Callable[[], bool], Runner]] = {
    "curl": (lambda: has("bash", "curl"), run_curl),
    "python": (
        lambda: True,
        one_process("py", "exec(compile(open('%(file)s', 'rb').read(), 'call', 'exec'), {})", sys.executable),
    ),
    "php": (
        lambda: works("php", "-r", "curl_init();"),
        one_process("php", "require '%(file)s';", "php", head="<?php\n"),
    ),
    "ruby": (lambda: has("ruby"), one_process("rb", "load '%(file)s'", "ruby")),
    "node": (
        lambda: has("node") and (Path(NODE_PATH) / "request").exists(),
        one_process("js", "require('%(file)s')", "node", NODE_PATH=NODE_PATH),
    ),
    "libcurl": (lambda: has("gcc") and works("sh", "-c", HEADERS_OF_C), run_c),
    "go": (lambda: has("go"), run_go),
    "java": (lambda: has("javac") and all(Path(jar).exists() for jar in OKHTTP.split(":")), run_java),
}


@pytest.mark.parametrize("language", RUNNERS)
def test_the_recorder_sees_the_request(language: str, recorder: tuple[str, Recorded], tmp_path: Path) -> None:
    is_here, runner = RUNNERS[language]
    if not is_here():
        pytest.skip(f"no toolchain for {language}")
    origin, recorded = recorder
    requests = dict(enumerate(corpus(origin)))
    calls: Calls = {}
    for number, request in list(requests.items()):
        try:
            calls[number] = render(
                language, replace(request, url=request.url.replace(origin, f"{origin}/call{number}"))
            )
        except Unrepresentable:
            del requests[number]
    runner(calls, tmp_path)
    wrong = {
        number: (difference, calls[number])
        for number, request in requests.items()
        if (difference := differs(request, origin, recorded.get(number)))
    }
    assert not wrong, f"{len(wrong)} of {len(calls)}: {list(wrong.items())[:3]}"


def differs(request: Request, origin: str, seen: Request | None) -> object:
    """What the recorder saw otherwise; clients may add headers and percent-encode more than they need to."""
    if seen is None:
        return "no request"
    if (seen.method, unquote(seen.url)) != (request.method, unquote(request.url.removeprefix(origin))):
        return seen
    if seen.body != (request.body or ""):
        return seen
    added = CLIENT_HEADERS | ({"content-type"} if request.body is None else set())  # Net::HTTP types an empty POST
    added -= {name.lower() for name, _ in request.headers}
    sent = sorted((name.lower(), value.strip()) for name, value in seen.headers if name.lower() not in added)
    return None if sent == sorted((name.lower(), value) for name, value in request.headers) else seen


def test_javascript_calls_xhr_with_the_request(tmp_path: Path) -> None:
    if not has("node"):
        pytest.skip("no node")
    requests, parts = [], []
    for request in corpus():
        try:
            parts.append(f"(function () {{\n{render('javascript', request)}\n}})();")
        except Unrepresentable:
            continue
        requests.append(request)
    (tmp_path / "calls.js").write_bytes((XHR + "\n".join(parts) + "\nconsole.log(JSON.stringify(calls));").encode())
    done = subprocess.run(["node", tmp_path / "calls.js"], capture_output=True, encoding="utf-8", check=True)
    seen = [Request(m, u, tuple((n, v) for n, v in headers), body) for m, u, headers, body in json.loads(done.stdout)]
    assert seen == requests


XHR = """
const calls = [];
class XMLHttpRequest {
  addEventListener() {}
  open(method, url) { this.call = [method, url, [], null]; calls.push(this.call); }
  setRequestHeader(name, value) { this.call[2].push([name, value]); }
  send(body) { this.call[3] = body === undefined ? null : body; }
}
"""
