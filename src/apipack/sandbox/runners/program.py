"""What a language has to say about running its calls: a program of one call, and one program of many calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apipack.sandbox.jail import PYTHON

INSIDE = Path(__file__).with_name("inside")
RUN_SECONDS, BUILD_SECONDS, CALL_SECONDS = 10.0, 90.0, 5.0


@dataclass(frozen=True)
class Program:
    """files: name → text. build, run, check: commands; a failed build, or a failed run whose check fails as well,
    is code that does not compile. env: further environment variables."""

    files: Mapping[str, str]
    run: tuple[str, ...]
    build: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def harness(name: str) -> str:
    """The text of one of the programs that run many calls inside the jail."""
    return (INSIDE / name).read_text(encoding="utf-8")


def each(
    files: Mapping[str, str],
    commands: Mapping[int, list[str]],
    marker: str,
    build: tuple[str, ...] = (),
    loaded: tuple[str, ...] = (),
) -> Program:
    """A program that runs one command a call, serially, under the marks of `each.py`. loaded: a folder of Python's
    packages, and those of them that are loaded before calls fork."""
    plan = {"marker": marker, "commands": commands, "seconds": CALL_SECONDS, "loaded": loaded}
    every = {**files, "each.py": harness("each.py"), "plan.json": json.dumps(plan)}
    return Program(every, (PYTHON, "-I", "-S", "each.py"), build)
