"""Python: texts, JSON and forms over constants."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from typing import Any

from apipack.languages.reading.dialect import constant
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Builtin, Module, Mystery, Thing, known
from apipack.languages.wire import Unreadable

PLAIN = (str, int, float, bool, type(None), bytes)


class Tuple(list[Any]):
    """A tuple, or what a mapping shows of itself, whose text is no list's."""


PRODUCT = 4_000_000
SPEC = re.compile(r"(?:[ *_0-]?[<>^])?0?[0-9]{0,2},?(?:\.[0-9])?[dfsxX%]?")
"""Formats of a number or a text that is not wide."""


class Token(Thing):
    """object(): equal to itself alone."""


def to_str(value: Any = "") -> str:
    if hasattr(value, "written"):
        return str(value.written())
    if not _is_plain(value):
        raise Unreadable("the text of an object")
    return str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    return all(map(_is_plain, value)) if type(value) is list else isinstance(value, PLAIN)


def formatted(pattern: str, *values: Any, **named: Any) -> str:
    specs = re.findall(r":([^{}]*)\}", pattern)
    if re.search(r"\{[^{}:]*[!.\[][^{}]*\}", pattern) or not all(map(SPEC.fullmatch, specs)):
        raise Unreadable("a format with more than names")
    return pattern.format(*map(_shown, values), **{name: _shown(value) for name, value in named.items()})


def _shown(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else to_str(value)


def percent(pattern: str, values: Any) -> str:
    if re.search(r"%(?!s|d|%)", pattern):
        raise Unreadable("a format with more than %s")
    given = values if isinstance(values, Tuple) else [values]
    return pattern % tuple(value if isinstance(value, int) else to_str(value) for value in given)


def replace(text: str, old: str, new: str) -> str:
    if len(text) * max(len(new), 1) > PRODUCT:
        raise Unreadable("a text too long")
    return text.replace(old, new)


def join(joint: str, parts: list[str]) -> str:
    if len(joint) * len(parts) > PRODUCT:
        raise Unreadable("a text too long")
    return joint.join(parts)


def encode(text: str, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1"):
        raise Unreadable(f"the encoding {encoding[:20]}")
    return text.encode(encoding, errors)


def decode(octets: bytes, encoding: str = "utf-8") -> str:
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii"):
        raise Unreadable(f"the encoding {encoding[:20]}")
    return octets.decode(encoding)


def dumps(value: Any, **options: Any) -> str:
    if not set(options) <= {"indent", "ensure_ascii", "separators", "sort_keys"} or not _is_json(value):
        raise Unreadable("json.dumps of more than data")
    indent = options.get("indent")
    if isinstance(indent, int) and indent > 16:
        raise Unreadable("a text too long")
    if isinstance(options.get("separators"), list):
        options["separators"] = tuple(options["separators"])
    return json.dumps(value, allow_nan=False, **options)


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str | int) for key in value) and all(map(_is_json, value.values()))
    return all(map(_is_json, value)) if isinstance(value, list) else isinstance(value, str | int | float | None)


def _urlencode(query: Any, doseq: bool = False, quote_via: Any = None, safe: str = "") -> str:
    if quote_via is not None and quote_via not in (QUOTE, QUOTE_PLUS):
        raise Unreadable("urlencode with another quoting")
    via = urllib.parse.quote if quote_via is QUOTE else urllib.parse.quote_plus
    pairs = query.items() if isinstance(query, dict) else [tuple(pair) for pair in query]
    return urllib.parse.urlencode(list(pairs), bool(doseq), safe, quote_via=via)


def _load(run: Any, given: Any) -> Any:
    (file,) = given.take("fp", required=1)
    if not isinstance(file, Mystery):
        raise Unreadable("JSON of a file")
    return MYSTERY


def _dump(run: Any, given: Any) -> Any:
    _, file, _, _ = given.take("obj", "fp", "indent", "ensure_ascii", required=2)
    if not isinstance(file, Mystery):
        raise Unreadable("JSON into a file")
    return MYSTERY


class Buffer(Thing):
    """io.BytesIO and io.StringIO."""

    inert = frozenset({"close"})

    def __init__(self, content: Any) -> None:
        self.held = content if isinstance(content, bytes) else to_str(content).encode()
        self.at = 0

    @property
    def content(self) -> str:
        """What a client reads of it."""
        return self.held[self.at :].decode()

    def do_getvalue(self, run: Any, given: Any) -> bytes:
        given.take()
        return self.held

    def do_write(self, run: Any, given: Any) -> int:
        """Of octets, at the end."""
        run.certain()
        octets = known(*given.take("octets", required=1))
        if not isinstance(octets, bytes) or self.at != len(self.held):
            raise Unreadable("a write that is not at the end")
        self.held += octets
        self.at = len(self.held)
        return len(octets)

    def do_seek(self, run: Any, given: Any) -> int:
        run.certain()
        (place,) = given.take("offset", required=1)
        if place != 0:
            raise Unreadable("a seek that does not lead to the start")
        self.at = 0
        return 0


def _bytes_io(run: Any, given: Any) -> Buffer:
    (octets,) = given.take("initial_bytes")
    octets = known(octets)
    if octets is not UNDEFINED and not isinstance(octets, bytes):
        raise Unreadable("BytesIO of no bytes")
    return Buffer(b"" if octets is UNDEFINED else octets)


IO = Module("io", {"BytesIO": Builtin(_bytes_io)})
JSON = Module(
    "json",
    {
        "dumps": constant(dumps),
        "loads": constant(lambda text: json.loads(text)),
        "load": Builtin(_load),
        "dump": Builtin(_dump),
    },
)
BASE64 = Module(
    "base64",
    {
        "b64encode": constant(lambda octets: base64.b64encode(octets)),
        "urlsafe_b64encode": constant(lambda octets: base64.urlsafe_b64encode(octets)),
    },
)
UNQUOTE = constant(lambda text: urllib.parse.unquote(text))


class SplitUrl(Thing):
    """What urlsplit and urlparse give, of a URL without parameters in its path."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        if ";" in url:
            raise Unreadable("parameters of a path")
        self.at_scheme, self.at_netloc, self.at_path = parts.scheme, parts.netloc, parts.path
        self.at_query, self.at_fragment, self.at_hostname, self.at_port = (
            parts.query,
            parts.fragment,
            parts.hostname,
            parts.port,
        )


def split_url(run: Any, given: Any) -> Any:
    url, *_ = given.take("url", "scheme", required=1)
    if isinstance(url, Mystery):
        return MYSTERY
    if not isinstance(url, str):
        raise Unreadable("a URL that is no text")
    return SplitUrl(url)


QUOTE = constant(lambda text, safe="/": urllib.parse.quote(text, safe))
QUOTE_PLUS = constant(lambda text, safe="": urllib.parse.quote_plus(text, safe))
PARSE = Module(
    "urllib.parse",
    {
        "urlencode": constant(_urlencode),
        "quote": QUOTE,
        "unquote": UNQUOTE,
        "urlsplit": Builtin(split_url),
        "urlparse": Builtin(split_url),
        "quote_plus": QUOTE_PLUS,
        "urljoin": constant(lambda base, url: urllib.parse.urljoin(base, url)),
        "urlunsplit": constant(lambda parts: urllib.parse.urlunsplit(parts)),
        "urlunparse": constant(lambda parts: urllib.parse.urlunparse(parts)),
    },
)
