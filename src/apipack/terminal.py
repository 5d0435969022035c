"""How a command of the command line ends when it cannot go on."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from apipack.records import LANGUAGES


def fail(message: str, code: int) -> NoReturn:
    """One line on standard error, and an exit code."""
    print(" ".join(message.split()), file=sys.stderr)
    raise typer.Exit(code)


def known(languages: list[str]) -> list[str]:
    """The same languages; exit code 2 where one is none of `records.LANGUAGES`."""
    if unknown := [language for language in languages if language not in LANGUAGES]:
        fail(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}", 2)
    return languages
