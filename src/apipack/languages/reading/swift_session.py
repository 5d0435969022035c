"""What URLSession sends of URLRequest and NSMutableURLRequest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.swift_addresses import Address
from apipack.languages.reading.swift_data import octets
from apipack.languages.reading.swift_values import Copied
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request


class Outgoing(Copied):
    """URLRequest and NSMutableURLRequest."""

    settable = frozenset({"timeoutInterval", "cachePolicy", "httpShouldHandleCookies", "allowsCellularAccess"})

    def __init__(self, given: Arguments, is_shared: bool = False) -> None:
        self.is_shared = is_shared
        url, *_ = given.take("url", "cachePolicy", "timeoutInterval", required=1)
        if given.positional:
            raise Unreadable("a request without its label")
        self.url = _url(url)
        self.method = "GET"
        self.fields = Fields()
        self.body: bytes | None = None

    def copy(self) -> Outgoing:
        other = super().copy()
        other.fields = Fields(self.fields.pairs)
        return other

    def set_httpMethod(self, run: Evaluation, value: Any) -> None:
        self.method = text_of(value, "the method")

    def set_url(self, run: Evaluation, value: Any) -> None:
        self.url = _url(value)

    def set_httpBody(self, run: Evaluation, value: Any) -> None:
        self.body = None if value is None else octets(value)
        if isinstance(value, str):
            raise Unreadable("a body that is no Data")

    def set_allHTTPHeaderFields(self, run: Evaluation, value: Any) -> None:
        if self.fields.pairs or not isinstance(value, dict):
            raise Unreadable("header fields that join others, or are no dictionary")
        for name, content in value.items():
            if self.fields.get(text_of(name)) is not None:
                raise Unreadable("a header twice")
            self.fields.add(name, content)

    def do_setValue(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        value, name = given.take("value", "forHTTPHeaderField", required=2)
        self.fields.set(name, value)

    def do_addValue(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        value, name = given.take("value", "forHTTPHeaderField", required=2)
        before = self.fields.get(text_of(name))
        self.fields.set(name, text_of(value) if before is None else f"{before},{text_of(value)}")

    def request(self) -> Request:
        fields = Fields(self.fields.pairs)
        if self.body is not None and self.method in ("GET", "HEAD"):
            raise Unreadable(f"URLSession sends no body with {self.method}")
        if self.body and fields.get("Content-Type") is None:
            if self.method != "POST":
                raise Unreadable("a body without its type")
            fields.add("Content-Type", FORM)
        return sent(self.method, self.url, fields, self.body)


def bridged(run: Evaluation, given: Arguments) -> Any:
    """`as URLRequest`, which makes a value of an NSMutableURLRequest."""
    (value,) = given.positional
    if not isinstance(value, Outgoing):
        return value
    other = value.copy()
    other.is_shared = False
    return other


def _url(value: Any) -> str:
    if not isinstance(value, Address):
        known(value)
        raise Unreadable("not a URL")
    return value.url


class Task(Thing):
    """A data task: sent by `resume`."""

    inert = frozenset({"cancel", "suspend"})

    def __init__(self, request: Request) -> None:
        self.request = request

    def do_resume(self, run: Evaluation, given: Arguments) -> None:
        given.take()
        run.send(self.request)


def or_fetched(make: Callable[[Evaluation, Arguments], Any]) -> Builtin:
    """Data or String: of what a URL has, or else of what `make` takes."""
    return Builtin(lambda run, given: _fetched(run, given) if "contentsOf" in given.named else make(run, given))


def _fetched(run: Evaluation, given: Arguments) -> Any:
    url, *_ = given.take("contentsOf", "encoding", "options", required=1)
    if given.positional or not isinstance(url, Address):
        raise Unreadable("the contents of what is no URL")
    return run.send(sent("GET", url.url, Fields(), None))


class Waiting(Thing):
    """DispatchSemaphore and DispatchGroup: what stands behind `wait` runs once the answer is there."""

    inert = frozenset({"signal", "enter", "leave", "notify"})

    def do_wait(self, run: Evaluation, given: Arguments) -> Any:
        if run.request is not None and not run.doubt:
            run.dialect.ends_early = False
        return MYSTERY


class Session(Thing):
    """URLSession."""

    inert = frozenset({"finishTasksAndInvalidate", "invalidateAndCancel"})

    def __init__(self, headers: dict[str, str] | None = None) -> None:
        self.headers = dict(headers or {})

    def request(self, value: Any) -> Request:
        """A request with the headers of the session that it does not name."""
        if not self.headers:
            return _request(value)
        if isinstance(value, Address):
            value = Outgoing(Arguments([], {"url": value}))
        if not isinstance(value, Outgoing):
            known(value)
            raise Unreadable("not a request")
        joined = Fields(value.fields.pairs)
        for name, content in self.headers.items():
            joined.default(name, content)
        before, value.fields = value.fields, joined
        try:
            return value.request()
        finally:
            value.fields = before

    def do_dataTask(self, run: Evaluation, given: Arguments) -> Task:
        _call_back(run, given)
        return Task(self.request(*given.take("with", required=1)))

    do_downloadTask = do_dataTask

    def carrying(self, value: Any, body: Any) -> Request:
        """The request of an upload, whose body stands beside it."""
        if not isinstance(value, Outgoing):
            known(value)
            raise Unreadable("not a request")
        before = value.body
        if isinstance(body, str) or (before is not None and before != octets(body)):
            raise Unreadable("two bodies, or one that is no Data")
        value.body = octets(body)
        try:
            return self.request(value)
        finally:
            value.body = before

    def do_uploadTask(self, run: Evaluation, given: Arguments) -> Task:
        _call_back(run, given)
        return Task(self.carrying(*given.take("with", "from", required=2)))

    def do_upload(self, run: Evaluation, given: Arguments) -> list[Any]:
        value, body, _ = given.take("for", "from", "delegate", required=2)
        run.send(self.carrying(value, body))
        run.dialect.ends_early = False  # it is awaited
        return [MYSTERY, MYSTERY]

    def do_data(self, run: Evaluation, given: Arguments) -> list[Any]:
        value = given.named.pop("for", UNDEFINED)
        value = given.named.pop("from", UNDEFINED) if value is UNDEFINED else value
        given.take("delegate")
        run.send(self.request(value))
        run.dialect.ends_early = False  # it is awaited
        return [MYSTERY, MYSTERY]


def _call_back(run: Evaluation, given: Arguments) -> None:
    """Note the handler of a task, which leaves the arguments."""
    run.call_back(given.named.pop("block", None), given.named.pop("completionHandler", None))


def _request(value: Any) -> Request:
    if isinstance(value, Address):
        value = Outgoing(Arguments([], {"url": value}))
    if not isinstance(value, Outgoing):
        raise Unreadable("not a request")
    return value.request()


class SessionType(Module):
    """URLSession, the type."""

    def call(self, run: Evaluation, given: Arguments) -> Session:
        configuration, *_ = given.take("configuration", "delegate", "delegateQueue", required=1)
        if configuration not in ("default", "ephemeral") and not isinstance(configuration, Configuration):
            raise Unreadable("a configuration")
        return Session(configuration.headers if isinstance(configuration, Configuration) else None)


class Configuration(Thing):
    """URLSessionConfiguration, of which timeouts may be set."""

    settable = frozenset(
        {"timeoutIntervalForRequest", "timeoutIntervalForResource", "waitsForConnectivity", "requestCachePolicy"}
    )

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    def set_httpAdditionalHeaders(self, run: Evaluation, value: Any) -> None:
        if not isinstance(value, dict):
            raise Unreadable("header fields that are no dictionary")
        self.headers = {text_of(name): text_of(content) for name, content in value.items()}


class ConfigurationType(Module):
    """URLSessionConfiguration, the type: each access makes one."""

    def get(self, run: Any, name: str) -> Any:
        return Configuration() if name in ("default", "ephemeral") else super().get(run, name)
