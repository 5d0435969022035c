"""What the matches are made of: pure functions of a predicted call or request and its reference.

The paper compares the texts of URLs and calls (`paper_urls`, `difflib_ratio`), and is lenient: a wrong path can score
.97.
`same_request` is ours: what the call sends must be the same request.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from apipack.evaluation.framing import credentials_scheme, faults
from apipack.evaluation.url_templates import path_values, segments, template_parts
from apipack.languages.payloads import elements, json_texts, part_names
from apipack.languages.wire import FORM, authority, without_client_headers
from apipack.records import Request

THRESHOLD = 0.9

_INTEGER = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


class Declared(NamedTuple):
    """What an operation says of one of its parameters. kind: its schema's type; fixed: one value is allowed."""

    kind: str
    fixed: bool


TEXT = Declared("", False)
Parameters = dict[tuple[str, str], Declared]


def same_request(predicted: Request, gold: Request, template: str, arguments: Sequence[Sequence[Any]]) -> bool:
    """Same method, endpoint, parameter names and places, and body keys; values by type: the declared one, else that of
    the reference's value. An argument with one allowed value (`fixed`) must have that value; headers that clients set
    themselves count where the operation declares them. A body has the charset and the boundary that it declares."""
    parameters: Parameters = {
        (place, name.lower() if place == "header" else name): Declared(kind, fixed)
        for name, place, _, kind, fixed in arguments
    }
    return (
        predicted.method == gold.method
        and _same_endpoint(predicted, gold, template, parameters)
        and _same_pairs(predicted.query, gold.query, "query", parameters)
        and _same_headers(predicted, gold, parameters)
        and _same_body(predicted, gold)
        and faults(predicted) <= faults(gold)
    )


def _same_endpoint(predicted: Request, gold: Request, template: str, parameters: Parameters) -> bool:
    ours, theirs = predicted.parts, gold.parts
    if (ours.scheme, authority(ours)) != (theirs.scheme, authority(theirs)):
        return False
    pattern = segments(template_parts(template))
    a, b = segments(ours), segments(theirs)
    if len(a) != len(b):
        return False
    if len(pattern) != len(b):  # a path parameter's value holds slashes of its own
        return _decoded(a) == _decoded(b)
    return all(_same_segment(*trio, parameters) for trio in zip(a, b, pattern, strict=True))


def same_place(predicted: Request, gold: Request) -> bool:
    """Same method, host and path."""
    ours, theirs = predicted.parts, gold.parts
    if predicted.method != gold.method or authority(ours) != authority(theirs):
        return False
    return _decoded(segments(ours)) == _decoded(segments(theirs))


def _decoded(segments: list[str]) -> list[str]:
    return [unquote(segment) for segment in segments]


def _same_segment(predicted: str, gold: str, pattern: str, parameters: Parameters) -> bool:
    if "{" not in pattern:
        return unquote(predicted) == unquote(gold)
    ours, theirs = path_values(predicted, pattern), path_values(gold, pattern)
    if ours is None or theirs is None:
        return unquote(predicted) == unquote(gold)
    return all(
        _same_value(a, b, parameters.get(("path", name), TEXT)) for (name, a), (_, b) in zip(ours, theirs, strict=True)
    )


def _same_pairs(
    predicted: list[tuple[str, str]], gold: list[tuple[str, str]], place: str, parameters: Parameters
) -> bool:
    if Counter(name for name, _ in predicted) != Counter(name for name, _ in gold):
        return False
    ours, theirs = sorted(predicted), sorted(gold)
    return all(
        _same_value(a, b, parameters.get((place, name), TEXT)) for (name, a), (_, b) in zip(ours, theirs, strict=True)
    )


def _same_headers(predicted: Request, gold: Request, parameters: Parameters) -> bool:
    kept = {name.lower() for name, _ in gold.headers if ("header", name.lower()) in parameters}
    ours, theirs = _headers(predicted, kept), _headers(gold, kept)
    if [name for name, _ in ours] != [name for name, _ in theirs]:
        return False
    for (name, a), (_, b) in zip(ours, theirs, strict=True):
        if name == "content-type":
            if predicted.media_type != gold.media_type:
                return False
        elif name == "cookie":
            if not _same_pairs(_cookies(a), _cookies(b), "cookie", parameters):
                return False
        elif not _same_value(a, b, parameters.get(("header", name), TEXT)) or (
            name == "authorization" and credentials_scheme(a) != credentials_scheme(b)
        ):
            return False
    return True


def _headers(request: Request, kept: set[str]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in without_client_headers(request, kept).headers)


def _cookies(value: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in value.split(";"))
    return [(name.strip(), unquote(content.strip())) for name, _, content in pairs]


def _same_body(predicted: Request, gold: Request) -> bool:
    if predicted.body is None or gold.body is None:
        return (predicted.body or "") == (gold.body or "")
    media_type = gold.media_type or ""
    if media_type == "multipart/form-data" and (names := part_names(gold)):
        return part_names(predicted) == names
    if predicted.body == gold.body:
        return True
    if media_type == FORM:
        return _same_pairs(parse_qsl(predicted.body, True), parse_qsl(gold.body, True), "body", {})
    try:
        if media_type.endswith(("/xml", "+xml")):
            return elements(predicted.body) == elements(gold.body)
        if (wanted := json_texts(gold.body, media_type)) is not None:
            return _same_shape(json_texts(predicted.body, media_type), wanted)
    except (ValueError, RecursionError):
        return False
    return _same_value(predicted.body, gold.body, TEXT)


def _same_shape(a: Any, b: Any) -> bool:
    """Same keys all the way down and values of the same JSON type; arrays member by member."""
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(_same_shape(a[key], b[key]) for key in b)
    if isinstance(b, list):
        if not isinstance(a, list) or bool(a) != bool(b):
            return False
        return all(_same_member(member, index, b) for index, member in enumerate(a))
    if isinstance(b, bool) or b is None or isinstance(b, str):
        return type(a) is type(b)
    return isinstance(a, int | float) and not isinstance(a, bool) and (isinstance(a, int) or not isinstance(b, int))


def _same_member(member: Any, index: int, wanted: list[Any]) -> bool:
    """Against the reference's member at that place; one that an array has more, against any."""
    if index < len(wanted):
        return _same_shape(member, wanted[index])
    return any(_same_shape(member, other) for other in wanted)


def _same_value(a: str, b: str, declared: Declared) -> bool:
    """Texts by the declared type where the reference's value is of it, else by what they look like; empty only for
    empty, and a fixed value only for itself."""
    if a == b:
        return True
    if declared.fixed or not a or not b:
        return False
    if declared.kind == "string":
        return True
    ours, theirs = _kind(a), _kind(b)
    if declared.kind == "number" and theirs == "integer":
        return ours in ("integer", "number")
    return ours == theirs or (ours == "integer" and theirs == "number")


def _kind(value: str) -> str:
    if _INTEGER.fullmatch(value):
        return "integer"
    if _NUMBER.fullmatch(value):
        return "number"
    return "boolean" if value.lower() in ("true", "false") else "text"
