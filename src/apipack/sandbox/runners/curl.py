"""curl: a shell script a call."""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.runners.program import Program, each

FORKS = True
NEEDS = ("/usr/bin/bash", "/usr/bin/curl")


def script(code: str) -> str:
    """The code with the line ends of Unix where its lines, which backslashes join, all have those of Windows."""
    is_of_windows = "\\\r\n" in code and code.count("\n") == code.count("\r\n")
    return code.replace("\r\n", "\n").rstrip("\r") if is_of_windows else code


def alone(code: str) -> Program:
    code = script(code)
    return Program({"call.sh": code}, ("/usr/bin/bash", "call.sh"), check=("/usr/bin/bash", "-n", "call.sh"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.sh": script(code) for number, code in calls.items()}
    return each(files, {number: ["/usr/bin/bash", f"call{number}.sh"] for number in calls}, marker)
