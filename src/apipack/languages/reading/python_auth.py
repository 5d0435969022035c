"""Python: classes and functions of a program that put credentials into a request of requests or httpx."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, Type
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.values import MYSTERY, Arguments, Mystery, Thing, known, text_of
from apipack.languages.wire import Unreadable

AUTH_BASE = Type("AuthBase", {}, None, None)
HTTPX_AUTH = Type("Auth", {}, None, None)
FLOWS = ("sync_auth_flow", "async_auth_flow")


class HeaderMap(Thing):
    """Header fields of a request that is about to be sent, by name in any case."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        self.fields.set(known(key), value.decode("latin-1") if isinstance(value, bytes) else value)

    def do_update(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (headers,) = given.take("other", required=1)
        if not isinstance(headers, dict):
            raise Unreadable("headers are not a dict")
        for name, value in headers.items():
            self.set_item(run, name, value)

    def do_setdefault(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("key", "default", required=2)
        self.fields.default(text_of(name), text_of(value))

    def do_pop(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, _ = given.take("key", "default", required=2)
        self.fields.remove(text_of(name))


class Unsent(Thing):
    """A request that credentials are put into."""

    def __init__(self, method: str, url: str, fields: Fields) -> None:
        self.at_method, self.at_url = method, url
        self.at_headers = HeaderMap(fields)

    def state(self) -> tuple[Any, list[tuple[str, str]]]:
        return self.at_url, list(self.at_headers.fields.pairs)

    def set_url(self, run: Evaluation, value: Any) -> None:
        self.at_url = value


def is_callable(auth: Any) -> bool:
    """Whether credentials are a function of the program, or an object of a class of it that can be called."""
    return isinstance(auth, Closure) or (
        isinstance(auth, Instance) and (auth.kind.find("__call__") is not None or has_flow(auth))
    )


def has_flow(auth: Any) -> bool:
    """Whether credentials are an httpx.Auth of the program."""
    return isinstance(auth, Instance) and HTTPX_AUTH in auth.kind.line() and auth.kind.find("auth_flow") is not None


def in_flow(run: Evaluation, given: Arguments) -> None:
    """The beginning of a generator, which runs for an httpx.Auth alone."""
    if not run.flows:
        raise Unreadable("a generator")


def given_out(run: Evaluation, given: Arguments) -> Mystery:
    """`yield` of a request, which is sent then."""
    if run.doubt or not run.flows:
        raise Unreadable("it is not certain that the request is sent")
    (request,) = given.positional
    run.flows[-1].append((request, request.state() if isinstance(request, Unsent) else None))
    return MYSTERY


def apply_auth(run: Evaluation, auth: Any, request: Unsent) -> str:
    """Put credentials into a request by the program's own function; gives the URL that it leaves."""
    if has_flow(auth):
        return _flown(run, auth, request)
    callee = auth.get(run, "__call__") if isinstance(auth, Instance) else auth
    if run.apply(callee, Arguments([request])) is not request:
        raise Unreadable("credentials that give another request")
    return text_of(request.at_url, "the URL")


def _flown(run: Evaluation, auth: Instance, request: Unsent) -> str:
    """An httpx.Auth's flow, which yields its request once."""
    if any(auth.kind.find(name) for name in FLOWS):
        raise Unreadable("credentials with another flow")
    requests: list[Any] = []
    run.flows.append(requests)
    try:
        run.apply(auth.get(run, "auth_flow"), Arguments([request]))
    finally:
        run.flows.pop()
    if requests != [(request, request.state())]:
        raise Unreadable("credentials that send more than the request")
    return text_of(request.at_url, "the URL")
