"""Node: what `fs` reads of a file that a form uploads."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import Octets
from apipack.languages.reading.uploads import uploaded
from apipack.languages.reading.values import UNDEFINED, Arguments, Builtin, Module, Thing, known, text_of
from apipack.languages.wire import Unreadable


class Promised(Thing):
    """What `await` gives, and nothing else does."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def finish(self, run: Evaluation) -> Any:
        return self.value


def _read(run: Evaluation, given: Arguments) -> Any:
    path, encoding = given.take("path", "options", required=1)
    content, _ = uploaded(text_of(known(path)))
    if encoding is UNDEFINED:
        return Octets(content.encode())
    if encoding not in ("utf8", "utf-8"):
        raise Unreadable("a file of another encoding")
    return content


PROMISES = Module("fs/promises", {"readFile": Builtin(lambda run, given: Promised(_read(run, given)))})
FILES = Module("fs", {"readFileSync": Builtin(_read), "promises": PROMISES})
