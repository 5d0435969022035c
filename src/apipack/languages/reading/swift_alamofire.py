"""Swift: what Alamofire sends (version 5), once an answer is asked for."""

from __future__ import annotations

from functools import partial
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import sent
from apipack.languages.reading.swift_addresses import Address
from apipack.languages.reading.swift_alamofire_encoding import ENCODINGS, PAIRS, SHORT, encoded
from apipack.languages.reading.swift_alamofire_headers import HEADERS, HeaderType, fields_of, headers_of
from apipack.languages.reading.swift_data import octets
from apipack.languages.reading.swift_session import Outgoing
from apipack.languages.reading.swift_values import in_order
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
from apipack.languages.wire import Unreadable
from apipack.records import Request

ANSWERS = ("response", "responseData", "responseString", "responseJSON", "responseDecodable")
AWAITED = ("serializingData", "serializingString", "serializingDecodable", "serializingResponse")
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
IN_QUERY = ("GET", "HEAD", "DELETE")
_LABELS = ("_url", "method", "parameters", "encoding", "encoder", "headers", "interceptor", "requestModifier")


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
        content, name, file_name, kind = in_order(given, "_data", "withName", "fileName", "mimeType", required=1)
        if name is UNDEFINED or isinstance(content, str | Address):
            raise Unreadable("a part from a file, or without a name")
        title, media = (None if value is UNDEFINED else text_of(value) for value in (file_name, kind))
        self.parts.append((text_of(name), sending.octets_text(octets(known(content))), title, media))


def _request(run: Evaluation, given: Arguments) -> Wanted:
    first, method, parameters, encoding, encoder, headers, *_ = in_order(given, *_LABELS, required=1)
    if isinstance(known(first), Outgoing):
        return Wanted(first.request())
    verb, fields = _method(method, "GET"), fields_of(headers)
    way = encoding if encoding is not UNDEFINED else SHORT.get(str(encoder), encoder)
    url, body = _address(first), None
    if parameters is not UNDEFINED and known(parameters) is not None:
        url, body = encoded(url, verb, known(parameters), PAIRS if way is UNDEFINED else way, fields)
    if body is not None and verb == "GET":
        raise Unreadable("Alamofire sends no body with GET")
    return Wanted(sent(verb, sending.plain_url(url), fields, body))


def _upload(run: Evaluation, given: Arguments) -> Wanted:
    first, block, url, method, headers = in_order(given, "_data", "multipartFormData", "to", "method", "headers")
    fields, verb = fields_of(headers), _method(method, "POST")
    if first is not UNDEFINED:
        return Wanted(sent(verb, sending.plain_url(_address(url)), fields, octets(known(first))))
    form = Form()
    run.apply(known(block), Arguments([form]))
    if fields.get("Content-Type") is not None:
        raise Unreadable("a form of parts with a type of its own")
    return Wanted(sent(verb, sending.plain_url(_address(url)), fields, sending.multipart(form.parts, fields)))


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


AF = Module("AF", {"request": Builtin(_request), "upload": Builtin(_upload)})
ALAMOFIRE: dict[str, Any] = {
    **dict.fromkeys(("AF", "Alamofire"), AF),
    **ENCODINGS,
    "HTTPMethod": Module("HTTPMethod", {name: name for name in METHODS}),
    "HTTPHeader": HeaderType("HTTPHeader", HEADERS),
    "HTTPHeaders": Builtin(headers_of),
    "Session": Module("Session", {"default": AF}),
}
