"""jq -n, by which shell scripts make a body of JSON: constructions of constants and of the arguments given."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from apipack.languages.wire import Unreadable

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\[^(])*")|(-?[0-9]+(?:\.[0-9]+)?)|(\$?[A-Za-z_]\w*)|([{}\[\],:]))')
_CONSTANTS = {"true": True, "false": False, "null": None}
DEPTH = 20


def jq_null_input(given: list[str]) -> str:
    """What `jq -n` prints for these words; raises Unreadable for more than a construction."""
    flags, variables, filters = "", {}, []
    words = iter(given)
    for word in words:
        if word in ("--arg", "--argjson"):
            name, value = next(words, ""), next(words, "")
            variables[f"${name}"] = value if word == "--arg" else _json(value)
        elif word in ("--null-input", "--compact-output", "--raw-output"):
            flags += word[2]
        elif re.fullmatch("-[ncr]+", word):
            flags += word[1:]
        else:
            filters.append(word)
    if "n" not in flags or len(filters) != 1:
        raise Unreadable("jq of more than constants")
    name, is_encoded, _ = filters[0].replace(" ", "").partition("|@uri")
    value = _Filter(name if is_encoded else filters[0], variables).whole()
    if is_encoded:
        value = _uri(value)
    if "r" in flags and isinstance(value, str):
        return f"{value}\n"
    compact = "c" in flags
    return json.dumps(value, ensure_ascii=False, indent=None if compact else 2,
                      separators=(",", ":") if compact else None) + "\n"  # fmt: skip


def jq_encoded(options: list[str], text: str) -> str:
    """What `jq -sRr @uri` prints of its input, and `jq -Rr @uri` of its lines."""
    letters = sorted("".join(option.removeprefix("-") for option in options))
    texts = [text] if letters == ["R", "r", "s"] else text.splitlines() if letters == ["R", "r"] else None
    if texts is None or any(not re.fullmatch("-[Rrs]+", option) for option in options):
        raise Unreadable("jq of more than constants")
    return "".join(f"{_uri(one)}\n" for one in texts)


def _uri(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable("@uri of what is no text")
    return quote(value, safe="-_.~")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Unreadable("an argument of jq that is no JSON") from None


class _Filter:
    """A jq filter of objects, arrays, constants and variables."""

    def __init__(self, text: str, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.tokens: list[re.Match[str]] = []
        end = 0
        while text[end:].strip():
            token = _TOKEN.match(text, end)
            if token is None:
                raise Unreadable("a filter of jq that is not known here")
            self.tokens.append(token)
            end = token.end()
        self.position = 0

    def whole(self) -> Any:
        value = self.value(0)
        if self.position != len(self.tokens):
            raise Unreadable("a filter of jq with more than a value")
        return value

    def next(self) -> str:
        if self.position == len(self.tokens):
            raise Unreadable("a filter of jq that ends early")
        self.position += 1
        return self.tokens[self.position - 1][0].strip()

    def peek(self) -> str:
        return self.tokens[self.position][0].strip() if self.position < len(self.tokens) else ""

    def value(self, depth: int) -> Any:
        token = self.next()
        if depth > DEPTH:
            raise Unreadable("too deeply nested")
        if token == "{":
            return self.object(depth)
        if token == "[":
            return self.array(depth)
        if token in self.variables:
            return self.variables[token]
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        if token[0] in '"-' or token[0].isdigit():
            return _json(token)
        raise Unreadable(f"{token[:40]} of jq is not known here")

    def array(self, depth: int) -> list[Any]:
        members: list[Any] = []
        while self.peek() != "]":
            members.append(self.value(depth + 1))
            if self.peek() != "]":
                self.expect(",")
        self.expect("]")
        return members

    def object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while self.peek() != "}":
            key = self.next()
            if key.startswith("$") and self.peek() in (",", "}"):
                members[key[1:]] = self.variables[key] if key in self.variables else self.undeclared(key)
            else:
                if not re.match('["A-Za-z_]', key):
                    raise Unreadable("a key of jq that is not constant")
                self.expect(":")
                members[_json(key) if key.startswith('"') else key] = self.value(depth + 1)
            if self.peek() != "}":
                self.expect(",")
                if self.peek() == "}":
                    raise Unreadable("a comma of jq before nothing")
        self.expect("}")
        return members

    @staticmethod
    def undeclared(name: str) -> Any:
        raise Unreadable(f"{name[:40]} of jq is not declared")

    def expect(self, mark: str) -> None:
        if self.next() != mark:
            raise Unreadable(f"a filter of jq without its {mark}")
