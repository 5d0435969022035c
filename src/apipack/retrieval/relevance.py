"""How useful one operation's call is as an example for another's: graded by the similarity of their requests.

The grade needs no model and no language: it compares what is sent. It trains the API-specific re-ranker, picks
the oracle's examples and judges every retriever.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from rapidfuzz.distance import Indel

from apipack.records import Request

Row = dict[str, Any]

METHOD, PATH, NAMES = 0.25, 0.5, 0.25  # weights, one in all

_PARAMETER = re.compile(r"\{[^{}]*\}")


class Shape(NamedTuple):
    """A request without its values. path: its segments, parameters as `{}`. names: (place, name) pairs."""

    method: str
    path: tuple[str, ...]
    names: frozenset[tuple[str, str]]


def shape(row: Row) -> Shape:
    """row: template and request (schema OPERATIONS)."""
    request = Request.from_json(row["request"])
    path = [part for part in _PARAMETER.sub("{}", row["template"].partition("://")[2]).split("/")[1:] if part]
    names = {("query", name) for name, _ in request.query} | {("body", key) for key in _body_keys(request)}
    names |= {("header", name.lower()) for name, _ in request.headers}
    return Shape(request.method, tuple(path), frozenset(names))


def relevance(a: Shape, b: Shape) -> float:
    """From 0 to 1; 1 is the same request but for its values. Symmetric.

    The method, the longest common subsequence of path segments, and the Jaccard index of the names of query
    parameters, headers and top-level body members, weighted. The host says nothing: all calls of an API share it.
    """
    either = len(a.names | b.names)
    names = len(a.names & b.names) / either if either else 1.0
    return METHOD * (a.method == b.method) + PATH * Indel.normalized_similarity(a.path, b.path) + NAMES * names


def _body_keys(request: Request) -> list[str]:
    if request.body is None:
        return []
    if request.media_type == "application/x-www-form-urlencoded":
        return [name for name, _ in parse_qsl(request.body, keep_blank_values=True)]
    if request.is_json:
        try:
            body = json.loads(request.body)
        except ValueError:  # a body that a specification gives as an example need not be JSON
            return []
        while isinstance(body, list) and body:
            body = body[0]
        return list(body) if isinstance(body, dict) else []
    return []
