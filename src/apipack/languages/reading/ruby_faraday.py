"""Ruby: what Faraday sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.ruby_calls import VERBS
from apipack.languages.reading.ruby_data import text, to_json
from apipack.languages.reading.ruby_httparty import nested_pairs
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.sending import Fields, sent
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

FLAT = Module("FlatParamsEncoder", {})
NESTED = Module("NestedParamsEncoder", {})


class FaradayOptions(Thing):
    """Options of a connection or of a call, of which the encoder of parameters alone changes a request."""

    def __init__(self, is_flat: bool = False) -> None:
        self.is_flat = is_flat

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        run.certain()
        if name == "params_encoder":
            self.is_flat = _is_flat(value)
        elif name not in TIMES:
            raise Unreadable("options of Faraday that change the request")

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        self.set(run, text_of(key), value)


def _is_flat(encoder: Any) -> bool:
    if encoder is not FLAT and encoder is not NESTED:
        raise Unreadable("an encoder of Faraday's that is not known here")
    return encoder is FLAT


class FaradayRequest(Thing):
    """What a block of a call changes."""

    def __init__(self, headers: dict[Any, Any], params: dict[Any, Any], body: Any, is_flat: bool) -> None:
        self.headers, self.params, self.body = dict(headers), dict(params), body
        self.options = FaradayOptions(is_flat)
        self.target: str | None = None

    def do_headers(self, run: Evaluation, given: Arguments) -> Any:
        return self.headers

    def do_params(self, run: Evaluation, given: Arguments) -> Any:
        return self.params

    def do_options(self, run: Evaluation, given: Arguments) -> Any:
        return self.options

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
        self.options = FaradayOptions()

    inert = frozenset({"close"})

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return super().get(run, name)

    def do_params(self, run: Evaluation, given: Arguments) -> Any:
        return self.params

    def do_headers(self, run: Evaluation, given: Arguments) -> Any:
        return self.at_headers

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        if method == "OPTIONS" and not given.positional and not given.named:
            return self.options
        block = given.named.pop("block", None)
        url, second, headers = given.take("url", "second", "headers")
        carries = method in ("POST", "PUT", "PATCH")
        request = FaradayRequest(
            {**self.at_headers, **optional(headers, {})},
            {**self.params, **({} if carries else optional(second, None) or {})},
            optional(second) if carries else None,
            self.options.is_flat,
        )
        if block is not None:
            run.apply(block, Arguments([request]))
        return run.send(self.request(method, request.target or optional(url) or "", request))

    def do_run_request(self, run: Evaluation, given: Arguments) -> Any:
        method, url, body, headers = given.take("method", "url", "body", "headers", required=2)
        at_headers = {**self.at_headers, **(optional(headers) or {})}
        request = FaradayRequest(at_headers, self.params, optional(body), self.options.is_flat)
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
            pairs += (_flat_pairs if request.options.is_flat else nested_pairs)(request.params, _escaped)
            pairs.sort(key=_name)
            url = f"{base}?{'&'.join(pairs)}"
        return sent(method, sending.raw_query_url(url), fields, None if body is None else text_of(body, "the body"))

    def encoded(self, body: dict[Any, Any], fields: Fields) -> str:
        kind = fields.get("Content-Type")
        if self.encodes == "json" and kind in (None, sending.JSON):
            fields.default("Content-Type", sending.JSON)
            return to_json(body)
        if self.encodes == "form" and kind in (None, FORM):
            fields.default("Content-Type", FORM)
            return "&".join(sorted(nested_pairs(body, _escaped), key=_name))
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
        run.certain()
        name, *rest = given.positional
        if name in ("json", "url_encoded"):
            self.encodes = "json" if name == "json" else "form"
        elif name == "retry":
            return
        elif name == "authorization" and len(rest) == 2 and str(rest[0]).lower() in ("bearer", "token"):
            token = run.apply(rest[1], Arguments([])) if isinstance(rest[1], Closure) else rest[1]
            self.at_headers["Authorization"] = f"{text(rest[0])} {text(known(token))}"
        elif name == "authorization" and len(rest) == 3 and rest[0] == "basic":
            self.at_headers["Authorization"] = sending.basic(*rest[1:])
        else:
            raise Unreadable("a middleware that is not known here")

    def do_response(self, run: Evaluation, given: Arguments) -> None:
        return None

    do_adapter = do_response


TIMES = {"timeout", "open_timeout", "read_timeout", "write_timeout"}


def _name(pair: str) -> str:
    """Pairs are sorted by their names; those of one name stay in their order."""
    return pair.partition("=")[0]


def _flat_pairs(params: dict[Any, Any], escape: Callable[[str], str]) -> list[str]:
    """What FlatParamsEncoder makes of parameters: a list is its name, time and again."""
    pairs = []
    for name, value in params.items():
        values = value if isinstance(value, list) else [value]
        if any(isinstance(item, dict | list) or item is None for item in values) or not values:
            raise Unreadable("parameters that are not flat")
        pairs += [f"{escape(text(name))}={escape(text(item))}" for item in values]
    return pairs


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
    of_requests = dict(options.get("request") or {})
    encoder = of_requests.pop("params_encoder", NESTED)
    if not set(of_requests) <= TIMES:
        raise Unreadable("options of Faraday that change the request")
    connection = Faraday(text(known(options.get("url", ""))), options.get("headers"), options.get("params"))
    connection.options.is_flat = _is_flat(encoder)
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
        "FlatParamsEncoder": FLAT,
        "NestedParamsEncoder": NESTED,
        "default_adapter": MYSTERY,
        "Error": MYSTERY,
        "ClientError": MYSTERY,
        "ConnectionFailed": MYSTERY,
    },
)
