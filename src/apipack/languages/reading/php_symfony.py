"""What Symfony's HttpClient sends."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import quote, unquote, unquote_plus, urljoin

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import copied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.php_data import FLAGS, http_build_query, json_encode, text
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import Arguments, Builtin, Module, Thing, known, text_of
from apipack.languages.wire import FORM, Unreadable

IDLE = frozenset(
    ["timeout", "max_duration", "max_redirects", "http_version", "verify_peer", "verify_host", "buffer", "user_data",
     "on_progress"]
)  # fmt: skip
SHAPING = frozenset(["headers", "query", "json", "body", "auth_basic", "auth_bearer", "base_uri"])
HEX = {"<": "\\u003C", ">": "\\u003E", "'": "\\u0027", "&": "\\u0026", '\\"': "\\u0022"}
KEPT = "-._~!$&/'()[]*+,;=:@{}%"


class Symfony(Thing):
    """HttpClient::create's client. base: the one that a scoped client's URLs are under, empty where there is none."""

    def __init__(self, options: dict[str, Any], base: str = "") -> None:
        self.options, self.base = options, base

    def do_withOptions(self, run: Evaluation, given: Arguments) -> Symfony:
        (options,) = given.take("options", required=1)
        options = _options(options)
        headers = _headers(options.get("headers"), _headers(self.options.get("headers"), Fields()))
        merged = {**self.options, **options, "headers": dict(enumerate(f"{n}: {v}" for n, v in headers.pairs))}
        return Symfony(merged, self.base)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method, url, options = given.take("method", "url", "options", required=2)
        method, url = text_of(method, "the method"), text_of(known(url), "the URL")
        own = _options(optional(options, {}))
        if not re.fullmatch("[A-Z]+", method):
            raise Unreadable("a method that Symfony refuses")
        if "query" in self.options or {"json", "body"} & set(self.options):
            raise Unreadable("a query or a body of a client")
        if {"auth_basic", "auth_bearer"} & set(self.options) and {"auth_basic", "auth_bearer"} & set(own):
            raise Unreadable("credentials of a client and of its request")
        if self.base and re.match("[a-z]+:", url) and not url.startswith(self.base):
            raise Unreadable("a URL that is not the client's")
        if self.base and any(isinstance(value, dict) for value in (own.get("headers") or {}).values()):
            raise Unreadable("a header of several values, of which a client with a base keeps one")
        merged = {**self.options, **own}
        fields = _headers(own.get("headers"), _headers(self.options.get("headers"), Fields()))
        body = _body(own, fields)
        if "auth_basic" in merged and "auth_bearer" in merged:
            raise Unreadable("two kinds of credentials")
        if (user := merged.get("auth_basic")) is not None:
            credentials = ":".join(map(text, user.values())) if isinstance(user, dict) else text_of(user)
            fields.default("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode())
        if (token := merged.get("auth_bearer")) is not None:
            fields.default("Authorization", f"Bearer {text_of(token)}")
        return run.send(sent(method, _address(url, merged), fields, body))


def _options(options: Any) -> dict[str, Any]:
    if not isinstance(options, dict):
        raise Unreadable("options that are no array")
    if unknown := set(options) - IDLE - SHAPING:
        raise Unreadable(f"an option of Symfony that is not known here: {min(map(str, unknown))}"[:80])
    return {name: copied(known(value)) for name, value in options.items() if name in SHAPING and value is not None}


def _headers(headers: Any, fields: Fields) -> Fields:
    """Header fields over others: values by name, or whole lines."""
    for name, value in (headers or {}).items():
        if isinstance(name, int):
            name, colon, value = text_of(value).partition(":")
            if not colon:
                raise Unreadable("a header line without a colon")
            value = value.lstrip()
        values = list(value.values()) if isinstance(value, dict) else [value]
        fields.remove(name)
        for one in values:
            fields.add(name, text(one))
    return fields


def _body(options: dict[str, Any], fields: Fields) -> str | None:
    body = options.get("body")
    if "json" in options:
        if body not in (None, ""):
            raise Unreadable("two bodies")
        fields.default("Content-Type", sending.JSON)
        return _json(options["json"])
    if body is None:
        return None
    if isinstance(body, dict):
        body = http_build_query(body)
    if not isinstance(body, str):
        raise Unreadable("a body of Symfony that is no text")
    if body:
        fields.default("Content-Type", FORM)
    return body or None


def _json(value: Any) -> str:
    """JSON in which marks of HTML are escaped."""
    written = json_encode(value, FLAGS["JSON_PRESERVE_ZERO_FRACTION"])
    return re.sub(r"\\\\|\\\"|[<>'&]", lambda mark: HEX.get(mark[0], mark[0]), written)


def _address(url: str, options: dict[str, Any]) -> str:
    base = options.get("base_uri")
    if base is None and not re.match("https?://", url, re.IGNORECASE):
        raise Unreadable("the URL is not absolute")
    query = options.get("query") or {}
    if not isinstance(query, dict):
        raise Unreadable("a query that is no array")
    path, _, before = url.partition("#")[0].partition("?")
    if base is not None:
        path = urljoin(text_of(base), path)
        if not before and not url:
            raise Unreadable("a request of the base itself")
    return sending.encoded_url(_with_query(path, before, query), _encoded)


def _with_query(path: str, before: str, query: dict[Any, Any]) -> str:
    """A query's own pairs, of which those of the options take the place."""
    held: dict[str, str] = {}
    for pair in filter(None, before.split("&")):
        name = unquote_plus(pair.partition("=")[0])
        held[name] = f"{held[name]}&{pair}" if name in held else pair
    for name in [name for name, value in query.items() if value is None]:
        held.pop(str(name), None)
    written = http_build_query(query, kind=FLAGS["PHP_QUERY_RFC3986"])
    for mark in "!$()*/:;@[]":
        written = written.replace(f"%{ord(mark):02X}", mark)
    for pair in filter(None, written.split("&")):
        held[unquote(pair.partition("=")[0])] = pair
    joined = "&".join(held.values())
    return f"{path}?{joined}" if joined else path


