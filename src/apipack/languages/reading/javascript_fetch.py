"""What fetch and XMLHttpRequest send, as the URL, Fetch and XMLHttpRequest standards have it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import (
    FormData,
    Headers,
    Octets,
    SearchParams,
    checked,
    header_pairs,
    plain_object,
    text,
)
from apipack.languages.reading.javascript_request import qs_stringify
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable

NORMALIZED = ("delete", "get", "head", "options", "post", "put")
TEXT = "text/plain;charset=UTF-8"
WHATWG_FORM = f"{FORM};charset=UTF-8"


def normalized(method: Any) -> str:
    name = text_of(known(method), "the method")
    return name.upper() if name.lower() in NORMALIZED else name


def body_of(value: Any, fields: Fields) -> str | None:
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
        given = plain_object(optional(options, {}), "options of a Request")
        checked(given, FETCH, "a Request")
        self.at_headers = Headers(given.get("headers", UNDEFINED))
        body = body_of(given.get("body"), self.at_headers.fields)
        self.at_url, self.at_method = _address(url), normalized(given.get("method", "GET"))
        self.options = {**given, "method": self.at_method, "headers": self.at_headers, "body": body}

    def given(self, options: dict[str, Any]) -> dict[str, Any]:
        """Its options, and those that fetch is given with it."""
        if not set(options) <= set(SETTINGS.split()):
            raise Unreadable("a Request that fetch is to send in another way")
        return self.options | options


SETTINGS = "mode credentials cache redirect referrer referrerPolicy signal keepalive"
FETCH = f"method headers body agent timeout {SETTINGS}"


def fetch(run: Evaluation, given: Arguments) -> Any:
    url, options = given.take("url", "options", required=1)
    given_options = plain_object(optional(options, {}), "options of fetch")
    if isinstance(url, Prepared):
        given_options = url.given(given_options)
        url = url.at_url
    checked(given_options, FETCH, "fetch")
    if known(given_options.get("mode")) == "no-cors":
        raise Unreadable("no-cors takes headers off")
    fields = Headers(given_options.get("headers", UNDEFINED)).fields
    method = normalized(given_options.get("method", "GET"))
    body = body_of(given_options.get("body"), fields)
    if method in ("TRACE", "CONNECT", "TRACK") or (body is not None and method in ("GET", "HEAD")):
        raise Unreadable(f"fetch refuses {method}, or a body with it")
    return run.send(sent(method, sending.encoded_url(_address(url), whatwg), fields, body))


def undici_request(run: Evaluation, given: Arguments) -> Any:
    """request of undici, which adds no type of a body."""
    url, options = given.take("url", "options", required=1)
    given_options = plain_object(optional(options, {}), "options of undici")
    checked(
        given_options,
        "method headers body query dispatcher signal headersTimeout bodyTimeout maxRedirections",
        "undici",
    )
    fields = Fields()
    for name, value in header_pairs(given_options.get("headers")):
        fields.add(name, text(known(value)))
    body = known(given_options.get("body"))
    if isinstance(body, Octets):
        body = sending.octets_text(body.octets)
    if body is not None and body is not UNDEFINED and not isinstance(body, str):
        raise Unreadable("a body of undici that is no text")
    method = text_of(known(given_options.get("method", "GET")), "the method")
    if not method.isupper() or method in ("TRACE", "CONNECT", "HEAD") or (body and method == "GET"):
        raise Unreadable(f"undici with {method}")
    address = _address(url)
    if isinstance(query := known(given_options.get("query", UNDEFINED)), dict) and query:
        if "?" in address or "#" in address:
            raise Unreadable("a query of undici beside that of the URL")
        address += f"?{qs_stringify(run, Arguments([query]))}"
    return run.send(sent(method, sending.encoded_url(address, whatwg), fields, optional(body) or None))


def _address(url: Any) -> str:
    return text(known(url))


def whatwg(rest: str) -> str:
    """Path and query as the URL standard encodes them."""
    if "\\" in rest or re.search("[\t\r\n]", rest):
        raise Unreadable("characters that the URL standard changes")
    path, mark, query = rest.partition("?")
    return quote(path, safe="/!$&'()*+,;=:@%-._~[]") + mark + quote(query, safe="/!$&()*+,;=:@%-._~[]?")


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
        self.method, self.url = normalized(method), sending.encoded_url(_address(url), whatwg)
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
        body = None if self.method in ("GET", "HEAD") else body_of(value, fields)
        kind = fields.get("Content-Type") or ""
        if body is not None and re.search(r";\s*charset=(?!\"?utf-8\"?\s*(?:;|\Z))", kind, re.IGNORECASE):
            raise Unreadable("XMLHttpRequest rewrites a charset other than UTF-8")
        run.send(sent(self.method, self.url, fields, body))
        return UNDEFINED


STATES = ("UNSENT", "OPENED", "HEADERS_RECEIVED", "LOADING", "DONE")


class XhrType(Module):
    """XMLHttpRequest, the type."""

    def make(self, run: Evaluation, given: Arguments) -> Xhr:
        given.take()
        return Xhr()
