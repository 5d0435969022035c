"""Queries as the package qs writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import checked, plain_object, text
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Mystery, known
from apipack.languages.wire import Unreadable

OPTIONS = "arrayFormat indices encode encodeValuesOnly addQueryPrefix skipNulls allowDots"
FORMATS: dict[str, Callable[[str, int], str]] = {
    "indices": lambda name, index: f"{name}[{index}]",
    "brackets": lambda name, index: f"{name}[]",
    "repeat": lambda name, index: name,
}


def stringify(run: Evaluation, given: Arguments) -> Any:
    """qs.stringify."""
    value, options = given.take("value", "options", required=1)
    if isinstance(value, Mystery) or isinstance(options, Mystery):
        return MYSTERY
    options = {} if options is UNDEFINED else plain_object(known(options), "options of qs")
    checked(options, OPTIONS, "qs")
    told = {name: known(option) for name, option in options.items()}
    kind = told.get("arrayFormat", "repeat" if told.get("indices") is False else "indices")
    if kind not in FORMATS:
        raise Unreadable("lists of qs in another way")
    pairs = list(_pairs("", known(value), FORMATS[kind], bool(told.get("allowDots"))))
    if told.get("skipNulls"):
        pairs = [(name, member) for name, member in pairs if member is not None]
    encode = str if told.get("encode") is False else sending.strict
    encode_name = str if told.get("encodeValuesOnly") else encode
    query = "&".join(f"{encode_name(name)}={encode('' if one is None else text(one))}" for name, one in pairs)
    return f"?{query}" if told.get("addQueryPrefix") and query else query


def _pairs(name: str, value: Any, listed: Callable[[str, int], str], has_dots: bool) -> Iterator[tuple[str, Any]]:
    """Names with what is no object and no list."""
    if isinstance(value, list):
        for index, member in enumerate(value):
            yield from _pairs(listed(name, index), known(member), listed, has_dots)
    elif isinstance(value, dict) or not name:
        for key, member in plain_object(value, "what is to be a query").items():
            inner = str(key) if not name else f"{name}.{key}" if has_dots else f"{name}[{key}]"
            yield from _pairs(inner, known(member), listed, has_dots)
    elif value is not UNDEFINED:
        yield name, value
