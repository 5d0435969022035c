"""HTTPie, as the words of a curl command that sends the same."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.values import Mystery
from apipack.languages.wire import FORM, Unreadable

COMMANDS = {"http": "http://", "https": "https://"}
FLAGS = frozenset(
    ["verbose", "headers", "body", "follow", "check-status", "ignore-stdin", "all", "stream", "meta", "quiet", "json"]
)  # fmt: skip
HARMLESS = frozenset(["print", "timeout", "pretty", "style", "verify", "max-redirects", "default-scheme"])
SHORT = {"v": "verbose", "h": "headers", "b": "body", "F": "follow", "I": "ignore-stdin", "j": "json", "f": "form",
         "p": "print", "a": "auth", "A": "auth-type", "q": "quiet", "S": "stream", "s": "style"}  # fmt: skip
VALUED = HARMLESS | {"auth", "auth-type", "raw"}
_ITEM = re.compile(r"(?P<name>[^:=@;]+?)(?P<mark>:=@|:=|==@|==|=@|=|:@|:|@|;)(?P<value>.*)", re.DOTALL)
"""A name, and the longest mark that begins first."""
_URL = re.compile(r"[!-~]+")


@dataclass
class Given:
    """What a command says: its positional words, and its options by name."""

    words: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


def as_curl(name: str, words: list[str], stdin: Any) -> list[str]:
    """What curl is given for what HTTPie is given; raises Unreadable where that is not certain. stdin: what is piped
    into it, None for the terminal."""
    given = _given(words)
    method, url, items = _positional(given.words)
    headers: list[str] = []
    query: list[tuple[str, str]] = []
    data: list[tuple[str, Any]] = []
    for key, mark, value in map(_item, items):
        if mark == ":":
            headers.append(f"{key}: {value}")
        elif mark == "==":
            query.append((key, value))
        else:
            data.append((key, json.loads(value, parse_constant=_no_number) if mark == ":=" else value))
    body = _body(given.options, data, stdin)
    kinds = [f"{FORM}; charset=utf-8" if "form" in given.options else sending.JSON] if body is not None else []
    curl = ["--disable", "--globoff", "--request", method or ("GET" if body is None else "POST")]
    curl += [part for line in headers for part in ("--header", line)]
    if kinds and not any(line.lower().startswith("content-type:") for line in headers):
        curl += ["--header", f"Content-Type: {kinds[0]}"]
    curl += _auth(given.options, headers)
    curl += [] if body is None else ["--data-raw", body]
    if method == "HEAD" or "json" in given.options and body is None:
        raise Unreadable("HTTPie with a type and no body, or HEAD")
    scheme = given.options.get("default-scheme", COMMANDS[name].removesuffix("://")) + "://"
    address = sending.with_query(url if "://" in url else f"{scheme}{url}", sending.form(query))
    return [*curl, address]


def _given(words: list[str]) -> Given:
    given = Given()
    rest = iter(words)
    is_over = False
    for word in rest:
        if is_over and not word.startswith("-"):
            raise Unreadable("words of HTTPie with an option between them, which it refuses")
        is_over = word.startswith("-") and word != "-" and bool(given.words)
        if not word.startswith("-") or word == "-":
            given.words.append(word)
            continue
        name, equals, value = word[2:].partition("=") if word.startswith("--") else ("", "", "")
        letters = "" if word.startswith("--") else word[1:]
        for letter in letters[:-1]:
            name = SHORT.get(letter, "")
            if name not in FLAGS | {"form"}:
                raise Unreadable(f"option -{letter} of HTTPie is not known here")
            given.options[name] = ""
        name = SHORT.get(letters[-1], "") if letters else name
        if name in VALUED:
            given.options[name] = value if equals else next(rest, "")
        elif name in FLAGS | {"form"} and not equals:
            given.options[name] = ""
        else:
            raise Unreadable(f"option {word[:40]} of HTTPie is not known here")
    return given


def _positional(words: list[str]) -> tuple[str | None, str, list[str]]:
    """The method, the URL and the items; a first word of letters alone is the method where another follows."""
    method, rest = (words[0].upper(), words[1:]) if len(words) > 1 and words[0].isalpha() else (None, words)
    if not rest or rest[0].startswith((":", "/")) or not _URL.fullmatch(rest[0]) or "#" in rest[0]:
        raise Unreadable("a URL of HTTPie that is not known here")
    return method, rest[0], rest[1:]


def _item(word: str) -> tuple[str, str, str]:
    match = _ITEM.fullmatch(word)
    if match is None or "@" in match["mark"] or match["mark"] == ";" or re.search(r"\\[:=@;\\]", word):
        raise Unreadable("an item of HTTPie that is not known here")
    name, mark, value = match["name"], match["mark"], match["value"]
    if (mark == ":" and not value) or re.search(r"[\[\]\\]", name) or name != name.strip():
        raise Unreadable("a name of HTTPie that is not known here")
    return name, mark, value


def _no_number(name: str) -> Any:
    raise Unreadable(f"{name} in JSON")


def _body(options: dict[str, str], data: list[tuple[str, Any]], stdin: Any) -> str | None:
    piped = None if "ignore-stdin" in options else stdin
    if isinstance(piped, Mystery):
        raise Unreadable("an input that is not constant")
    sources = [text for text in (piped, options.get("raw")) if text is not None]
    if len(sources) + bool(data) > 1 or (sources and "form" in options):
        raise Unreadable("two bodies of HTTPie")
    if sources:
        return str(sources[0]) or None
    if not data:
        return None
    if "form" in options:
        if not all(isinstance(value, str) for _, value in data):
            raise Unreadable("a form with more than texts")
        return sending.form(data)
    if len(dict(data)) != len(data):
        raise Unreadable("a name twice")
    return json.dumps(dict(data))


def _auth(options: dict[str, str], headers: list[str]) -> list[str]:
    if "auth" not in options:
        return []
    if any(line.lower().startswith("authorization:") for line in headers):
        raise Unreadable("credentials of two kinds")
    kind = options.get("auth-type", "basic")
    if kind == "bearer":
        return ["--header", f"Authorization: Bearer {options['auth']}"]
    if kind != "basic" or ":" not in options["auth"]:
        raise Unreadable("credentials of HTTPie that are not known here")
    return ["--user", options["auth"]]
