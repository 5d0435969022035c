"""Requests to calls in many languages, each read back: a call that does not say its request is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from apipack.languages.codec import Unreadable, Unrepresentable, read, render
from apipack.languages.schemas import CALLS
from apipack.records import Request


def render_rows(pairs: Iterable[tuple[str, str]], languages: Sequence[str]) -> tuple[pa.Table, list[dict[str, Any]]]:
    """(id, request JSON) pairs to a table of schema CALLS and drops of schema DROPS.

    Reasons: `unrepresentable` (the client cannot send it) and `round_trip` (read back as another request).
    """
    ids: list[str] = []
    written_in: list[str] = []
    calls: list[str] = []
    drops = []
    for identifier, text in pairs:
        request = Request.from_json(text)
        for language in languages:
            try:
                call = render(language, request)
                problem = ("round_trip", "another request") if read(language, call) != request else None
            except Unrepresentable as error:
                problem = ("unrepresentable", str(error))
            except Unreadable as error:
                problem = ("round_trip", str(error))
            if problem is None:
                ids.append(identifier)
                written_in.append(language)
                calls.append(call)
            else:
                drops.append({"id": identifier, "language": language, "reason": problem[0], "detail": problem[1][:200]})
    return pa.table([ids, written_in, calls], CALLS), drops
