"""DVC's queue of experiments, by its command line: what is queued, started, running and done.

Measured with DVC 3.67: a worker goes on when the command that started it is killed. When the worker itself is killed,
its task stays `Running` for ever, and `dvc queue start` does not take it up; `dvc queue kill` makes it `Failed`, and
the same name can then be queued again.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from apipack.errors import UserError
from apipack.sweeps.grid import Point

TARGET = "report"
ROW = re.compile(r"^\w{7,}\s+(\S+)\s+.*\s(Queued|Running|Success|Failed)\s*$", re.M)
STAGED = ("params.yaml", "dvc.lock", "metrics")
WORKERS = Path(".dvc/tmp/exps/celery")


class Queue(NamedTuple):
    """states: experiment → its states, one for each time that it was queued. workers: that are alive, by their
    processes: DVC asks them itself, and takes one that a busy machine keeps from answering for dead."""

    states: dict[str, set[str]]
    workers: int

    def has(self, name: str, state: str) -> bool:
        return state in self.states.get(name, ())


def status() -> Queue:
    """What `dvc queue status` says."""
    text = dvc("queue", "status")
    states: dict[str, set[str]] = {}
    for name, state in ROW.findall(text):
        states.setdefault(name, set()).add(state)
    return Queue(states, sum(_is_worker(file) for file in WORKERS.glob("dvc-exp-worker-*.pid")))


def _is_worker(file: Path) -> bool:
    """Whether the process of a pid file is alive, and still a worker of DVC."""
    try:
        return b"queue-worker" in Path("/proc", file.read_text().strip(), "cmdline").read_bytes()
    except OSError:
        return False


def enqueue(points: Sequence[Point]) -> list[Point]:
    """Queue those that are neither queued nor running, and return them. Tasks whose worker was killed are queued
    again."""
    queue = status()
    running = [point for point in points if queue.has(point.name, "Running")]
    if running and not queue.workers:
        dvc("queue", "kill", *(point.name for point in running))
        queue = status()
    waiting = [point for point in points if not (queue.has(point.name, "Queued") or queue.has(point.name, "Running"))]
    for point in waiting:
        dvc("exp", "run", "--queue", "--name", point.name, *_set(point), TARGET)
    return waiting


def start(jobs: int) -> None:
    """Start workers, which outlive this process and end when nothing is queued."""
    dvc("queue", "start", "--jobs", str(jobs))


def run_here(point: Point) -> bool:
    """Run one experiment in this working tree, which shows what it says; whether it succeeded. A training that was
    killed here goes on from its last checkpoint. What DVC had staged by then is unstaged: else it refuses to run."""
    subprocess.run(("git", "reset", "--quiet", "--", *STAGED), check=False)
    return subprocess.run(("dvc", "exp", "run", "--name", point.name, *_set(point), TARGET)).returncode == 0


def finished() -> set[str]:
    """Names of the experiments that DVC has kept, of any commit."""
    return set(dvc("exp", "list", "--all-commits", "--name-only").split())


def forget(name: str) -> None:
    """Remove an experiment that DVC has kept, so that its name is free."""
    dvc("exp", "remove", name)


def logs(name: str) -> str:
    """The last line that a queued experiment wrote."""
    lines = dvc("queue", "logs", name).strip().splitlines()
    return lines[-1] if lines else "it wrote nothing"


def dvc(*arguments: str) -> str:
    """A command's standard output. Raises `UserError` with its last line on standard error."""
    done = subprocess.run(("dvc", *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise UserError(f"dvc {' '.join(arguments[:2])}: {lines[-1]}")
    return done.stdout


def _set(point: Point) -> list[str]:
    return [word for override in point.overrides for word in ("-S", override)]
