"""The parts of a call that documentation allows, as they stand between a language's quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from apipack.languages.wire import FORM
from apipack.openapi.styles import QUERY
from apipack.operations.documentation import Documentation, Parameter
from apipack.operations.filling import credential
from apipack.operations.forms import Node
from apipack.operations.requests import URL_SAFE
from apipack.operations.wire import pairs_of, whole_value
from apipack.prompting.grammar_terms import KINDS, Grammar, NoGrammar, joined, literal
from apipack.records import is_json

_PARAMETER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Quoting:
    """How text stands between a language's quotes. escaped: of a text. in_path, in_query, in_header, in_json, in_body:
    expressions of open values; in_json: of a string between JSON's quotation marks. comma, colon: between members of
    JSON, with its white space."""

    escaped: Callable[[str], str]
    in_path: str
    in_query: str
    in_header: str
    in_json: str
    in_body: str
    comma: str = ","
    colon: str = ":"

    def literal(self, text: str) -> str:
        return literal(self.escaped(text))

    def dumped(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(self.comma, self.colon))

    def key(self, name: str) -> str:
        """A member's name and what stands between it and its value."""
        return self.literal(f"{dumped(name)}{self.colon}")


class Header(NamedTuple):
    """value: an expression."""

    name: str
    value: str
    required: bool


def json_of(grammar: Grammar, quoting: Quoting, node: Node, name: str) -> str:
    """JSON of a node."""
    if "members" in node:
        members = [
            (joined(quoting.key(key), json_of(grammar, quoting, inner, key)), bool(required))
            for key, required, inner in node["members"]
        ]
        return grammar.named(joined(literal("{"), grammar.listed(members, "", quoting.comma), literal("}")))
    if "items" in node:
        kinds = list(dict.fromkeys(json_of(grammar, quoting, item, name) for item in node["items"]))
        item = grammar.named(" | ".join(kinds))
        return grammar.named(f'"[" ({item} ({literal(quoting.comma)} {item})*)? "]"')
    if "value" in node:
        return quoting.literal(quoting.dumped(node["value"]))
    if "unsayable" in node:
        raise NoGrammar("unsayable")
    if (stand_in := credential(node, name)) is not None:
        return quoting.literal(quoting.dumped(stand_in))
    if enum := node.get("enum"):
        return grammar.named(" | ".join(quoting.literal(quoting.dumped(value)) for value in enum))
    if node["kind"] in KINDS:
        return grammar.named(KINDS[node["kind"]])
    mark = quoting.literal('"')
    return grammar.named(joined(mark, grammar.named(quoting.in_json), mark))


