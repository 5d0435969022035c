"""Java: what java.net.http.HttpClient sends."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import Address
from apipack.languages.reading.java_data import RESTRICTED, to_octets
from apipack.languages.reading.java_okhttp import Prepared, prepared
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Mystery,
    Thing,
    text_of,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


class Publisher(Thing):
    """A BodyPublisher."""

    def __init__(self, content: str | None) -> None:
        self.content = content


def publisher_of_string(run: Evaluation, given: Arguments) -> Publisher:
    content, charset = given.take("body", "charset", required=1)
    return Publisher(text_of(content, "the body") if to_octets("", charset) == b"" else None)


def publisher_of_octets(run: Evaluation, given: Arguments) -> Publisher:
    (content,) = given.take("body", required=1)
    if not isinstance(content, bytes):
        raise Unreadable("not bytes")
    return Publisher(sending.octets_text(content))


class NetRequestBuilder(Thing):
    """HttpRequest.Builder."""

    def __init__(self, given: Arguments) -> None:
        (url,) = given.take("uri")
        self.url = url if isinstance(url, Address) else None
        self.method = "GET"
        self.content: str | None = None
        self.fields = Fields()

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("POST", "PUT"):
            return Builtin(lambda run, given: self.with_method(run, name, *given.take("publisher", required=1)))
        if name in ("GET", "DELETE", "HEAD"):
            return Builtin(lambda run, given: self.with_method(run, name, Publisher(None)))
        if name in ("timeout", "version", "expectContinue"):
            if name == "expectContinue":
                raise Unreadable("a request that waits for the server")
            return Builtin(lambda run, given: self)
        return super().get(run, name)

    def with_method(self, run: Evaluation, method: str, publisher: Any) -> NetRequestBuilder:
        run.certain()
        if not isinstance(publisher, Publisher):
            raise Unreadable("not a BodyPublisher")
        self.method, self.content = method, publisher.content
        return self

    def do_method(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        method, publisher = given.take("method", "publisher", required=2)
        return self.with_method(run, text_of(method), publisher)

    def do_uri(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        run.certain()
        (url,) = given.take("uri", required=1)
        if not isinstance(url, Address):
            raise Unreadable("not a URI")
        self.url = url
        return self

    def do_header(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if text_of(name).lower() in RESTRICTED:
            raise Unreadable(f"HttpClient refuses the header {name}")
        self.fields.add(name, value)
        return self

    def do_setHeader(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        run.certain()
        self.fields.remove(text_of(given.positional[0]))
        return self.do_header(run, given)

    def do_headers(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        for name, value in zip(given.positional[::2], given.positional[1::2], strict=True):
            self.do_header(run, Arguments([name, value]))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Prepared:
        given.take()
        if self.url is None:
            raise Unreadable("no URI")
        return Prepared(sent(self.method, sending.plain_url(self.url.url), self.fields, self.content))


class NetClient(Thing):
    """java.net.http.HttpClient."""

    inert = frozenset({"close"})

    def do_send(self, run: Evaluation, given: Arguments) -> Mystery:
        return run.send(prepared(given))

    def do_sendAsync(self, run: Evaluation, given: Arguments) -> Future:
        future = Future(prepared(given))
        if run.doubt:
            future.wait(run, Arguments([]))
        return future


class Future(Thing):
    """A CompletableFuture: its request is certain once the program waits for it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.waited = False

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("join", "get"):
            return Builtin(self.wait)
        if name in ("thenApply", "thenCompose", "thenAccept", "thenRun", "exceptionally", "whenComplete", "handle"):
            return Builtin(self.then)
        return super().get(run, name)

    def then(self, run: Evaluation, given: Arguments) -> Future:
        run.call_back(*given.positional)
        return self

    def wait(self, run: Evaluation, given: Arguments) -> Mystery:
        if self.waited:
            return MYSTERY
        self.waited = True
        return run.send(self.request)
