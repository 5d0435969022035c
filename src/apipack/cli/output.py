"""What the commands of the command line print, and how they end when they cannot go on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

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


NOBODY_READS = 141
"""Exit code of a program that SIGPIPE ends: 128 + 13."""


class Commands(TyperGroup):
    """What is printed is UTF-8, whatever the locale. A command ends quietly when nobody reads on. One whose extra is
    not installed ends in one line that says how to install it, and exit code 2; so does one that the system refuses a
    file, a folder or space for what it prints."""

    def main(self, *args: Any, **extra: Any) -> Any:
        for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors=errors)
        if sys.stdin is None:  # closed by the one who called
            sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
        try:
            return super().main(*args, **extra)
        except BrokenPipeError:
            sys.exit(NOBODY_READS)
        except OSError as error:
            print(f"apipack: {error}", file=sys.stderr)
            sys.exit(2)
        finally:
            _flush()

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            command = ctx.invoked_subcommand
            if (error.name or "apipack").startswith("apipack"):
                raise
            fail(f"apipack {command} needs {error.name}: {install(EXTRAS.get(command, 'pipeline'))}", 2)


def install(extra: str) -> str:
    """How to get an extra. PyPI's package of this name is somebody else's."""
    return f"pip install '.[{extra}]' in the clone"


def fail(message: str, code: int) -> NoReturn:
    """One line on standard error, and an exit code."""
    say(message)
    raise typer.Exit(code)


@contextlib.contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """A file, or standard input for `-`; one that cannot be opened is one line and exit code 2."""
    try:
        stream = typer.get_binary_stream("stdin") if name == "-" else open(name, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        fail(f"{name}: {getattr(error, 'strerror', None) or error}", 2)
    try:
        yield stream
    finally:
        if name != "-":
            stream.close()


def put(text: str) -> None:
    """One line on standard output; the end where nobody reads on or nothing more fits."""
    try:
        print(text)
    except BrokenPipeError:
        raise typer.Exit(NOBODY_READS) from None
    except OSError as error:
        fail(f"standard output: {error.strerror}", 2)


def _flush() -> None:
    """What is not written yet; Python itself would say at exit that nobody reads on."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(NOBODY_READS)
        print(f"standard output: {error}", file=sys.stderr)
        sys.exit(2)


def say(message: str) -> None:
    """One line on standard error, as `shown`."""
    print(shown(" ".join(message.split())), file=sys.stderr)


def shown(text: str) -> str:
    """The text with what is not printable escaped, but for line ends: nothing moves a terminal's cursor, since neither
    documents nor what models write is ours."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def line(row: dict[str, Any]) -> str:
    """A row as one line of JSON that UTF-8 can hold: lone surrogates stay escaped."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def known(languages: list[str]) -> list[str]:
    """The same languages; exit code 2 where one is none of `records.LANGUAGES`."""
    if unknown := [language for language in languages if language not in LANGUAGES]:
        fail(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}", 2)
    return languages
