"""What the package ky sends: fetch with a prefix, a query and a body of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_configured import VERBS, Configured
from apipack.languages.reading.javascript_data import (
    Headers,
    SearchParams,
    checked,
    header_pairs,
    pairs_of,
    plain_object,
    stringify,
    text,
)
from apipack.languages.reading.javascript_fetch import body_of, normalized, whatwg
from apipack.languages.reading.sending import sent
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Mystery, Thing, known
from apipack.languages.wire import Unreadable
from apipack.records import Request

OPTIONS = (
    "method headers json body searchParams prefixUrl hooks retry timeout throwHttpErrors credentials mode cache "
    "redirect referrer referrerPolicy signal keepalive"
)
ACCEPTS = {
    "json": sending.JSON,
    "text": "text/*",
    "formData": "multipart/form-data",
    "arrayBuffer": "*/*",
    "blob": "*/*",
    "bytes": "*/*",
}


class Ky(Configured):
    """ky itself, or an instance with defaults."""

    package = "ky"

    def do_create(self, run: Evaluation, given: Arguments) -> Ky:
        (options,) = given.take("options")
        return Ky(dict(plain_object(optional(options, {}), "options of ky")))

    def do_extend(self, run: Evaluation, given: Arguments) -> Ky:
        (options,) = given.take("options", required=1)
        return Ky(self.merged(plain_object(options, "options of ky")))

    def merged(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options over the defaults: header fields by their names, queries one behind the other."""
        twice = set(self.defaults) & set(options)
        if twice & {"json", "body", "hooks"}:
            raise Unreadable("a body or hooks of ky and of its instance")
        headers = Headers()
        for source in (self.defaults, options):
            for name, value in header_pairs(source.get("headers")):
                if value is UNDEFINED:
                    headers.fields.remove(name)
                else:
                    headers.fields.set(known(name), text(known(value)))
        merged = {**self.defaults, **options, "headers": headers}
        if "searchParams" in twice and options["searchParams"] not in (None, UNDEFINED):
            merged["searchParams"] = SearchParams(
                [pair for source in (self.defaults, options) for pair in _query_pairs(source["searchParams"])]
            )
        return merged

    def send(self, run: Evaluation, given: Arguments, verb: str | None = None) -> Any:
        address, second = given.take("url", "options", required=1)
        options = self.merged(plain_object(optional(second, {}), "options of ky"))
        checked(options, OPTIONS, "ky")
        if known(options.get("mode")) == "no-cors":
            raise Unreadable("no-cors takes headers off")
        fields = options["headers"].fields
        document = options.get("json", UNDEFINED)
        body = body_of(options.get("body"), fields)
        if document is not UNDEFINED:
            if body is not None:
                raise Unreadable("two bodies")
            body = str(stringify(known(document)))
            fields.default("Content-Type", sending.JSON)
        method = known(verb or options.get("method", "GET"))
        method = method.upper() if text(method).lower() in VERBS else normalized(method)
        if body is not None and method in ("GET", "HEAD"):
            raise Unreadable(f"ky sends no body with {method}")
        url = sending.encoded_url(_address(address, options), whatwg)
        hooks = plain_object(options.get("hooks") or {}, "hooks")
        checked(hooks, "beforeRequest afterResponse beforeError beforeRetry", "hooks of ky")
        for hook in hooks.get("beforeRequest") or []:
            if run.apply(hook, Arguments([Unsent(options["headers"]), MYSTERY])) is not UNDEFINED:
                raise Unreadable("a hook that gives another request")
        run.send(sent(method, url, fields, body))
        return Answer(run.request)


class Unsent(Thing):
    """The Request that a hook is given."""

    def __init__(self, headers: Headers) -> None:
        self.at_headers = headers


class Answer(Thing):
    """What a call gives: a promise, whose methods of a Response name the type that is asked for."""

    def __init__(self, request: Request | None) -> None:
        self.request = request

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ACCEPTS:
            return Builtin(lambda run, given: self.taken(run, name))
        if name in ("then", "catch", "finally"):
            return Builtin(self.later)
        return MYSTERY

    def taken(self, run: Evaluation, name: str) -> Mystery:
        request = self.request
        if request is None or request is not run.request or request.header("accept") is not None:
            return MYSTERY
        if run.doubt:
            raise Unreadable("it is not certain which type is asked for")
        run.request = self.request = replace(request, headers=(*request.headers, ("Accept", ACCEPTS[name])))
        return MYSTERY

    def later(self, run: Evaluation, given: Arguments) -> Mystery:
        run.call_back(*given.positional)
        return MYSTERY

    def finish(self, run: Evaluation) -> Mystery:
        return MYSTERY


def _address(address: Any, options: dict[str, Any]) -> str:
    prefix = options.get("prefixUrl")
    url = text(known(address))
    if prefix and isinstance(address, str):
        if url.startswith("/"):
            raise Unreadable("a URL that ky does not take with a prefix")
        url = text(known(prefix)).removesuffix("/") + "/" + url
    params = options.get("searchParams")
    if params is None or params is UNDEFINED:
        return url
    written = params.removeprefix("?") if isinstance(params, str) else SearchParams(_query_pairs(params)).written()
    if not written.strip():
        return url
    return url.partition("#")[0].partition("?")[0] + "?" + written


def _query_pairs(params: Any) -> list[tuple[str, str]]:
    params = known(params)
    if isinstance(params, dict):
        params = {name: value for name, value in params.items() if value is not UNDEFINED}
    return [] if params is None else pairs_of(params)
