"""One sandbox for a whole file of tests: that its tests follow each other in it is part of what they prove."""

import time
from collections.abc import Iterator

import pytest

from apipack.sandbox import Done, Job, Limits, Sandbox, unavailable

SMALL = Limits(memory=256 * 1024 * 1024, output=200_000, cpu=3, processes=40, files=64)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    if reason := unavailable():
        pytest.skip(reason)
    with Sandbox() as made:
        yield made


def shell(sandbox: Sandbox, code: str, seconds: float = 5.0, limits: Limits = SMALL) -> Done:
    return sandbox.run(Job({"code.sh": code}, [("run", ["/bin/bash", "code.sh"], seconds)], limits=limits))


def python(sandbox: Sandbox, code: str, seconds: float = 5.0, limits: Limits = SMALL) -> Done:
    return sandbox.run(Job({"code.py": code}, [("run", ["/usr/bin/python3", "-I", "code.py"], seconds)], limits=limits))


@pytest.fixture
def neighbour(sandbox: Sandbox) -> Iterator[None]:
    """After the test, the next call runs as if nothing had been, and only its own request is on record."""
    yield
    started = time.monotonic()
    done = shell(sandbox, "curl -sS https://next.example/call && ls -A /tmp")
    assert (done.steps[0].status, [record.target for record in done.records]) == ("ok", ["/call"]), done
    assert done.steps[0].output.count("job") == 1  # nobody's folder but its own
    assert time.monotonic() - started < 4
