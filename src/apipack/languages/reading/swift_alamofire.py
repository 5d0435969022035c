"""Swift: what Alamofire sends (version 5), once an answer is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.swift_addresses import Address
from apipack.languages.reading.swift_data import json_of, octets, text
from apipack.languages.reading.swift_session import Outgoing
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
from apipack.records import Request

ANSWERS = ("response", "responseData", "responseString", "responseJSON", "responseDecodable")
AWAITED = ("serializingData", "serializingString", "serializingDecodable", "serializingResponse")
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
IN_QUERY = ("GET", "HEAD", "DELETE")
OBJECT, ENCODABLE, AS_METHOD, QUERY, BODY = "object", "encodable", "methodDependent", "queryString", "httpBody"
ENCODINGS = {
    "JSONEncoding": {"default": OBJECT, "prettyPrinted": OBJECT},
    "URLEncoding": {"default": AS_METHOD, "methodDependent": AS_METHOD, "queryString": QUERY, "httpBody": BODY},
    "JSONParameterEncoder": {"default": ENCODABLE, "prettyPrinted": ENCODABLE, "sortedKeys": ENCODABLE},
    "URLEncodedFormParameterEncoder": {"default": AS_METHOD},
}
SHORT = {"json": ENCODABLE, "urlEncodedForm": AS_METHOD}
"""Encoders by a dot and their name."""
_escaped = partial(quote, safe="-._~/?")


class Wanted(Thing):
    """A request, which the first that asks for an answer sends."""

    def __init__(self, request: Request) -> None:
        self.request, self.is_sent = request, False

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ANSWERS or name in AWAITED:
            return Builtin(partial(self.send, is_awaited=name in AWAITED))
        if name in ("validate", "uploadProgress", "downloadProgress", "cURLDescription"):
            return Builtin(lambda run, given: self)
        return super().get(run, name)

    def do_resume(self, run: Evaluation, given: Arguments) -> Wanted:
        return self.send(run, given)

    def send(self, run: Evaluation, given: Arguments, is_awaited: bool = False) -> Any:
        run.call_back(given.named.pop("block", None), given.named.pop("completionHandler", None))
        if not self.is_sent:
            run.send(self.request)
            self.is_sent = True
        if is_awaited:
            run.dialect.ends_early = False
        return MYSTERY if is_awaited else self


class Form(Thing):
    """MultipartFormData."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, str | None, str | None]] = []

    def do_append(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        content, name, file_name, kind = given.take("data", "withName", "fileName", "mimeType", required=1)
        if name is UNDEFINED or isinstance(content, str | Address):
            raise Unreadable("a part from a file, or without a name")
        title, media = (None if value is UNDEFINED else text_of(value) for value in (file_name, kind))
        self.parts.append((text_of(name), sending.octets_text(octets(known(content))), title, media))


def _request(run: Evaluation, given: Arguments) -> Wanted:
    first, method, parameters, encoding, encoder, headers, *_ = given.take(
        "url", "method", "parameters", "encoding", "encoder", "headers", "interceptor", "requestModifier", required=1
    )
    if isinstance(known(first), Outgoing):
        return Wanted(first.request())
    verb, fields = _method(method, "GET"), _fields(headers)
    way = encoding if encoding is not UNDEFINED else SHORT.get(str(encoder), encoder)
    url, body = _address(first), None
    if parameters is not UNDEFINED and known(parameters) is not None:
        url, body = _encoded(url, verb, known(parameters), AS_METHOD if way is UNDEFINED else way, fields)
    if body is not None and verb == "GET":
        raise Unreadable("Alamofire sends no body with GET")
    return Wanted(sent(verb, sending.plain_url(url), fields, body))


def _upload(run: Evaluation, given: Arguments) -> Wanted:
    first, block, url, method, headers = given.take("data", "multipartFormData", "to", "method", "headers")
    fields, verb = _fields(headers), _method(method, "POST")
    if first is not UNDEFINED:
        return Wanted(sent(verb, sending.plain_url(_address(url)), fields, octets(known(first))))
    form = Form()
    run.apply(known(block), Arguments([form]))
    if fields.get("Content-Type") is not None:
        raise Unreadable("a form of parts with a type of its own")
    return Wanted(sent(verb, sending.plain_url(_address(url)), fields, sending.multipart(form.parts, fields)))


def _encoded(url: str, method: str, parameters: Any, way: Any, fields: Fields) -> tuple[str, str | bytes | None]:
    """(URL, body) with the parameters in their place; notes the body's type."""
    if way == ENCODABLE and isinstance(parameters, dict) and len({type(value) for value in parameters.values()}) > 1:
        raise Unreadable("a dictionary of several types, which is not Encodable")
    if way in (OBJECT, ENCODABLE):
        fields.default("Content-Type", sending.JSON)
        return url, json_of(parameters, way == ENCODABLE).octets
    if way not in (AS_METHOD, QUERY, BODY) or not isinstance(parameters, dict):
        raise Unreadable("an encoding of Alamofire")
    encoded = "&".join(
        f"{_escaped(name)}={_escaped(value)}"
        for key in sorted(parameters, key=text)
        for name, value in _flat(text(key), known(parameters[key]))
    )
    if way == QUERY or (way == AS_METHOD and method in IN_QUERY):
        return (f"{url}{'&' if '?' in url else '?'}{encoded}" if encoded else url), None
    fields.default("Content-Type", f"{FORM}; charset=utf-8")
    return url, encoded


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key in sorted(value, key=text):
            yield from _flat(f"{name}[{text(key)}]", known(value[key]))
    elif isinstance(value, list):
        for member in value:
            yield from _flat(f"{name}[]", known(member))
    elif value is None or isinstance(value, Thing):
        raise Unreadable("a parameter that is no value")
    else:
        yield name, str(int(value)) if isinstance(value, bool) else text(value)


def _method(given: Any, default: str) -> str:
    if given is UNDEFINED:
        return default
    name = str(known(given))
    if name not in METHODS:
        raise Unreadable(f"{name[:40]} is no method of Alamofire")
    return name.upper()


def _address(given: Any) -> str:
    value = known(given)
    return value.url if isinstance(value, Address) else text_of(value, "the URL")


def _fields(given: Any) -> Fields:
    fields = Fields()
    value = {} if given is UNDEFINED else known(given)
    if not isinstance(value, dict):
        raise Unreadable("headers of Alamofire that are no dictionary")
    for name, content in value.items():
        fields.set(text_of(name), text_of(content))
    return fields


def _headers(run: Evaluation, given: Arguments) -> Any:
    """HTTPHeaders, of a dictionary or empty."""
    (value,) = given.take("headers")
    return {} if value is UNDEFINED else value


AF = Module("AF", {"request": Builtin(_request), "upload": Builtin(_upload)})
ALAMOFIRE: dict[str, Any] = {
    **dict.fromkeys(("AF", "Alamofire"), AF),
    **{name: Module(name, dict(members)) for name, members in ENCODINGS.items()},
    "HTTPMethod": Module("HTTPMethod", {name: name for name in METHODS}),
    "HTTPHeaders": Builtin(_headers),
    "Session": Module("Session", {"default": AF}),
}
