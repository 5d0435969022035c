"""Java: what RestTemplate of Spring sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import Address
from apipack.languages.reading.java_data import Written, text
from apipack.languages.reading.java_okhttp import Type
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import UNDEFINED, Arguments, Builtin, Module, Mystery, Thing, known, text_of
from apipack.languages.wire import Unreadable

_PLAIN_URL = re.compile(r"https?://[\w.:/?&=,@~-]+", re.ASCII)
"""A text that RestTemplate sends as it stands; others it encodes, and those in part again."""
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")


class SpringMediaType(Written):
    """MediaType."""

    def __init__(self, name: str) -> None:
        self.name = name

    def written(self) -> str:
        return self.name


class SpringHeaders(Thing):
    """HttpHeaders."""

    def __init__(self, given: Arguments) -> None:
        given.take()
        self.fields = Fields()

    def do_set(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.set(name, value)

    def do_add(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if self.fields.get(text_of(name)) is not None:
            raise Unreadable("a header of Spring twice")
        self.fields.add(name, value)

    def do_setContentType(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (kind,) = given.take("type", required=1)
        self.fields.set("Content-Type", _kind(kind))

    def do_setAccept(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (kinds,) = given.take("types", required=1)
        self.fields.set("Accept", ", ".join(map(_kind, kinds)))

    def do_setBearerAuth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set("Authorization", f"Bearer {text_of(*given.take('token', required=1))}")

    def do_setBasicAuth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set("Authorization", sending.basic(*given.take("user", "password", required=2)))


def _kind(kind: Any) -> str:
    if not isinstance(kind, SpringMediaType):
        raise Unreadable("not a MediaType")
    return kind.name


class SpringEntity(Thing):
    """HttpEntity."""

    def __init__(self, given: Arguments) -> None:
        first, second = (known(value) for value in given.take("body", "headers", required=1))
        is_alone = isinstance(first, SpringHeaders)
        self.body = None if is_alone else first
        headers = first if is_alone else second
        self.fields = Fields(headers.fields.pairs if isinstance(headers, SpringHeaders) else ())


class UrlBuilder(Thing):
    """UriComponentsBuilder."""

    def __init__(self, run: Evaluation, given: Arguments) -> None:
        self.url = text_of(*given.take("url", required=1))

    def do_queryParam(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        run.certain()
        name, value = (text(known(part)) for part in given.take("name", "value", required=2))
        self.url = sending.with_query(self.url, f"{name}={value}")
        return self

    def do_toUriString(self, run: Evaluation, given: Arguments) -> str:
        return checked(self.url)


def checked(url: str) -> str:
    if not _PLAIN_URL.fullmatch(url):
        raise Unreadable("a URL that Spring encodes")
    return url


class RestTemplate(Thing):
    """RestTemplate, on the client of the JDK."""

    def get(self, run: Evaluation, name: str) -> Any:
        verb = re.fullmatch("(get|post)For(?:Object|Entity)", name)
        if verb is not None:
            return Builtin(lambda run, given: self.verb(run, verb[1].upper(), given))
        if name in ("put", "delete"):
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return super().get(run, name)

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Mystery:
        names = ("url", "body", "kind") if method in ("POST", "PUT") else ("url", "kind")
        values = dict(zip(names, given.take(*names, required=1), strict=True))
        return self.send(run, method, values["url"], values.get("body"))

    def do_exchange(self, run: Evaluation, given: Arguments) -> Mystery:
        url, method, entity, _ = given.take("url", "method", "entity", "kind", required=4)
        if not isinstance(entity, SpringEntity | None):
            raise Unreadable("not an HttpEntity")
        return self.send(run, text_of(method), url, entity)

    def send(self, run: Evaluation, method: str, url: Any, entity: Any) -> Mystery:
        if entity is UNDEFINED or entity is None:
            entity = SpringEntity(Arguments([None]))
        if not isinstance(entity, SpringEntity):
            entity = SpringEntity(Arguments([entity]))
        fields, body = Fields(entity.fields.pairs), entity.body
        if body is not None:
            if not isinstance(body, str) or not body.isascii() or fields.get("Content-Type") is None:
                raise Unreadable("a body that a converter of Spring writes")
            if method not in ("POST", "PUT"):
                raise Unreadable(f"a body with {method[:20]}")
        address = sending.plain_url(url.url) if isinstance(url, Address) else checked(text_of(known(url), "the URL"))
        return run.send(sent(method, address, fields, body))


KINDS = {
    "APPLICATION_JSON": sending.JSON,
    "TEXT_PLAIN": "text/plain",
    "APPLICATION_FORM_URLENCODED": "application/x-www-form-urlencoded",
    "APPLICATION_XML": "application/xml",
}
TYPES: Mapping[str, Any] = {
    "org.springframework.web.client.RestTemplate": Type("RestTemplate", {}, lambda run, given: RestTemplate()),
    "org.springframework.http.HttpHeaders": Type("HttpHeaders", {}, lambda run, given: SpringHeaders(given)),
    "org.springframework.http.HttpEntity": Type("HttpEntity", {}, lambda run, given: SpringEntity(given)),
    "org.springframework.http.HttpMethod": Module("HttpMethod", {method: method for method in METHODS}),
    "org.springframework.http.MediaType": Module(
        "MediaType", {name: SpringMediaType(kind) for name, kind in KINDS.items()}
    ),
    "org.springframework.web.util.UriComponentsBuilder": Module(
        "UriComponentsBuilder", dict.fromkeys(("fromHttpUrl", "fromUriString"), Builtin(UrlBuilder))
    ),
}
