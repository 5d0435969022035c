"""The ten languages' ways to run: one module a language, with what it needs on the machine.

`alone(code)` is a program of one call, for any code. `together(calls, marker)` is one program of many calls, for code
that the strict readers of `languages` understand: it is faster and guards calls against each other less. Each of its
calls is preceded by a mark, a request for `marker` and the call's number to the address MARKS.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from apipack.languages.environment import FILE_CONTENT, UPLOADED
from apipack.sandbox.runners import curl, go, java, javascript, libcurl, node, php, python, ruby, swift
from apipack.sandbox.runners.program import Program

__all__ = ["MARKS", "Program", "alone", "missing", "root", "shares", "side_by_side", "together"]

MARKS = "100.64.0.1"
MOST_FILES = 8
_MEDIA = re.compile(
    r"(?<![\w/.:%-])(?:\./)?((?:[A-Za-z0-9_][\w-]{0,40}/){0,3}[A-Za-z0-9_][\w-]{0,60}"
    rf"\.(?:{UPLOADED}))(?![\w/.-])",
    re.ASCII,
)
_MODULES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (curl, libcurl, java, node, python, go, ruby, php, swift, javascript)
}


def alone(language: str, code: str) -> Program:
    program: Program = _MODULES[language].alone(code)
    return replace(program, files={**stand_ins(code), **program.files})


def stand_ins(code: str) -> dict[str, str]:
    """Files that code may upload, under the names that it has for them, at most `MOST_FILES`. No verdict asks what they
    hold."""
    return dict.fromkeys(list(dict.fromkeys(_MEDIA.findall(code)))[:MOST_FILES], FILE_CONTENT)


def together(language: str, calls: dict[int, str], marker: str) -> Program:
    program: Program = _MODULES[language].together(calls, marker)
    return program


def shares(language: str, code: str) -> bool:
    """Whether a call in a form that is not ours can be one of a program of many: a process of its own in it, or a part
    that clashes with no other."""
    fits = getattr(_MODULES[language], "fits", None)
    return bool(fits(code)) if fits else bool(getattr(_MODULES[language], "FORKS", False))


def side_by_side(language: str, calls: dict[int, str], marker: str) -> Program:
    """A program of many calls in forms that are not ours, of which `shares` holds."""
    make = getattr(_MODULES[language], "side_by_side", None)
    program: Program = make(calls, marker) if make else together(language, calls, marker)
    return program


def missing(language: str) -> str | None:
    """What of the language's toolchain is not on this machine, in one line, or None."""
    for need in _MODULES[language].NEEDS:
        if not any(_exists(pattern) for pattern in need.split("|")):
            target = "toolchain-swift" if language == "swift" else "toolchains"
            return f"{language}: no {need.split('|')[0]}: run `make {target}`"
    return None


def root(language: str) -> str:
    """The folder whose /usr the language's toolchain lives in: this machine's, or one with a system of its own."""
    return str(getattr(_MODULES[language], "ROOT", "/"))


def _exists(pattern: str) -> bool:
    return any(Path("/").glob(pattern.lstrip("/")))
