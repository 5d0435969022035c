"""Ruby: what HTTParty sends."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.ruby_data import VERBS, text
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable


def nested_pairs(data: Any, encode: Any, name: str = "") -> list[str]:
    """Pairs of nested hashes and lists, as both gems name them."""
    if isinstance(data, dict):
        members = [(f"{name}[{text(key)}]" if name else text(key), value) for key, value in data.items()]
        return [pair for key, value in members for pair in nested_pairs(value, encode, key)]
    if isinstance(data, list):
        return [pair for value in data for pair in nested_pairs(value, encode, f"{name}[]")]
    return [f"{encode(name)}={encode(text(data))}"]


class Party(Thing):
    """HTTParty."""

    ALLOWED = frozenset({"query", "body", "headers", "basic_auth", "timeout", "verify", "format", "follow_redirects"})

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return MYSTERY if name in ("Error", "ResponseError") else super().get(run, name)

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        url, options = given.take("url", "options", required=1)
        options = known(optional(options, {}))
        if not set(options) <= self.ALLOWED:
            raise Unreadable("options of HTTParty")
        fields = Fields()
        for name, value in options.get("headers", {}).items():
            fields.set(text(name), text(value))
        query = options.get("query") or {}
        written = query if isinstance(query, str) else "&".join(nested_pairs(query, sending.strict))
        body = options.get("body")
        if isinstance(body, dict):
            body = "&".join(nested_pairs(body, sending.strict))
        if body is not None:
            fields.default("Content-Type", FORM)
        if auth := options.get("basic_auth"):
            fields.set("Authorization", sending.basic(auth["username"], auth["password"]))
        url = sending.with_query(text(url), written)
        return run.send(sent(method, sending.plain_url(url), fields, None if body is None else text_of(body)))
