"""Java: what Unirest sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_data import Document, text
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module, Mystery, Thing, known, text_of
from apipack.languages.wire import FORM, Unreadable

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
ANSWERS = ("asString", "asJson", "asEmpty", "asBytes", "asObject", "asStringAsync", "asJsonAsync", "asEmptyAsync",
           "asBinary", "asPaged", "asFile")  # fmt: skip


class Wanted(Thing):
    """A request of Unirest, which an answer in some form sends."""

    def __init__(self, method: str, given: Arguments) -> None:
        self.method, self.url = method, text_of(known(*given.take("url", required=1)), "the URL")
        self.fields = Fields()
        self.query: list[tuple[str, str]] = []
        self.form: list[tuple[str, str]] = []
        self.body: str | None = None

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ANSWERS:
            return Builtin(self.send)
        if name in ("accept", "contentType"):
            field = {"accept": "Accept", "contentType": "Content-Type"}[name]
            return Builtin(lambda run, given: self.do_header(run, Arguments([field, *given.positional])))
        if name in ("connectTimeout", "socketTimeout", "requestTimeout", "responseEncoding"):
            return Builtin(lambda run, given: self)
        return super().get(run, name)

    def do_header(self, run: Evaluation, given: Arguments) -> Wanted:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if self.fields.get(text_of(name)) is not None:
            raise Unreadable("a header of Unirest twice")
        self.fields.add(name, text(known(value)))
        return self

    def do_headers(self, run: Evaluation, given: Arguments) -> Wanted:
        for name, value in _pairs(given):
            self.do_header(run, Arguments([name, value]))
        return self

    def do_basicAuth(self, run: Evaluation, given: Arguments) -> Wanted:
        return self.do_header(run, Arguments(["Authorization", sending.basic(*given.take("user", "password"))]))

    def do_queryString(self, run: Evaluation, given: Arguments) -> Wanted:
        run.certain()
        for name, value in _pairs(given):
            self.query += [(name, text(member)) for member in (value if isinstance(value, list) else [value])]
        return self

    def do_routeParam(self, run: Evaluation, given: Arguments) -> Wanted:
        run.certain()
        for name, value in _pairs(given):
            place = f"{{{name}}}"
            if place not in self.url:
                raise Unreadable("a part of the URL that is not there")
            self.url = self.url.replace(place, quote(text(value), safe="-._~"))
        return self

    def do_field(self, run: Evaluation, given: Arguments) -> Wanted:
        run.certain()
        for name, value in _pairs(given):
            self.form += [(name, text(member)) for member in (value if isinstance(value, list) else [value])]
        return self

    do_fields = do_field

    def do_body(self, run: Evaluation, given: Arguments) -> Wanted:
        run.certain()
        (body,) = given.take("body", required=1)
        if isinstance(body, bytes):
            body = sending.octets_text(body)
        self.body = body.written() if isinstance(body, Document) else text_of(body, "the body")
        return self

    def send(self, run: Evaluation, given: Arguments) -> Mystery:
        run.call_back(*given.positional)
        fields, body = Fields(self.fields.pairs), self.body
        if self.form and (body is not None or self.method in ("GET", "HEAD")):
            raise Unreadable("fields of Unirest beside a body")
        if self.form:
            fields.default("Content-Type", f"{FORM}; charset=UTF-8")
            body = sending.form(self.form, sending.strict)
        if body is not None and fields.get("Content-Type") is None:
            raise Unreadable("a body without its type")
        if not re.match(FORM, fields.get("Content-Type") or FORM) and self.form:
            raise Unreadable("fields of Unirest of another type")
        query = sending.form(self.query, sending.strict)
        return run.send(sent(self.method, sending.plain_url(sending.with_query(self.url, query)), fields, body))


def _pairs(given: Arguments) -> list[tuple[str, Any]]:
    """A name and its value, or those of a map."""
    values = [known(value) for value in given.positional]
    if len(values) == 1 and isinstance(values[0], dict):
        return list(values[0].items())
    name, value = values
    return [(text_of(name), value)]


def _verb(method: str) -> Builtin:
    return Builtin(lambda run, given: Wanted(method.upper(), given))


UNIREST = Module(
    "Unirest",
    {
        **{method: _verb(method) for method in METHODS},
        **dict.fromkeys(("shutDown", "shutdown", "setTimeouts"), MYSTERY),
    },
)
TYPES: Mapping[str, Any] = {
    **{
        f"{package}.Unirest": UNIREST
        for package in ("kong.unirest", "kong.unirest.core", "com.mashape.unirest.http", "com.konghq.unirest")
    },
    **dict.fromkeys(
        ("kong.unirest.JsonNode", "kong.unirest.core.JsonNode", "com.mashape.unirest.http.JsonNode"), MYSTERY
    ),
    "kong.unirest.HttpResponse": MYSTERY,
    "kong.unirest.core.HttpResponse": MYSTERY,
    "com.mashape.unirest.http.HttpResponse": MYSTERY,
}
