"""JavaScript: what its global names mean."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import applied, constant, copied, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_collections import COLLECTIONS
from apipack.languages.reading.javascript_data import (
    FormData,
    Headers,
    blob,
    buffer,
    file,
    parse,
    search_params,
    stringify,
    text,
    url,
)
from apipack.languages.reading.javascript_dates import DATE
from apipack.languages.reading.javascript_numbers import (
    MATH,
    is_number,
    number_of,
    parsed_int,
)
from apipack.languages.reading.javascript_objects import ARRAY, MEMBERS, OBJECT
from apipack.languages.reading.objects import super_of
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Environment,
    Module,
    Thing,
)
from apipack.languages.wire import Unreadable


def _btoa(value: str) -> str:
    return base64.b64encode(value.encode("latin-1")).decode()


def _encoded(value: Any) -> str:
    return sending.component(text(value))


CONSOLE = Module("console", dict.fromkeys(("log", "error", "warn", "info", "debug", "table", "dir"), MYSTERY))
BUFFER = Module(
    "Buffer", {"from": Builtin(buffer), "concat": MYSTERY, "byteLength": constant(lambda value: len(value.encode()))}
)


def later(run: Evaluation, given: Arguments) -> Any:
    """What is called some time, if at all."""
    run.call_back(*given.positional)
    return MYSTERY


def _is_integer(value: Any) -> bool:
    return is_number(value) and value == int(value)


class NumberType(Module):
    """Number, which is a function too."""

    def call(self, run: Evaluation, given: Arguments) -> Any:
        return applied(number_of, given.positional)


NUMBER = NumberType(
    "Number", {"parseInt": constant(parsed_int), "parseFloat": constant(number_of), "isInteger": constant(_is_integer)}
)


class PromiseType(Module):
    """Promise: its function runs at once, and what it is resolved with is not known."""

    def make(self, run: Evaluation, given: Arguments) -> Any:
        (executor,) = given.take("executor", required=1)
        run.apply(executor, Arguments([MYSTERY, MYSTERY]))
        return MYSTERY


PROMISE = PromiseType(
    "Promise",
    {
        "resolve": Builtin(lambda run, given: given.take("value")[0]),
        **dict.fromkeys(("all", "race", "reject"), MYSTERY),
    },
)


class Process(Module):
    """Node's process, whose exit code may be set."""

    def set(self, run: Any, name: str, value: Any) -> None:
        if name != "exitCode":
            super().set(run, name, value)


def _boolean(run: Evaluation, given: Arguments) -> Any:
    truth = run.truth(given.positional[0]) if given.positional else False
    return MYSTERY if truth is None else truth


def _awaited(run: Evaluation, given: Arguments) -> Any:
    """What `await` gives; an object with `then` begins."""
    (value,) = given.positional
    begin = getattr(value, "finish", None)
    return value if begin is None else begin(run)


class Main(Thing):
    """The module that is run: `require.main` is it."""

    settable = frozenset({"exports"})

    def get(self, run: Any, name: str) -> Any:
        return MYSTERY


def _decoded(value: Any) -> str:
    """What decodeURIComponent gives; a percent sign without its two digits throws."""
    if re.search("%(?![0-9A-Fa-f]{2})", text(value)):
        raise Unreadable("a percent sign that encodes nothing")
    return unquote(text(value), errors="strict")


MAIN = Main()

NAMES: Mapping[str, Any] = {
    **COLLECTIONS,
    **MEMBERS,
    "console": CONSOLE,
    "JSON": Module("JSON", {"stringify": constant(stringify), "parse": constant(parse)}),
    "encodeURIComponent": constant(_encoded),
    "encodeURI": constant(lambda value: quote(text(value), safe="!#$&'()*+,/:;=?@-._~")),
    "decodeURIComponent": constant(_decoded),
    "btoa": constant(_btoa),
    "String": constant(text),
    "structuredClone": constant(copied),
    "URLSearchParams": Builtin(search_params),
    "URL": Builtin(url),
    "Headers": Builtin(lambda run, given: Headers(*given.take("init"))),
    "FormData": Builtin(lambda run, given: FormData() if not given.positional else _fail("FormData of a form")),
    "Blob": Builtin(blob),
    "File": Builtin(file),
    "Object": OBJECT,
    "Array": ARRAY,
    "Boolean": Builtin(lambda run, given: _boolean(run, given)),
    "Number": NUMBER,
    "parseInt": constant(parsed_int),
    "parseFloat": constant(number_of),
    "isNaN": constant(lambda value: False if is_number(value) else _fail("isNaN of no number")),
    "Promise": PROMISE,
    "setTimeout": Builtin(later),
    "setInterval": Builtin(later),
    "setImmediate": Builtin(later),
    "queueMicrotask": Builtin(later),
    "clearTimeout": MYSTERY,
    "clearInterval": MYSTERY,
    "Buffer": BUFFER,
    "TextEncoder": Builtin(lambda run, given: Module("TextEncoder", {"encode": Builtin(buffer)})),
    "Infinity": math.inf,
    "this": MYSTERY,
    "super of": Builtin(super_of),
    "await": Builtin(_awaited),
    "getter of": Builtin(lambda run, given: Member(given.positional[0], True)),
    "method of": Builtin(lambda run, given: Member(given.positional[0])),
    "Error": MYSTERY,
    "Date": DATE,
    "Math": MATH,
    "AbortController": MYSTERY,
    "AbortSignal": MYSTERY,
    "document": MYSTERY,
    "alert": MYSTERY,
    "performance": MYSTERY,
    "module": MAIN,
    "import.meta": Module("import.meta", {"env": Environment(), "url": MYSTERY}),
    "exports": MYSTERY,
    "process": Process(
        "process",
        {
            "env": Environment(),
            "argv": [sending.drawn(0), sending.drawn(1)],
            "exit": Builtin(leave),
            "on": MYSTERY,
            "stdout": MYSTERY,
            "stderr": MYSTERY,
        },
    ),
}


def _fail(what: str) -> Any:
    raise Unreadable(what)


@dataclass(frozen=True)
class Member:
    """A function of an object literal, whose `this` is the object that it is called on. is_getter: to take the member
    is to call it."""

    closure: Closure
    is_getter: bool = False
