"""Python's concurrent.futures: a function that a thread is given runs, and whatever thread it is."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module, Thing
from apipack.languages.wire import Unreadable


class Submitted(Thing):
    """A Future, whose function has run."""

    inert = frozenset({"done", "running", "exception", "cancelled"})

    def __init__(self, value: Any) -> None:
        self.value = value

    def do_result(self, run: Evaluation, given: Arguments) -> Any:
        given.take("timeout")
        return self.value


class Executor(Thing):
    """ThreadPoolExecutor."""

    inert = frozenset({"shutdown"})

    def do_submit(self, run: Evaluation, given: Arguments) -> Submitted:
        if not given.positional:
            raise Unreadable("a thread without a function")
        function, *rest = given.positional
        return Submitted(run.apply(function, Arguments(rest, given.named)))

    def do_map(self, run: Evaluation, given: Arguments) -> list[Any]:
        function, members = given.take("fn", "iterable", required=2)
        if not isinstance(members, list):
            raise Unreadable("threads for what is no list")
        return [run.apply(function, Arguments([member])) for member in members]


def _executor(run: Evaluation, given: Arguments) -> Executor:
    given.take("max_workers")
    return Executor()


THREADS = Module("concurrent.futures", {"ThreadPoolExecutor": Builtin(_executor), "as_completed": MYSTERY})
