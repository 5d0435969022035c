"""What the package request sends, and queries as the module querystring writes them."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import (
    checked,
    header_pairs,
    plain_object,
    stringify,
    text,
)
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable, repeated
from apipack.records import Request

REQUEST = (
    "method url uri baseUrl headers body json form qs auth timeout followRedirect followAllRedirects maxRedirects "
    "rejectUnauthorized strictSSL gzip encoding jar time"
)


class Library(Thing):
    """The package request."""

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("get", "head", "options", "post", "put", "patch", "delete", "del"):
            method = "DELETE" if name == "del" else name.upper()
            return Builtin(lambda run, given: self.call(run, given, method))
        return super().get(run, name)

    def call(self, run: Evaluation, given: Arguments, method: str | None = None) -> Any:
        options: dict[str, Any] = {}
        for index, value in enumerate(given.positional):
            if index == 0 and isinstance(value, str):
                options["url"] = value
            elif isinstance(value, dict):
                options |= value
            else:
                known(value)
                run.call_back(value)
        if method:
            options["method"] = method
        return run.send(_request(options))


def _request(options: dict[str, Any]) -> Request:
    checked(options, REQUEST, "request")
    fields = Fields()
    for name, value in header_pairs(options.get("headers")):
        for field_value in value if isinstance(value, list) else [value]:
            fields.add(name, text(known(field_value)))
    if reason := repeated(tuple((name, "") for name, _ in header_pairs(options.get("headers")))):
        raise Unreadable(reason)
    address = known(options.get("url", options.get("uri")))
    url = text(address) if options.get("baseUrl") is None else _based(text(known(options["baseUrl"])), text(address))
    if query := known(options.get("qs")):
        if "?" in url:
            raise Unreadable("qs for a URL that has a query")
        url = sending.with_query(url, sending.form(_nested(query), sending.strict))
    body = _request_body(options, fields)
    if auth := known(options.get("auth")):
        _add_auth(auth, fields)
    method = text_of(known(options.get("method", "GET")), "the method")
    return sent(method.upper(), sending.raw_url(url), fields, body)


def _based(base: str, url: str) -> str:
    if "//" in url:
        raise Unreadable("an absolute URL with a baseUrl")
    joint = "/" if not base.endswith("/") and not url.startswith("/") and url else ""
    return (base.removesuffix("/") if url.startswith("/") else base) + joint + url


def _request_body(options: dict[str, Any], fields: Fields) -> str | None:
    body, document, form = (known(options.get(name)) for name in ("body", "json", "form"))
    if form:
        if not re.match(rf"{FORM}\b", fields.get("Content-Type") or ""):
            fields.set("Content-Type", FORM)
        if body is not None or document is not None:
            raise Unreadable("two bodies")
        return form if isinstance(form, str) else sending.form(_nested(form), sending.strict)
    if document is True:
        if body is None:
            return None
        fields.default("Content-Type", sending.JSON)
        return str(stringify(body))
    if document is not None and document is not False:
        if body is not None:
            raise Unreadable("two bodies")
        fields.default("Content-Type", sending.JSON)
        return str(stringify(document))
    if body is not None and not isinstance(body, str):
        raise Unreadable("request takes no object for a body")
    return body


def _add_auth(auth: Any, fields: Fields) -> None:
    auth = plain_object(auth, "auth")
    if "bearer" in auth:
        fields.set("Authorization", f"Bearer {text(auth['bearer'])}")
        return
    if auth.get("sendImmediately") is False:
        raise Unreadable("credentials that are sent once they are asked for")
    user = next((auth[name] for name in ("user", "username") if name in auth), "")
    password = next((auth[name] for name in ("pass", "password") if name in auth), "")
    fields.set("Authorization", sending.basic(user, password))


def _nested(value: Any) -> list[tuple[str, str]]:
    """Pairs as the package qs writes them: members of lists by index, of objects by key."""
    pairs: list[tuple[str, str]] = []
    todo: list[tuple[str, Any]] = [(str(name), member) for name, member in plain_object(value, "a form").items()]
    while todo:
        name, member = todo.pop(0)
        if isinstance(member, dict):
            todo = [(f"{name}[{key}]", inner) for key, inner in member.items()] + todo
        elif isinstance(member, list):
            todo = [(f"{name}[{index}]", inner) for index, inner in enumerate(member)] + todo
        elif member is not UNDEFINED:
            pairs.append((name, "" if member is None else text(member)))
    return pairs


def qs_stringify(run: Evaluation, given: Arguments) -> Any:
    """stringify of querystring, of values and lists of them."""
    (value,) = given.take("value", required=1)
    if isinstance(value, Mystery):
        return MYSTERY
    pairs = plain_object(known(value), "what is to be a query")
    listed = [(name, one) for name, many in pairs.items() for one in (many if isinstance(many, list) else [many])]
    if any(isinstance(member, dict | list | None) or member is UNDEFINED for _, member in listed):
        raise Unreadable("a query with more than values")
    return sending.form([(name, text(known(member))) for name, member in listed], sending.component)
