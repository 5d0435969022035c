"""What a job may take is bounded: each test would see more taken, or another end, where its bound is gone."""

import os
import signal
from dataclasses import replace

import pytest

from apipack.sandbox import MEMORY, Sandbox
from apipack.sandbox.cgroup import limited
from apipack.sandbox.jail import TMP_BYTES
from tests.sandbox.conftest import SMALL, python, shell

pytestmark = pytest.mark.usefixtures("neighbour")
PATIENT = 60.0
"""Seconds that no test here needs, so that a deadline is not what ends it."""
ONE_SECOND = replace(SMALL, cpu=1)
BLOCK = 1024 * 1024
FILE = 199_000

GROW = f"""
kept = []
try:
    while len(kept) < 800:
        kept.append(bytearray({BLOCK}))
    end = "granted"
except MemoryError:
    end = "refused"
count = len(kept)
del kept
print(end, count)
"""


def test_memory_of_a_process(sandbox: Sandbox) -> None:
    end, count = python(sandbox, GROW, PATIENT).steps[0].output.split()
    assert end == "refused" and SMALL.memory // 2 < int(count) * BLOCK < SMALL.memory
    _, more = python(sandbox, GROW, PATIENT, replace(SMALL, memory=2 * SMALL.memory)).steps[0].output.split()
    assert SMALL.memory < int(more) * BLOCK < 2 * SMALL.memory


TOGETHER = """
import os, signal, time
touched, told = os.pipe()
for _ in range(COUNT):
    child = os.fork()
    if not child:
        block = bytearray(BYTES)
        for place in range(0, BYTES, 4096):
            block[place] = 1
        os.write(told, b"%8d" % os.getpid())
        signal.pause()
os.close(told)
os.set_blocking(touched, False)
reached, killed, settled = set(), set(), None
while settled is None or time.monotonic() < settled + 1:
    try:
        reached.add(int(os.read(touched, 8)))
    except BlockingIOError:
        time.sleep(0.01)
    child, status = os.waitpid(-1, os.WNOHANG)
    if child and os.waitstatus_to_exitcode(status) == -signal.SIGKILL:
        killed.add(child)
    if settled is None and len(reached | killed) == COUNT:
        settled = time.monotonic()
print("killed", len(killed))
"""


def test_memory_of_all_processes_together(sandbox: Sandbox) -> None:
    """Sixteen processes, each within its own bound, want half as much again as there is for all. One that reached its
    bytes may be killed for another's, also a moment later."""
    with limited(MEMORY) as group:
        if group is None:
            pytest.skip("this user may make no control group")
    count, size = 16, 150_000_000
    assert size < SMALL.memory and count * size > 1.4 * MEMORY
    step = python(sandbox, TOGETHER.replace("COUNT", str(count)).replace("BYTES", str(size)), PATIENT).steps[0]
    word, killed = step.output.split()
    assert word == "killed" and count - int(killed) <= MEMORY // size


FORKS = """
import os, signal
children, end = [], "granted"
try:
    while len(children) < 300:
        if not (child := os.fork()):
            signal.pause()
        children.append(child)
except BlockingIOError:
    end = "refused"
print(end, len(children))
"""


def test_processes(sandbox: Sandbox) -> None:
    end, count = python(sandbox, FORKS, PATIENT).steps[0].output.split()
    assert end == "refused" and int(count) < SMALL.processes
    if sandbox.users:  # nobody else counts
        assert int(count) == SMALL.processes - 1


SPIN = """
import time
shown = 0
while (now := time.process_time()) < 4:
    if now - shown > 0.1:
        shown = now
        print(now, flush=True)
"""


def test_processor_time(sandbox: Sandbox) -> None:
    step = python(sandbox, SPIN, PATIENT, ONE_SECOND).steps[0]
    assert (step.status, step.code) == ("killed", -signal.SIGKILL)
    assert 0.5 < float(step.output.split()[-1]) < 1.3


WRITE = """
import os, resource
total, end = 0, "granted"
try:
    while total < 3_000_000:
        total += os.write(1, b"x" * 65_536)
except OSError as error:
    end = error.strerror
with open("report", "w") as file:
    print(end, total, sep="; ", file=file)
"""


def test_output(sandbox: Sandbox) -> None:
    done = python(sandbox, WRITE, PATIENT)
    assert done.report == f"File too large; {SMALL.output}\n"
    assert done.steps[0].status == "output" and len(done.steps[0].output) == 8_000
    step = shell(sandbox, "yes", PATIENT).steps[0]
    assert step.status == "output" and len(step.output) == 8_000


FILL = f"""
import os
total, end, names = 0, "granted", []
try:
    while total < {TMP_BYTES} * 3 // 2:
        names.append(str(len(names)))
        with open(names[-1], "wb", buffering=0) as file:
            total += file.write(bytes({FILE}))
except OSError as error:
    end = error.strerror
for name in names:
    os.unlink(name)
print(end, total, sep="; ")
"""


def test_disk(sandbox: Sandbox) -> None:
    end, total = python(sandbox, FILL, PATIENT, replace(SMALL, cpu=20)).steps[0].output.split("; ")
    assert end == os.strerror(28) and TMP_BYTES // 2 < int(total) <= TMP_BYTES
