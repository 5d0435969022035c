"""Python: what aiohttp sends, where it differs from requests."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import applied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.python_auth import Unsent
from apipack.languages.reading.python_data import Buffer, dumps
from apipack.languages.reading.python_requests import VERBS, BasicAuth, add_auth, as_dict, known_text
from apipack.languages.reading.sending import Fields, component, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Deferred,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable

OPTIONS = ("params", "data", "json", "headers", "auth", "timeout", "ssl", "allow_redirects", "raise_for_status")
SAFE = "!$'()*,/:?@-._~"


class ClientSession(Thing):
    """aiohttp.ClientSession, which sends once what it gives is awaited or entered."""

    is_async = True
    inert = frozenset({"close"})

    def __init__(self, given: Arguments) -> None:
        base, headers, auth, *_ = given.take(
            "base_url", "headers", "auth", "timeout", "connector", "raise_for_status", "trust_env"
        )
        self.base, self.at_headers, self.auth = optional(base, ""), optional(headers), optional(auth)

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: Deferred(lambda: self.go(run, name.upper(), given), True))
        return super().get(run, name)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method = known(given.positional.pop(0) if given.positional else given.named.pop("method", None))
        if not isinstance(method, str):
            raise Unreadable("the method is not text")
        return Deferred(lambda: self.go(run, method.upper(), given), True)

    def go(self, run: Evaluation, method: str, given: Arguments) -> Any:
        if len(given.positional) > 1:
            raise Unreadable("too many arguments")
        url, params, data, document, headers, auth, *_ = given.take("url", *OPTIONS, required=1)
        fields = Fields()
        for options in (self.at_headers, optional(headers)):
            for name, value in as_dict(options or {}).items():
                fields.set(name, value)
        credentials = optional(auth) or self.auth
        if not isinstance(credentials, BasicAuth | None):
            raise Unreadable("credentials that are not known here")
        add_auth(run, Unsent(method, "", fields), credentials)
        body = self.body(optional(data), document, fields)
        url, query = self.address(url), sending.form(_pairs(optional(params)), _quoted)
        if query and ("?" in url or "#" in url):
            raise Unreadable("params of aiohttp for a URL that has a query")
        return run.send(sent(method, sending.raw_url(sending.with_query(url, query)), fields, body))

    def address(self, url: Any) -> str:
        base, url = known(self.base), known(url)
        if not isinstance(base, str) or not isinstance(url, str):
            raise Unreadable("the URL is not text")
        if not base:
            return url
        if "://" in url or base.count("/") != 2 + base.endswith("/") or not url.startswith("/"):
            raise Unreadable("a base URL of aiohttp with a path")
        return base.rstrip("/") + url

    @staticmethod
    def body(data: Any, document: Any, fields: Fields) -> str | bytes | None:
        if document is not UNDEFINED and document is not None:
            if data is not None:
                raise Unreadable("two bodies")
            fields.default("Content-Type", sending.JSON)
            return known_text(applied(dumps, [document]))
        data = known(data)
        if isinstance(data, FormData):
            return data.body(fields)
        if isinstance(data, dict):
            fields.default("Content-Type", FORM)
            return sending.form(_pairs(data))
        if isinstance(data, str):
            fields.default("Content-Type", "text/plain; charset=utf-8")
        elif isinstance(data, bytes):
            fields.default("Content-Type", "application/octet-stream")
        elif data is not None:
            raise Unreadable("a body of aiohttp that is no text")
        return data


class FormData(Thing):
    """aiohttp.FormData: a form of pairs, and one of parts once a field has a file name, a type or a buffer."""

    def __init__(self, given: Arguments) -> None:
        (fields,) = given.take("fields")
        self.fields: list[tuple[str, Any, str | None, str | None]] = []
        if fields is not UNDEFINED:
            self.fields = [(name, value, None, None) for name, value in _pairs(fields)]

    def do_add_field(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value, kind, file = given.take("name", "value", "content_type", "filename", required=2)
        name, value, kind, file = text_of(name), known(value), optional(kind), optional(file)
        if isinstance(value, bytes | Buffer) and file is None:
            file = name
        if not isinstance(value, str | bytes | Buffer) or any(not isinstance(one, str | None) for one in (kind, file)):
            raise Unreadable("a field that is no text")
        self.fields.append((name, value, file, kind))

    def body(self, fields: Fields) -> str:
        if not any(file or kind for _, _, file, kind in self.fields):
            fields.default("Content-Type", FORM)
            return sending.form([(name, value) for name, value, *_ in self.fields])
        if fields.get("Content-Type") is not None:
            raise Unreadable("a type without the boundary")
        return sending.multipart([self.part(*field) for field in self.fields], fields)

    @staticmethod
    def part(name: str, value: Any, file: str | None, kind: str | None) -> tuple[str, str, str | None, str]:
        if isinstance(value, str):
            return name, value, file, kind or "text/plain; charset=utf-8"
        content = value.content if isinstance(value, Buffer) else sending.octets_text(value)
        return name, content, file, kind or "application/octet-stream"


def _quoted(text: str) -> str:
    """How yarl writes a name or value of a query; what it leaves as it is differs by version and is refused."""
    if any(mark in text for mark in "+;'()*!$,"):
        raise Unreadable("a query that yarl writes in its own way")
    return component(text).replace("%20", "+").replace("%2F", "/").replace("%3A", ":").replace("%40", "@")


def _pairs(data: Any) -> list[tuple[str, str]]:
    data = known(data)
    if data is None:
        return []
    pairs = list(data.items()) if isinstance(data, dict) else data
    fields: list[tuple[str, str]] = []
    for pair in pairs if isinstance(pairs, list) else [None]:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Unreadable("not pairs of a name and a value")
        name, value = pair
        for member in value if isinstance(value, list) else [value]:
            if not isinstance(member, str | int | float) or isinstance(member, bool) or not isinstance(name, str):
                raise Unreadable("a value that aiohttp refuses")
            fields.append((name, str(member)))
    return fields


AIOHTTP = Module(
    "aiohttp",
    {
        "FormData": Builtin(lambda run, given: FormData(given)),
        "ClientSession": Builtin(lambda run, given: ClientSession(given)),
        "BasicAuth": Builtin(lambda run, given: BasicAuth(Arguments(given.take("login", "password", required=2)))),
        **dict.fromkeys(
            ("ClientTimeout", "TCPConnector", "ClientError", "ClientResponseError", "ClientResponse"), MYSTERY
        ),
    },
)
