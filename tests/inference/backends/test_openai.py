"""The backend `openai` against a real server (`transformers serve` with the embedded model) behind a proxy that fails.

The proxy answers 429 and 500, says nothing until the client gives up, or cuts an answer short, in turn, and counts
what the server really generated and what reached the client whole.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from apipack.errors import UserError
from apipack.inference.backends.base import Completion, Failure, Prompt, Sampling
from apipack.inference.backends.openai import OpenAIBackend
from apipack.inference.params import Server
from apipack.models.places import resolve
from apipack.models.store import Store

SHORT = Sampling(0.7, 0.95, 4)
ATTEMPTS = 6


def of(url: str | None, timeout: float = 120.0, concurrency: int = 4, **more: float) -> Server:
    prices = {"price_in": 0.0, "price_out": 0.0} | more
    return Server(base_url=url, key_variable="NO_SUCH_KEY", concurrency=concurrency, timeout=timeout, **prices)


def model() -> str:
    """What `transformers serve` calls the embedded model: its folder."""
    return str(resolve("embedded"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a real server of the embedded model, up."""
    port, command = free_port(), shutil.which("transformers") or str(Path(sys.executable).with_name("transformers"))
    arguments = [command, "serve", model(), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert process.poll() is None, "transformers serve ended"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                    break
            except OSError:
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


class Proxy:
    """Forwards to a server; `faults` are handed out to the requests in turn, None for a request that passes."""

    def __init__(self, upstream: str, faults: list[str | None]) -> None:
        self.upstream, self.faults = upstream, faults
        self.seen = self.forwarded = self.delivered = 0
        self.given: Counter[str] = Counter()
        self.waits: list[float] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        with self._lock:
            fault = self.faults[self.seen % len(self.faults)]
            self.seen += 1
            self.given[fault or "none"] += 1
        if fault in ("429", "500"):
            handler.send_response(int(fault))
            handler.send_header("retry-after", "0")
            handler.send_header("content-length", "0")
            handler.end_headers()
            return
        if fault == "hang":
            handler.rfile.read(1)  # until the client hangs up
            return
        with self._lock:
            self.forwarded += 1
        request = urllib.request.Request(
            self.upstream + handler.path.removeprefix("/v1"), body, {"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(content)))
        handler.end_headers()
        if fault == "cut":
            handler.wfile.write(content[: len(content) // 2])
            handler.close_connection = True
            return
        try:
            handler.wfile.write(content)
            handler.wfile.flush()
        except OSError:  # the client was killed
            return
        with self._lock:
            self.delivered += 1


@pytest.fixture
def proxy(server: str) -> Iterator[Callable[[list[str | None]], Proxy]]:
    opened: list[Proxy] = []

    def make(faults: list[str | None]) -> Proxy:
        opened.append(Proxy(server, faults))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def asked(count: int) -> list[Prompt]:
    return [Prompt("Answer in one word.", f"Name a fruit. ({number})", number) for number in range(count)]


def test_answers_in_their_places_with_tokens_and_cost(server: str) -> None:
    backend = OpenAIBackend(model(), SHORT, of(server, price_in=2.0, price_out=4.0), ATTEMPTS)
    made = dict(backend.generate(asked(2), 2))
    assert sorted(made) == [0, 1, 2, 3]
    completions = [one for one in made.values() if isinstance(one, Completion)]
    assert len(completions) == 4 and all(1 <= one.completion_tokens <= 4 < one.prompt_tokens for one in completions)
    assert backend.prompt_tokens == sum(one.prompt_tokens for one in completions)
    assert backend.cost == pytest.approx((backend.prompt_tokens * 2 + backend.completion_tokens * 4) / 1e6)


def test_every_kind_of_fault_is_counted_and_made_good(proxy: Callable[[list[str | None]], Proxy]) -> None:
    between = proxy(["429", None, "500", None, "cut", None, "hang", None])
    backend = OpenAIBackend(model(), SHORT, of(between.url, timeout=20, concurrency=2), ATTEMPTS)
    made = dict(backend.generate(asked(4)))
    assert len(made) == 4 and all(isinstance(one, Completion) for one in made.values())
    assert backend.faults["rate_limit"] and backend.faults["server"] and backend.faults["timeout"]
    assert backend.faults["connection"] + backend.faults["malformed"] == between.given["cut"]
    assert backend.faults.total() == between.seen - between.given["none"]


def test_a_fault_that_stays_is_a_failure_after_all_attempts(proxy: Callable[[list[str | None]], Proxy]) -> None:
    between = proxy(["429"])
    backend = OpenAIBackend(model(), SHORT, of(between.url), 3)
    ((_, outcome),) = backend.generate(asked(1))
    assert isinstance(outcome, Failure) and outcome.kind == "rate_limit" and between.seen == 3
    with pytest.raises(UserError, match="20 requests in a row failed .* what was generated is kept"):
        list(backend.generate(asked(40)))


def test_a_server_that_is_not_there_and_a_request_it_refuses_are_one_line(server: str) -> None:
    absent = OpenAIBackend(model(), SHORT, of(f"http://127.0.0.1:{free_port()}/v1"), 1)
    ((_, outcome),) = absent.generate(asked(1))
    assert isinstance(outcome, Failure) and outcome.kind == "connection"
    wrong = OpenAIBackend(model(), SHORT, of(server + "/nothing"), 2)
    with pytest.raises(UserError, match="the server refuses requests for") as error:
        list(wrong.generate(asked(1)))
    assert "\n" not in str(error.value)


def test_a_server_without_log_probabilities_of_prompts_is_one_line(server: str) -> None:
    backend = OpenAIBackend(model(), SHORT, of(server), 1)
    with pytest.raises(UserError):
        list(backend.loglikelihood([(asked(1)[0], "apple")]))


def test_without_key_and_address_there_is_one_line() -> None:
    with pytest.raises(UserError, match="NO_SUCH_KEY is not set"):
        list(OpenAIBackend("m", SHORT, of(None), 1).generate(asked(1)))


CHILD = """
import sys
from pathlib import Path
from apipack.inference.backends.base import Sampling
from apipack.inference.backends.openai import OpenAIBackend
from apipack.inference.recorded import Recorded
from apipack.models.store import Store
from tests.inference.backends.test_openai import ATTEMPTS, SHORT, asked, model, of

url, path, count, timeout, concurrency = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:])
with Store(path) as store:
    inner = OpenAIBackend(model(), SHORT, of(url, timeout=timeout, concurrency=concurrency), ATTEMPTS)
    backend = Recorded(inner, store, SHORT)
    for at, outcome in backend.generate(asked(count)):
        print(at, type(outcome).__name__, flush=True)
"""


def killed_in_the_middle(between: Proxy, path: Path, count: int, timeout: int, concurrency: int) -> None:
    """Run, kill -9 at the middle, run again: `count` results, and none made twice but those in flight."""
    arguments = [between.url, str(path), *map(str, (count, timeout, concurrency))]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    for lines, _ in enumerate(child.stdout, 1):
        if lines == count // 2:
            os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    with Store(path) as store:
        kept = len(store)
    assert count // 2 <= kept < count
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    outcomes = [line.split() for line in done.stdout.splitlines()]
    assert sorted(int(at) for at, _ in outcomes) == list(range(count))
    assert {kind for _, kind in outcomes} == {"Completion"}
    with Store(path) as store:
        assert len(store) == count
    assert count <= between.delivered <= count + concurrency
    print(json.dumps({"kept": kept, "delivered": between.delivered, "given": dict(between.given)}))


@pytest.mark.slow
def test_killed_in_the_middle_nothing_is_lost_or_made_twice(
    proxy: Callable[[list[str | None]], Proxy], tmp_path: Path
) -> None:
    between = proxy([None, None, "429", None, "500", None, None, "cut"])
    killed_in_the_middle(between, tmp_path / "store.sqlite", count=16, timeout=60, concurrency=2)


@pytest.mark.slow
def test_two_thousand_prompts_through_faults_and_kill_9(
    proxy: Callable[[list[str | None]], Proxy], tmp_path: Path
) -> None:
    faults: list[str | None] = [None] * 40
    faults[3], faults[11], faults[23] = "429", "500", "cut"
    between = proxy([*(faults * 9), "hang"])
    killed_in_the_middle(between, tmp_path / "store.sqlite", count=2000, timeout=60, concurrency=8)
