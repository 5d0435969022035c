"""Execute untrusted code, with no network but a recording server that stands for every host.

Layers, from outside in: a control group bounds memory; a network namespace holds `recorder` and nothing else
(`network`, `warden`); bubblewrap shows read-only toolchains and an empty disk (`jail`); `launcher` gives each job its
own unprivileged user, folder, resource limits and deadline, and kills all it left behind. `runners` know languages.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

from apipack.sandbox.cgroup import limited

NEEDED = ("unshare", "bwrap", "ip", "nft")
PACKAGES = ("cryptography", "h11")
MEMORY = 1_536 * 1024 * 1024
FIRST_USER, USERS = 20_000, 40_000
START_SECONDS = 60.0


class SandboxError(RuntimeError):
    """The sandbox did not start or did not survive a job; one line says why."""


@dataclass(frozen=True)
class Limits:
    """Of one job. memory: bytes of private data a process; output: bytes of any file; cpu: seconds a process;
    processes: with their threads, all together; files: open at a time."""

    memory: int = 1024 * 1024 * 1024
    output: int = 1024 * 1024
    cpu: int = 20
    processes: int = 128
    files: int = 256


@dataclass(frozen=True)
class Job:
    """files: name → text, laid in the job's folder. steps: (name, command, most seconds), until one fails; one
    named `check` runs only after a failure. env: further environment variables."""

    files: Mapping[str, str]
    steps: Sequence[tuple[str, Sequence[str], float]]
    env: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass(frozen=True)
class Step:
    """status: ok, failed, timeout, killed (by a signal: memory or CPU), output (too much of it). code: exit code or
    minus the signal. output: the first and last 4,000 characters."""

    name: str
    status: str
    code: int
    seconds: float
    output: str


@dataclass(frozen=True)
class Record:
    """One request as it arrived. host: the name or address that was connected to. target: as on the wire. error:
    why it is no HTTP/1.1 request, if it is none."""

    scheme: str
    host: str
    port: int
    method: str
    target: str
    headers: list[list[str]]
    body: str
    error: str | None = None


@dataclass(frozen=True)
class Done:
    """What became of a job. report: the text of the file `report` in its folder."""

    steps: list[Step]
    records: list[Record]
    report: str | None


class Sandbox:
    """A context manager; `run` executes jobs one after the other. root: the folder whose toolchains
    are shown, with a /usr and an /etc. grace: seconds that an answer may take beyond those of a job's steps."""

    def __init__(self, root: str = "/", grace: float = 30.0) -> None:
        self.users = os.geteuid() == 0
        self._root = root
        self._grace = grace
        self._stack = contextlib.ExitStack()
        self._jobs = 0

    def __enter__(self) -> Sandbox:
        group = self._stack.enter_context(limited(MEMORY))
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="apipack-sandbox-"))
        config = {"users": self.users, "root": self._root, "group": str(group) if group else None, "folder": folder}
        namespaces = ["--net"] if self.users else ["--user", "--map-root-user", "--net"]
        source = str(Path(__file__).resolve().parents[2])
        environment = {"PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "PYTHONPATH": source}
        command = ["unshare", *namespaces, "--", sys.executable, *(["-B"] if sys.dont_write_bytecode else [])]
        self._process = subprocess.Popen(
            [*command, "-m", "apipack.sandbox.warden", json.dumps(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        self._stack.callback(self._stop)
        try:
            self._answer(START_SECONDS)
        except SandboxError:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, job: Job) -> Done:
        """Execute one job; raises SandboxError when the sandbox itself is gone, after which it is of no more use."""
        assert self._process.stdin is not None
        user = FIRST_USER + (self._process.pid * 61 + self._jobs) % USERS
        line = {
            "id": self._jobs,
            "user": user,
            "files": dict(job.files),
            "steps": [[name, list(command), seconds] for name, command, seconds in job.steps],
            "env": dict(job.env),
            "limits": vars(job.limits),
        }
        self._jobs += 1
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()
        answer = self._answer(sum(seconds for _, _, seconds in job.steps) + self._grace)
        return Done(
            [Step(**step) for step in answer["steps"]],
            [Record(**record) for record in answer["records"]],
            answer["report"],
        )

    def _answer(self, seconds: float) -> dict[str, Any]:
        """The warden's next line. Whatever keeps it from coming in time, the sandbox is killed then."""
        assert self._process.stdout is not None and self._process.stderr is not None
        deadline = time.monotonic() + seconds
        pipe, line = self._process.stdout.fileno(), bytearray()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while not line.endswith(b"\n"):
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                self._kill()
                raise SandboxError(f"no answer within {seconds:.0f} s")
            if not (part := os.read(pipe, 1 << 20)):
                self._kill()
                os.set_blocking(self._process.stderr.fileno(), False)
                trouble = (self._process.stderr.read() or b"").decode("utf-8", "replace").strip().splitlines()
                raise SandboxError(trouble[-1] if trouble else "its launcher was killed")
            line += part
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _kill(self) -> None:
        """The warden and bubblewrap, without which the jail's first process, and so all in it, is killed. (The warden
        alone would not do: its death cannot signal those who kept more privileges.)"""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _stop(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._kill()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


@functools.cache
def unavailable() -> str | None:
    """Why no sandbox can be had on this machine, in one line, or None."""
    if sys.platform != "linux":
        return "the sandbox needs Linux"
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if missing := [tool for tool in NEEDED if not shutil.which(tool, path=path)]:
        return f"{', '.join(missing)} not found: run `make toolchains`"
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        return f"the sandbox needs {', '.join(missing)}: pip install '.[pipeline]' in the clone"
    try:
        with Sandbox() as sandbox:
            done = sandbox.run(Job({}, [("run", ["/bin/true"], 10.0)]))
    except (SandboxError, OSError) as error:
        return f"the kernel or its settings refuse namespaces: {error}"
    return None if done.steps[0].status == "ok" else f"a program does not start in it: {done.steps[0].output}"
