"""A grammar of the calls that documentation allows, for decoding that cannot write another.

Method, URL, and the names of arguments are closed; each argument stands once at most, in the order in which it is
documented, and the required ones always; values are open but typed. The grammar is in the dialect of Lark that
llguidance reads. It has one rule, and everything else is terminals without recursion, so it is one regular expression:
nothing in it depends on where one token of the language ends.

A specification is hostile: each of its texts is a literal in JSON's escapes, and a grammar over MAX_LENGTH is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from apipack.languages.curl import quoted
from apipack.languages.wire import FORM, Unrepresentable
from apipack.openapi.loading import SpecError
from apipack.openapi.styles import QUERY
from apipack.operations.documentation import Documentation, Parameter
from apipack.operations.filling import credential
from apipack.operations.forms import Node
from apipack.operations.requests import URL_SAFE
from apipack.operations.wire import pairs_of, whole_value
from apipack.prompting.no_call import ASK, NO_CALL
from apipack.records import is_json

LANGUAGES = ("curl",)
MAX_LENGTH = 60_000
KINDS = {
    "integer": r"/-?(0|[1-9][0-9]{0,17})/",
    "number": r"/-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?/",
    "boolean": '"true" | "false"',
}
IN_PATH = r"/([!$()*+,.:;=@A-Za-z0-9_~&-]|%[0-9A-Fa-f]{2}|'\\'')+/"
IN_QUERY = r"/([!$()*+,.\/:;=?@A-Za-z0-9_~-]|%[0-9A-Fa-f]{2}|'\\'')+/"
IN_HEADER = r"/([^'\x00-\x1f\x7f]|'\\'')+/"
IN_JSON = r"""/([^"\\\x00-\x1f\x7f']|\\["\\\/bfnrt]|\\u[0-9a-fA-F]{4}|'\\'')*/"""
IN_BODY = r"/([^'\x00\r]|'\\'')+/"
_PARAMETER = re.compile(r"\{([^{}]*)\}")
BREAK = " \\\n  "


class NoGrammar(Exception):
    """There is no grammar of such calls; reason: one word to count."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def call_grammar(documented: Sequence[Documentation], language: str, abstain: bool = False) -> str:
    """The grammar of the calls of any of these operations, abstain: and of what `abstention` writes instead. Raises
    `NoGrammar`."""
    if language not in LANGUAGES:
        raise NoGrammar("language")
    grammar = _Grammar()
    try:
        calls = [grammar.named(_Curl(grammar, documentation).call()) for documentation in documented]
    except (SpecError, UnicodeError, Unrepresentable) as error:
        raise NoGrammar("unwritable") from error
    if abstain:
        required = [given.name for documentation in documented for given in documentation.parameters if given.required]
        calls += [_literal(NO_CALL), *(_literal(f"{ASK}{name}") for name in dict.fromkeys(required))]
    text = f"start: CALL\nCALL: {' | '.join(calls)}\n" + "".join(grammar.lines)
    if len(text) > MAX_LENGTH:
        raise NoGrammar("too_large")
    return text


class _Grammar:
    """Terminals by what they are, each written once."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.lines: list[str] = []

    def named(self, expression: str) -> str:
        """The terminal of an expression."""
        if expression not in self.names:
            self.names[expression] = name = f"T{len(self.names)}"
            self.lines.append(f"{name}: {expression}\n")
        return self.names[expression]

    def listed(self, items: Sequence[tuple[str, bool]], first: str, between: str) -> str:
        """Items (expression, required) in their order, `first` before the first and `between` before each other; what
        is not required may be missing. Empty where there are none.

        The rest after each item is a terminal of its own, so that the grammar grows with the items, not their square.
        """
        after = before = ""
        for expression, required in reversed(items):
            item = self.named(expression)
            opened = _joined(_literal(first), item, after)
            before = opened if required else _either(opened, before)
            rest = _joined(_literal(between), item, after)
            after = self.named(rest if required else _either(rest, after))
            before = self.named(before)
        return before


class _Curl:
    """One operation's calls, written as `languages.curl` writes them."""

    def __init__(self, grammar: _Grammar, documentation: Documentation) -> None:
        self._grammar, self._documentation = grammar, documentation

    def call(self) -> str:
        documentation = self._documentation
        if documentation.path_query:
            raise NoGrammar("query_in_path")
        method = documentation.method
        start = "curl --head" if method == "HEAD" else f"curl --request {method}"
        parts = [_literal(f"{start}{BREAK}--url '"), self._path(), self._query(), _literal("'"), *self._headers()]
        if documentation.body is not None:
            parts += [_literal(f"{BREAK}--data-raw '"), self._body(documentation.body), _literal("'")]
        return _joined(*parts)

    def _path(self) -> str:
        nodes = {given.name: given for given in self._documentation.parameters if given.place == "path"}
        pieces = []
        for number, text in enumerate(_PARAMETER.split(self._documentation.template)):
            if not number % 2:
                pieces.append(_literal(_shell(quote(text, safe=URL_SAFE))))
            else:
                given = nodes.get(text)
                pieces.append(self._value(given, IN_PATH) if given is not None else self._grammar.named(IN_PATH))
        return _joined(*pieces)

    def _query(self) -> str:
        items: list[tuple[str, bool]] = []
        for given in (given for given in self._documentation.parameters if given.place == "query"):
            items.append((self._pairs(given), given.required))
        for place, name, value in self._documentation.secrets:
            if place == "query":
                items.append((_literal(_shell(f"{QUERY(name)}={value}")), True))
        return self._grammar.listed(items, "?", "&")

    def _pairs(self, given: Parameter) -> str:
        """`name=value`, or as many of them as an array or an object has."""
        pairs = self._sample(given)
        if any("[" in name for name, _ in pairs):
            raise NoGrammar("brackets")  # curl takes them for a glob
        names = list(dict.fromkeys(name for name, _ in pairs))
        if not names:
            raise NoGrammar("empty_parameter")
        if len(names) == 1:
            value = self._value(given, IN_QUERY) if len(pairs) == 1 else self._grammar.named(IN_QUERY)
            pair = self._grammar.named(_joined(_literal(_shell(f"{names[0]}=")), value))
            return f'{pair} ("&" {pair})*' if "items" in given.node else pair
        members = [(_joined(_literal(_shell(f"{name}=")), self._grammar.named(IN_QUERY)), True) for name in names]
        return self._grammar.listed(members, "", "&")

    def _headers(self) -> list[str]:
        documentation, lines, cookies = self._documentation, [], []
        for given in documentation.parameters:
            if given.place == "header":
                lines.append(_joined(_literal(_shell(f"{given.name}: ")), self._value(given, IN_HEADER)))
            elif given.place == "cookie":
                cookies.append(_joined(_literal(_shell(f"{given.name}=")), self._value(given, IN_HEADER)))
        for place, name, value in documentation.secrets:
            if place == "header":
                lines.append(_literal(_shell(f"{name}: {value}")))
            elif place == "cookie":
                cookies.append(_literal(_shell(f"{name}={value}")))
        if cookies:
            lines.append(
                _joined(_literal("Cookie: "), self._grammar.listed([(cookie, True) for cookie in cookies], "", "; "))
            )
        names = {given.name.lower() for given in documentation.parameters if given.place == "header"}
        if documentation.media_type is not None and "content-type" not in names:
            lines.append(_literal(_shell(f"Content-Type: {documentation.media_type}")))
        return [_joined(_literal(f"{BREAK}--header '"), line, _literal("'")) for line in lines]

    def _body(self, node: Node) -> str:
        media_type = self._documentation.media_type or ""
        if is_json(media_type):
            return self._json(node, "")
        if media_type.startswith(FORM):
            return self._form(node)
        if media_type.startswith("multipart/"):
            raise NoGrammar("multipart")
        return self._grammar.named(IN_BODY)

    def _form(self, node: Node) -> str:
        items = []
        for name, required, inner in node.get("members", ()):
            if not inner.keys() & {"kind", "value"} or not isinstance(inner.get("value", ""), str | int | float):
                raise NoGrammar("nested_form")
            open_value = KINDS.get(inner.get("kind", ""), IN_QUERY) if "value" not in inner else None
            value = self._grammar.named(open_value) if open_value else _literal(_shell(quote(str(inner["value"]))))
            items.append((_joined(_literal(_shell(f"{quote(name)}=")), value), bool(required)))
        if not items:
            return self._grammar.named(IN_BODY)
        return self._grammar.listed(items, "", "&") or self._grammar.named(IN_BODY)

    def _json(self, node: Node, name: str) -> str:
        if "members" in node:
            members = [
                (_joined(_literal(f"{_shell(_dumped(key))}:"), self._json(inner, key)), bool(required))
                for key, required, inner in node["members"]
            ]
            return self._grammar.named(_joined(_literal("{"), self._grammar.listed(members, "", ","), _literal("}")))
        if "items" in node:
            kinds = list(dict.fromkeys(self._json(item, name) for item in node["items"]))
            item = self._grammar.named(" | ".join(kinds))
            return self._grammar.named(f'"[" ({item} ("," {item})*)? "]"')
        if "value" in node:
            return _literal(_shell(_dumped(node["value"])))
        if "unsayable" in node:
            raise NoGrammar("unsayable")
        if (stand_in := credential(node, name)) is not None:
            return _literal(_shell(_dumped(stand_in)))
        if enum := node.get("enum"):
            return self._grammar.named(" | ".join(_literal(_shell(_dumped(value))) for value in enum))
        kind = node["kind"]
        if kind in KINDS:
            return self._grammar.named(KINDS[kind])
        return self._grammar.named(_joined('"\\""', self._grammar.named(IN_JSON), '"\\""'))

    def _value(self, given: Parameter, open_value: str) -> str:
        """A parameter's value, encoded as it is sent."""
        node = given.node
        if "value" in node or credential(node, given.name) is not None:
            return _literal(_shell(self._sample(given)[0][1])) if self._sample(given) else '""'
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


def _literal(text: str) -> str:
    """A literal; JSON's escapes are Lark's."""
    return json.dumps(text) if text else ""


def _shell(text: str) -> str:
    """A text inside single quotes."""
    return quoted(text)[1:-1]


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _either(one: str, other: str) -> str:
    """Either of two; an empty one makes the other optional."""
    return f"({one}) | {other}" if other else f"({one})?"