def _encoded(rest: str) -> str:
    """Path and query as Symfony writes them: what is unreserved is not encoded."""
    path, mark, query = rest.partition("?")
    return mark.join(_plain(part) for part in ((path, query) if mark else (path,)))


def _plain(part: str) -> str:
    unreserved = re.sub(
        "%(?:2[DEde]|3[0-9]|[46][1-9A-Fa-f]|5[Ff]|[57][0-9Aa]|7[Ee])", lambda code: unquote(code[0]), part
    )
    return quote(unreserved, safe=KEPT)


def create(run: Evaluation, given: Arguments) -> Symfony:
    options, _, _ = given.take("defaultOptions", "maxHostConnections", "maxPendingPushes")
    return Symfony(_defaults(options))


def _defaults(options: Any) -> dict[str, Any]:
    defaults = _options(optional(options, {}))
    if any(isinstance(value, dict) for value in (defaults.get("headers") or {}).values()):
        raise Unreadable("a header of a client with several values")
    return defaults


def create_for_base(run: Evaluation, given: Arguments) -> Symfony:
    base, options, *_ = given.take("baseUri", "defaultOptions", "maxHostConnections", "maxPendingPushes", required=1)
    base = text_of(known(base), "the base")
    if re.search("[?#]", base):
        raise Unreadable("a base with a query")
    return Symfony({**_defaults(options), "base_uri": base}, urljoin(base, "."))


class HttpOptions(Thing):
    """Options that are set by methods."""

    SETTERS = {
        "setHeaders": "headers",
        "setQuery": "query",
        "setJson": "json",
        "setBody": "body",
        "setAuthBearer": "auth_bearer",
        "setBaseUri": "base_uri",
        "setTimeout": "timeout",
        "setMaxDuration": "max_duration",
        "setMaxRedirects": "max_redirects",
    }

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}

    def get(self, run: Evaluation, name: str) -> Any:
        if option := self.SETTERS.get(name):
            return Builtin(lambda run, given: self.changed(run, option, *given.take("value", required=1)))
        return super().get(run, name)

    def changed(self, run: Evaluation, option: str, value: Any) -> HttpOptions:
        run.certain()
        self.options[option] = value
        return self

    def do_setAuthBasic(self, run: Evaluation, given: Arguments) -> HttpOptions:
        user, password = given.take("user", "password", required=1)
        return self.changed(run, "auth_basic", {0: user, **({} if optional(password, "") == "" else {1: password})})

    def do_toArray(self, run: Evaluation, given: Arguments) -> dict[str, Any]:
        return dict(self.options)


def http_options(run: Evaluation, given: Arguments) -> HttpOptions:
    given.take()
    return HttpOptions()


NAMESPACE = "Symfony\\Component\\HttpClient\\"
SYMFONY = {
    f"{NAMESPACE}HttpClient": Module(
        "HttpClient", {"create": Builtin(create), "createForBaseUri": Builtin(create_for_base)}
    ),
    f"{NAMESPACE}RetryableHttpClient": Builtin(lambda run, given: given.take("client", "strategy", "maxRetries")[0]),
    f"{NAMESPACE}HttpOptions": Builtin(http_options),
    f"{NAMESPACE}CurlHttpClient": Builtin(create),
    f"{NAMESPACE}NativeHttpClient": Builtin(create),
}
