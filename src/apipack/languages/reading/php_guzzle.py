"""What Guzzle 7 sends."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import urljoin

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import copied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.php_data import FLAGS, http_build_query, json_encode, text
from apipack.languages.reading.php_guzzle_stack import Stack
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    Arguments,
    Builtin,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


OPTIONS = frozenset(
    [
        "headers",
        "json",
        "form_params",
        "query",
        "body",
        "auth",
        "multipart",
        "timeout",
        "verify",
        "http_errors",
        "allow_redirects",
        "debug",
        "connect_timeout",
        "decode_content",
        "stream",
        "read_timeout",
        "base_uri",
        "handler",
    ]
)


class Guzzle(Thing):
    """GuzzleHttp\\Client."""

    def __init__(self, given: Arguments) -> None:
        (config,) = given.take("config")
        self.config = _options(optional(config, {}))

    def get(self, run: Evaluation, name: str) -> Any:
        verb = name.removesuffix("Async")
        if verb in VERBS:
            return Builtin(lambda run, given: self.verb(run, verb, given))
        return super().get(run, name)

    def verb(self, run: Evaluation, verb: str, given: Arguments) -> Any:
        uri, options = given.take("uri", "options", required=1)
        return self.send(run, verb.upper(), uri, Fields(), None, _options(optional(options, {})))

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method, uri, options = given.take("method", "uri", "options", required=1)
        method = text_of(method, "the method").upper()
        return self.send(run, method, optional(uri, ""), Fields(), None, _options(optional(options, {})))

    do_requestAsync = do_request

    def do_send(self, run: Evaluation, given: Arguments) -> Any:
        request, options = given.take("request", "options", required=1)
        if not isinstance(request, Psr):
            raise Unreadable("not a request of Guzzle")
        fields = Fields(request.fields.pairs)
        return self.send(run, request.method, request.uri, fields, request.body, _options(optional(options, {})))

    do_sendAsync = do_send

    def send(
        self, run: Evaluation, method: str, uri: Any, fields: Fields, body: str | None, options: dict[str, Any]
    ) -> Any:
        headers = {**self.config.get("headers", {}), **options.get("headers", {})}
        options = {**self.config, **options}
        named = {name.lower() for name, _ in fields.pairs}
        for name, value in headers.items():
            if str(name).lower() in named:
                raise Unreadable("a header of the request and of the options")
            fields.set(name, ", ".join(map(text, value.values())) if isinstance(value, dict) else text(value))
        url = text_of(known(uri), "the URI")
        if "base_uri" in options:
            url = urljoin(text(options["base_uri"]), url)
        if (query := options.get("query")) is not None:
            written = query if isinstance(query, str) else http_build_query(query, kind=FLAGS["PHP_QUERY_RFC3986"])
            url = url.partition("?")[0] + (f"?{written}" if written else "")
        body = _guzzle_body(options, body, fields)
        if auth := options.get("auth"):
            if len(auth) != 2:
                raise Unreadable("credentials that are not Basic")
            fields.set("Authorization", sending.basic(auth[0], auth[1]))
        stack = options.get("handler", Stack())
        if not isinstance(stack, Stack):
            raise Unreadable("a handler of the program")
        psr = Psr(Arguments([method, sending.encoded_url(url)]))
        psr.fields, psr.body = fields, body
        psr = stack.mapped(run, psr)
        return run.send(sent(psr.method, sending.encoded_url(psr.uri), psr.fields, psr.body))


def _options(options: Any) -> dict[str, Any]:
    if not isinstance(options, dict):
        raise Unreadable("options that are no array")
    shaping = {name: value for name, value in options.items() if name in OPTIONS}
    if len(shaping) != len(options):
        raise Unreadable("an option of Guzzle that is not known here")
    return dict(copied(known(shaping)))


def _guzzle_body(options: dict[str, Any], body: str | None, fields: Fields) -> str | None:
    given = [name for name in ("json", "form_params", "body", "multipart") if name in options]
    if len(given) + (body is not None) > 1:
        raise Unreadable("two bodies")
    if "json" in options:
        fields.default("Content-Type", sending.JSON)
        return json_encode(options["json"])
    if "form_params" in options:
        fields.default("Content-Type", FORM)
        return http_build_query(options["form_params"])
    if "multipart" in options:
        if fields.get("Content-Type") is not None:
            raise Unreadable("a type without the boundary")
        parts = [_part(part) for part in options["multipart"].values()]
        return sending.multipart(parts, fields)
    return text(options["body"]) if options.get("body") is not None else body


def _part(part: Any) -> tuple[str, str, str | None, str | None]:
    """A part; the type of a file is guessed by its name where the part has none."""
    if not set(part) <= {"name", "contents", "filename", "headers"}:
        raise Unreadable("a part with more than a file")
    headers = {str(name).lower(): value for name, value in part.get("headers", {}).items()}
    if not set(headers) <= {"content-type"}:
        raise Unreadable("a part with headers")
    kind = text(headers["content-type"]) if headers else None
    return text(part["name"]), text(part["contents"]), part.get("filename"), kind


class Psr(Thing):
    """GuzzleHttp\\Psr7\\Request."""

    def __init__(self, given: Arguments) -> None:
        method, uri, headers, body, _ = given.take("method", "uri", "headers", "body", "version", required=2)
        self.method, self.uri = text_of(method).upper(), text_of(known(uri), "the URI")
        self.fields = Fields()
        for name, value in known(optional(headers, {})).items():
            self.fields.set(name, text(value))
        body = known(optional(body))
        self.body = None if body is None else text_of(body, "the body")

    def copy(self) -> Psr:
        other = copy(self)
        other.fields = Fields(self.fields.pairs)
        return other

    def do_withHeader(self, run: Evaluation, given: Arguments) -> Psr:
        name, value = given.take("header", "value", required=2)
        other = self.copy()
        other.fields.set(text_of(name), text(known(value)))
        return other

    def do_withAddedHeader(self, run: Evaluation, given: Arguments) -> Psr:
        name, _ = given.take("header", "value", required=2)
        if self.fields.get(text_of(name)) is not None:
            raise Unreadable("a header of several values")
        return self.do_withHeader(run, given)

    def do_withoutHeader(self, run: Evaluation, given: Arguments) -> Psr:
        other = self.copy()
        other.fields.remove(text_of(*given.take("header", required=1)))
        return other

    def do_withMethod(self, run: Evaluation, given: Arguments) -> Psr:
        other = self.copy()
        other.method = text_of(*given.take("method", required=1)).upper()
        return other

    def do_withBody(self, run: Evaluation, given: Arguments) -> Psr:
        other = self.copy()
        other.body = text_of(*given.take("body", required=1))
        return other
