"""Python: what requests sends."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import applied
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.python_auth import Unsent, apply_auth, is_callable
from apipack.languages.reading.python_data import Buffer, dumps, to_str
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Builtin,
    Mystery,
    Thing,
    known,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


IGNORED = ("timeout", "allow_redirects", "verify", "stream", "hooks")
KEYWORDS = ("params", "data", "json", "headers", "cookies", "auth", "files", *IGNORED)


class BasicAuth(Thing):
    """requests.auth.HTTPBasicAuth, httpx.BasicAuth."""

    def __init__(self, given: Arguments) -> None:
        self.user, self.password = given.take("username", "password", required=2)


class Cookies(Thing):
    """Cookies that a session sends to every host."""

    def __init__(self) -> None:
        self.pairs: dict[Any, Any] = {}

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        self.pairs[known(key)] = known(value)

    def do_set(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.set_item(run, *given.take("name", "value", required=2))

    def do_update(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (cookies,) = given.take("other", required=1)
        self.pairs |= as_dict(known(cookies))


class Session(Thing):
    """requests.Session; the module itself is one that keeps nothing."""

    is_async = False
    inert = frozenset({"close", "mount"})
    settable = frozenset({"verify", "trust_env", "max_redirects", "stream", "timeout"})

    def __init__(self) -> None:
        self.at_headers: dict[Any, Any] = {}
        self.at_params: dict[Any, Any] = {}
        self.at_auth: Any = None
        self.at_cookies = Cookies()

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name, given))
        return super().get(run, name)

    def set_headers(self, run: Evaluation, value: Any) -> None:
        self.at_headers = value

    def set_params(self, run: Evaluation, value: Any) -> None:
        self.at_params = value

    def set_auth(self, run: Evaluation, value: Any) -> None:
        self.at_auth = value

    def verb(self, run: Evaluation, name: str, given: Arguments) -> Any:
        leading = {"get": ("url", "params"), "post": ("url", "data", "json"), "put": ("url", "data")}
        leading["patch"] = leading["put"]
        if type(self) is Session and name == "get":
            leading["get"] = ("url",)
        options = _options(given, leading.get(name, ("url",)))
        return self.send(run, name.upper(), options.pop("url", UNDEFINED), options)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        leading = ("method", "url", "params", "data", "headers", "cookies", "files", "auth")
        options = _options(given, leading if type(self) is Session else ("method", "url"))
        method = known(options.pop("method", UNDEFINED))
        if not isinstance(method, str):
            raise Unreadable("the method is not text")
        return self.send(run, method.upper(), options.pop("url", UNDEFINED), options)

    def do_prepare_request(self, run: Evaluation, given: Arguments) -> Sendable:
        (request,) = given.take("request", required=1)
        if not isinstance(request, Prepared):
            raise Unreadable("not a Request")
        return Sendable(self.request(run, request.method, request.url, request.options))

    def do_send(self, run: Evaluation, given: Arguments) -> Any:
        request, *_ = given.take("request", *IGNORED[:4], "proxies", "cert", required=1)
        if not isinstance(request, Sendable):
            raise Unreadable("not a prepared request")
        return run.send(request.request)

    def send(self, run: Evaluation, method: str, url: Any, options: dict[str, Any]) -> Any:
        return run.send(self.request(run, method, url, options))

    def request(self, run: Evaluation, method: str, url: Any, options: dict[str, Any]) -> Request:
        fields = Fields()
        for name, value in [*as_dict(self.at_headers).items(), *as_dict(options.get("headers") or {}).items()]:
            if known(value) is None:
                fields.remove(name)
            else:
                fields.set(name, value.decode("latin-1") if isinstance(value, bytes) else value)
        body = _requests_body(options, fields)
        params = merged(known(self.at_params), known(options.get("params")))
        if isinstance(params, str | bytes):
            query = params.decode() if isinstance(params, bytes) else params
        else:
            query = sending.form(pairs_of(params))
        url = known(url)
        if not isinstance(url, str):
            raise Unreadable("the URL is not text")
        add_cookies(fields, {**self.at_cookies.pairs, **(known(options.get("cookies")) or {})})
        url = sending.encoded_url(sending.with_query(url, query), _requoted)
        url = add_auth(run, Unsent(method, url, fields), options.get("auth") or self.at_auth)
        return sent(method, url, fields, body)


class Prepared(Thing):
    """requests.Request."""

    def __init__(self, given: Arguments) -> None:
        self.options = _options(given, ("method", "url", "headers", "files", "data", "params", "auth", "cookies"))
        method = known(self.options.pop("method", UNDEFINED))
        if not isinstance(method, str):
            raise Unreadable("the method is not text")
        self.method, self.url = method.upper(), self.options.pop("url", UNDEFINED)

    @property
    def at_headers(self) -> Any:
        if self.options.get("headers") is None:
            self.options["headers"] = {}
        return self.options["headers"]

    def do_prepare(self, run: Evaluation, given: Arguments) -> Sendable:
        given.take()
        return Sendable(Session().request(run, self.method, self.url, self.options))


class Sendable(Thing):
    """requests.PreparedRequest."""

    def __init__(self, request: Request) -> None:
        self.request = request


def _options(given: Arguments, leading: tuple[str, ...]) -> dict[str, Any]:
    names = (*leading, *[name for name in KEYWORDS if name not in leading])
    if len(given.positional) > len(leading):
        raise Unreadable("too many arguments")
    values = given.take(*names)
    return {name: value for name, value in zip(names, values, strict=True) if value is not UNDEFINED}


def as_dict(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise Unreadable("not a dict" if not isinstance(value, Mystery) else "headers that are not constant")
    return value


def _requests_body(options: dict[str, Any], fields: Fields) -> bytes | str | None:
    data, document = known(options.get("data")), options.get("json")
    if options.get("files"):
        return _files(known(options["files"]), data, fields)
    if not data and document is not None:
        fields.default("Content-Type", sending.JSON)
        return known_text(applied(dumps, [document]))
    if not data:
        return None
    if isinstance(data, str | bytes):
        return data
    fields.default("Content-Type", FORM)
    return sending.form(pairs_of(data))


def merged(held: Any, given: Any) -> Any:
    """What a session and a request say together: members by name, where both are a dict (requests.merge_setting)."""
    if given is None:
        return held
    if not isinstance(held, dict) or not isinstance(given, dict):
        return given
    return {name: value for name, value in (held | given).items() if value is not None}


def known_text(text: Any) -> str:
    return str(known(text))


def pairs_of(data: Any) -> list[tuple[str, str]]:
    """Pairs of a dict or a list of pairs, with lists spread and None left out."""
    data = known(data)
    if data is None or data == {} or isinstance(data, str | bytes):
        return []
    pairs = list(data.items()) if isinstance(data, dict) else data
    fields: list[tuple[str, str]] = []
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Unreadable("not pairs of a name and a value")
        name, value = pair
        if isinstance(value, dict):
            raise Unreadable("a dict inside of a form")
        members = value if isinstance(value, list) else [value]
        fields += [(_text(name), _text(member)) for member in members if member is not None]
    return fields


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else to_str(value)


def _files(files: Any, data: Any, fields: Fields) -> str:
    parts: list[tuple[str, str, str | None, str | None]] = [(name, value, None, None) for name, value in pairs_of(data)]
    for name, value in files.items() if isinstance(files, dict) else files:
        file, content, *kind = value if isinstance(value, list) else (name, value)
        content = content.content if isinstance(content, Buffer) else content
        if not isinstance(content, str | bytes) or not (file is None or isinstance(file, str)) or len(kind) > 1:
            raise Unreadable("a file that is no text")
        parts.append((name, _text(content), file, kind[0] if kind else None))
    if fields.get("Content-Type") is not None:
        raise Unreadable("a type without the boundary")
    return sending.multipart(parts, fields)


def add_auth(run: Evaluation, request: Unsent, auth: Any) -> str:
    """Put credentials into a request; gives its URL."""
    if auth is None:
        return request.at_url
    if is_callable(auth):
        return apply_auth(run, auth, request)
    if isinstance(auth, list) and len(auth) == 2:
        auth = BasicAuth(Arguments(auth))
    if not isinstance(auth, BasicAuth):
        raise Unreadable("credentials that are not known here")
    request.at_headers.fields.set("Authorization", sending.basic(auth.user, auth.password, "latin-1"))
    return request.at_url


def add_cookies(fields: Fields, cookies: Any) -> None:
    if not cookies:
        return
    if not isinstance(known(cookies), dict) or fields.get("Cookie") is not None:
        raise Unreadable("cookies of two kinds")
    pairs = [f"{name}={value}" for name, value in cookies.items()]
    if not all(re.fullmatch(r"[\w!#$&'*+.^`|~%/:-]+=[\w!#$&'*+.^`|~%/:=-]*", pair, re.ASCII) for pair in pairs):
        raise Unreadable("cookies that are quoted")
    fields.set("Cookie", "; ".join(pairs))


def _requoted(rest: str) -> str:
    """requests.utils.requote_uri."""
    return urllib.parse.quote(rest, safe="!#$%&'()*+,/:;=?@[]~")
