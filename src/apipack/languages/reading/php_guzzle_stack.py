"""Guzzle 7's HandlerStack, of whose middleware those are known that change a request by a function of the program."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import Arguments, Builtin, Module, Thing
from apipack.languages.wire import Unreadable


class Mapped(Thing):
    """Middleware::mapRequest; without a function, Middleware::mapResponse."""

    def __init__(self, function: Any = None) -> None:
        self.function = function


class Stack(Thing):
    """GuzzleHttp\\HandlerStack: the first that is pushed sees the request first."""

    def __init__(self) -> None:
        self.functions: list[Any] = []

    def do_push(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        middleware, _ = given.take("middleware", "name", required=1)
        if not isinstance(middleware, Mapped):
            raise Unreadable("a middleware of Guzzle that is not known here")
        if middleware.function is not None:
            self.functions.append(middleware.function)

    def mapped(self, run: Evaluation, request: Any) -> Any:
        """What the functions make of a request."""
        for function in self.functions:
            made = run.apply(function, Arguments([request]))
            if not isinstance(made, type(request)):
                raise Unreadable("a middleware that gives no request")
            request = made
        return request


def _stack(run: Evaluation, given: Arguments) -> Stack:
    given.take()
    return Stack()


def _of_answers(run: Evaluation, given: Arguments) -> Mapped:
    run.call_back(*given.positional, *given.named.values())
    return Mapped()


STACKS = {
    "GuzzleHttp\\HandlerStack": Module("GuzzleHttp\\HandlerStack", {"create": Builtin(_stack)}),
    "GuzzleHttp\\Middleware": Module(
        "GuzzleHttp\\Middleware",
        {
            "mapRequest": Builtin(lambda run, given: Mapped(*given.take("fn", required=1))),
            "mapResponse": Builtin(_of_answers),
            "retry": Builtin(_of_answers),
        },
    ),
}
