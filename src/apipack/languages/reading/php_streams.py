"""What PHP's streams send: file_get_contents and fopen with a context."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import copied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    Arguments,
    Thing,
    known,
)
from apipack.languages.wire import FORM, Unreadable


class Context(Thing):
    """What stream_context_create gives."""

    def __init__(self, given: Arguments) -> None:
        (options,) = given.take("options")
        self.http = copied(optional(options, {}).get("http", {}))
        allowed = {"method", "header", "content", "ignore_errors", "timeout", "protocol_version", "user_agent",
                   "follow_location", "max_redirects"}  # fmt: skip
        if not set(self.http) <= allowed or not set(optional(options, {})) <= {"http", "ssl"}:
            raise Unreadable("a stream context with more than a request")


def _stream(run: Evaluation, url: Any, context: Any) -> Any:
    options = known(context.http) if isinstance(context, Context) else {}
    lines = options.get("header", {})
    lines = list(lines.values()) if isinstance(lines, dict) else re.split("\r\n", lines)
    if any("\n" in line for line in lines):
        raise Unreadable("header lines that end in a line feed alone")
    fields = Fields()
    for line in filter(str.strip, lines):
        name, colon, value = line.partition(":")
        if not colon:
            raise Unreadable(f"{line[:40]!r} is not a header line")
        fields.add(name, value)
    if agent := options.get("user_agent"):
        fields.default("User-Agent", agent)
    body = options.get("content")
    if body is not None:
        fields.default("Content-Type", FORM)
    return run.send(sent(options.get("method", "GET"), sending.raw_url(url), fields, body))


def file_get_contents(run: Evaluation, given: Arguments) -> Any:
    url, _, context = given.take("filename", "use_include_path", "context", required=1)
    return _stream(run, url, context)


def fopen(run: Evaluation, given: Arguments) -> Any:
    url, mode, _, context = given.take("filename", "mode", "use_include_path", "context", required=2)
    if not isinstance(url, str) or not url.startswith("http") or mode not in ("r", "rb"):
        raise Unreadable("a file")
    return _stream(run, url, context)
