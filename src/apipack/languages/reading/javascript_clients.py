"""JavaScript in a browser and in Node: what fetch, XMLHttpRequest, axios, http(s) and request send."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from apipack.languages.javascript import FORBIDDEN
from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import (
    FormData,
    Headers,
    JavaScript,
    Octets,
    SearchParams,
    Url,
    checked,
    header_pairs,
    plain_object,
    search_params,
    stringify,
    text,
)
from apipack.languages.reading.javascript_tree import lower
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
from apipack.languages.wire import FORM, Unreadable, repeated
from apipack.records import Request

NORMALIZED = ("delete", "get", "head", "options", "post", "put")
TEXT = "text/plain;charset=UTF-8"
WHATWG_FORM = f"{FORM};charset=UTF-8"
BODILESS = ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE")
"""Methods for which Node frames no body by itself."""


def read_browser(code: str) -> Request:
    request = Evaluation(JavaScript({**_platform(True), "axios": Axios(True)}, {"axios": Axios(True)})).run(lower(code))
    for name, _ in request.headers:
        if name.lower() in FORBIDDEN or name.lower().startswith(("proxy-", "sec-")):
            raise Unreadable(f"{name} is a forbidden header")
    return request


def read_node(code: str) -> Request:
    http, https = Http("http"), Http("https")
    modules: dict[str, Any] = {
        "http": http,
        "https": https,
        "follow-redirects": Module("follow-redirects", {"http": http, "https": https}),
        "axios": Axios(False),
        "request": Library(),
        "node-fetch": Builtin(fetch),
        "cross-fetch": Builtin(fetch),
        "url": Module("url", {"URL": JavaScript({}, {}).names["URL"], "URLSearchParams": Builtin(search_params)}),
        "querystring": Module("querystring", {"stringify": Builtin(_qs)}),
        "qs": Module("qs", {"stringify": Builtin(_qs)}),
        "form-data": Builtin(lambda run, given: FormData()),
        "fs": Module("fs", {}),
        "util": Inert("util"),
        "path": Inert("path"),
        "buffer": Module("buffer", {"Buffer": JavaScript({}, {}).names["Buffer"]}),
    }
    return Evaluation(JavaScript(_platform(False), modules)).run(lower(code))


def _platform(browser: bool) -> dict[str, Any]:
    names: dict[str, Any] = {
        "fetch": Builtin(fetch),
        "Request": Builtin(lambda run, given: Prepared(*given.take("url", "options", required=1))),
        "globalThis": Module("globalThis", {"fetch": Builtin(fetch)}),
    }
    if browser:
        names["XMLHttpRequest"] = Builtin(lambda run, given: Xhr())
        names["window"] = Module("window", {"fetch": Builtin(fetch)})
    return names


def _normalized(method: Any) -> str:
    name = text_of(known(method), "the method")
    return name.upper() if name.lower() in NORMALIZED else name


def _body(value: Any, fields: Fields) -> str | None:
    """A body of fetch and XMLHttpRequest, whose type is added where the program gives none."""
    if isinstance(value, Mystery):
        known(value)
    if value is None or value is UNDEFINED:
        return None
    if isinstance(value, SearchParams):
        fields.default("Content-Type", WHATWG_FORM)
        return value.written()
    if isinstance(value, FormData):
        if fields.get("Content-Type") not in (None, f"multipart/form-data; boundary={sending.BOUNDARY}"):
            raise Unreadable("a type without the boundary")
        return value.body(fields)
    if isinstance(value, Octets):
        return sending.octets_text(value.octets)
    if not isinstance(value, str):
        raise Unreadable("a body that is no text")
    fields.default("Content-Type", TEXT)
    return value


class Prepared(Thing):
    """A Request of fetch."""

    def __init__(self, url: Any, options: Any) -> None:
        self.url, self.options = url, options


FETCH = "method headers body mode credentials cache redirect referrer referrerPolicy signal keepalive agent timeout"


def fetch(run: Evaluation, given: Arguments) -> Any:
    url, options = given.take("url", "options", required=1)
    if isinstance(url, Prepared):
        if options is not UNDEFINED:
            raise Unreadable("a Request with more options")
        url, options = url.url, url.options
    given_options = plain_object(optional(options, {}), "options of fetch")
    checked(given_options, FETCH, "fetch")
    if known(given_options.get("mode")) == "no-cors":
        raise Unreadable("no-cors takes headers off")
    fields = Headers(given_options.get("headers", UNDEFINED)).fields
    method = _normalized(given_options.get("method", "GET"))
    body = _body(given_options.get("body"), fields)
    if method in ("TRACE", "CONNECT", "TRACK") or (body is not None and method in ("GET", "HEAD")):
        raise Unreadable(f"fetch refuses {method}, or a body with it")
    return run.send(sent(method, sending.encoded_url(_address(url), _whatwg), fields, body))


def _address(url: Any) -> str:
    return text(known(url))


def _whatwg(rest: str) -> str:
    """Path and query as the URL standard encodes them."""
    if "\\" in rest or re.search("[\t\r\n]", rest):
        raise Unreadable("characters that the URL standard changes")
    path, mark, query = rest.partition("?")
    return quote(path, safe="/!$&'()*+,;=:@%-._~|[]^") + mark + quote(query, safe="/!$&()*+,;=:@%-._~|[]^?{}`\\")


class Xhr(Thing):
    """XMLHttpRequest."""

    inert = frozenset({"abort", "overrideMimeType", "getAllResponseHeaders", "getResponseHeader"})
    settable = frozenset({"withCredentials", "responseType", "timeout"})

    def __init__(self) -> None:
        self.method, self.url = "", ""
        self.fields: Headers | None = None

    def get(self, run: Evaluation, name: str) -> Any:
        if re.fullmatch("readyState|status|statusText|response[A-Z]?[A-Za-z]*|DONE|upload", name):
            return MYSTERY
        return super().get(run, name)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name.startswith("on"):
            run.call_back(value)
        else:
            super().set(run, name, value)

    def do_addEventListener(self, run: Evaluation, given: Arguments) -> Any:
        run.call_back(*given.positional)
        return UNDEFINED

    def do_open(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        method, url, _ = given.take("method", "url", "async", required=2)
        self.method, self.url = _normalized(method), sending.encoded_url(_address(url), _whatwg)
        self.fields = Headers()
        return UNDEFINED

    def do_setRequestHeader(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        if self.fields is None:
            raise Unreadable("a header before open")
        self.fields.append(*given.take("name", "value", required=2))
        return UNDEFINED

    def do_send(self, run: Evaluation, given: Arguments) -> Any:
        (value,) = given.take("body")
        if self.fields is None or self.method == "TRACE":
            raise Unreadable("send before open, or TRACE")
        fields = Fields(self.fields.fields.pairs)
        body = None if self.method in ("GET", "HEAD") else _body(value, fields)
        kind = fields.get("Content-Type") or ""
        if body is not None and re.search(r";\s*charset=(?!\"?utf-8\"?\s*(?:;|\Z))", kind, re.IGNORECASE):
            raise Unreadable("XMLHttpRequest rewrites a charset other than UTF-8")
        run.send(sent(self.method, self.url, fields, body))
        return UNDEFINED


# axios

AXIOS = (
    "method url baseURL headers params data auth timeout maxBodyLength maxContentLength maxRedirects responseType "
    "withCredentials validateStatus httpsAgent httpAgent signal responseEncoding decompress"
)


class Axios(Thing):
    """axios itself, or an instance with defaults."""

    def __init__(self, browser: bool, defaults: dict[str, Any] | None = None) -> None:
        self.browser, self.defaults = browser, defaults or {}

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "default" or name == "axios":
            return self
        if name in ("get", "delete", "head", "options"):
            return Builtin(lambda run, given: self.verb(run, name, given, ("url", "config")))
        if name in ("post", "put", "patch"):
            return Builtin(lambda run, given: self.verb(run, name, given, ("url", "data", "config")))
        if name in ("isAxiosError", "AxiosError"):
            return MYSTERY
        return super().get(run, name)

    def call(self, run: Evaluation, given: Arguments) -> Any:
        first, second = given.take("config", "more", required=1)
        config = {"url": first, **plain_object(optional(second, {}), "config")} if isinstance(first, str) else first
        return self.send(run, plain_object(config, "the config of axios"))

    do_request = call

    def do_create(self, run: Evaluation, given: Arguments) -> Axios:
        (config,) = given.take("config")
        return Axios(self.browser, {**self.defaults, **plain_object(optional(config, {}), "config")})

    def verb(self, run: Evaluation, method: str, given: Arguments, names: tuple[str, ...]) -> Any:
        values = dict(zip(names, given.take(*names, required=1), strict=True))
        config = plain_object(optional(values.pop("config"), {}), "the config of axios")
        return self.send(run, {**config, **values, "method": method})

    def send(self, run: Evaluation, config: dict[str, Any]) -> Any:
        headers = [*header_pairs(self.defaults.get("headers")), *header_pairs(config.get("headers"))]
        config = {**self.defaults, **config}
        checked(config, AXIOS, "axios")
        fields = Fields()
        for name, value in headers:
            if known(value) is not None and value is not UNDEFINED and value is not False:
                fields.set(name, text(value))
        method = text_of(known(config.get("method", "get")), "the method").upper()
        body = _axios_body(config.get("data"), method, fields)
        if body is None:
            fields.remove("Content-Type")
        if body is not None and self.browser and method in ("GET", "HEAD"):
            raise Unreadable("axios in a browser sends no body with GET")
        url = self.address(config)
        query = _axios_query(config.get("params"))
        if auth := config.get("auth"):
            auth = plain_object(auth, "auth")
            password = auth.get("password", "")
            fields.set("Authorization", sending.basic(known(auth.get("username", "")), known(password)))
        return run.send(sent(method, sending.encoded_url(sending.with_query(url, query), _whatwg), fields, body))

    @staticmethod
    def address(config: dict[str, Any]) -> str:
        url, base = text(known(config.get("url", ""))), known(config.get("baseURL"))
        if not base or base is UNDEFINED or re.match(r"([a-z][a-z\d+\-.]*:)?//", url, re.IGNORECASE):
            return url
        return re.sub("/?/$", "", text(base)) + "/" + url.lstrip("/") if url else text(base)


def _axios_body(data: Any, method: str, fields: Fields) -> str | None:
    """transformRequest of axios 1: objects as JSON or as a form by their type, text as it is."""
    kind = (fields.get("Content-Type") or "").lower()
    if isinstance(data, FormData):
        fields.remove("Content-Type")
        return data.body(fields)
    if isinstance(data, SearchParams):
        fields.default("Content-Type", WHATWG_FORM)
        return data.written()
    if isinstance(data, Octets):
        return sending.octets_text(data.octets)
    data = known(data)
    if data is None or data is UNDEFINED:
        return None
    if isinstance(data, dict | list):
        if FORM in kind:
            return sending.form(_flat(data), sending.whatwg_form)
        if "multipart/form-data" in kind:
            raise Unreadable("an object as a multipart body")
        fields.default("Content-Type", sending.JSON)
        return str(stringify(data))
    if "application/json" in kind:
        if not isinstance(data, str):
            return str(stringify(data))
        try:
            json.loads(data)
        except ValueError:
            return str(stringify(data))
        return data.strip()
    if not isinstance(data, str):
        raise Unreadable("data that is neither text nor an object")
    if method in ("POST", "PUT", "PATCH"):
        fields.default("Content-Type", FORM)
    elif fields.get("Content-Type") is None:
        raise Unreadable("a body whose type depends on the version of axios")
    return data


def _flat(data: Any) -> list[tuple[str, str]]:
    if not isinstance(data, dict):
        raise Unreadable("a form of no object")
    for value in data.values():
        if not isinstance(value, str | int | float | bool):
            raise Unreadable("a form with more than values")
    return [(str(name), text(value)) for name, value in data.items()]


def _axios_query(params: Any) -> str:
    if isinstance(params, SearchParams):
        return params.written()
    params = known(params)
    if params is None or params is UNDEFINED:
        return ""
    pairs: list[tuple[str, str]] = []
    for name, value in plain_object(params, "params").items():
        if value is None or value is UNDEFINED:
            continue
        if isinstance(value, list):
            pairs += [(f"{name}[]", text(member)) for member in value]
        elif isinstance(value, dict):
            raise Unreadable("params of axios inside of each other")
        else:
            pairs.append((name, text(value)))
    return sending.form(pairs, _axios_encoded)


def _axios_encoded(value: str) -> str:
    encoded = sending.component(value)
    for escape, character in (("%3A", ":"), ("%24", "$"), ("%2C", ","), ("%20", "+")):
        encoded = encoded.replace(escape, character)
    return encoded


# http and https of Node

HTTP = "method protocol hostname host port path headers auth timeout agent rejectUnauthorized maxRedirects family"


class Http(Thing):
    """The modules http and https."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def get(self, run: Evaluation, name: str) -> Any:
        return MYSTERY if name in ("Agent", "globalAgent") else super().get(run, name)

    def do_request(self, run: Evaluation, given: Arguments) -> Outgoing:
        options: dict[str, Any] = {}
        for value in given.positional:
            if isinstance(value, str | Url):
                options |= _parts(value if isinstance(value, Url) else Url(value))
            elif isinstance(value, dict):
                options |= value
            else:
                known(value)
                run.call_back(value)
        checked(options, HTTP, self.scheme)
        return Outgoing(self.scheme, options)

    def do_get(self, run: Evaluation, given: Arguments) -> Outgoing:
        outgoing = self.do_request(run, given)
        outgoing.do_end(run, Arguments([]))
        return outgoing


