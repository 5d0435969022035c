"""Metrics: pure functions of a predicted call and its reference.

`endpoint_match` and `call_match` are the paper's, junk heuristic included; they are lenient (a wrong path
can score .97). `request_match` is ours: the call is read back and must be the same request.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from apipack.gestalt import ratio_above
from apipack.languages import Unreadable, read
from apipack.records import Request

THRESHOLD = 0.9
CLIENT_HEADERS = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}

_URL = re.compile(r"https?://[^\s'\"`<>\\]+")
_PART_NAME = re.compile(r'name="([^"]*)"')
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*)")


@dataclass(frozen=True, slots=True)
class Verdict:
    endpoint_match: bool
    call_match: bool
    request_match: bool


def score(
    language: str,
    prediction: str,
    reference: str,
    request: Request,
    template: str,
    arguments: Sequence[Sequence[Any]],
    threshold: float = THRESHOLD,
) -> Verdict:
    """All verdicts for one prediction. reference: the gold call; request: what it sends; template and
    arguments: of the operation (schema OPERATIONS)."""
    predicted = try_read(language, prediction)
    endpoint = ratio_above(find_url(prediction, predicted), request.url, threshold)
    same = predicted is not None and same_request(predicted, request, template, arguments)
    return Verdict(endpoint, endpoint and ratio_above(prediction, reference, threshold), same)


def try_read(language: str, code: str) -> Request | None:
    try:
        return read(language, code)
    except Unreadable:
        return None


def find_url(code: str, request: Request | None) -> str:
    """URL of the request that was read, else the first URL in the text, else nothing."""
    if request is not None:
        return request.url
    found = _URL.search(code)
    return found[0] if found else ""


def same_request(predicted: Request, gold: Request, template: str, arguments: Sequence[Sequence[Any]]) -> bool:
    """Same method, endpoint, parameter names and places, and body keys; values by type. An argument with
    one allowed value (`fixed`) must have that value; headers that clients set themselves count where the
    operation declares them."""
    declared = {name.lower() for name, place, *_ in arguments if place == "header"}
    fixed = {(place, name) for name, place, _, _, is_fixed in arguments if is_fixed}
    return (
        predicted.method == gold.method
        and _same_endpoint(predicted, gold, template)
        and _same_pairs(predicted.query, gold.query, {name for place, name in fixed if place == "query"})
        and _same_headers(predicted, gold, {name.lower() for place, name in fixed if place == "header"}, declared)
        and _same_body(predicted, gold)
    )


def _same_endpoint(predicted: Request, gold: Request, template: str) -> bool:
    ours, theirs = predicted.parts, gold.parts
    if (ours.scheme, _authority(predicted)) != (theirs.scheme, _authority(gold)):
        return False
    pattern = urlsplit(template.replace("?", "%3F")).path.split("/")
    a, b = ours.path.split("/"), theirs.path.split("/")
    if len(a) != len(b):
        return False
    if len(pattern) != len(b):  # a path parameter's value holds slashes of its own
        return [unquote(part) for part in a] == [unquote(part) for part in b]
    return all(_same_segment(*trio) for trio in zip(a, b, pattern, strict=True))


def _authority(request: Request) -> str:
    parts = request.parts
    default = ":443" if parts.scheme == "https" else ":80"
    return parts.netloc.lower().removesuffix(default)


def _same_segment(predicted: str, gold: str, pattern: str) -> bool:
    if "{" not in pattern:
        return unquote(predicted) == unquote(gold)
    before, after = pattern.split("{", 1)[0], pattern.rsplit("}", 1)[-1]
    value = unquote(predicted)
    if not (value.startswith(before) and value.endswith(after) and len(value) > len(before) + len(after)):
        return False
    inner = slice(len(before), len(value) - len(after))
    reference = unquote(gold)
    return _same_type(value[inner], reference[len(before) : len(reference) - len(after)])


def _same_pairs(predicted: list[tuple[str, str]], gold: list[tuple[str, str]], fixed: set[str]) -> bool:
    if Counter(name for name, _ in predicted) != Counter(name for name, _ in gold):
        return False
    ours, theirs = sorted(predicted), sorted(gold)
    return all(a == b if name in fixed else _same_type(a, b) for (name, a), (_, b) in zip(ours, theirs, strict=True))


def _same_headers(predicted: Request, gold: Request, fixed: set[str], declared: set[str]) -> bool:
    ignored = CLIENT_HEADERS - (declared & {name.lower() for name, _ in gold.headers})
    ours, theirs = _headers(predicted, ignored), _headers(gold, ignored)
    if [name for name, _ in ours] != [name for name, _ in theirs]:
        return False
    for (name, a), (_, b) in zip(ours, theirs, strict=True):
        if name == "content-type":
            if predicted.media_type != gold.media_type:
                return False
        elif name == "cookie":
            if _cookie_names(a) != _cookie_names(b):
                return False
        elif name in fixed:
            if a != b:
                return False
        elif not _same_type(a, b) or (name == "authorization" and _scheme(a) != _scheme(b)):
            return False
    return True


def _scheme(value: str) -> str:
    """`Bearer` of `Bearer TOKEN`; nothing for a bare key."""
    return value.rpartition(" ")[0].split(" ")[0].lower()


def _headers(request: Request, ignored: set[str]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in request.headers if name.lower() not in ignored)


def _cookie_names(value: str) -> list[str]:
    return sorted(pair.split("=")[0].strip() for pair in value.split(";"))


def _same_body(predicted: Request, gold: Request) -> bool:
    if predicted.body is None or gold.body is None:
        return (predicted.body or "") == (gold.body or "")
    media_type = gold.media_type or ""
    if media_type.endswith("json"):  # application/x-ndjson is, too
        try:
            return _same_shape(json.loads(predicted.body), json.loads(gold.body))
        except ValueError:
            return predicted.body == gold.body
    if media_type == "application/x-www-form-urlencoded":
        return _same_pairs(parse_qsl(predicted.body, True), parse_qsl(gold.body, True), set())
    if media_type == "multipart/form-data":
        return Counter(_PART_NAME.findall(predicted.body)) == Counter(_PART_NAME.findall(gold.body))
    if media_type.endswith(("/xml", "+xml")):
        return Counter(_ELEMENT.findall(predicted.body)) == Counter(_ELEMENT.findall(gold.body))
    return _same_type(predicted.body, gold.body)


def _same_shape(a: Any, b: Any) -> bool:
    """Same keys all the way down and values of the same JSON type; arrays by their first element."""
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(_same_shape(a[key], b[key]) for key in b)
    if isinstance(b, list):
        if not isinstance(a, list) or bool(a) != bool(b):
            return False
        return all(_same_shape(member, b[0]) for member in a[:1])
    if isinstance(b, bool) or b is None or isinstance(b, str):
        return type(a) is type(b)
    return isinstance(a, int | float) and not isinstance(a, bool) and (isinstance(a, int) or not isinstance(b, int))


def _same_type(a: str, b: str) -> bool:
    """Text values by type: whole numbers, numbers, booleans, other text; empty only for empty."""
    return _kind(a) == _kind(b) or (_kind(a) == "integer" and _kind(b) == "number")


def _kind(value: str) -> str:
    if value == "":
        return "empty"
    if re.fullmatch(r"-?\d+", value):
        return "integer"
    if re.fullmatch(r"-?\d*\.\d+([eE][+-]?\d+)?", value):
        return "number"
    return "boolean" if value.lower() in ("true", "false") else "text"
