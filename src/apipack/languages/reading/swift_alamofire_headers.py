"""Swift: Alamofire's header fields, as a dictionary or as a list of HTTPHeader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.swift_values import in_order
from apipack.languages.reading.values import UNDEFINED, Arguments, Builtin, Module, Thing, known, text_of
from apipack.languages.wire import Unreadable

NAMES = {
    "accept": "Accept",
    "acceptLanguage": "Accept-Language",
    "contentType": "Content-Type",
    "userAgent": "User-Agent",
}


@dataclass(frozen=True)
class Header(Thing):
    """HTTPHeader."""

    name: str
    value: str


class HeaderType(Module):
    """HTTPHeader, the type."""

    def call(self, run: Evaluation, given: Arguments) -> Header:
        name, value = in_order(given, "name", "value", required=2)
        if given.positional:
            raise Unreadable("a header without labels")
        return Header(text_of(name), text_of(value))


def _authorization(run: Evaluation, given: Arguments) -> Header:
    if given.named.keys() == {"bearerToken"}:
        return Header("Authorization", f"Bearer {text_of(known(given.named['bearerToken']))}")
    if given.named:
        return Header(
            "Authorization", sending.basic(*(known(value) for value in in_order(given, "username", "password")))
        )
    return Header("Authorization", text_of(*given.take("value", required=1)))


def _field(name: str) -> Builtin:
    return Builtin(lambda run, given: Header(name, text_of(*given.take("value", required=1))))


HEADERS: dict[str, Any] = {
    "authorization": Builtin(_authorization),
    **{short: _field(name) for short, name in NAMES.items()},
}


def fields_of(given: Any) -> Fields:
    """Of a request: the last of a name counts."""
    fields = Fields()
    value = {} if given is UNDEFINED else known(given)
    if isinstance(value, list) and all(isinstance(header, Header) for header in value):
        value = {header.name: header.value for header in value}
    if not isinstance(value, dict):
        raise Unreadable("headers of Alamofire that are no dictionary")
    for name, content in value.items():
        fields.set(text_of(name), text_of(content))
    return fields


def headers_of(run: Evaluation, given: Arguments) -> Any:
    """HTTPHeaders, of a dictionary, a list or empty."""
    (value,) = given.take("headers")
    return {} if value is UNDEFINED else value