class Parts:
    """Of one operation's calls. Raises `NoGrammar`."""

    def __init__(self, grammar: Grammar, documentation: Documentation, quoting: Quoting) -> None:
        if documentation.path_query:
            raise NoGrammar("query_in_path")
        self._grammar, self._documentation, self._quoting = grammar, documentation, quoting

    def path(self, template: str) -> str:
        """template: of a URL or of a part of it."""
        nodes = {given.name: given for given in self._documentation.parameters if given.place == "path"}
        pieces = []
        for number, text in enumerate(_PARAMETER.split(template)):
            if not number % 2:
                pieces.append(self._quoting.literal(quote(text, safe=URL_SAFE)))
            else:
                in_path, given = self._quoting.in_path, nodes.get(text)
                pieces.append(self._value(given, in_path) if given is not None else self._grammar.named(in_path))
        return joined(*pieces)

    def query(self, brackets: bool) -> str:
        """brackets: whether names may have some."""
        items: list[tuple[str, bool]] = []
        for given in (given for given in self._documentation.parameters if given.place == "query"):
            items += self._pairs(given, brackets)
        for place, name, value in self._documentation.secrets:
            if place == "query":
                items.append((self._quoting.literal(f"{QUERY(name)}={value}"), True))
        return self._grammar.listed(items, "?", "&")

    def _pairs(self, given: Parameter, brackets: bool) -> list[tuple[str, bool]]:
        """(`name=value`, required), as often as an array may have it; one for each member of an object."""
        pairs = self._sample(given)
        if not brackets and any("[" in name for name, _ in pairs):
            raise NoGrammar("brackets")
        names = list(dict.fromkeys(name for name, _ in pairs))
        if not names:
            raise NoGrammar("empty_parameter")
        in_query = self._quoting.in_query
        if len(names) == 1:
            value = self._value(given, in_query) if len(pairs) == 1 else self._grammar.named(in_query)
            pair = self._grammar.named(joined(self._quoting.literal(f"{names[0]}="), value))
            return [(f'{pair} ("&" {pair})*' if "items" in given.node else pair, given.required)]
        needed = [bool(required) for _, required, _ in given.node.get("members", ())]
        if len(needed) != len(names):
            needed = [True] * len(names)
        members = (joined(self._quoting.literal(f"{name}="), self._grammar.named(in_query)) for name in names)
        return [(pair, given.required and required) for pair, required in zip(members, needed, strict=True)]

    def headers(self) -> list[Header]:
        """Those of parameters, of credentials, cookies, and what says the body's type, in that order."""
        documentation, quoting = self._documentation, self._quoting
        headers: list[Header] = []
        cookies: list[tuple[str, bool]] = []
        for given in documentation.parameters:
            if given.place == "header":
                headers.append(Header(given.name, self._value(given, quoting.in_header), given.required))
            elif given.place == "cookie":
                cookie = joined(quoting.literal(f"{given.name}="), self._value(given, quoting.in_header))
                cookies.append((cookie, given.required))
        for place, name, value in documentation.secrets:
            if place == "header":
                headers.append(Header(name, quoting.literal(value), True))
            elif place == "cookie":
                cookies.append((quoting.literal(f"{name}={value}"), True))
        if cookies:
            required = any(required for _, required in cookies)
            headers.append(Header("Cookie", self._grammar.listed(cookies, "", "; "), required))
        names = {given.name.lower() for given in documentation.parameters if given.place == "header"}
        if documentation.media_type is not None and "content-type" not in names:
            headers.append(Header("Content-Type", quoting.literal(documentation.media_type), True))
        return headers

    def body(self, node: Node) -> str:
        media_type = self._documentation.media_type or ""
        if is_json(media_type):
            return json_of(self._grammar, self._quoting, node, "")
        if media_type.startswith(FORM):
            return self._form(node)
        if media_type.startswith("multipart/"):
            raise NoGrammar("multipart")
        return self._grammar.named(self._quoting.in_body)

    def _form(self, node: Node) -> str:
        quoting, items = self._quoting, []
        for name, required, inner in node.get("members", ()):
            if not inner.keys() & {"kind", "value"} or not isinstance(inner.get("value", ""), str | int | float):
                raise NoGrammar("nested_form")
            open_value = KINDS.get(inner.get("kind", ""), quoting.in_query) if "value" not in inner else None
            value = self._grammar.named(open_value) if open_value else quoting.literal(quote(str(inner["value"])))
            items.append((joined(quoting.literal(f"{quote(name)}="), value), bool(required)))
        if not items:
            return self._grammar.named(quoting.in_body)
        return self._grammar.listed(items, "", "&") or self._grammar.named(quoting.in_body)

    def _value(self, given: Parameter, open_value: str) -> str:
        """A parameter's value, encoded as it is sent."""
        node = given.node
        if "value" in node or credential(node, given.name) is not None:
            return self._quoting.literal(self._sample(given)[0][1]) if self._sample(given) else '""'
        plain = "kind" in node and node["kind"] in KINDS
        return self._grammar.named(KINDS[node["kind"]] if plain and self._is_plain(given) else open_value)

    def _is_plain(self, given: Parameter) -> bool:
        """Whether a number or a boolean is sent as it is, without a style's marks."""
        return [value for _, value in self._sample(given)] == [_plain(whole_value(given.node))]

    def _sample(self, given: Parameter) -> list[tuple[str, str]]:
        """(name, value) pairs, encoded, of a value that has every member."""
        if given.wire is None:
            return [(QUERY(given.name), _plain(whole_value(given.node)))]
        value = credential(given.node, given.name) if "kind" in given.node else None
        return pairs_of(given.wire, whole_value(given.node) if value is None else value, self._documentation.version)


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
