"""What the matches are made of: pure functions of a predicted call or request and its reference.

The paper compares the texts of URLs and calls (`paper_urls`, `difflib_ratio`), and is lenient: a wrong path can score
.97.
`same_request` is ours: what the call sends must be the same request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from apipack.evaluation.bodies import same_body
from apipack.evaluation.framing import credentials_scheme, faults
from apipack.evaluation.header_lists import closed_up
from apipack.evaluation.url_templates import path_values, segments, template_parts
from apipack.evaluation.values import TEXT, Declared, Parameters, is_unfilled, same_pairs, same_value
from apipack.languages.wire import authority, without_client_headers
from apipack.records import Request

THRESHOLD = 0.9


def same_request(predicted: Request, gold: Request, template: str, arguments: Sequence[Sequence[Any]]) -> bool:
    """Same method, endpoint, parameter names and places, and body keys; values by type: the declared one, else that of
    the reference's value. An argument with one allowed value (`fixed`) must have that value; headers that clients set
    themselves count where the operation declares them. A body has the charset and the boundary that it declares."""
    parameters: Parameters = {
        (place, name.lower() if place == "header" else name): Declared(kind, fixed)
        for name, place, _, kind, fixed in arguments
    }
    predicted, gold = closed_up(predicted, arguments), closed_up(gold, arguments)
    return (
        predicted.method == gold.method
        and _same_endpoint(predicted, gold, template, parameters)
        and same_pairs(predicted.query, gold.query, "query", parameters)
        and _same_headers(predicted, gold, parameters)
        and same_body(predicted, gold)
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
        same_value(a, b, parameters.get(("path", name), TEXT)) and not is_unfilled(a, b) and _marks(a) == _marks(b)
        for (name, a), (_, b) in zip(ours, theirs, strict=True)
    )


def _marks(value: str) -> set[str]:
    """The names that a path's value of style matrix says: `;zone=north`."""
    return {piece.partition("=")[0] for piece in value.split(";")[1:]} if value.startswith(";") else set()


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
            if not same_pairs(_cookies(a), _cookies(b), "cookie", parameters):
                return False
        elif not same_value(a, b, parameters.get(("header", name), TEXT)) or (
            name == "authorization" and credentials_scheme(a) != credentials_scheme(b)
        ):
            return False
    return True


def _headers(request: Request, kept: set[str]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in without_client_headers(request, kept).headers)


def _cookies(value: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in value.split(";") if pair.strip())
    return [(name.strip(), unquote(content.strip())) for name, _, content in pairs]
