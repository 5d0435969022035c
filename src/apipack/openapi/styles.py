"""Parameter styles (OAS 3: Style Values; 2.0: collectionFormat) to text: what is a value is encoded, what a style puts
between values is not, so that a reader finds the values again (RFC 6570, 3.2).

`QUERY` and `PATH` quote a value alone, `QUERY_MEMBER` and `PATH_MEMBER` one of several, whose comma is encoded too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.openapi.loading import SpecError

PATH_SAFE = "-._~!$'()*,:@"
QUERY_SAFE = "-._~:@,/!$'()*"
RESERVED_SAFE = "-._~:/?@!$'()*,;="
"""What `allowReserved` lets pass; `&`, `+`, `#` and brackets would end a value or the query (OAS 3.0.4: Parameter)."""
DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_TRIPLE = re.compile(r"(%[0-9A-Fa-f]{2})")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

Quote = Callable[[str], str]
Pairs = list[tuple[str, str]]

PATH: Quote = lru_cache(maxsize=1_000)(partial(quote, safe=PATH_SAFE))
PATH_MEMBER: Quote = partial(quote, safe=PATH_SAFE.replace(",", ""))
QUERY: Quote = lru_cache(maxsize=1_000)(partial(quote, safe=QUERY_SAFE))
QUERY_MEMBER: Quote = lru_cache(maxsize=1_000)(partial(quote, safe=QUERY_SAFE.replace(",", "")))
FORM: Quote = partial(quote_plus, safe="")


def reserved(text: str) -> str:
    """The text with reserved characters and percent-encoded triples as they are (RFC 6570, 3.2.3)."""
    return "".join(
        part if number % 2 else quote(part, safe=RESERVED_SAFE) for number, part in enumerate(_TRIPLE.split(text))
    )


def reserved_segment(text: str, member: bool = False) -> str:
    """What `reserved` gives, as far as it may stand in one segment. member: of several, whose commas are encoded."""
    safe = PATH_SAFE.replace(",", "" if member else ",") + "&+;="
    return "".join(part if number % 2 else quote(part, safe=safe) for number, part in enumerate(_TRIPLE.split(text)))


def reserved_member(text: str) -> str:
    return reserved(text).replace(",", "%2C")


def to_json(value: Any) -> str:
    """Compact JSON. Raises `SpecError` for what JSON cannot say."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError) as error:
        raise SpecError("value_not_json", str(error)[:80]) from error


def ascii_json(text: str) -> str:
    """JSON for a header, whose value is ASCII (RFC 9110, 5.5): other characters stand in texts alone, escaped."""
    return text if text.isascii() else _NOT_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)


def scalar(value: Any) -> str:
    """Text as it is, anything else as JSON."""
    return value if isinstance(value, str) else to_json(value)


def pieces(value: Any, explode: bool, quoted: Quote = str) -> list[str]:
    """The parts of a value that a style puts its delimiter between; explode: `key=value` is one part."""
    if isinstance(value, list):
        return [quoted(scalar(member)) for member in value]
    if isinstance(value, dict):
        members = [(quoted(str(key)), quoted(scalar(member))) for key, member in value.items()]
        return (
            [f"{key}={member}" for key, member in members] if explode else [text for pair in members for text in pair]
        )
    return [quoted(scalar(value))]


def pairs(
    name: str, value: Any, style: str, explode: bool, quoted: Quote = QUERY, member_quoted: Quote = QUERY_MEMBER
) -> Pairs:
    """The encoded (name, value) pairs of one parameter of a query or member of a form."""
    key = quoted(name)
    if isinstance(value, dict) and style == "deepObject":
        return [(quoted(f"{name}[{inner}]"), quoted(scalar(member))) for inner, member in value.items()]
    if isinstance(value, dict) and explode:
        return [(quoted(str(inner)), quoted(scalar(member))) for inner, member in value.items()]
    if isinstance(value, list) and (explode or style == "deepObject"):
        return [(key, quoted(scalar(member))) for member in value]
    if not isinstance(value, list | dict):
        return [(key, quoted(scalar(value)))]
    delimiter = DELIMITERS.get(style)
    return [(key, ("," if delimiter is None else quoted(delimiter)).join(pieces(value, False, member_quoted)))]


def flattened(value: Any, schema: dict[str, Any] | None) -> Any:
    """An array whose items are arrays, which 2.0 joins by the inner `collectionFormat` (Items Object), comma by
    default. schema: the outer array's, as it stands in the document."""
    items = schema.get("items") if schema else None
    if not isinstance(value, list) or not isinstance(items, dict) or items.get("type") != "array":
        return value
    delimiter = DELIMITERS.get(COLLECTION_FORMATS.get(str(items.get("collectionFormat")), ""), ",")
    return [
        delimiter.join(map(scalar, flattened(member, items))) if isinstance(member, list) else member
        for member in value
    ]


COLLECTION_FORMATS = {"ssv": "spaceDelimited", "pipes": "pipeDelimited", "tsv": "tabDelimited"}
