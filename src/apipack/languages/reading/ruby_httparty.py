"""Ruby: what HTTParty sends."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.ruby_calls import VERBS
from apipack.languages.reading.ruby_data import text
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

    SAID = frozenset({"base_uri", "headers", "basic_auth", "format", "default_timeout", "default_params"})
    ALLOWED = frozenset({"query", "body", "headers", "basic_auth", "timeout", "verify", "format", "follow_redirects",
                         "query_string_normalizer"})  # fmt: skip

    HARMLESS = frozenset({"debug_output", "logger", "open_timeout", "read_timeout"})

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return MYSTERY if name in ("Error", "ResponseError") else super().get(run, name)

    def of_class(self, said: dict[str, Any]) -> Party:
        """A class that includes it. said: what is said in the class, a list of arguments by name."""
        if unknown := {name for name in said if name[:1].islower()} - {*self.SAID, "include"}:
            raise Unreadable(f"{min(unknown)} in a class with HTTParty")
        party = Party()
        party.base = text_of(*known(said.get("base_uri", [""]))).rstrip("/")
        if party.base and not re.match("https?://", party.base):
            if ":443" in party.base:
                raise Unreadable("a base without its scheme")
            party.base = f"http://{party.base}"
        party.headers = dict(*known(said.get("headers", [{}])))
        party.params = dict(*known(said.get("default_params", [{}])))
        party.auth = known(said.get("basic_auth", []))
        return party

    def __init__(self) -> None:
        self.base = ""
        self.headers: dict[Any, Any] = {}
        self.params: dict[Any, Any] = {}
        self.auth: list[Any] = []

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Any:
        url, options = given.take("url", "options", required=1)
        options = {name: value for name, value in optional(options, {}).items() if name not in self.HARMLESS}
        options = known(options)
        if not set(options) <= self.ALLOWED:
            raise Unreadable("options of HTTParty")
        fields = Fields()
        for name, value in {**self.headers, **options.get("headers", {})}.items():
            fields.set(text(name), text(value))
        query = options.get("query") or {}
        if (writer := options.get("query_string_normalizer")) is not None and query:
            query = text_of(run.apply(writer, Arguments([query])))
        if isinstance(query, str) and self.params:
            raise Unreadable("a query beside parameters of the class")
        query = {**self.params, **query} if isinstance(query, dict) else query
        written = query if isinstance(query, str) else "&".join(nested_pairs(query, sending.strict))
        body = options.get("body")
        if isinstance(body, dict):
            body = "&".join(nested_pairs(body, sending.strict))
        if body is not None:
            fields.default("Content-Type", FORM)
        if auth := options.get("basic_auth"):
            fields.set("Authorization", sending.basic(auth["username"], auth["password"]))
        elif self.auth:
            fields.set("Authorization", sending.basic(*self.auth))
        url = text(url)
        if self.base and not re.match("https?://", url):
            if not url.startswith("/"):
                raise Unreadable("a path that HTTParty joins to its base without a slash")
            url = self.base + url
        url = sending.with_query(url, written)
        return run.send(sent(method, sending.raw_query_url(url), fields, None if body is None else text_of(body)))
