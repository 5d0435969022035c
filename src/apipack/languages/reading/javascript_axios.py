"""What axios 1 sends, in a browser and in Node."""

from __future__ import annotations

import json
import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import copied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_axios_headers import AXIOS_HEADERS, HeaderObject
from apipack.languages.reading.javascript_axios_params import merged, query_of
from apipack.languages.reading.javascript_data import (
    FormData,
    Octets,
    SearchParams,
    checked,
    header_pairs,
    plain_object,
    stringify,
    text,
)
from apipack.languages.reading.javascript_fetch import whatwg
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

AXIOS = (
    "method url baseURL headers params data auth timeout maxBodyLength maxContentLength maxRedirects responseType "
    "paramsSerializer withCredentials validateStatus httpsAgent httpAgent signal responseEncoding decompress"
)


AXIOS_FORM = f"{FORM};charset=utf-8"


class Axios(Thing):
    """axios itself, or an instance with defaults."""

    def __init__(self, browser: bool, defaults: dict[str, Any] | None = None) -> None:
        self.browser, self.defaults = browser, defaults or {}
        self.interceptors: list[Any] = []

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "default" or name == "axios":
            return self
        if name == "defaults":
            return Defaults(self.defaults)
        if name == "interceptors":
            change = Module("request", {"use": Builtin(self.intercept)})
            return Module("interceptors", {"response": Module("response", {"use": Builtin(_use)}), "request": change})
        if name in ("get", "delete", "head", "options"):
            return Builtin(lambda run, given: self.verb(run, name, given, ("url", "config")))
        if name in ("post", "put", "patch"):
            return Builtin(lambda run, given: self.verb(run, name, given, ("url", "data", "config")))
        if name == "AxiosHeaders":
            return AXIOS_HEADERS
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
        return Axios(self.browser, {**copied(self.defaults), **plain_object(optional(config, {}), "config")})

    def intercept(self, run: Evaluation, given: Arguments) -> Any:
        """An interceptor of requests, which changes their config."""
        run.certain()
        function, _ = given.take("fulfilled", "rejected", required=1)
        self.interceptors.append(function)
        return MYSTERY

    def verb(self, run: Evaluation, method: str, given: Arguments, names: tuple[str, ...]) -> Any:
        values = dict(zip(names, given.take(*names, required=1), strict=True))
        config = plain_object(optional(values.pop("config"), {}), "the config of axios")
        return self.send(run, {**config, **values, "method": method})

    def send(self, run: Evaluation, config: dict[str, Any]) -> Any:
        common = _by_method(self.defaults.get("headers"), config.get("method", "get"))
        headers = [*header_pairs(common), *header_pairs(config.get("headers"))]
        config = merged(self.defaults, config)
        for function in reversed(self.interceptors):
            config = {**config, "headers": HeaderObject(headers)}
            config = plain_object(run.awaited(run.apply(function, Arguments([config]))), "the config of axios")
            headers = header_pairs(config.get("headers"))
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
        query = query_of(run, config.get("params"), config.get("paramsSerializer"))
        if auth := config.get("auth"):
            auth = plain_object(auth, "auth")
            password = auth.get("password", "")
            fields.set("Authorization", sending.basic(known(auth.get("username", "")), known(password)))
        return run.send(sent(method, sending.encoded_url(sending.with_query(url, query), whatwg), fields, body))

    @staticmethod
    def address(config: dict[str, Any]) -> str:
        url, base = text(known(config.get("url", ""))), known(config.get("baseURL"))
        if not base or base is UNDEFINED or re.match(r"([a-z][a-z\d+\-.]*:)?//", url, re.IGNORECASE):
            return url
        return re.sub("/?/$", "", text(base)) + "/" + url.lstrip("/") if url else text(base)


class Defaults(Thing):
    """axios.defaults, whose headers are by method and in common."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def get(self, run: Evaluation, name: str) -> Any:
        if name != "headers":
            raise Unreadable(f"{name} of the defaults of axios")
        headers = self.values.setdefault("headers", {})
        if not isinstance(headers, dict):
            raise Unreadable("headers that are no object")
        return Module("headers", {"common": headers})

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name not in ("baseURL", "timeout"):
            raise Unreadable(f"{name} of the defaults of axios")
        self.values[name] = value


def _by_method(headers: Any, method: Any) -> Any:
    """Default headers, of which those in `common` and those of a method hold for its requests."""
    if not isinstance(headers, dict):
        return headers
    joined: dict[str, Any] = {}
    for name, value in headers.items():
        if isinstance(value, dict) and name in ("common", str(method).lower()):
            joined |= value
        elif not isinstance(value, dict):
            joined[name] = value
        elif name not in ("get", "post", "put", "patch", "delete", "head", "options"):
            raise Unreadable("headers inside of headers")
    return joined


def _use(run: Evaluation, given: Arguments) -> Any:
    """An interceptor of answers, which is called back."""
    run.call_back(*given.positional)
    return MYSTERY


def _axios_body(data: Any, method: str, fields: Fields) -> str | None:
    """transformRequest of axios 1: objects as JSON or as a form by their type, text as it is."""
    kind = (fields.get("Content-Type") or "").lower()
    if isinstance(data, FormData):
        fields.remove("Content-Type")
        return data.body(fields)
    if isinstance(data, SearchParams):
        fields.default("Content-Type", AXIOS_FORM)
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
