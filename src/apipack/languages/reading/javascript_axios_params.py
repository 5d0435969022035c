"""The query of axios 1, and how a request's config is merged with the defaults of its instance."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import SearchParams, checked, plain_object, text
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import UNDEFINED, Arguments, known
from apipack.languages.wire import Unreadable

OWN = ("url", "data")
"""What a request says itself, whatever the defaults are."""
DEEP = ("params", "auth")
"""What is merged member by member."""


def merged(defaults: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """A request's config, with the defaults of its instance."""
    held = {name: value for name, value in defaults.items() if name not in OWN}
    for name, value in config.items():
        if value is not UNDEFINED:
            held[name] = _deep(held.get(name), value) if name in DEEP else value
    return held


def _deep(first: Any, second: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(second, dict):
        return second
    return first | {name: _deep(first.get(name), value) for name, value in second.items()}


def query_of(run: Evaluation, params: Any, serializer: Any) -> str:
    """The query of params, as a serializer of the program writes it, or axios."""
    options = {"serialize": serializer} if isinstance(serializer, Closure) else serializer
    options = {} if options is None or options is UNDEFINED else plain_object(options, "a serializer")
    checked(options, "serialize indexes", "a serializer")
    if params is None or params is UNDEFINED:
        return ""
    if isinstance(function := options.get("serialize", UNDEFINED), Closure):
        query = known(run.apply(function, Arguments([params, options])))
        if not isinstance(query, str):
            raise Unreadable("a query that is no text")
        return query
    if function is not UNDEFINED:
        raise Unreadable("a serializer that is no function of the program")
    return (
        params.written() if isinstance(params, SearchParams) else _written(known(params), options.get("indexes", False))
    )


def _written(params: Any, indexes: Any) -> str:
    if not isinstance(indexes, bool | None):
        raise Unreadable("a serializer with other indexes")
    pairs: list[tuple[str, str]] = []
    for name, value in plain_object(params, "params").items():
        if value is None or value is UNDEFINED:
            continue
        if isinstance(value, list):
            marks = ["" if indexes is None else f"[{index if indexes else ''}]" for index in range(len(value))]
            pairs += [(f"{name}{mark}", text(member)) for mark, member in zip(marks, value, strict=True)]
        elif isinstance(value, dict):
            raise Unreadable("params of axios inside of each other")
        else:
            pairs.append((name, text(value)))
    return sending.form(pairs, _encoded)


def _encoded(value: str) -> str:
    encoded = sending.component(value)
    for escape, character in (("%3A", ":"), ("%24", "$"), ("%2C", ","), ("%20", "+")):
        encoded = encoded.replace(escape, character)
    return encoded
