"""curl: a shell script a call."""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.runners.program import Program, each

FORKS = True
NEEDS = ("/usr/bin/bash", "/usr/bin/curl")


def alone(code: str) -> Program:
    return Program({"call.sh": code}, ("/usr/bin/bash", "call.sh"), check=("/usr/bin/bash", "-n", "call.sh"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.sh": code for number, code in calls.items()}
    return each(files, {number: ["/usr/bin/bash", f"call{number}.sh"] for number in calls}, marker)