def _parts(url: Url) -> dict[str, Any]:
    host, _, port = url.host.partition(":")
    path = url.path + (f"?{url.query}" if url.query else "")
    return {"protocol": f"{url.scheme}:", "hostname": host, "port": port or None, "path": path}


class Outgoing(Thing):
    """http.ClientRequest: sent by `end`."""

    inert = frozenset({"setTimeout", "destroy", "abort", "flushHeaders", "setNoDelay"})

    def __init__(self, scheme: str, options: dict[str, Any]) -> None:
        known({key: value for key, value in options.items() if key not in ("agent", "timeout", "headers")})
        self.method = text_of(options.get("method", "GET"), "the method").upper()
        if options.get("protocol") not in (None, UNDEFINED, f"{scheme}:"):
            raise Unreadable("another protocol than the module's")
        host = next((options[name] for name in ("hostname", "host") if options.get(name)), None)
        port = options.get("port")
        authority = sending.authority(host, None if port in (None, UNDEFINED, "") else port)
        path = text_of(options.get("path") or "/", "the path")
        if not path.startswith("/"):
            raise Unreadable("not a path")
        self.url = f"{scheme}://{authority}{path}"
        self.fields = Fields()
        for name, value in header_pairs(options.get("headers")):
            for field_value in value if isinstance(value, list) else [value]:
                self.fields.add(name, text(known(field_value)))
        if reason := repeated(tuple((name, "") for name, _ in header_pairs(options.get("headers")))):
            raise Unreadable(reason)
        if auth := options.get("auth"):
            user, _, password = text_of(auth).partition(":")
            self.fields.default("Authorization", sending.basic(user, password))
        self.body: list[str] = []

    def do_on(self, run: Evaluation, given: Arguments) -> Outgoing:
        run.call_back(*given.positional)
        return self

    do_once = do_on

    def do_setHeader(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.set(known(name), text(known(value)))
        return self

    def do_write(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        chunk, *_ = given.take("chunk", "encoding", "callback", required=1)
        self.body.append(_chunk(chunk))
        return True

    def do_end(self, run: Evaluation, given: Arguments) -> Any:
        for value in given.positional:
            if isinstance(value, str | Octets | Mystery):
                self.body.append(_chunk(value))
            else:
                run.call_back(value)
        body = "".join(self.body) if self.body else None
        framed = self.fields.get("Content-Length") is not None
        if body and self.method in BODILESS and not framed:
            raise Unreadable(f"Node does not frame a body of {self.method}")
        run.send(sent(self.method, self.url, self.fields, body))
        return self


def _chunk(value: Any) -> str:
    value = known(value)
    return sending.octets_text(value.octets) if isinstance(value, Octets) else text_of(value, "a chunk")


# request

REQUEST = (
    "method url uri baseUrl headers body json form qs auth timeout followRedirect followAllRedirects maxRedirects "
    "rejectUnauthorized strictSSL gzip encoding jar time"
)


class Library(Thing):
    """The package request."""

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("get", "head", "options", "post", "put", "patch", "delete", "del"):
            method = "DELETE" if name == "del" else name.upper()
            return Builtin(lambda run, given: self.call(run, given, method))
        return super().get(run, name)

    def call(self, run: Evaluation, given: Arguments, method: str | None = None) -> Any:
        options: dict[str, Any] = {}
        for index, value in enumerate(given.positional):
            if index == 0 and isinstance(value, str):
                options["url"] = value
            elif isinstance(value, dict):
                options |= value
            else:
                known(value)
                run.call_back(value)
        if method:
            options["method"] = method
        return run.send(_request(options))


def _request(options: dict[str, Any]) -> Request:
    checked(options, REQUEST, "request")
    fields = Fields()
    for name, value in header_pairs(options.get("headers")):
        for field_value in value if isinstance(value, list) else [value]:
            fields.add(name, text(known(field_value)))
    if reason := repeated(tuple((name, "") for name, _ in header_pairs(options.get("headers")))):
        raise Unreadable(reason)
    address = known(options.get("url", options.get("uri")))
    url = text(address) if options.get("baseUrl") is None else _based(text(known(options["baseUrl"])), text(address))
    if query := known(options.get("qs")):
        if "?" in url:
            raise Unreadable("qs for a URL that has a query")
        url = sending.with_query(url, sending.form(_nested(query), sending.strict))
    body = _request_body(options, fields)
    if auth := known(options.get("auth")):
        _add_auth(auth, fields)
    method = text_of(known(options.get("method", "GET")), "the method")
    return sent(method.upper(), sending.plain_url(url), fields, body)


def _based(base: str, url: str) -> str:
    if "//" in url:
        raise Unreadable("an absolute URL with a baseUrl")
    joint = "/" if not base.endswith("/") and not url.startswith("/") and url else ""
    return (base.removesuffix("/") if url.startswith("/") else base) + joint + url


def _request_body(options: dict[str, Any], fields: Fields) -> str | None:
    body, document, form = (known(options.get(name)) for name in ("body", "json", "form"))
    if form:
        if not re.match(rf"{FORM}\b", fields.get("Content-Type") or ""):
            fields.set("Content-Type", FORM)
        if body is not None or document is not None:
            raise Unreadable("two bodies")
        return form if isinstance(form, str) else sending.form(_nested(form), sending.strict)
    if document is True:
        if body is None:
            return None
        fields.default("Content-Type", sending.JSON)
        return str(stringify(body))
    if document is not None and document is not False:
        if body is not None:
            raise Unreadable("two bodies")
        fields.default("Content-Type", sending.JSON)
        return str(stringify(document))
    if body is not None and not isinstance(body, str):
        raise Unreadable("request takes no object for a body")
    return body


def _add_auth(auth: Any, fields: Fields) -> None:
    auth = plain_object(auth, "auth")
    if "bearer" in auth:
        fields.set("Authorization", f"Bearer {text(auth['bearer'])}")
        return
    if auth.get("sendImmediately") is False:
        raise Unreadable("credentials that are sent once they are asked for")
    user = next((auth[name] for name in ("user", "username") if name in auth), "")
    password = next((auth[name] for name in ("pass", "password") if name in auth), "")
    fields.set("Authorization", sending.basic(user, password))


def _nested(value: Any) -> list[tuple[str, str]]:
    """Pairs as the package qs writes them: members of lists by index, of objects by key."""
    pairs: list[tuple[str, str]] = []
    todo: list[tuple[str, Any]] = [(str(name), member) for name, member in plain_object(value, "a form").items()]
    while todo:
        name, member = todo.pop(0)
        if isinstance(member, dict):
            todo = [(f"{name}[{key}]", inner) for key, inner in member.items()] + todo
        elif isinstance(member, list):
            todo = [(f"{name}[{index}]", inner) for index, inner in enumerate(member)] + todo
        elif member is not UNDEFINED:
            pairs.append((name, "" if member is None else text(member)))
    return pairs


def _qs(run: Evaluation, given: Arguments) -> Any:
    """stringify of qs and querystring, which agree on flat objects without lists."""
    (value,) = given.take("value", required=1)
    if isinstance(value, Mystery):
        return MYSTERY
    pairs = plain_object(known(value), "what is to be a query")
    if any(isinstance(member, dict | list | None) for member in pairs.values()):
        raise Unreadable("a query with more than values")
    return sending.form([(name, text(member)) for name, member in pairs.items()], sending.component)
