"""What the commands of the command line print, and how they end when they cannot go on."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from apipack.records import LANGUAGES

USE, DATA, EXPERIMENTS = "Calls and models", "Data", "Experiments and this machine"
"""The groups of `apipack --help`."""

EXTRAS = {
    **{"ask": "train", "audit": "train,eval", "serve": "train", "judge": "train"},
    **{"compare": "eval", "log": "eval", "sweep": "pipeline,eval"},
}
"""Commands whose packages are an extra's (pyproject.toml); every other command has what it takes."""


class Commands(TyperGroup):
    """A command whose extra is not installed ends in one line that says how to install it, and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            command = ctx.invoked_subcommand
            if command not in EXTRAS or (error.name or "apipack").startswith("apipack"):
                raise
            fail(f"apipack {command} needs {error.name}: pip install 'apipack[{EXTRAS[command]}]'", 2)


def fail(message: str, code: int) -> NoReturn:
    """One line on standard error, and an exit code."""
    print(" ".join(message.split()), file=sys.stderr)
    raise typer.Exit(code)


def line(row: dict[str, Any]) -> str:
    """A row as one line of JSON that UTF-8 can hold: lone surrogates stay escaped."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def known(languages: list[str]) -> list[str]:
    """The same languages; exit code 2 where one is none of `records.LANGUAGES`."""
    if unknown := [language for language in languages if language not in LANGUAGES]:
        fail(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}", 2)
    return languages
