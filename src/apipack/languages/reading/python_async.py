"""Python: what asyncio runs, and what `with` enters."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Deferred, Module, Thing
from apipack.languages.wire import Unreadable


class Gathered(Thing):
    """What asyncio.gather gives, before it is awaited."""

    def __init__(self, given: Arguments) -> None:
        self.values = given.positional


def awaited(run: Evaluation, given: Arguments) -> Any:
    """What `await` and asyncio.run give."""
    (value,) = given.positional
    return [run.awaited(routine) for routine in value.values] if isinstance(value, Gathered) else run.awaited(value)


LOOP = Module("a loop", {"run_until_complete": Builtin(awaited), "close": MYSTERY})
ASYNCIO = Module(
    "asyncio",
    {
        "run": Builtin(awaited),
        "gather": Builtin(lambda run, given: Gathered(given)),
        "wait_for": Builtin(lambda run, given: given.take("aw", "timeout", required=1)[0]),
        **dict.fromkeys(("sleep", "Semaphore", "Lock"), MYSTERY),
        "TimeoutError": MYSTERY,
        **dict.fromkeys(("get_event_loop", "new_event_loop"), Builtin(lambda run, given: LOOP)),
        "set_event_loop": MYSTERY,
    },
)


class Manager(Thing):
    """A context manager of the program. enter: a function that gives what `with` gives."""

    def __init__(self, enter: Any, is_async: bool) -> None:
        self.enter, self.is_async = enter, is_async


def manager_of(run: Evaluation, given: Arguments) -> Manager:
    return Manager(*given.take("enter", "is_async", required=2))


def closing(run: Evaluation, given: Arguments) -> Manager:
    """contextlib.closing and nullcontext."""
    (thing,) = given.take("thing", required=1)
    return Manager(Builtin(lambda run, given: thing), False)


_SAME = Builtin(lambda run, given: given.take("function", required=1)[0])
CONTEXTLIB = Module(
    "contextlib",
    {
        **dict.fromkeys(("contextmanager", "asynccontextmanager"), _SAME),
        **dict.fromkeys(("closing", "nullcontext"), Builtin(closing)),
        "suppress": MYSTERY,
    },
)


def entered(run: Evaluation, given: Arguments) -> Any:
    """What `with` gives, or `async with`; the end of its block is a method that is called some time."""
    value, is_async = given.positional
    if isinstance(value, Deferred):
        if not (is_async and value.is_entered):
            raise Unreadable("a call that is entered and not awaited")
        return run.awaited(value)
    if getattr(value, "is_async", is_async) != is_async:
        raise Unreadable("a client that is entered in another way")
    if isinstance(value, Manager):
        return run.apply(value.enter, Arguments([]))
    if not isinstance(value, Instance):
        return value
    enter, after = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
    if not value.kind.find(enter) and not value.kind.find(after) and hasattr(value, "is_async"):
        return value
    if not value.kind.find(enter):
        raise Unreadable("with an object that cannot be entered")
    run.call_back(value.get(run, after))
    return run.awaited(run.apply(value.get(run, enter), Arguments([])))
