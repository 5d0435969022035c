"""A value and a media type to the body's text: JSON, form (WHATWG URL), multipart (RFC 7578), XML, plain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

from openapi_parser.models.v3_0 import Encoding

from apipack.openapi.loading import SpecError
from apipack.records import essence, is_json

BOUNDARY = "---011000010111000001101001"
PREFERRED = (
    re.compile(r"application/json$"),
    re.compile(r"application/(.*\+)?json(;|$)"),
    re.compile(r"\*/\*|application/\*"),
    re.compile(r"application/x-www-form-urlencoded"),
    re.compile(r"multipart/form-data"),
    re.compile(r"(application|text)/(.*\+)?xml"),
    re.compile(r"text/"),
)
IN_RANGE = {
    **dict.fromkeys(("*", "application"), "application/json"),
    **{"text": "text/plain", "multipart": "multipart/form-data"},
    **{"image": "image/png", "audio": "audio/mpeg", "video": "video/mp4", "font": "font/woff2"},
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
XML_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def choose_media_type(media_types: list[str]) -> str:
    """The best-understood of the media types a body may have."""
    for pattern in PREFERRED:
        for media_type in media_types:
            if pattern.match(media_type.strip().lower()):
                return media_type
    return media_types[0]


@lru_cache(maxsize=1_000)
def content_type(media_type: str) -> str:
    """Value of the Content-Type header; of a range, such as `*/*`, a type that it covers."""
    media_type = media_type.strip()
    if "*" in media_type:
        media_type = IN_RANGE.get(media_type.partition("/")[0].lower(), media_type)
    if (
        not re.fullmatch(r"[\w.+/-]+(\s*;\s*[\w.-]+=(\"[\w .,:/-]*\"|[\w.:/+-]+))*", media_type)
        or "/" not in media_type
    ):
        raise SpecError("bad_media_type", media_type[:60])
    if media_type.lower().startswith("multipart/form-data"):
        return f"multipart/form-data; boundary={BOUNDARY}"
    return media_type


def is_text(header: str) -> bool:
    """Whether a body of this Content-Type is neither JSON nor a form."""
    return not (is_json(header) or essence(header) in ("application/x-www-form-urlencoded", "multipart/form-data"))


def encode(value: Any, header: str, name: str = "root", encoding: Mapping[str, Encoding] | None = None) -> str:
    """The payload's text. `header` is the Content-Type, `name` the XML root element, `encoding` how members of a form
    are written (OAS 3: Encoding Object). Raises `SpecError`."""
    media_type = essence(header)
    if is_json(header):
        return _json(value)
    if media_type == "application/x-www-form-urlencoded":
        return urlencode(_fields(value, encoding or {}))
    if media_type == "multipart/form-data":
        return _multipart(_fields(value, encoding or {}))
    if media_type.endswith(("/xml", "+xml")) and not isinstance(value, str):
        return _xml({"item": value} if isinstance(value, list) else value, name)
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError) as error:
        raise SpecError("value_not_json", str(error)[:80]) from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _fields(value: Any, encoding: Mapping[str, Encoding]) -> list[tuple[str, str]]:
    if isinstance(value, str):  # an example written as text, as in `a=1&b=2`
        return parse_qsl(value, keep_blank_values=True)
    if not isinstance(value, dict):
        raise SpecError("form_body_not_an_object", type(value).__name__)
    return [field for name, member in value.items() for field in _field(str(name), member, encoding.get(name))]


def _field(name: str, member: Any, encoding: Encoding | None) -> Iterator[tuple[str, str]]:
    """(name, text) pairs of one member: an item each of an array unless it is joined, a member each of `deepObject`."""
    style = getattr(encoding.style, "value", None) if encoding is not None else None
    if style == "deepObject" and isinstance(member, dict):
        for key, inner in member.items():
            yield from _field(f"{name}[{key}]", inner, encoding)
    elif isinstance(member, list) and style == "form" and encoding is not None and encoding.explode is False:
        yield name, ",".join(map(_text, member))
    elif isinstance(member, list):
        for item in member:
            yield name, _text(item)
    else:
        yield name, _text(member)


def _multipart(fields: list[tuple[str, str]]) -> str:
    parts = []
    for name, text in fields:
        if BOUNDARY in text:
            raise SpecError("boundary_in_body")
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{quoted}"\r\n\r\n{text}\r\n')
    return "".join(parts) + f"--{BOUNDARY}--\r\n"


def _xml(value: Any, name: str) -> str:
    name = name if XML_NAME.fullmatch(name) else "item"
    if isinstance(value, dict):
        inner = "".join(_xml(member, str(key)) for key, member in value.items())
    elif isinstance(value, list):
        return "".join(_xml(member, name) for member in value)
    else:
        inner = escape(_text(value))
    return f"<{name}>{inner}</{name}>"
