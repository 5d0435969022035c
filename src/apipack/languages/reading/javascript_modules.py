"""JavaScript: `import()` of a module, storage of a browser, and util.format of Node."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import text
from apipack.languages.reading.javascript_numbers import is_number
from apipack.languages.reading.values import MYSTERY, UNSET, Arguments, Builtin, Thing, text_of
from apipack.languages.wire import Unreadable


class Imported(Thing):
    """What `import()` promises; a function behind `then` runs with it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "then":
            return Builtin(lambda run, given: run.apply(given.take("done", required=1)[0], Arguments([self])))
        return run.dialect.imported(self.path, name)


def imported(run: Evaluation, given: Arguments) -> Imported:
    (path,) = given.take("path", required=1)
    return Imported(text_of(path).removeprefix("node:"))


class Storage(Thing):
    """localStorage and sessionStorage, empty where the program has put nothing in."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def do_getItem(self, run: Evaluation, given: Arguments) -> Any:
        (key,) = given.take("key", required=1)
        return self.held.get(text_of(key), UNSET)

    def do_setItem(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        key, value = given.take("key", "value", required=2)
        self.held[text_of(key)] = MYSTERY if value is MYSTERY else text(value)

    def do_removeItem(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.held.pop(text_of(*given.take("key", required=1)), None)


def formatted(pattern: Any, *values: Any) -> str:
    """util.format of texts and numbers."""
    rest = list(values)

    def written(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        if found[1] not in "sd" or not rest:
            raise Unreadable("a format of more than texts and numbers")
        value = rest.pop(0)
        if not (is_number(value) or (found[1] == "s" and isinstance(value, str))):
            raise Unreadable("a format of more than texts and numbers")
        return text(value)

    result = re.sub("%(.)", written, text_of(pattern), flags=re.DOTALL)
    if not all(isinstance(value, str) for value in rest):
        raise Unreadable("values behind a format")
    return " ".join([result, *rest])
