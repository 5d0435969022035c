"""Python: what http.client and urllib.request send."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    Arguments,
    Builtin,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable, repeated


class Connection(Thing):
    """http.client.HTTP(S)Connection."""

    inert = frozenset({"getresponse", "close", "set_debuglevel", "connect"})

    def __init__(self, scheme: str, given: Arguments) -> None:
        secure = ("key_file", "cert_file", "timeout", "source_address", "context")
        others = secure if scheme == "https" else ("timeout", "source_address")
        host, port, *_ = given.take("host", "port", *others, "blocksize", required=1)
        self.line: tuple[Any, Any] | None = None
        self.head: tuple[Any, Any] | None = None
        self.fields = Fields()
        self.origin = f"{scheme}://{sending.authority(host, optional(port))}"

    def do_putrequest(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        method, target = given.take("method", "url", required=2)
        self.line, self.fields = (known(method), known(target)), Fields()

    def do_putheader(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("header", "value", required=2)
        self.fields.add(known(name), str(value) if type(value) is int else value)

    def do_endheaders(self, run: Evaluation, given: Arguments) -> None:
        """The request goes out with `send`, where its fields announce a body."""
        run.certain()
        (body,) = given.take("message_body")
        self.head = self.line
        if self.fields.get("Content-Length") in (None, "0") or optional(body) is not None:
            self.finish(run, optional(body))

    def do_send(self, run: Evaluation, given: Arguments) -> None:
        (body,) = given.take("data", required=1)
        self.finish(run, body)

    def finish(self, run: Evaluation, body: Any) -> None:
        if self.head is None:
            raise Unreadable("a body before its head")
        (method, target), self.head = self.head, None
        octets = known(body)
        if not isinstance(target, str) or not target.startswith("/") or not isinstance(octets, bytes | None):
            raise Unreadable("not a path, or a body of no bytes")
        if octets is not None and self.fields.get("Content-Length") != str(len(octets)):
            raise Unreadable("a length that is not the body's")
        if reason := repeated(tuple(self.fields.pairs)):
            raise Unreadable(reason)
        run.send(sent(method, f"{self.origin}{sending.raw(target)}", self.fields, octets))

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method, target, body, headers = given.take("method", "url", "body", "headers", required=2)
        target = known(target)
        if not isinstance(target, str) or not target.startswith("/"):
            raise Unreadable("not a path")
        fields = _fields(optional(headers, {}) or {})
        return run.send(sent(method, f"{self.origin}{sending.raw(target)}", fields, _latin(optional(body))))


def _fields(headers: Any) -> Fields:
    if not isinstance(headers, dict):
        raise Unreadable("headers are not a dict")
    fields = Fields()
    for name, value in headers.items():
        fields.add(name, value.decode("latin-1") if isinstance(value, bytes) else value)
    if reason := repeated(tuple(fields.pairs)):
        raise Unreadable(reason)
    return fields


def _latin(body: Any) -> bytes | None:
    """The octets that http.client sends: text as Latin-1."""
    body = known(body)
    if body is None or isinstance(body, bytes):
        return body
    if not isinstance(body, str):
        raise Unreadable("the body is not text")
    try:
        return body.encode("latin-1")
    except UnicodeEncodeError:
        raise Unreadable("the body is not Latin-1") from None


HTTP_CLIENT = Module(
    "http.client",
    {
        f"{name}Connection": Builtin(lambda run, given, scheme=scheme: Connection(scheme, given))  # type: ignore[misc]
        for name, scheme in (("HTTP", "http"), ("HTTPS", "https"))
    },
)


class UrlRequest(Thing):
    """urllib.request.Request."""

    settable = frozenset({"get_method"})

    def __init__(self, given: Arguments) -> None:
        url, data, headers, _, _, method = given.take(
            "url", "data", "headers", "origin_req_host", "unverifiable", "method", required=1
        )
        self.url, self.at_data, self.at_method = url, optional(data), optional(method)
        self.fields = Fields()
        for name, value in _fields(optional(headers, {})).pairs:
            self.fields.set(name, value)

    def do_add_header(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set(*given.take("key", "val", required=2))

    do_add_unredirected_header = do_add_header

    def set_data(self, run: Evaluation, value: Any) -> None:
        self.at_data = value

    def set_method(self, run: Evaluation, value: Any) -> None:
        self.at_method = value

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name not in ("data", "method"):
            raise Unreadable(f"{name} of a Request is set")
        super().set(run, name, value)


class Opener(Thing):
    """What urllib.request.build_opener gives. addheaders: fields of requests that have none of their names."""

    def __init__(self) -> None:
        self.at_addheaders: list[Any] = []

    def set_addheaders(self, run: Evaluation, value: Any) -> None:
        self.at_addheaders = value

    def do_open(self, run: Evaluation, given: Arguments) -> Any:
        url, data, *_ = given.take("fullurl", "data", "timeout", required=1)
        return _opened(run, url, data, self.at_addheaders)


def _build_opener(run: Evaluation, given: Arguments) -> Opener:
    given.take()
    return Opener()


def _urlopen(run: Evaluation, given: Arguments) -> Any:
    url, data, *_ = given.take("url", "data", "timeout", "context", required=1)
    return _opened(run, url, data, [])


def _opened(run: Evaluation, url: Any, data: Any, others: Any) -> Any:
    request = url if isinstance(url, UrlRequest) else UrlRequest(Arguments([url]))
    body = known(request.at_data if optional(data) is None else data)
    if body is not None and not isinstance(body, bytes):
        raise Unreadable("data of urllib is not bytes")
    fields = Fields(request.fields.pairs)
    if body is not None:
        fields.default("Content-Type", FORM)
    for name, value in known(others):
        fields.default(text_of(name), text_of(value))
    method = request.at_method or ("GET" if body is None else "POST")
    return run.send(sent(method, sending.raw_url(request.url), fields, body))


URL_REQUEST = Module(
    "urllib.request",
    {
        "Request": Builtin(lambda run, given: UrlRequest(given)),
        "urlopen": Builtin(_urlopen),
        "build_opener": Builtin(_build_opener),
    },
)
