"""Typed records that cross module boundaries.

`Request` is the heart of the package: `operations.requests` makes it, `languages` renders it to code and reads it
back, `evaluation.verdicts` judges it. The tables between stages are in `schemas.py` of the step that writes them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

import orjson

LANGUAGES = ("curl", "libcurl", "java", "node", "python", "go", "ruby", "php", "swift", "javascript")

TOOLS = "tools"
"""The eleventh form of a call, beside those of LANGUAGES: a call of a tool (`operations.tools`)."""

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
"""Those of RFC 9110 and 5789 that an API answers; `is_method` knows what others OAS 3.2 allows."""
_METHOD = re.compile(r"(?!(?:CONNECT|TRACK)\Z)[A-Z][A-Z0-9-]{0,39}")


def is_method(text: str) -> bool:
    """Whether every client sends a method of this name as it stands: some write lower case in capitals, and browsers
    send neither CONNECT nor TRACK."""
    return text in METHODS or _METHOD.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it goes over the wire (RFC 9110), before any client adds headers of its own.

    method: upper-case token. url: absolute http(s) URL, pure printable ASCII, percent-encoded (RFC 3986),
    with its query, without fragment or user info. headers: (name, value) pairs in order; a request with
    a body carries its `Content-Type` here, once. body: the payload as text, sent as UTF-8; None is no body.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def query(self) -> list[tuple[str, str]]:
        """Decoded (name, value) pairs in order; repeated names stay repeated."""
        return parse_qsl(self.parts.query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """First value of a header, by case-insensitive name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def media_type(self) -> str | None:
        """Lower-case media type of the body without its parameters, such as `application/json`."""
        value = self.header("content-type")
        return essence(value) if value is not None else None

    @property
    def is_json(self) -> bool:
        return is_json(self.media_type or "")

    def to_json(self) -> str:
        """Compact JSON object with the four fields; inverse of `from_json`."""
        return orjson.dumps(
            {"method": self.method, "url": self.url, "headers": self.headers, "body": self.body}
        ).decode()

    @classmethod
    def from_json(cls, text: str) -> Request:
        row = orjson.loads(text)
        return cls(row["method"], row["url"], tuple((name, value) for name, value in row["headers"]), row["body"])


def essence(content_type: str) -> str:
    """Lower-case media type of a Content-Type without its parameters."""
    return content_type.split(";")[0].strip().lower()


def json_value(text: str | bytes) -> Any:
    """The value of a JSON text (RFC 8259) without NaN, infinities and keys that stand twice, which receivers take in
    different ways. Raises `ValueError`, `RecursionError`."""
    return json.loads(text, parse_constant=_no_number, object_pairs_hook=_each_once)


def json_at(text: str, start: int) -> tuple[Any, int]:
    """As `json_value`, of the JSON text that begins at `start` and may go on with another, and where it ends."""
    return _DECODER.raw_decode(text, start)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key stands twice")
    return members


_DECODER = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_each_once)


def is_json(content_type: str) -> bool:
    """Whether a body of this type is one JSON text: by its subtype or its suffix (RFC 6839); a line each is not one."""
    return essence(content_type).endswith(("/json", "+json"))


def is_xml(content_type: str) -> bool:
    """Whether a body of this type is one XML document (RFC 7303)."""
    return essence(content_type).endswith(("/xml", "+xml"))


def is_multipart(content_type: str) -> bool:
    return essence(content_type).startswith("multipart/")


def is_sequence(content_type: str) -> bool:
    """Whether a body is a value after another (OAS 3.2: Sequential Media Types)."""
    return is_lines(content_type) or is_records(content_type) or is_events(content_type)


def is_lines(content_type: str) -> bool:
    """Whether each line of a body is a JSON text."""
    return _LINES.fullmatch(essence(content_type)) is not None


def is_records(content_type: str) -> bool:
    """Whether each value of a sequence begins with a record separator (RFC 7464)."""
    return _SEQUENCE.fullmatch(essence(content_type)) is not None


def is_events(content_type: str) -> bool:
    """Whether a body is a stream of events (WHATWG HTML, 9.2)."""
    return essence(content_type) == "text/event-stream"


_LINES = re.compile(r"application/([\w.-]*[+.-])?(ndjson|jsonl|jsonlines|json-lines|ldjson)")
_SEQUENCE = re.compile(r"application/(.*\+)?json-seq")


class Output(NamedTuple):
    """What a model wrote for a prompt. cut: it used all tokens that it was given; None where nobody recorded that."""

    text: str
    cut: bool | None
