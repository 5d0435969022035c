"""Headers whose parameter is an array, in one form: their values may stand in several lines, and white space around
their commas says nothing (RFC 9110, 5.3 and 5.6.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from apipack.records import Request


def closed_up(request: Request, declared: Sequence[Sequence[Any]]) -> Request:
    """The request with each such header in one line, without white space. declared: `arguments` of OPERATIONS."""
    lists = {name.lower() for name, place, _, kind, _ in declared if place == "header" and kind == "array"}
    if not any(name.lower() in lists for name, _ in request.headers):
        return request
    values: dict[str, list[str]] = {}
    headers: list[tuple[str, str]] = []
    for name, value in request.headers:
        if (key := name.lower()) not in lists:
            headers.append((name, value))
            continue
        if key not in values:
            headers.append((name, ""))
        values.setdefault(key, []).append(re.sub(r"[ \t]*,[ \t]*", ",", value))
    joined = ((name, ",".join(values[name.lower()]) if name.lower() in values else value) for name, value in headers)
    return replace(request, headers=tuple(joined))
