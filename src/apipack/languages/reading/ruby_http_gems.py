"""Ruby: what http.rb, excon and typhoeus send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.ruby_calls import VERBS
from apipack.languages.reading.ruby_data import encode_www_form, text, to_json
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Symbol, Thing, known, text_of
from apipack.languages.wire import FORM, Unreadable

Options = dict[Any, Any]


def _fields(headers: Any) -> Fields:
    """Header fields of a hash, whose symbols are names without their dashes."""
    fields = Fields()
    for key, value in known(headers or {}).items():
        name = "-".join(map(str.capitalize, key.replace("_", "-").split("-"))) if isinstance(key, Symbol) else text(key)
        if isinstance(value, list):
            raise Unreadable("a header of several values")
        fields.set(name, text(value))
    return fields


def _query(params: Any, encode: Callable[[str], str], has_lists: bool = False) -> str:
    """Pairs of a hash. has_lists: a list is its members under one name."""
    parts: list[str] = []
    for name, value in known(params or {}).items():
        for one in value if has_lists and isinstance(value, list) else [value]:
            if one is None or isinstance(one, dict | list):
                raise Unreadable("a parameter that is no text")
            parts.append(f"{encode(text(name))}={encode(text(known(one)))}")
    return "&".join(parts)


def _checked(options: Any, allowed: frozenset[str]) -> Options:
    given = known(optional(options, {}))
    if not isinstance(given, dict) or not set(given) <= allowed:
        raise Unreadable("options of a gem that are not known here")
    return given


class Chain(Thing):
    """HTTP of http.rb: each link gives another client."""

    ALLOWED = frozenset({"params", "json", "form", "body", "headers"})
    SAME = ("timeout", "follow", "use", "nodelay", "encoding")

    def __init__(self, fields: Fields, base: str = "") -> None:
        self.fields, self.base = fields, base

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        if name in self.SAME:
            return Builtin(lambda run, given: self)
        return MYSTERY if name in ("Error", "TimeoutError", "ConnectionError") else super().get(run, name)

    def with_field(self, name: str, value: str) -> Chain:
        fields = Fields(self.fields.pairs)
        fields.set(name, value)
        return Chain(fields, self.base)

    def do_auth(self, run: Evaluation, given: Arguments) -> Chain:
        return self.with_field("Authorization", text(known(*given.take("value", required=1))))

    def do_basic_auth(self, run: Evaluation, given: Arguments) -> Chain:
        (options,) = given.take("options", required=1)
        credentials = _checked(options, frozenset({"user", "pass"}))
        return self.with_field("Authorization", sending.basic(credentials["user"], credentials["pass"]))

    def do_accept(self, run: Evaluation, given: Arguments) -> Chain:
        (kind,) = given.take("type", required=1)
        if isinstance(kind, Symbol) and kind != "json":
            raise Unreadable("a type by its name")
        return self.with_field("Accept", sending.JSON if isinstance(kind, Symbol) else text(kind))

    def do_headers(self, run: Evaluation, given: Arguments) -> Chain:
        fields = Fields(self.fields.pairs)
        for name, value in _fields(*given.take("headers", required=1)).pairs:
            fields.set(name, value)
        return Chain(fields, self.base)

    do_with_headers = do_with = do_headers

    def do_cookies(self, run: Evaluation, given: Arguments) -> Chain:
        (cookies,) = given.take("cookies", required=1)
        pairs = [f"{text(name)}={text(value)}" for name, value in known(cookies).items()]
        return self.with_field("Cookie", "; ".join(pairs))

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        url, options = given.take("url", "options", required=1)
        options = _checked(options, self.ALLOWED)
        fields = Fields(self.fields.pairs)
        for name, value in _fields(options.get("headers")).pairs:
            fields.set(name, value)
        if sum(name in options for name in ("json", "form", "body")) > 1:
            raise Unreadable("bodies of several kinds")
        body = None if options.get("body") is None else text_of(options["body"], "the body")
        if "json" in options:
            body = to_json(options["json"])
            fields.default("Content-Type", f"{sending.JSON}; charset=UTF-8")
        elif "form" in options:
            body = encode_www_form(options["form"])
            fields.default("Content-Type", FORM)
        address = sending.with_query(text(known(url)), _query(options.get("params"), sending.strict, True))
        if body is not None and fields.get("Content-Type") is None:
            raise Unreadable("a body without its type")
        return run.send(sent(method, sending.plain_url(address), fields, body))


class Excon(Thing):
    """Excon, and the connection that `new` gives."""

    ALLOWED = frozenset({"path", "query", "headers", "body", "user", "password", "method", "expects", "idempotent",
                         "connect_timeout", "read_timeout", "write_timeout", "persistent"})  # fmt: skip

    def __init__(self, url: str = "", said: Options | None = None) -> None:
        self.url, self.said = url, said or {}

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return MYSTERY if name in ("Error", "Errors") else super().get(run, name)

    def do_new(self, run: Evaluation, given: Arguments) -> Excon:
        url, options = given.take("url", "options", required=1)
        return Excon(text_of(known(text(url))), _checked(options, self.ALLOWED))

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        (options,) = given.take("options", required=1)
        return self.verb(run, text(_checked(options, self.ALLOWED).get("method", "")).upper(), given)

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        url, options = given.take("url", "options") if not self.url else (self.url, *given.take("options"))
        given_here = _checked(options, self.ALLOWED)
        options = {**self.said, **given_here}
        if options.get("idempotent"):
            raise Unreadable("a request that may be sent again")
        fields = _fields(self.said.get("headers"))
        for name, value in _fields(given_here.get("headers")).pairs:
            fields.set(name, value)
        address = text(url)
        if "path" in options:
            if "?" in address:
                raise Unreadable("a path beside a query of the URL")
            address = "/".join([*address.split("/")[:3], text_of(options["path"]).removeprefix("/")])
        query = options.get("query")
        address = address.partition("?")[0] if query else address
        address = sending.with_query(address, query if isinstance(query, str) else _query(query, quote_plus))
        if "user" in options:
            fields.default("Authorization", sending.basic(options["user"], options["password"]))
        body = None if options.get("body") is None else text_of(options["body"], "the body")
        if method not in map(str.upper, VERBS) or (body is not None and fields.get("Content-Type") is None):
            raise Unreadable("a request of excon that is not known here")
        return run.send(sent(method, sending.plain_url(address), fields, body))


class TyphoeusRequest(Thing):
    """Typhoeus::Request."""

    def __init__(self, url: Any, options: Options) -> None:
        self.url, self.options = url, options

    def do_on_complete(self, run: Evaluation, given: Arguments) -> None:
        run.call_back(given.named.get("block"))

    def do_run(self, run: Evaluation, given: Arguments) -> Any:
        given.take()
        options = self.options
        fields = _fields(options.get("headers"))
        address = sending.with_query(text(known(self.url)), _query(options.get("params"), sending.strict))
        body = options.get("body")
        if isinstance(body, dict):
            body = _query(body, sending.strict)
        method = text(options.get("method", "get")).upper()
        if body is not None and method != "POST" and fields.get("Content-Type") is None:
            raise Unreadable("a body without its type")
        if body is not None:
            fields.default("Content-Type", FORM)
        if "userpwd" in options:
            user, _, password = text_of(options["userpwd"]).partition(":")
            fields.default("Authorization", sending.basic(user, password))
        return run.send(sent(method, sending.plain_url(address), fields, body))


class Typhoeus(Thing):
    """Typhoeus, and Typhoeus::Request where is_class says so."""

    ALLOWED = frozenset({"method", "params", "headers", "body", "userpwd", "followlocation", "timeout",
                         "connecttimeout", "verbose", "accept_encoding"})  # fmt: skip

    def __init__(self, is_class: bool = False) -> None:
        self.is_class = is_class

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.made(given, method=name).do_run(run, Arguments([])))
        if name == "Request" and not self.is_class:
            return Typhoeus(True)
        return super().get(run, name)

    def do_new(self, run: Evaluation, given: Arguments) -> TyphoeusRequest:
        if not self.is_class:
            raise Unreadable("new of Typhoeus")
        return self.made(given)

    def made(self, given: Arguments, **said: Any) -> TyphoeusRequest:
        url, options = given.take("url", "options", required=1)
        return TyphoeusRequest(url, {**_checked(options, self.ALLOWED), **said})


def to_query(value: Mapping[Any, Any]) -> str:
    """Hash#to_query of ActiveSupport, whose pairs are in the order of their texts."""
    pairs: list[str] = []
    for name, member in known(value).items():
        if isinstance(member, dict) or (isinstance(member, list) and not member):
            raise Unreadable("a hash inside of a query")
        key = quote_plus(text(name)) + ("%5B%5D" if isinstance(member, list) else "")
        members = member if isinstance(member, list) else [member]
        pairs.append("&".join(f"{key}={quote_plus(text(one))}" for one in members))
    return "&".join(sorted(pairs))


HTTP: Mapping[str, Any] = {"HTTP": Chain(Fields())}
EXCON: Mapping[str, Any] = {"Excon": Excon()}
TYPHOEUS: Mapping[str, Any] = {"Typhoeus": Typhoeus()}
