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
PRODUCT = 4_000_000


def to_str(value: Any = "") -> str:
    if not _is_plain(value):
        raise Unreadable("the text of an object")
    return str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    return all(map(_is_plain, value)) if isinstance(value, list) else isinstance(value, PLAIN)


def formatted(pattern: str, *values: Any, **named: Any) -> str:
    if re.search(r"\{[^{}]*[:!.\[][^{}]*\}", pattern):
        raise Unreadable("a format with more than names")
    return pattern.format(*map(to_str, values), **{name: to_str(value) for name, value in named.items()})


def percent(pattern: str, values: Any) -> str:
    if re.search(r"%(?!s|d|%)", pattern):
        raise Unreadable("a format with more than %s")
    given = values if isinstance(values, list) else [values]
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


class Buffer(Thing):
    """io.BytesIO and io.StringIO."""

    inert = frozenset({"close", "seek"})

    def __init__(self, content: Any) -> None:
        self.content = content.decode() if isinstance(content, bytes) else to_str(content)

    def do_getvalue(self, run: Any, given: Any) -> bytes:
        given.take()
        return self.content.encode()


def _bytes_io(run: Any, given: Any) -> Buffer:
    (octets,) = given.take("initial_bytes")
    octets = known(octets)
    if octets is not UNDEFINED and not isinstance(octets, bytes):
        raise Unreadable("BytesIO of no bytes")
    return Buffer(b"" if octets is UNDEFINED else octets)


IO = Module("io", {"BytesIO": Builtin(_bytes_io)})
JSON = Module(
    "json",
    {"dumps": constant(dumps), "loads": constant(lambda text: json.loads(text)), "load": Builtin(_load)},
)
BASE64 = Module(
    "base64",
    {
        "b64encode": constant(lambda octets: base64.b64encode(octets)),
        "urlsafe_b64encode": constant(lambda octets: base64.urlsafe_b64encode(octets)),
    },
)
QUOTE = constant(lambda text, safe="/": urllib.parse.quote(text, safe))
QUOTE_PLUS = constant(lambda text, safe="": urllib.parse.quote_plus(text, safe))
PARSE = Module(
    "urllib.parse",
    {
        "urlencode": constant(_urlencode),
        "quote": QUOTE,
        "quote_plus": QUOTE_PLUS,
        "urljoin": constant(lambda base, url: urllib.parse.urljoin(base, url)),
        "urlunsplit": constant(lambda parts: urllib.parse.urlunsplit(parts)),
        "urlunparse": constant(lambda parts: urllib.parse.urlunparse(parts)),
    },
)
