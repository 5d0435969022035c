"""Swift: how Alamofire encodes parameters, into the URL or the body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.swift_data import json_of, text
from apipack.languages.reading.swift_values import in_order
from apipack.languages.reading.values import UNDEFINED, Arguments, Module, Thing, known
from apipack.languages.wire import FORM, Unreadable

IN_QUERY = ("GET", "HEAD", "DELETE")
OBJECT, ENCODABLE = "object", "encodable"
DESTINATIONS = ("methodDependent", "queryString", "httpBody")
ARRAYS = {"brackets": "[]", "noBrackets": ""}
TRUTHS = {"numeric": ("0", "1"), "literal": ("false", "true")}


@dataclass(frozen=True)
class Pairs(Thing):
    """URLEncoding. destination: of DESTINATIONS. array: what the name of a list's member ends with."""

    destination: str = DESTINATIONS[0]
    array: str = ARRAYS["brackets"]
    truths: tuple[str, str] = TRUTHS["numeric"]

    def flat(self, name: str, value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key in sorted(value, key=text):
                yield from self.flat(f"{name}[{text(key)}]", known(value[key]))
        elif isinstance(value, list):
            for member in value:
                yield from self.flat(f"{name}{self.array}", known(member))
        elif value is None or isinstance(value, Thing):
            raise Unreadable("a parameter that is no value")
        else:
            yield name, self.truths[value] if isinstance(value, bool) else text(value)


class PairsType(Module):
    """URLEncoding, the type."""

    def call(self, run: Evaluation, given: Arguments) -> Pairs:
        destination, array, truth = in_order(given, "destination", "arrayEncoding", "boolEncoding")
        if given.positional:
            raise Unreadable("an encoding without labels")
        where = DESTINATIONS[0] if destination is UNDEFINED else str(known(destination))
        ends = ARRAYS.get("brackets" if array is UNDEFINED else str(known(array)))
        truths = TRUTHS.get("numeric" if truth is UNDEFINED else str(known(truth)))
        if where not in DESTINATIONS or ends is None or truths is None:
            raise Unreadable("an encoding of Alamofire")
        return Pairs(where, ends, truths)


PAIRS = Pairs()
ENCODINGS: dict[str, Any] = {
    "JSONEncoding": Module("JSONEncoding", {"default": OBJECT, "prettyPrinted": OBJECT}),
    "URLEncoding": PairsType("URLEncoding", {"default": PAIRS, **{name: Pairs(name) for name in DESTINATIONS}}),
    "JSONParameterEncoder": Module(
        "JSONParameterEncoder", dict.fromkeys(("default", "prettyPrinted", "sortedKeys"), ENCODABLE)
    ),
    "URLEncodedFormParameterEncoder": Module("URLEncodedFormParameterEncoder", {"default": PAIRS}),
}
SHORT = {"json": ENCODABLE, "urlEncodedForm": PAIRS}
"""Encoders by a dot and their name."""
_escaped = partial(quote, safe="-._~/?")


def encoded(url: str, method: str, parameters: Any, way: Any, fields: Fields) -> tuple[str, str | bytes | None]:
    """(URL, body) with the parameters in their place; notes the body's type."""
    if way == ENCODABLE and isinstance(parameters, dict) and len({type(value) for value in parameters.values()}) > 1:
        raise Unreadable("a dictionary of several types, which is not Encodable")
    if way in (OBJECT, ENCODABLE):
        fields.default("Content-Type", sending.JSON)
        return url, json_of(parameters, way == ENCODABLE).octets
    if not isinstance(way, Pairs) or not isinstance(parameters, dict):
        raise Unreadable("an encoding of Alamofire")
    form = "&".join(
        f"{_escaped(name)}={_escaped(value)}"
        for key in sorted(parameters, key=text)
        for name, value in way.flat(text(key), known(parameters[key]))
    )
    if way.destination == "queryString" or (way.destination == DESTINATIONS[0] and method in IN_QUERY):
        return (f"{url}{'&' if '?' in url else '?'}{form}" if form else url), None
    fields.default("Content-Type", f"{FORM}; charset=utf-8")
    return url, form
