"""Go: what net/http sends."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_data import Buffer, Url, Values
from apipack.languages.reading.go_structs import Record
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request


class Header(Thing):
    """http.Header."""

    inert = frozenset({"Get", "Values"})

    def __init__(self) -> None:
        self.fields = Fields()

    def do_Add(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.add(*given.take("key", "value", required=2))

    def do_Set(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set(*given.take("key", "value", required=2))

    def do_Del(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.remove(text_of(*given.take("key", required=1)))

    def do_Clone(self, run: Evaluation, given: Arguments) -> Header:
        other = Header()
        other.fields = Fields(self.fields.pairs)
        return other

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        self.fields.remove(text_of(key))
        for member in known(value):
            self.fields.add(key, member)


def new_header(run: Evaluation, given: Arguments) -> Header:
    (pairs,) = given.take("pairs")
    header = Header()
    for name, values in {} if pairs is UNDEFINED else known(pairs).items():
        for value in values:
            header.fields.add(name, value)
    return header


class Outgoing(Thing):
    """http.Request."""

    settable = frozenset({"Close"})
    inert = frozenset({"Context"})

    def __init__(self, method: Any, url: Any, body: Any) -> None:
        self.method = text_of(method, "the method") or "GET"
        self.at_URL = Url(text_of(url, "the URL"))
        self.at_Header: Any = Header()
        self.reader, self.body = body, _body(body)

    def set_Header(self, run: Evaluation, value: Any) -> None:
        if isinstance(value, dict):
            value = new_header(run, Arguments([value]))
        if type(value) is not Header:
            raise Unreadable("not a http.Header")
        self.at_Header = value

    def set_Host(self, run: Evaluation, value: Any) -> None:
        self.at_Header.fields.set("Host", value)

    def set_Method(self, run: Evaluation, value: Any) -> None:
        self.method = text_of(value)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        super().set(run, name, value)

    def do_SetBasicAuth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.at_Header.fields.set("Authorization", sending.basic(*given.take("user", "password", required=2)))

    def do_AddCookie(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (cookie,) = given.take("c", required=1)
        if not isinstance(cookie, Cookie):
            raise Unreadable("not a cookie")
        before = self.at_Header.fields.get("Cookie")
        self.at_Header.fields.set("Cookie", f"{before}; {cookie.pair}" if before else cookie.pair)

    def do_WithContext(self, run: Evaluation, given: Arguments) -> Outgoing:
        return self

    def do_Clone(self, run: Evaluation, given: Arguments) -> Outgoing:
        """A copy with header fields and a URL of its own; the body is read once."""
        given.take("ctx", required=1)
        copy = Outgoing(self.method, self.at_URL.written(), self.reader)
        copy.body = self.body
        if self.at_Header is not None:
            copy.at_Header.fields = Fields(self.at_Header.fields.pairs)
        return copy

    def request(self) -> Request:
        if self.body != _body(self.reader):
            raise Unreadable("a body that changes after its length is taken")
        fields = Fields() if self.at_Header is None else self.at_Header.fields
        return sent(self.method, self.at_URL.written(), fields, self.body)


class Cookie(Thing):
    """http.Cookie."""

    def __init__(self, given: Arguments) -> None:
        name, value, *_ = (known(argument) for argument in given.take("Name", "Value", "Path", "Domain", required=2))
        if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII) or not re.fullmatch(r"[!#-+\--:<-\[\]-~]*", value):
            raise Unreadable("a cookie that is quoted")
        self.pair = f"{name}={value}"


def _body(value: Any) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, Buffer):
        known(value)
        raise Unreadable("a body that is no reader")
    return value.octets


def new_request(run: Evaluation, given: Arguments) -> list[Any]:
    return [Outgoing(*given.take("method", "url", "body", required=3)), None]


def new_request_in(run: Evaluation, given: Arguments) -> list[Any]:
    _, *others = given.take("ctx", "method", "url", "body", required=4)
    return [Outgoing(*others), None]


def request_of(run: Evaluation, given: Arguments) -> Outgoing:
    """http.Request{…}, without a body."""
    method, url, header, _ = given.take("Method", "URL", "Header", "Proto")
    if not isinstance(url, Url) or given.positional:
        raise Unreadable("a request without its URL")
    request = Outgoing("" if method is UNDEFINED else method, url.written(), None)
    request.at_URL = url
    request.at_Header = None
    if header is not UNDEFINED:
        request.set_Header(run, header)
    return request


class Transport(Thing):
    """http.DefaultTransport, and a http.Transport whose settings leave the request alone."""

    SETTINGS = frozenset({"MaxIdleConns", "IdleConnTimeout", "TLSHandshakeTimeout", "MaxIdleConnsPerHost",
                          "ResponseHeaderTimeout", "TLSClientConfig", "ForceAttemptHTTP2"})  # fmt: skip

    @classmethod
    def make(cls, run: Evaluation, given: Arguments) -> Transport:
        if given.positional or not set(given.named) <= cls.SETTINGS:
            raise Unreadable("a transport with other settings")
        return cls()

    def do_RoundTrip(self, run: Evaluation, given: Arguments) -> list[Any]:
        (request,) = given.take("req", required=1)
        if not isinstance(request, Outgoing):
            raise Unreadable("not a request")
        return [run.send(request.request()), None]


class Client(Thing):
    """http.Client, and the functions of the package that use the default one."""

    inert = frozenset({"CloseIdleConnections"})
    settable = frozenset({"Timeout", "CheckRedirect", "Jar"})

    def __init__(self, transport: Any = None) -> None:
        self.set_Transport(None, transport)

    def set_Transport(self, run: Evaluation | None, value: Any) -> None:
        if value is not None and not isinstance(value, Record | Transport):
            raise Unreadable("a transport")
        self.transport = value

    def perform(self, run: Evaluation, request: Outgoing) -> Any:
        """What Do gives: of the transport, which may be one of the program."""
        if isinstance(self.transport, Record):
            return run.apply(self.transport.get(run, "RoundTrip"), Arguments([request]))
        return [run.send(request.request()), None]

    def do_Do(self, run: Evaluation, given: Arguments) -> list[Any]:
        (request,) = given.take("req", required=1)
        if not isinstance(request, Outgoing):
            raise Unreadable("not a request")
        return self.perform(run, request)

    def simple(self, run: Evaluation, method: str, url: Any, kind: Any = None, body: Any = None) -> Any:
        request = Outgoing(method, url, body)
        if kind is not None:
            request.at_Header.fields.set("Content-Type", kind)
        return self.perform(run, request)

    def do_Get(self, run: Evaluation, given: Arguments) -> list[Any]:
        return self.simple(run, "GET", *given.take("url", required=1))

    def do_Head(self, run: Evaluation, given: Arguments) -> list[Any]:
        return self.simple(run, "HEAD", *given.take("url", required=1))

    def do_Post(self, run: Evaluation, given: Arguments) -> list[Any]:
        return self.simple(run, "POST", *given.take("url", "contentType", "body", required=3))

    def do_PostForm(self, run: Evaluation, given: Arguments) -> list[Any]:
        url, values = given.take("url", "data", required=2)
        if isinstance(values, dict):
            values = Values.make(run, Arguments([values]))
        if not isinstance(values, Values):
            raise Unreadable("not url.Values")
        return self.simple(run, "POST", url, FORM, Buffer(values.do_Encode(run, Arguments([])).encode()))


def new_client(run: Evaluation, given: Arguments) -> Client:
    if not set(given.named) <= {"Timeout", "CheckRedirect", "Transport", "Jar"} or given.positional:
        raise Unreadable("a client with more than a timeout")
    return Client(given.named.get("Transport"))


class Http(Module):
    """net/http: its functions are the default client's."""

    def get(self, run: Any, name: str) -> Any:
        if name in ("Get", "Head", "Post", "PostForm"):
            return Client().get(run, name)
        if name.startswith("Method"):
            return name.removeprefix("Method").upper()
        return MYSTERY if name.startswith("Status") else super().get(run, name)
