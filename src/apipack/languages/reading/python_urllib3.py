"""Python: what urllib3 sends."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.python_data import dumps
from apipack.languages.reading.python_requests import as_dict, pairs_of
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Inert,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

IN_URL = ("GET", "HEAD", "DELETE", "OPTIONS")
"""Methods whose `fields` are a query; those of others are a multipart form."""


class PoolManager(Thing):
    """urllib3.PoolManager. Its headers are sent where a call has none of its own."""

    inert = frozenset({"clear"})

    def __init__(self, given: Arguments) -> None:
        allowed = ("num_pools", "headers", "retries", "timeout", "cert_reqs", "ca_certs", "maxsize", "block")
        _, headers, *_ = given.take(*allowed)
        self.headers = optional(headers)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        ignored = ("timeout", "retries", "redirect", "preload_content", "decode_content")
        method, url, form, headers, body, *_, data = given.take(
            "method", "url", "fields", "headers", "body", *ignored, "json", required=2
        )
        method, url = text_of(known(method), "the method").upper(), known(url)
        fields = Fields()
        for name, value in as_dict(optional(headers) or self.headers or {}).items():
            fields.set(name, value)
        octets = known(optional(body))
        if optional(data) is not None:
            if octets is not None:
                raise run.thrown("a body beside JSON")
            octets = dumps(known(data), separators=(",", ":"), ensure_ascii=False).encode()
            fields.default("Content-Type", sending.JSON)
        if isinstance(octets, str) and not octets.isascii():
            raise Unreadable("a text that versions of urllib3 encode in different ways")
        if not isinstance(octets, str | bytes | None):
            raise Unreadable("a body that is no text")
        if optional(form) is not None:
            url, octets = self._with_form(method, url, form, octets, fields)
        return run.send(sent(method, sending.raw_url(url), fields, octets))

    @staticmethod
    def _with_form(method: str, url: Any, form: Any, body: Any, fields: Fields) -> tuple[str, Any]:
        pairs = pairs_of(form)
        if any(isinstance(value, list) for value in (form.values() if isinstance(form, dict) else [])):
            raise Unreadable("a list of fields")
        if method in IN_URL:
            return f"{text_of(url)}?{sending.form(pairs)}", body
        if body is not None or fields.get("Content-Type") is not None:
            raise Unreadable("a form beside a body, or beside a type without its boundary")
        return text_of(url), sending.multipart([(name, value, None, None) for name, value in pairs], fields)


def _make_headers(run: Evaluation, given: Arguments) -> dict[str, str]:
    """urllib3.make_headers."""
    credentials, agent = given.take("basic_auth", "user_agent")
    headers: dict[str, str] = {}
    if agent is not UNDEFINED:
        headers["user-agent"] = text_of(agent)
    if credentials is not UNDEFINED:
        user, _, password = text_of(credentials).partition(":")
        headers["authorization"] = sending.basic(user, password, "latin-1")
    return headers


MAKE_HEADERS = Builtin(_make_headers)
URLLIB3_UTIL = Module(
    "urllib3.util",
    {"make_headers": MAKE_HEADERS, "retry": Inert("urllib3.util.retry"), "Retry": MYSTERY, "Timeout": MYSTERY},
)
URLLIB3 = Module(
    "urllib3",
    {
        "PoolManager": Builtin(lambda run, given: PoolManager(given)),
        "make_headers": MAKE_HEADERS,
        "util": URLLIB3_UTIL,
        **dict.fromkeys(("Retry", "Timeout", "disable_warnings", "exceptions"), MYSTERY),
    },
)
