"""Ruby: its library over constants, and what Net::HTTP, HTTParty and Faraday send."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, applied, constant, leave, optional
from apipack.languages.reading.evaluation import Closure, Evaluation
from apipack.languages.reading.ruby_tree import lower, required
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Inert,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
PORTS = {"http": 80, "https": 443}


def read(code: str) -> Request:
    return Evaluation(Ruby(required(code))).run(lower(code))


# Data


def text(value: Any) -> str:
    """to_s."""
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e16:
        return repr(value)
    if isinstance(value, Address):
        return value.written()
    raise Unreadable("the text of an object")


def to_json(value: Any, *rest: Any) -> str:
    return json.dumps(_jsonable(value), ensure_ascii=False, separators=(",", ":"))


def pretty_json(value: Any) -> str:
    return json.dumps(_jsonable(value), ensure_ascii=False, indent=2)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {text(key): _jsonable(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member) for member in value]
    if isinstance(value, float):
        text(value)
    elif not isinstance(value, str | int | None):
        raise Unreadable("JSON of more than data")
    return value


def _component(value: str) -> str:
    """URI.encode_www_form_component."""
    return quote_plus(value, safe="*").replace("~", "%7E")


def _pairs(data: Any) -> list[tuple[Any, Any]]:
    if isinstance(data, dict):
        return list(data.items())
    if isinstance(data, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in data):
        return [(name, value) for name, value in data]
    raise Unreadable("a form of no pairs")


def encode_www_form(data: Any) -> str:
    parts: list[str] = []
    for name, value in _pairs(known(data)):
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, dict):
                raise Unreadable("a hash inside of a form")
            parts.append(_component(text(name)) + ("" if member is None else f"={_component(text(member))}"))
    return "&".join(parts)


class Address(Thing):
    """URI::HTTP and URI::HTTPS."""

    def __init__(self, url: Any) -> None:
        parts = urlsplit(sending.plain_url(url))
        self.scheme, self.netloc, self.path, self.query = parts.scheme, parts.netloc, parts.path, parts.query

    def written(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}" + (f"?{self.query}" if self.query else "")

    def get(self, run: Evaluation, name: str) -> Any:
        host, _, port = self.netloc.rpartition(":") if re.search(r":\d+$", self.netloc) else (self.netloc, "", "")
        target = (self.path or "/") + (f"?{self.query}" if self.query else "")
        parts = {
            "host": host,
            "hostname": host.strip("[]"),
            "port": int(port) if port else PORTS[self.scheme],
            "scheme": self.scheme,
            "path": self.path,
            "query": self.query or None,
            "request_uri": target,
            "to_s": self.written(),
        }
        if name in parts:
            return Builtin(lambda run, given: parts[name])
        return super().get(run, name)

    def set_query(self, run: Evaluation, value: Any) -> None:
        self.query = "" if value is None else text_of(value, "the query")

    def set_path(self, run: Evaluation, value: Any) -> None:
        self.path = text_of(value, "the path")


def _address(run: Evaluation, given: Arguments) -> Address:
    (url,) = given.take("url", required=1)
    return url if isinstance(url, Address) else Address(url)


# Net::HTTP


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

    def set_form_data(self, run: Evaluation, value: Any) -> None:
        self.do_set_form_data(run, Arguments([value]))

    def do_basic_auth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set("Authorization", sending.basic(*given.take("user", "password", required=2)))

    def set_content_type(self, run: Evaluation, value: Any) -> None:
        self.fields.set("Content-Type", value)

    def do_content_type(self, run: Evaluation, given: Arguments) -> Any:
        return self.fields.get("Content-Type")


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
        return _address(run, given)


URI = UriModule(
    "URI",
    {
        "parse": Builtin(_address),
        "encode_www_form": Builtin(lambda run, given: encode_www_form(*given.take("data", required=1))),
        "encode_www_form_component": constant(lambda value: _component(text(value))),
        "join": MYSTERY,
        "InvalidURIError": MYSTERY,
    },
)

# HTTParty


def _nested(data: Any, encode: Any, name: str = "") -> list[str]:
    """Pairs of nested hashes and lists, as both gems name them."""
    if isinstance(data, dict):
        members = [(f"{name}[{text(key)}]" if name else text(key), value) for key, value in data.items()]
        return [pair for key, value in members for pair in _nested(value, encode, key)]
    if isinstance(data, list):
        return [pair for value in data for pair in _nested(value, encode, f"{name}[]")]
    return [f"{encode(name)}={encode(text(data))}"]


class Party(Thing):
    """HTTParty."""

    ALLOWED = frozenset({"query", "body", "headers", "basic_auth", "timeout", "verify", "format", "follow_redirects"})

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return MYSTERY if name in ("Error", "ResponseError") else super().get(run, name)

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        url, options = given.take("url", "options", required=1)
        options = known(optional(options, {}))
        if not set(options) <= self.ALLOWED:
            raise Unreadable("options of HTTParty")
        fields = Fields()
        for name, value in options.get("headers", {}).items():
            fields.set(text(name), text(value))
        query = options.get("query") or {}
        written = query if isinstance(query, str) else "&".join(_nested(query, sending.strict))
        body = options.get("body")
        if isinstance(body, dict):
            body = "&".join(_nested(body, sending.strict))
        if body is not None:
            fields.default("Content-Type", FORM)
        if auth := options.get("basic_auth"):
            fields.set("Authorization", sending.basic(auth["username"], auth["password"]))
        url = sending.with_query(text(url), written)
        return run.send(sent(method, sending.plain_url(url), fields, None if body is None else text_of(body)))


# Faraday


class FaradayRequest(Thing):
    """What a block of a call changes."""

    def __init__(self, headers: dict[Any, Any], params: dict[Any, Any], body: Any) -> None:
        self.headers, self.params, self.body = dict(headers), dict(params), body
        self.target: str | None = None

    def do_headers(self, run: Evaluation, given: Arguments) -> Any:
        return self.headers

    def do_params(self, run: Evaluation, given: Arguments) -> Any:
        return self.params

    def do_options(self, run: Evaluation, given: Arguments) -> Any:
        return MYSTERY

    def set_body(self, run: Evaluation, value: Any) -> None:
        self.body = value

    def set_headers(self, run: Evaluation, value: Any) -> None:
        self.headers = dict(value)

    def set_params(self, run: Evaluation, value: Any) -> None:
        self.params = dict(value)

    def do_url(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        url, params = given.take("url", "params", required=1)
        self.target = text_of(url)
        self.params |= optional(params, {})


class Faraday(Thing):
    """A connection of Faraday."""

    def __init__(self, url: str = "", headers: Any = None, params: Any = None) -> None:
        self.url, self.at_headers, self.params = url, dict(headers or {}), dict(params or {})
        self.encodes = "form"

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return super().get(run, name)

    def do_headers(self, run: Evaluation, given: Arguments) -> Any:
        return self.at_headers

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        block = given.named.pop("block", None)
        url, second, headers = given.take("url", "second", "headers")
        carries = method in ("POST", "PUT", "PATCH")
        request = FaradayRequest(
            {**self.at_headers, **optional(headers, {})},
            {**self.params, **({} if carries else optional(second, None) or {})},
            optional(second) if carries else None,
        )
        if block is not None:
            run.apply(block, Arguments([request]))
        return run.send(self.request(method, request.target or optional(url) or "", request))

    def do_run_request(self, run: Evaluation, given: Arguments) -> Any:
        method, url, body, headers = given.take("method", "url", "body", "headers", required=2)
        request = FaradayRequest({**self.at_headers, **(optional(headers) or {})}, self.params, optional(body))
        return run.send(self.request(text_of(method).upper(), url, request))

    def request(self, method: str, target: Any, request: FaradayRequest) -> Request:
        fields = Fields()
        for name, value in known(request.headers).items():
            fields.set(text(name), text(value))
        body = known(request.body)
        if isinstance(body, dict):
            body = self.encoded(body, fields)
        if body is not None:
            fields.default("Content-Type", FORM)
        url = self.address(text(known(target)))
        base, _, query = url.partition("?")
        pairs = [f"{_escaped(name)}={_escaped(value)}" for name, value in parse_qsl(query, keep_blank_values=True)]
        if known(request.params):
            pairs += _nested(request.params, _escaped)
            url = f"{base}?{'&'.join(sorted(pairs))}"
        return sent(method, sending.plain_url(url), fields, None if body is None else text_of(body, "the body"))

    def encoded(self, body: dict[Any, Any], fields: Fields) -> str:
        kind = fields.get("Content-Type")
        if self.encodes == "json" and kind in (None, sending.JSON):
            fields.default("Content-Type", sending.JSON)
            return to_json(body)
        if self.encodes == "form" and kind in (None, FORM):
            fields.default("Content-Type", FORM)
            return "&".join(sorted(_nested(body, _escaped)))
        raise Unreadable("a hash that nothing encodes")

    def address(self, target: str) -> str:
        if "://" in target or not self.url:
            return target
        parts = urlsplit(self.url)
        if parts.query:
            raise Unreadable("a base with a query")
        base = f"{parts.scheme}://{parts.netloc}"
        if target.startswith("/"):
            return base + target
        path = parts.path.rstrip("/")
        return base + (f"{path}/{target}" if target else path)

    # What the block of Faraday.new says

    def do_request(self, run: Evaluation, given: Arguments) -> None:
        name, *rest = given.positional
        if name in ("json", "url_encoded"):
            self.encodes = "json" if name == "json" else "form"
        elif name == "authorization" and len(rest) == 2 and str(rest[0]).lower() == "bearer":
            self.at_headers["Authorization"] = f"Bearer {text(rest[1])}"
        elif name == "authorization" and len(rest) == 3 and rest[0] == "basic":
            self.at_headers["Authorization"] = sending.basic(*rest[1:])
        else:
            raise Unreadable("a middleware that is not known here")

    def do_response(self, run: Evaluation, given: Arguments) -> None:
        return None

    do_adapter = do_response


def _escaped(value: str) -> str:
    return quote(value, safe="-_.~ ").replace(" ", "+")


def _faraday(run: Evaluation, given: Arguments) -> Faraday:
    block = given.named.pop("block", None)
    first, second = given.take("url", "options")
    options = (
        first if isinstance(first, dict) else {**optional(second, {}), **({} if first is UNDEFINED else {"url": first})}
    )
    if not set(options) <= {"url", "headers", "params", "request", "ssl"}:
        raise Unreadable("options of Faraday")
    connection = Faraday(text(known(options.get("url", ""))), options.get("headers"), options.get("params"))
    if isinstance(block, Closure):
        connection.encodes = ""
        run.apply(block, Arguments([connection]))
    return connection


class FaradayModule(Module):
    """Faraday, whose verbs are those of a connection without a base."""

    def get(self, run: Any, name: str) -> Any:
        return Faraday().get(run, name) if name in VERBS else super().get(run, name)


FARADAY = FaradayModule(
    "Faraday",
    {
        "new": Builtin(_faraday),
        "default_adapter": MYSTERY,
        "Error": MYSTERY,
        "ClientError": MYSTERY,
        "ConnectionFailed": MYSTERY,
    },
)

# The library


JSON_MODULE = Module(
    "JSON",
    {
        "generate": constant(to_json),
        "dump": constant(to_json),
        "pretty_generate": constant(pretty_json),
        "parse": MYSTERY,
        "ParserError": MYSTERY,
    },
)
BASE64 = Module(
    "Base64",
    {
        "strict_encode64": constant(lambda value: base64.b64encode(value.encode()).decode()),
        "urlsafe_encode64": constant(lambda value: base64.urlsafe_b64encode(value.encode()).decode()),
    },
)
CGI = Module("CGI", {"escape": constant(lambda value: quote_plus(text(value)))})
ERB = Module("ERB", {"Util": Module("Util", {"url_encode": constant(lambda value: quote(text(value), safe="-_.~"))})})
NETWORK = {"Net": NET, "URI": URI}
LIBRARIES: Mapping[str, Mapping[str, Any]] = {
    "net/http": NETWORK,
    "net/https": NETWORK,
    "uri": {"URI": URI},
    "open-uri": {"URI": URI},
    "json": {"JSON": JSON_MODULE},
    "base64": {"Base64": BASE64},
    "cgi": {"CGI": CGI},
    "erb": {"ERB": ERB},
    "httparty": {**NETWORK, "HTTParty": Party(), "JSON": JSON_MODULE},
    "faraday": {"Faraday": FARADAY, "URI": URI, "JSON": JSON_MODULE},
}


def _join(parts: list[Any], joint: str = "") -> str:
    if len(joint) * len(parts) > 4_000_000:
        raise Unreadable("a text too long")
    return joint.join(map(text, parts))


def _each(run: Evaluation, value: Any, given: Arguments, keeps: bool) -> Any:
    """each and map of a list or hash."""
    (block,) = given.take("block", required=1)
    if len(value) > 1000:
        raise Unreadable("a loop over a long list")
    results = []
    for member in value.items() if isinstance(value, dict) else value:
        results.append(run.apply(block, Arguments(list(member) if isinstance(member, list | tuple) else [member])))
    return results if keeps else value


class Ruby(Dialect):
    """Methods see no variables around them, blocks do; nil and false alone are not true."""

    hoists = False
    block_scope = False
    closed_methods = True
    names: Mapping[str, Any]
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "to_s": text,
            "to_str": text,
            "to_sym": text,
            "strip": lambda value: value.strip(),
            "chomp": lambda value: value.rstrip("\n"),
            "upcase": lambda value: value.upper(),
            "downcase": lambda value: value.lower(),
            "bytesize": lambda value: len(value.encode()),
            "length": lambda value: len(value),
            "encode": lambda value, *_: value,
            "empty?": lambda value: not value,
        },
        int: {"to_s": text},
        list: {"join": _join, "to_a": lambda value: value},
        dict: {
            "merge": lambda value, *others: {key: member for part in (value, *others) for key, member in part.items()}
        },
    }

    def __init__(self, libraries: set[str]) -> None:
        given = [LIBRARIES[name] for name in sorted(libraries) if name in LIBRARIES]
        self.has_json = any("JSON" in names for names in given)
        self.names = {
            "ENV": MYSTERY,
            "ARGV": MYSTERY,
            "OpenSSL": MYSTERY,
            "Time": Inert("Time"),
            "SecureRandom": Inert("SecureRandom"),
            **dict.fromkeys(("puts", "print", "p", "pp", "warn", "printf", "sleep"), MYSTERY),
            **dict.fromkeys(("exit", "abort", "raise"), Builtin(leave)),
            **dict.fromkeys(("StandardError", "SocketError", "Timeout", "Errno", "RuntimeError"), MYSTERY),
            **{name: value for names in given for name, value in names.items()},
        }

    def is_local(self, name: str) -> bool:
        return re.match("[a-z_]", name) is not None

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        return value is not None and value is not False and value is not UNDEFINED

    def equal(self, left: Any, right: Any) -> bool:
        return bool(super().equal(left, right))

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        if name == "to_json" and not isinstance(value, Thing):
            if not self.has_json:
                raise Unreadable("to_json without json")
            return Builtin(lambda run, given: applied(to_json, [value]))
        if isinstance(value, list | dict) and name in ("each", "map", "each_pair"):
            return Builtin(lambda run, given: _each(run, value, given, name == "map"))
        if name in ("nil?", "is_a?"):
            return Builtin(lambda run, given: value is None if name == "nil?" else MYSTERY)
        inherited = super().member(run, value, name)
        if isinstance(value, Module) and not isinstance(inherited, Thing | Builtin):
            return Builtin(lambda run, given: inherited)
        return inherited

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, UriModule):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
