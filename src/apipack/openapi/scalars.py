"""Numbers and texts that are made up: by bounds, format, length and pattern of a schema (JSON Schema: Validation)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import isfinite
from typing import Any

from apipack.openapi.admission import bounds, within
from apipack.openapi.document import Schema
from apipack.openapi.patterns import matching, others_matching

LONGEST = 2_000  # characters of a text that differs from others
TEXT_BY_FORMAT = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "email": "user@example.com",
    "uri": "https://example.com",
    "url": "https://example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "duration": "P1D",
    "idn-email": "user@example.com",
    "iri": "https://example.com",
    "idn-hostname": "example.com",
    "json-pointer": "/SOME_STRING_VALUE",
    "relative-json-pointer": "1",
    "byte": "U09NRV9CWVRFUw==",
    "password": "SOME_PASSWORD",
    **dict.fromkeys(("int32", "int64", "uint32", "uint64", "float", "double", "decimal"), "1"),
}
VARIED = {
    "date": ("-31", "-{:02}"),
    "date-time": ("T12:00", "T12:{:02}"),
    "time": ("12:00:", "12:{:02}:"),
    "uuid": ("-426614174000", "-426614174{:03}"),
    **dict.fromkeys(("email", "idn-email"), ("@", "{}@")),
    **dict.fromkeys(("uri", "url", "iri"), ("example.com", "example.com/{}")),
    **dict.fromkeys(("hostname", "idn-hostname"), ("example", "example{}")),
    "ipv4": (".2.1", ".2.{}"),
    "ipv6": ("::1", "::{}"),
    "duration": ("1", "{}"),
    "relative-json-pointer": ("1", "{}"),
    "byte": ("U0", "U{:X}"),
}
"""What stands for what in the second and further texts of a format."""
TEXT = "SOME_STRING_VALUE"


def scalar_value(schema: Schema, kind: str | None) -> Any:
    """A value of this type, text where there is none, which keeps to the flat schema's rules."""
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return _number(schema, integer=kind == "integer")
    if kind == "null":
        return None
    return _text(schema)


def _number(schema: Schema, *, integer: bool) -> int | float:
    """The most convenient number inside the bounds that is a multiple of `multipleOf`."""
    least, greatest, low_open, high_open = bounds(schema)
    low, high = finite(least), finite(greatest)
    step = finite(schema.multiple_of) or 1
    step = step if step > 0 else 1
    candidates: list[int | float] = [1, step, 0]
    if low is not None:
        first = -(-low // step) * step
        candidates += [first, first + step, low, low + 0.5]
    if high is not None:
        last = high // step * step
        candidates += [last, last - step, high, high - 0.5]
    if low is not None and high is not None:
        candidates.append((low + high) / 2)

    def fits(number: int | float) -> bool:
        over = low is None or number > low or (number == low and not low_open)
        under = high is None or number < high or (number == high and not high_open)
        whole = not (integer or schema.multiple_of) or (number / step) % 1 == 0
        return over and under and whole

    candidates = [number for number in candidates if isfinite(number)]  # a quotient by the least step is not
    value = next(filter(fits, candidates), round(candidates[3], 12) if len(candidates) > 3 else 1)
    return int(value) if integer or value == int(value) else value


def finite(number: int | float | None) -> int | float | None:
    """The number, None for one that no sum or quotient of it can be trusted of."""
    return number if number is not None and abs(number) < 1e300 else None


def _text(schema: Schema) -> str:
    extra = schema.model_extra or {}
    encoded = "byte" if extra.get("contentEncoding") in ("base64", "base64url") else ""
    text = TEXT_BY_FORMAT.get(schema.format or encoded, TEXT)
    low, high = schema.min_length or 0, schema.max_length
    if high is not None and 0 <= high < len(text):
        text = text[:high]
    if len(text) < low <= 1_000:
        text = (text * (low // len(text) + 1))[:low]
    if schema.pattern is not None:
        found = matching(schema.pattern, text, low, high)
        return text if found is None else found
    return text


def varied_scalars(items: list[Any], schema: Schema) -> Iterator[Any]:
    """Items that differ from each other, as far as the schema of one shows how."""
    options = [value for value in schema.enum or [] if value is not None]
    for number, item in enumerate(items):
        if options:
            yield options[number % len(options)]
        elif isinstance(item, bool):
            yield item != bool(number % 2)
        elif number and isinstance(item, int | float) and finite(item) is not None:
            yield item + number * (finite(schema.multiple_of) or 1)
        elif number and isinstance(item, str) and schema.pattern:
            others = (other for other in others_matching(schema.pattern, item) if within(schema, other))
            yield next(islice(others, number - 1, None), item)
        elif number and isinstance(item, str) and item == TEXT_BY_FORMAT.get(schema.format or ""):
            old, new = VARIED.get(schema.format or "", (item, item + "_{}"))
            yield item.replace(old, new.format(number + 1))
        elif number and isinstance(item, str):
            yield f"{item}_{number + 1}"[-(schema.max_length or LONGEST) :]
        else:
            yield item
