"""Ruby: URI, and what Net::HTTP sends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import constant, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.ruby_calls import VERBS
from apipack.languages.reading.ruby_data import PORTS, Address, as_address, component, encode_www_form, text
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Symbol,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable


class Outgoing(Thing):
    """Net::HTTP::Get and the others of its kind."""

    def __init__(self, method: str, target: Any, headers: Any) -> None:
        self.method = method
        self.address = target if isinstance(target, Address) else None
        self.target = target.get(None, "request_uri").run(None, None) if self.address else text_of(target, "the path")
        if not self.target.startswith("/"):
            raise Unreadable("not a path")
        self.fields = Fields()
        for name, value in known(headers or {}).items():
            self.fields.set(text(name), text(value))
        self.body: str | None = None

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        if value is None:
            self.fields.remove(text(key))
        else:
            self.fields.set(text(key), text(known(value)))

    def item(self, run: Evaluation, key: Any) -> Any:
        return self.fields.get(text(key))

    def do_add_field(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.add(text(name), text(known(value)))

    def do_initialize_http_header(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields = Fields()
        for name, value in known(*given.take("headers", required=1)).items():
            self.fields.set(text(name), text(value))

    def set_body(self, run: Evaluation, value: Any) -> None:
        self.body = None if value is None else text_of(value, "the body")

    def do_set_form_data(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (data,) = given.take("params", required=1)
        self.body = encode_www_form(data)
        self.fields.set("Content-Type", FORM)

    def do_set_form(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        params, kind = given.take("params", "enctype", required=1)
        if kind != "multipart/form-data":
            self.do_set_form_data(run, Arguments([params]))
            return
        self.body = sending.multipart([_form_part(part) for part in known(params)], self.fields)

    def set_form_data(self, run: Evaluation, value: Any) -> None:
        self.do_set_form_data(run, Arguments([value]))

    def do_basic_auth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set("Authorization", sending.basic(*given.take("user", "password", required=2)))

    def set_content_type(self, run: Evaluation, value: Any) -> None:
        self.fields.set("Content-Type", value)

    def do_content_type(self, run: Evaluation, given: Arguments) -> Any:
        return self.fields.get("Content-Type")


def _form_part(part: Any) -> tuple[str, str, str | None, str | None]:
    """A member of set_form: name, value and options; a file without a type has that of any bytes."""
    if not isinstance(part, list) or len(part) not in (2, 3):
        raise Unreadable("a part that is no name and value")
    name, value, *more = part
    options = more[0] if more else {}
    if isinstance(value, StringIo):
        if "filename" not in options:
            raise Unreadable("a file without its name")
        value = value.text
    if not set(options) <= {"filename", "content_type"}:
        raise Unreadable("a part with other options")
    if (filename := options.get("filename")) is None:
        return text_of(name), text_of(value), None, None
    return text_of(name), text_of(value), filename, options.get("content_type") or "application/octet-stream"


class Kind(Thing):
    """Net::HTTP::Get, the class."""

    def __init__(self, method: str) -> None:
        self.method = method

    def do_new(self, run: Evaluation, given: Arguments) -> Outgoing:
        target, headers = given.take("path", "headers", required=1)
        return Outgoing(self.method, target, optional(headers))


class Http(Thing):
    """Net::HTTP of one host."""

    inert = frozenset({"finish", "set_debug_output", "started?"})
    settable = frozenset(
        [
            "verify_mode",
            "read_timeout",
            "open_timeout",
            "write_timeout",
            "ssl_timeout",
            "ca_file",
            "keep_alive_timeout",
            "max_retries",
            "verify_hostname",
            "ssl_version",
            "min_version",
        ]
    )

    def __init__(self, host: Any, port: Any = None, is_secure: bool = False) -> None:
        self.host, self.port, self.is_secure = text_of(host, "the host"), known(port), is_secure

    def origin(self) -> str:
        scheme = "https" if self.is_secure else "http"
        port = self.port if self.port is not None else PORTS["http"]
        if not isinstance(port, int):
            raise Unreadable("not a port")
        return f"{scheme}://{sending.authority(self.host, None if port == PORTS[scheme] else port)}"

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return super().get(run, name)

    def set_use_ssl(self, run: Evaluation, value: Any) -> None:
        if not isinstance(value, bool):
            raise Unreadable("use_ssl is neither true nor false")
        self.is_secure = value

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        given.named.pop("block", None)
        names = ("path", "data", "headers") if method in ("POST", "PUT", "PATCH") else ("path", "headers")
        values = dict(zip(names, given.take(*names, required=1), strict=True))
        outgoing = Outgoing(method, values["path"], optional(values["headers"]))
        if "data" in values and values["data"] is not UNDEFINED:
            outgoing.set_body(run, values["data"])
        return self.perform(run, outgoing)

    def do_send_request(self, run: Evaluation, given: Arguments) -> Any:
        name, path, data, headers = given.take("name", "path", "data", "header", required=2)
        outgoing = Outgoing(text_of(name, "the method"), path, optional(headers))
        outgoing.set_body(run, optional(data))
        return self.perform(run, outgoing)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        block = given.named.pop("block", None)
        request, body = given.take("request", "body", required=1)
        if not isinstance(request, Outgoing):
            raise Unreadable("not a request")
        if body is not UNDEFINED and body is not None:
            if request.body is not None:
                raise Unreadable("two bodies")
            request.set_body(run, body)
        run.call_back(block)
        return self.perform(run, request)

    def perform(self, run: Evaluation, request: Outgoing) -> Any:
        origin = self.origin()
        if request.address and request.address.get(run, "host").run(None, None) != self.host:
            raise Unreadable("a request to another host than the connection's")
        if request.address and f"{request.address.scheme}://{request.address.named}" != origin.lower():
            raise Unreadable("a URI whose scheme or port is not the connection's")
        fields = Fields(request.fields.pairs)
        if request.body is not None:
            fields.default("Content-Type", FORM)
        return run.send(sent(request.method, origin + request.target, fields, request.body))

    def do_start(self, run: Evaluation, given: Arguments) -> Any:
        (block,) = given.take("block")
        return self if block is UNDEFINED else run.apply(block, Arguments([self]))


def _start(run: Evaluation, given: Arguments) -> Any:
    block = given.named.pop("block", UNDEFINED)
    options: dict[Any, Any] = {}
    if given.positional and isinstance(given.positional[-1], dict):
        options = given.positional.pop()
    host, port = given.take("host", "port", required=1)
    if not set(options) <= {"use_ssl", "verify_mode", "read_timeout", "open_timeout"}:
        raise Unreadable("options of Net::HTTP.start")
    secure = options.get("use_ssl", False)
    if not isinstance(secure, bool | None):
        raise Unreadable("use_ssl is neither true nor false")
    http = Http(host, optional(port) or (PORTS["https"] if secure else None), bool(secure))
    return http.do_start(run, Arguments([] if block is UNDEFINED else [block]))


def _simple(run: Evaluation, method: str, address: Any, body: Any = None, headers: Any = None) -> Any:
    if not isinstance(address, Address):
        raise Unreadable("not a URI")
    http = Http(address.get(run, "host").run(None, None), address.get(run, "port").run(None, None))
    http.is_secure = address.scheme == "https"
    request = Outgoing(method, address, headers)
    request.set_body(run, body)
    return http.perform(run, request)


def _get(run: Evaluation, given: Arguments) -> Any:
    given.named.pop("block", None)
    address, headers = given.take("uri", "headers", required=1)
    return _simple(run, "GET", address, None, optional(headers))


def _post(run: Evaluation, given: Arguments) -> Any:
    address, data, headers = given.take("uri", "data", "headers", required=2)
    return _simple(run, "POST", address, data, optional(headers))


def _post_form(run: Evaluation, given: Arguments) -> Any:
    address, params = given.take("uri", "params", required=2)
    return _simple(run, "POST", address, encode_www_form(params), {"Content-Type": FORM})


def _http(run: Evaluation, given: Arguments) -> Http:
    host, port = given.take("host", "port", required=1)
    return Http(host, optional(port))


NET_HTTP = Module(
    "Net::HTTP",
    {
        "new": Builtin(_http),
        "https_default_port": PORTS["https"],
        "http_default_port": PORTS["http"],
        "start": Builtin(_start),
        "get": Builtin(_get),
        "get_response": Builtin(_get),
        "post": Builtin(_post),
        "post_form": Builtin(_post_form),
        **{verb.capitalize(): Kind(verb.upper()) for verb in (*VERBS, "trace")},
        **dict.fromkeys(("HTTPSuccess", "HTTPOK", "HTTPRedirection"), MYSTERY),
    },
)
NET = Module(
    "Net", {"HTTP": NET_HTTP, **dict.fromkeys(("HTTPSuccess", "HTTPError", "OpenTimeout", "ReadTimeout"), MYSTERY)}
)


class UriModule(Module):
    """URI, which is a function as well."""

    def call(self, run: Evaluation, given: Arguments) -> Address:
        return as_address(run, given)


def _open(run: Evaluation, given: Arguments) -> Any:
    """URI.open of open-uri, whose options by text are header fields."""
    url, options = given.take("name", "options", required=1)
    fields = Fields()
    for name, value in known({} if options is UNDEFINED else options).items():
        if not isinstance(name, Symbol):
            fields.set(text(name), text(value))
        elif name not in ("read_timeout", "open_timeout", "ssl_verify_mode", "redirect"):
            raise Unreadable("an option of URI.open")
    address = url if isinstance(url, Address) else as_address(run, Arguments([url]))
    return run.send(sent("GET", address.written(), fields, None))


def joined_uri(run: Evaluation, given: Arguments) -> Any:
    """URI.join of a base and paths."""
    return joined(given.positional)


def joined(values: Sequence[Any]) -> Address:
    """A base and paths, one behind the other."""
    texts = [value.written() if isinstance(value, Address) else value for value in values]
    if not texts or not all(isinstance(value, str) for value in texts):
        known(list(texts))
        raise Unreadable("not a URI")
    whole = texts[0]
    for more in texts[1:]:
        if "//" in more or re.search(r"(^|/)\.\.?(/|$)|^[^/?]*:", more):
            raise Unreadable("a URI that is joined in another way")
        whole = urljoin(whole, more)
    return Address(whole)


class StringIo(Thing):
    """StringIO of a text."""

    def __init__(self, text: str) -> None:
        self.text = text


class StringIoType(Module):
    """StringIO, the class."""

    def get(self, run: Any, name: str) -> Any:
        if name == "new":
            return Builtin(lambda run, given: StringIo(text_of(*given.take("text", required=1))))
        return super().get(run, name)


STRING_IO = StringIoType("StringIO")
URI = UriModule(
    "URI",
    {
        "parse": Builtin(as_address),
        "encode_www_form": Builtin(lambda run, given: encode_www_form(*given.take("data", required=1))),
        "encode_www_form_component": constant(lambda value: component(text(value))),
        "join": Builtin(joined_uri),
        "HTTP": Module("URI::HTTP", {"build": Builtin(lambda run, given: Address.built("http", given))}),
        "HTTPS": Module("URI::HTTPS", {"build": Builtin(lambda run, given: Address.built("https", given))}),
        "InvalidURIError": MYSTERY,
    },
)
OPEN_URI = UriModule("URI", {**URI.members, "open": Builtin(_open)})
"""URI where open-uri is required."""
