"""Python: classes of a program that extend a client of a library, such as requests.Session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance, Type
from apipack.languages.reading.python_requests import VERBS, Session
from apipack.languages.reading.values import Arguments, Builtin
from apipack.languages.wire import Unreadable

SENDING = ("send", "prepare_request", "build_request", "merge_url", "get_adapter", "merge_environment_settings")
"""Methods that the library itself calls, beside `request`."""
COMMON = ("headers", "params", "auth", "cookies", "trust_env")
REQUESTS_OWN = (*COMMON, "verify", "stream", "max_redirects", "hooks", "proxies", "cert", "adapters")
HTTPX_OWN = (*COMMON, "timeout", "base_url", "event_hooks", "follow_redirects")
"""Attributes that the libraries' constructors set, or that mean something to them."""
DATA = {"post": ("data", "json"), "put": ("data",), "patch": ("data",)}
"""What requests takes by position behind the URL, and passes on to `request` in any case."""


class ClientType(Type):
    """A client of a library, which is made, or extended. build: makes one."""

    def __init__(self, name: str, build: Callable[[Arguments], Session]) -> None:
        super().__init__(name, {}, None, None)
        self.build = build

    def make(self, run: Evaluation, given: Arguments) -> Session:
        return self.build(given)

    def instance(self, kind: Type) -> Extended:
        return Extended(kind, self)

    def constructed(self, instance: Any, given: Arguments) -> None:
        instance.begin(given)

    def inherited(self, run: Evaluation, receiver: Instance, name: str) -> Any:
        assert isinstance(receiver, Extended)
        if name == "__init__":
            return Builtin(lambda run, given: receiver.begin(given))
        return receiver.of_library(run, name)


class Extended(Instance):
    """An object of a class that extends a client. client: what the library's constructor made, if it was called."""

    def __init__(self, kind: Type, library: ClientType) -> None:
        super().__init__(kind)
        self.library, self.sample = library, library.build(Arguments([]))
        self.is_async = self.sample.is_async
        self.client: Session | None = None
        self.own = REQUESTS_OWN if type(self.sample) is Session else HTTPX_OWN
        if any(kind.find(name) for name in (*SENDING, *self.own)):
            raise Unreadable(f"{kind.name} is a client that sends in another way")
        if any(name in one.shared for one in kind.line() for name in self.own):
            raise Unreadable(f"{kind.name} sets what belongs to its client")

    def begin(self, given: Arguments) -> None:
        """The constructor of the library."""
        if self.client is not None:
            raise Unreadable("a client that is made twice")
        self.client = self.library.build(given)

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.attributes or self.kind.find(name) or any(name in kind.shared for kind in self.kind.line()):
            return super().get(run, name)
        if name in ("__enter__", "__aenter__"):
            return Builtin(lambda run, given: self)
        return self.of_library(run, name)

    def of_library(self, run: Evaluation, name: str) -> Any:
        """An attribute of the client; a method that is named after a verb calls `request` of the program."""
        if self.client is None:
            raise Unreadable(f"{name} of a client that is not made")
        if name in VERBS and self.kind.find("request"):
            return Builtin(lambda run, given: self.by_verb(run, name, given))
        return self.client.get(run, name)

    def by_verb(self, run: Evaluation, name: str, given: Arguments) -> Any:
        """requests.Session.get and the others, as they call `request`."""
        if type(self.client) is not Session:
            raise Unreadable("request of a client that is no Session")
        names = ("url", *DATA.get(name, ()))
        if len(given.positional) > len(names) or set(names[: len(given.positional)]) & set(given.named):
            raise Unreadable("arguments that requests does not take")
        called = {key: None for key in names[1:]} | dict(zip(names, given.positional, strict=False)) | given.named
        if name in ("get", "options", "head"):
            called.setdefault("allow_redirects", name != "head")
        if "url" not in called:
            raise Unreadable("no argument url")
        return run.apply(self.get(run, "request"), Arguments([name.upper(), called.pop("url")], called))

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if self.client is not None and name in self.own:
            self.client.set(run, name, value)
        elif name in (*self.own, *VERBS, *SENDING, "request", "close"):
            raise Unreadable(f"{name} of a client is set")
        else:
            super().set(run, name, value)
