"""Go: what the package resty sends, version 2."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_data import Buffer, Values
from apipack.languages.reading.go_http import Client, Cookie, Outgoing
from apipack.languages.reading.go_structs import Record, marshalled
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Module, Thing, known, text_of
from apipack.languages.wire import FORM, Unreadable

TEXT = "text/plain; charset=utf-8"
JSON_TYPE = re.compile(r"(?:application|text)/(?:json|[^;]*\+json|json-[^;]*)(?:;.*)?", re.IGNORECASE)
XML_TYPE = re.compile(r"(?:application|text)/(?:xml|[^;]*\+xml)(?:;.*)?", re.IGNORECASE)
VERBS = ("Get", "Head", "Post", "Put", "Patch", "Delete", "Options")
Lists = dict[str, list[str]]


class Settings(Thing):
    """What a client and its requests both have; each method gives its object back."""

    idle: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.fields = Fields()
        self.query: Lists = {}
        self.form: Lists = {}
        self.path: dict[str, str] = {}
        self.cookies: list[str] = []
        self.user: tuple[Any, Any] | None = None
        self.token = self.scheme = ""

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.idle:
            return Builtin(self.called_back)
        return super().get(run, name)

    def called_back(self, run: Evaluation, given: Arguments) -> Any:
        run.call_back(*given.positional)
        return self

    def do_SetHeader(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        self.fields.set(*given.take("header", "value", required=2))
        return self

    do_SetHeaderVerbatim = do_SetHeader

    def do_SetHeaders(self, run: Evaluation, given: Arguments) -> Any:
        return self.each(run, given, self.do_SetHeader)

    def do_SetQueryParam(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = map(text_of, given.take("param", "value", required=2))
        self.query[name] = [value]
        return self

    def do_SetQueryParams(self, run: Evaluation, given: Arguments) -> Any:
        return self.each(run, given, self.do_SetQueryParam)

    def do_SetFormData(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        for name, value in _texts(*given.take("data", required=1)).items():
            self.form[name] = [value]
        return self

    def do_SetPathParam(self, run: Evaluation, given: Arguments) -> Any:
        return self.path_param(run, given, lambda text: quote(text, safe="$&+:=@-_.~"))

    def do_SetPathParams(self, run: Evaluation, given: Arguments) -> Any:
        return self.each(run, given, self.do_SetPathParam)

    def do_SetRawPathParam(self, run: Evaluation, given: Arguments) -> Any:
        return self.path_param(run, given, lambda text: text)

    def do_SetRawPathParams(self, run: Evaluation, given: Arguments) -> Any:
        return self.each(run, given, self.do_SetRawPathParam)

    def path_param(self, run: Evaluation, given: Arguments, escape: Any) -> Any:
        run.certain()
        name, value = map(text_of, given.take("param", "value", required=2))
        if "{" in value or "}" in value:
            raise Unreadable("a path parameter in a path parameter")
        self.path[name] = escape(value)
        return self

    def do_SetBasicAuth(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        user, password = given.take("username", "password", required=2)
        self.user = user, password
        return self

    def do_SetAuthToken(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        self.token = text_of(*given.take("token", required=1))
        return self

    def do_SetAuthScheme(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        self.scheme = text_of(*given.take("scheme", required=1))
        return self

    def do_SetCookie(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        (cookie,) = given.take("hc", required=1)
        if not isinstance(cookie, Cookie):
            raise Unreadable("not a cookie")
        self.cookies.append(cookie.pair)
        return self

    def each(self, run: Evaluation, given: Arguments, method: Any) -> Any:
        for name, value in _texts(*given.take("pairs", required=1)).items():
            method(run, Arguments([name, value]))
        return self


class Resty(Settings):
    """resty.Client."""

    idle = frozenset(
        ["SetTimeout", "SetRetryCount", "SetRetryWaitTime", "SetRetryMaxWaitTime", "SetRetryAfter", "SetDebug",
         "SetError", "SetDisableWarn", "SetLogger", "SetContentLength", "SetRedirectPolicy", "SetTLSClientConfig",
         "SetCloseConnection", "SetOutputDirectory", "EnableTrace", "OnAfterResponse", "OnError", "AddRetryCondition",
         "AddRetryHook", "SetCookieJar"]
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.base = ""

    def do_SetBaseURL(self, run: Evaluation, given: Arguments) -> Resty:
        run.certain()
        self.base = text_of(*given.take("url", required=1)).rstrip("/")
        return self

    do_SetHostURL = do_SetBaseURL

    def do_R(self, run: Evaluation, given: Arguments) -> Draft:
        given.take()
        return Draft(self)

    do_NewRequest = do_R


class Draft(Settings):
    """resty.Request, which is sent by the method that is named like its own."""

    idle = frozenset(
        ["SetResult", "SetError", "SetContext", "EnableTrace", "ForceContentType", "ExpectContentType", "SetOutput",
         "SetDoNotParseResponse", "SetContentLength", "SetDebug", "AddRetryCondition"]
    )  # fmt: skip

    def __init__(self, client: Resty) -> None:
        super().__init__()
        self.client = client
        self.body: Any = UNDEFINED
        self.parts: list[tuple[str, str, str | None, str | None]] = []
        self.is_multipart = False

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.send(run, name.upper(), *given.take("url", required=1)))
        return super().get(run, name)

    def do_Execute(self, run: Evaluation, given: Arguments) -> Any:
        method, url = given.take("method", "url", required=2)
        return self.send(run, text_of(method, "the method"), url)

    def do_SetQueryParamsFromValues(self, run: Evaluation, given: Arguments) -> Draft:
        return self.added(run, self.query, _values(run, *given.take("params", required=1)))

    def do_SetFormDataFromValues(self, run: Evaluation, given: Arguments) -> Draft:
        return self.added(run, self.form, _values(run, *given.take("data", required=1)))

    def do_SetQueryString(self, run: Evaluation, given: Arguments) -> Draft:
        pairs = parse_qsl(text_of(*given.take("query", required=1)).strip(), keep_blank_values=True)
        return self.added(run, self.query, pairs)

    def added(self, run: Evaluation, lists: Lists, pairs: list[tuple[str, str]]) -> Draft:
        run.certain()
        for name, value in pairs:
            lists.setdefault(name, []).append(value)
        return self

    def do_SetBody(self, run: Evaluation, given: Arguments) -> Draft:
        run.certain()
        (self.body,) = given.take("body", required=1)
        return self

    def do_SetMultipartFormData(self, run: Evaluation, given: Arguments) -> Draft:
        self.is_multipart = True
        self.do_SetFormData(run, given)
        return self

    def do_SetFileReader(self, run: Evaluation, given: Arguments) -> Draft:
        name, file, reader = given.take("param", "fileName", "reader", required=3)
        return self.part(run, name, file, None, reader)

    def do_SetMultipartField(self, run: Evaluation, given: Arguments) -> Draft:
        return self.part(run, *given.take("param", "fileName", "contentType", "reader", required=4))

    def part(self, run: Evaluation, name: Any, file: Any, kind: Any, reader: Any) -> Draft:
        run.certain()
        if not isinstance(reader, Buffer):
            raise Unreadable("a part that is no reader of a text")
        self.is_multipart = True
        self.parts.append((text_of(name), sending.octets_text(reader.octets), text_of(file) or None, kind or None))
        return self

    def send(self, run: Evaluation, method: str, url: Any) -> list[Any]:
        fields = Fields([pair for pair in self.client.fields.pairs if self.fields.get(pair[0]) is None])
        fields.pairs += self.fields.pairs
        kind = fields.get("Content-Type")
        if kind and (JSON_TYPE.fullmatch(kind) or XML_TYPE.fullmatch(kind)):
            fields.default("Accept", kind)
        body = self.payload(method, fields)
        request = Outgoing(method, self.address(text_of(url, "the URL")), None if body is None else Buffer(body))
        cookies = [*self.client.cookies, *self.cookies]
        if cookies:
            fields.set("Cookie", "; ".join(filter(None, [fields.get("Cookie"), *cookies])))
        if user := self.user or self.client.user:
            fields.set("Authorization", sending.basic(*user))
        if token := self.token or self.client.token:
            fields.set("Authorization", f"{self.scheme or self.client.scheme or 'Bearer'} {token}")
        request.at_Header.fields = fields
        return [run.send(request.request()), None]

    def address(self, url: str) -> str:
        for name, value in {**self.client.path, **self.path}.items():
            url = url.replace(f"{{{name}}}", value)
        if not re.match("[A-Za-z][A-Za-z0-9+.-]*:", url):
            url = self.client.base + (url if url.startswith("/") or not url else f"/{url}")
        lists = {**self.client.query, **self.query}
        query = sending.form([(name, value) for name in sorted(lists) for value in lists[name]], quote_plus)
        base = url.partition("#")[0]
        return (
            f"{base}{'&' if re.search('[?].', base) else '' if base.endswith('?') else '?'}{query}" if query else base
        )

    def payload(self, method: str, fields: Fields) -> bytes | None:
        form = {**self.client.form, **self.form}
        if self.body is UNDEFINED and not form and not self.is_multipart:
            return None
        if method not in ("POST", "PUT", "PATCH", "DELETE") or (self.is_multipart and method == "PATCH"):
            raise Unreadable(f"resty with a body of {method}")
        pairs = [(name, value) for name in sorted(form) for value in form[name]]
        if self.body is not UNDEFINED and (pairs or self.is_multipart):
            raise Unreadable("two bodies")
        if self.is_multipart:
            return sending.multipart(
                [*[(name, value, None, None) for name, value in pairs], *self.parts], fields
            ).encode()
        if pairs:
            fields.set("Content-Type", FORM)
            return sending.form(pairs, quote_plus).encode()
        return _written(known(self.body), fields)


def _written(body: Any, fields: Fields) -> bytes:
    """A body, whose type is that of its value where the program names none."""
    if isinstance(body, str):
        fields.default("Content-Type", TEXT)
        return body.encode()
    if isinstance(body, bytes):
        if fields.get("Content-Type") is None and not re.match(rb'\s*[{\["]', body):
            raise Unreadable("a type that is guessed by the content")
        fields.default("Content-Type", TEXT)
        return body
    if isinstance(body, Buffer):
        fields.default("Content-Type", sending.JSON)
        return body.octets
    if not isinstance(body, Record | dict | list):
        raise Unreadable("a body that resty does not take")
    fields.default("Content-Type", sending.JSON)
    if not JSON_TYPE.fullmatch(fields.get("Content-Type") or ""):
        raise Unreadable("a value as a body of another type")
    return marshalled(body, None)


def _texts(pairs: Any) -> dict[str, str]:
    pairs = known(pairs)
    if not isinstance(pairs, dict):
        raise Unreadable("not a map of texts")
    return {text_of(name): text_of(value) for name, value in pairs.items()}


def _values(run: Evaluation, values: Any) -> list[tuple[str, str]]:
    if isinstance(values, dict):
        values = Values.make(run, Arguments([values]))
    if not isinstance(values, Values):
        raise Unreadable("not url.Values")
    return [(name, value) for name, members in values.lists.items() for value in members]


def _with_client(run: Evaluation, given: Arguments) -> Resty:
    (client,) = given.take("hc", required=1)
    if not isinstance(client, Client) or client.transport is not None:
        raise Unreadable("a client with a transport")
    return Resty()


RESTY = Module(
    "resty",
    {
        "New": Builtin(lambda run, given: Resty()),
        "NewWithClient": Builtin(_with_client),
        **{f"Method{verb}": verb.upper() for verb in VERBS},
        **dict.fromkeys(("FlexibleRedirectPolicy", "NoRedirectPolicy"), MYSTERY),
    },
)
