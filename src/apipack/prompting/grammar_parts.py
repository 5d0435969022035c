"""The parts of a call that documentation allows, as they stand between a language's quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from apipack.languages.wire import FORM
from apipack.openapi.admission import is_of
from apipack.openapi.loading import SpecError
from apipack.openapi.styles import FORM as FORM_TEXT
from apipack.openapi.styles import QUERY
from apipack.operations.documentation import Documentation, Parameter
from apipack.operations.filling import credential
from apipack.operations.forms import MAX_ENUM, Node
from apipack.operations.requests import URL_SAFE
from apipack.operations.wire import PLAIN, pairs_of, whole_value
from apipack.prompting.grammar_terms import KINDS, Grammar, NoGrammar, joined, literal
from apipack.records import is_json

PROBE = "x"
"""A text that every style sends as it is."""
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
    if enum := enumeration(node):
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
        pairs, node, in_query = self._sample(given), given.node, self._quoting.in_query
        if not brackets and any("[" in name for name, _ in pairs):
            raise NoGrammar("brackets")
        names = list(dict.fromkeys(name for name, _ in pairs))
        if not names:
            raise NoGrammar("empty_parameter")
        if _is_fixed(given):
            return [(self._quoting.literal("&".join(f"{name}={value}" for name, value in pairs)), given.required)]
        if names == [QUERY(given.name)]:
            pair = self._grammar.named(joined(self._quoting.literal(f"{names[0]}="), self._value(given, in_query)))
            return [(f'{pair} ("&" {pair})*' if self._is_repeated(given) else pair, given.required)]
        members = node.get("members", ())
        if len(members) != len(names):
            value = self._grammar.named(in_query)
            return [(joined(self._quoting.literal(f"{name}="), value), given.required) for name in names]
        items = []
        for place, (name, (key, required, inner)) in enumerate(zip(names, members, strict=True)):
            value = self._scalar(inner, key, self._member(given, place, key), in_query)
            items.append((joined(self._quoting.literal(f"{name}="), value), given.required and required))
        return items

    def _member(self, given: Parameter, place: int, key: str) -> Callable[[Any], str | None]:
        """How a value of an object's member is sent, the pair at this place."""
        whole = whole_value(given.node)

        def sent(value: Any) -> str | None:
            pairs = self._sent(given, whole | {key: value})
            return pairs[place][1] if len(pairs) == len(whole) else None

        return sent

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
            value = self._scalar(inner, name, lambda value: FORM_TEXT(_plain(value)), quoting.in_query)
            items.append((joined(quoting.literal(f"{FORM_TEXT(name)}="), value), bool(required)))
        if not items:
            return self._grammar.named(quoting.in_body)
        return self._grammar.listed(items, "", "&") or self._grammar.named(quoting.in_body)

    def _value(self, given: Parameter, open_value: str) -> str:
        """A parameter's value, encoded as it is sent; of an array that is sent in several pairs, one of them."""
        if _is_fixed(given):
            return self._quoting.literal(self._sample(given)[0][1]) if self._sample(given) else '""'
        if "items" not in given.node:
            return self._scalar(given.node, given.name, lambda value: self._text(given, value), open_value)
        one, two = self._text(given, [PROBE]), self._text(given, [PROBE, PROBE])
        if one is None or not one.endswith(PROBE):
            return self._grammar.named(open_value)
        before = one.removesuffix(PROBE)

        def sent(value: Any) -> str | None:
            text = self._text(given, [value])
            return text.removeprefix(before) if text is not None and text.startswith(before) else None

        kinds = dict.fromkeys(self._scalar(item, given.name, sent, open_value) for item in given.node["items"])
        item = self._grammar.named(" | ".join(kinds))
        start = self._quoting.literal(before)
        if two is None or not (two.startswith(one) and two.endswith(PROBE)):
            return joined(start, item)
        between = self._quoting.literal(two.removeprefix(one).removesuffix(PROBE))
        return joined(start, item, f"({between} {item})*")

    def _scalar(self, node: Node, name: str, sent: Callable[[Any], str | None], open_value: str) -> str:
        """A single value. sent: how one is sent, None for what cannot be."""
        said = [node["value"]] if "value" in node else enumeration(node)
        if (stand_in := credential(node, name)) is not None:
            said = [stand_in]
        if texts := [text for text in map(sent, said) if text]:
            return self._grammar.named(" | ".join(map(self._quoting.literal, texts)))
        kind = node.get("kind", "")
        plain, text = (_plain(PLAIN[kind]), sent(PLAIN[kind])) if kind in KINDS else (PROBE, sent(PROBE))
        if text is None or not text.endswith(plain):
            return self._grammar.named(open_value)
        before = self._quoting.literal(text.removesuffix(plain))
        return joined(before, self._grammar.named(KINDS.get(kind, open_value)))

    def _is_repeated(self, given: Parameter) -> bool:
        """Whether an array is sent in a pair for each of its items."""
        return "items" in given.node and len(self._sent(given, [PROBE, PROBE])) > 1

    def _text(self, given: Parameter, value: Any) -> str | None:
        """A value that is sent in one pair."""
        pairs = self._sent(given, value)
        return pairs[0][1] if len(pairs) == 1 else None

    def _sent(self, given: Parameter, value: Any) -> list[tuple[str, str]]:
        """(name, value) pairs, encoded; none of a value that cannot be sent."""
        if given.wire is None:
            return [(QUERY(given.name), _plain(value))]
        try:
            return pairs_of(given.wire, value, self._documentation.version)
        except SpecError:
            return []

    def _sample(self, given: Parameter) -> list[tuple[str, str]]:
        """(name, value) pairs, encoded, of a value that has every member. Raises `SpecError`."""
        if given.wire is None:
            return [(QUERY(given.name), _plain(whole_value(given.node)))]
        value = credential(given.node, given.name) if "kind" in given.node else None
        return pairs_of(given.wire, whole_value(given.node) if value is None else value, self._documentation.version)


def enumeration(node: Node) -> list[Any]:
    """What a value may be and nothing else; empty where that is not known: a form cuts long ones off, and some are of
    another type than they say."""
    enum = node.get("enum") or []
    return enum if len(enum) < MAX_ENUM and all(is_of(node["kind"], value) for value in enum) else []


def _is_fixed(given: Parameter) -> bool:
    return "value" in given.node or credential(given.node, given.name) is not None


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
