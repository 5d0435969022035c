"""Ruby: what rest-client sends."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.ruby_data import component, text
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Mystery,
    Symbol,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable

CARRYING = ("post", "put", "patch")
VERBS = (*CARRYING, "get", "delete", "head", "options")
KINDS = {"json": sending.JSON, "xml": "application/xml", "text": "text/plain", "html": "text/html"}
"""Media types by their extensions."""
OPTIONS = frozenset({"method", "url", "payload", "headers", "user", "password", "timeout", "open_timeout",
                     "read_timeout", "verify_ssl", "max_redirects", "cookies"})  # fmt: skip
COOKIE = re.compile(r"[\w.~+/=!*:@%&-]+", re.ASCII)
"""A name or a value that is written as it is."""


def _query(data: Any) -> str:
    """A form or a query of nested data."""
    return "&".join(name + ("" if value is None else f"={component(text(value))}") for name, value in _flat(data))


def _flat(data: Any, name: str = "") -> list[tuple[str, Any]]:
    if name and (data == [] or data == {}):
        return [(name, None)]
    if isinstance(data, dict):
        members = [
            (f"{name}[{component(text(key))}]" if name else component(text(key)), value) for key, value in data.items()
        ]
        return [pair for key, value in members for pair in _flat(value, key)]
    if isinstance(data, list):
        return [pair for value in data for pair in _flat(value, f"{name}[]")]
    return [(name, data)]


def _kind(value: Any) -> str:
    """A media type, which may be given by its extension."""
    kind = text(value)
    if not re.fullmatch(r"[a-zA-Z0-9_@-]+", kind):
        return kind
    if kind not in KINDS:
        raise Unreadable("a media type by its extension")
    return KINDS[kind]


def _name(key: Any) -> str:
    return "-".join(word.capitalize() for word in key.split("_")) if isinstance(key, Symbol) else text(key)


def _headers(given: Any) -> tuple[Fields, Any]:
    """Fields, and the query that stands among them."""
    fields, query = Fields(), None
    for key, value in known(given or {}).items():
        name = _name(key)
        if name.lower() == "params":
            query = value
        elif name.lower() == "cookies":
            fields.set("Cookie", _cookies(value))
        elif name.lower() in ("content-type", "accept"):
            values = value if isinstance(value, list) and name.lower() == "accept" else [value]
            fields.set(name, ", ".join(map(_kind, values)))
        else:
            fields.set(name, text(value))
    return fields, query


def _cookies(given: Any) -> str:
    """The header that a jar of these cookies gives."""
    if not isinstance(given, dict):
        raise Unreadable("cookies of rest-client")
    pairs = [(text(name), text(known(value))) for name, value in given.items()]
    if not pairs or not all(COOKIE.fullmatch(part) for pair in pairs for part in pair):
        raise Unreadable("cookies of rest-client")
    return "; ".join(f"{name}={value}" for name, value in pairs)


def send(run: Evaluation, options: dict[Any, Any]) -> Mystery:
    """RestClient::Request.execute."""
    if not set(options) <= OPTIONS:
        raise Unreadable("options of rest-client")
    fields, query = _headers(options.get("headers"))
    if (cookies := known(options.get("cookies"))) is not None:
        if fields.get("Cookie") is not None:
            raise Unreadable("cookies of rest-client twice")
        fields.set("Cookie", _cookies(cookies))
    url = text(known(options.get("url")))
    if query:
        url = sending.with_query(url, _query(query))
    payload = known(options.get("payload"))
    if isinstance(payload, dict):
        payload = _query(payload)
        fields.set("Content-Type", FORM)
    if payload is not None:
        fields.default("Content-Type", FORM)
    if (user := options.get("user")) is not None:
        fields.default("Authorization", sending.basic(user, options.get("password")))
    if not re.match("https?://", url):
        url = f"http://{url}"
    body = None if payload is None else text_of(payload, "the body")
    return run.send(sent(text_of(options.get("method")).upper(), sending.raw_query_url(url), fields, body))


def _verb(method: str, options: dict[Any, Any], url: str) -> Builtin:
    """A verb. url: empty where it is the first argument."""
    names = (*(() if url else ("url",)), *(("payload",) if method in CARRYING else ()), "headers")

    def call(run: Evaluation, given: Arguments) -> Mystery:
        block = given.named.pop("block", None)
        values = dict(zip(names, map(optional, given.take(*names)), strict=True))
        headers = {**(options.get("headers") or {}), **(values.get("headers") or {})}
        more = {"method": method, "url": url or values["url"], "payload": values.get("payload"), "headers": headers}
        answer = send(run, {**options, **more})
        run.call_back(block)
        return answer

    return Builtin(call)


class Resource(Thing):
    """RestClient::Resource."""

    def __init__(self, url: str, options: dict[Any, Any]) -> None:
        self.url, self.options = url, options

    def get(self, run: Evaluation, name: str) -> Any:
        return _verb(name, self.options, self.url) if name in VERBS else super().get(run, name)

    def item(self, run: Evaluation, key: Any) -> Resource:
        path = text(known(key))
        joint = "" if self.url.endswith("/") or path.startswith("/") else "/"
        return Resource(f"{self.url}{joint}{path}", self.options)


def _resource(run: Evaluation, given: Arguments) -> Resource:
    url, second, password = given.take("url", "options", "password", required=1)
    options = second if isinstance(second, dict) else {}
    if second is not UNDEFINED and not isinstance(second, dict):
        options = {"user": second, "password": password}
    return Resource(text(known(url)), options)


def _execute(run: Evaluation, given: Arguments) -> Mystery:
    block = given.named.pop("block", None)
    (options,) = given.take("options", required=1)
    answer = send(run, known(options))
    run.call_back(block)
    return answer


class RestClientModule(Module):
    """RestClient, whose verbs take a URL."""

    def get(self, run: Any, name: str) -> Any:
        return _verb(name, {}, "") if name in VERBS else super().get(run, name)


FAILURES = ("ExceptionWithResponse", "Exception", "RequestFailed", "NotFound", "Unauthorized", "BadRequest",
            "Forbidden", "Conflict", "UnprocessableEntity", "TooManyRequests", "InternalServerError",
            "ServerBrokeConnection", "RequestTimeout", "Exceptions")  # fmt: skip
REST_CLIENT = RestClientModule(
    "RestClient",
    {
        "Request": Module("Request", {"execute": Builtin(_execute)}),
        "Resource": Module("Resource", {"new": Builtin(_resource)}),
        **dict.fromkeys(FAILURES, MYSTERY),
    },
)
