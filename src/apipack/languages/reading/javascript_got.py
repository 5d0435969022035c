"""What the package got sends."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import copied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_configured import Configured
from apipack.languages.reading.javascript_data import (
    Octets,
    SearchParams,
    checked,
    header_pairs,
    plain_object,
    stringify,
    text,
)
from apipack.languages.reading.javascript_fetch import whatwg
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import UNDEFINED, Arguments, known, text_of
from apipack.languages.wire import FORM, Unreadable

OPTIONS = (
    "method url prefixUrl headers searchParams json form body username password timeout retry responseType "
    "throwHttpErrors followRedirect decompress http2 resolveBodyOnly"
)


class Got(Configured):
    """got itself, or an instance with defaults."""

    package = "got"

    def do_extend(self, run: Evaluation, given: Arguments) -> Got:
        (options,) = given.take("options", required=1)
        return Got(self._merged(copied(plain_object(options, "options of got"))))

    def _merged(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options over the defaults; header fields are merged by their names."""
        if "searchParams" in options and "searchParams" in self.defaults:
            raise Unreadable("searchParams of got and of its instance")
        headers = Fields()
        for name, value in [*header_pairs(self.defaults.get("headers")), *header_pairs(options.get("headers"))]:
            if known(value) is None:
                raise Unreadable("a header that is null")
            if value is not UNDEFINED:
                headers.set(name, text(value))
        return {**self.defaults, **options, "headers": dict(headers.pairs)}

    def send(self, run: Evaluation, given: Arguments, verb: str | None = None) -> Any:
        first, second = given.take("url", "options", required=1)
        options = plain_object(optional(second, {}), "options of got")
        options = {**first, **options} if isinstance(first, dict) else {**options, "url": first}
        options = self._merged(options)
        checked(options, OPTIONS, "got")
        method = text_of(known(verb or options.get("method", "GET")), "the method").upper()
        fields = Fields(options["headers"].items())
        url = self.address(options)
        body = _body(options, fields)
        if body is not None and method in ("GET", "HEAD"):
            raise Unreadable(f"got sends no body with {method}")
        if "username" in options or "password" in options:
            user, password = (text(known(options.get(name, ""))) for name in ("username", "password"))
            if not f"{user}{password}".isascii() or not f"{user}{password}".replace("_", "").replace("-", "").isalnum():
                raise Unreadable("credentials that a URL changes")
            fields.default("Authorization", sending.basic(user, password))
        return run.send(sent(method, sending.encoded_url(url, whatwg), fields, body))

    @staticmethod
    def address(options: dict[str, Any]) -> str:
        url, prefix = text(known(options.get("url"))), options.get("prefixUrl")
        if prefix:
            if url.startswith("/") or "://" in url:
                raise Unreadable("a URL that got does not take with a prefix")
            url = text(known(prefix)).removesuffix("/") + "/" + url
        params = options.get("searchParams")
        if params is None or params is UNDEFINED:
            return url
        if "?" in url or "#" in url:
            raise Unreadable("searchParams of got for a URL that has a query")
        return sending.with_query(url, _query(params))


def _query(params: Any) -> str:
    """searchParams: a text, URLSearchParams, or an object of plain values."""
    if isinstance(params, SearchParams):
        return params.written()
    params = known(params)
    if isinstance(params, str):
        return SearchParams(_plain_pairs(params)).written()
    pairs: list[tuple[str, str]] = []
    for name, value in plain_object(params, "searchParams").items():
        if not isinstance(value, str | int | float | None) and value is not UNDEFINED:
            raise Unreadable("a value that got refuses")
        if value is not UNDEFINED:
            pairs.append((name, "" if value is None else text(value)))
    return sending.form(pairs, sending.whatwg_form)


def _plain_pairs(query: str) -> list[tuple[str, str]]:
    """Pairs of a query; refuses what is no plain one."""
    pairs = [pair.partition("=") for pair in query.removeprefix("?").split("&")]
    if any(mark in query for mark in "%+#"):
        raise Unreadable("a query that is encoded before")
    return [(name, value) for name, _, value in pairs]


def _body(options: dict[str, Any], fields: Fields) -> str | None:
    given = {name: options[name] for name in ("json", "form", "body") if options.get(name, UNDEFINED) is not UNDEFINED}
    if len(given) > 1:
        raise Unreadable("two bodies")
    if "json" in given:
        fields.default("Content-Type", sending.JSON)
        return str(stringify(known(given["json"])))
    if "form" in given:
        form = plain_object(known(given["form"]), "a form")
        if any(not isinstance(value, str | int | float) for value in form.values()):
            raise Unreadable("a form with more than values")
        fields.default("Content-Type", FORM)
        return sending.form([(name, text(value)) for name, value in form.items()], sending.whatwg_form)
    body = known(given.get("body"))
    if isinstance(body, Octets):
        return sending.octets_text(body.octets)
    if not isinstance(body, str | None):
        raise Unreadable("a body of got that is no text")
    return body
