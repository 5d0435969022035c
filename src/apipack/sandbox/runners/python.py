"""Python with requests and httpx: a script a call, with the system's interpreter; many calls fork from one process."""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.jail import PYTHON
from apipack.sandbox.runners.program import Program, each

PACKAGES = "/usr/lib/python3/dist-packages"
FORKS = True
CLIENTS = ("requests", "httpx")
NEEDS = (PYTHON, f"{PACKAGES}/requests", f"{PACKAGES}/httpx")
CHECK = "compile(open('call.py', 'rb').read(), 'call.py', 'exec')"


def alone(code: str) -> Program:
    return Program({"call.py": code}, (PYTHON, "-I", "call.py"), check=(PYTHON, "-I", "-c", CHECK))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.py": code for number, code in calls.items()}
    whole = "\n".join(calls.values())
    clients = [name for name in CLIENTS if name in whole]
    return each(files, {number: [f"call{number}.py"] for number in calls}, marker, loaded=(PACKAGES, *clients))
