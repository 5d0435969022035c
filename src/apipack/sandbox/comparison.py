"""The request that arrived against the one that was intended: what a call did, not what it looks like.

Equality is that of HTTP (RFC 9110, 3986): percent-encoding does not matter, nor does the order of query pairs and of
headers; what clients add of their own accord is left aside; bodies are compared by their media type.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from apipack.languages.wire import FORM, PORTS, without_client_headers
from apipack.openapi.payloads import json_texts, parts
from apipack.records import Request
from apipack.sandbox import Record

_BOUNDARY = re.compile(r"(?<=^multipart/form-data);\s*boundary=[^;]*$", re.IGNORECASE)


def difference(intended: Request, records: Sequence[Record]) -> str | None:
    """What is other than intended, or None: nothing, several, not_http, method, scheme, host, path, query,
    body or headers."""
    if len(records) != 1:
        return "several" if records else "nothing"
    (record,) = records
    if record.error is not None:
        return "not_http"
    names = {name.lower() for name, _ in intended.headers}
    arrived = request_of(record, names)
    if record.method != intended.method:
        return "method"
    if record.scheme != intended.parts.scheme:
        return "scheme"
    if _place(record) != _intended_place(intended):
        return "host"
    path, _, query = record.target.partition("?")
    if arrived is None or _segments(path) != _segments(intended.parts.path or "/"):
        return "path"
    if sorted(parse_qsl(query, keep_blank_values=True)) != sorted(intended.query):
        return "query"
    if not same_body(arrived, intended):
        return "body"
    if _headers(arrived) != _headers(without_client_headers(intended, names)):
        return "headers"
    return None


def request_of(record: Record, expected: Collection[str] = ()) -> Request | None:
    """The request as the receiver sees it, without the fields that clients add and a type for no body; None for what
    is no request to an origin server. A Host that is not the place connected to is not believed. expected:
    lower-case names of header fields that stay, because the reference sends them too."""
    if record.error is not None or not record.target.startswith("/"):
        return None
    body = base64.b64decode(record.body).decode("utf-8", "surrogateescape") or None
    host, port, named = _place(record)
    authority = _header(record, "host") if (host, port) == named else _connected_to(record)
    url = f"{record.scheme}://{authority}{record.target}"
    headers = tuple((name, value) for name, value in record.headers)
    return without_client_headers(Request(record.method, url, headers, body), expected)


def _connected_to(record: Record) -> str:
    host = f"[{record.host}]" if ":" in record.host else record.host
    return host if record.port == PORTS[record.scheme] else f"{host}:{record.port}"


def same_body(arrived: Request, intended: Request) -> bool:
    """Equal text, or texts that mean the same in the intended body's type: JSON, forms and multipart."""
    a, b = arrived.body or "", intended.body or ""
    if a == b:
        return True
    media_type = intended.media_type or ""
    try:
        if (wanted := json_texts(b, media_type)) is not None:
            return _canonical(json_texts(a, media_type)) == _canonical(wanted)
        if media_type == FORM:
            return sorted(parse_qsl(a, True)) == sorted(parse_qsl(b, True))
        return media_type == "multipart/form-data" and _parts(arrived) == (_parts(intended) or None)
    except (ValueError, RecursionError):
        return False


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _parts(request: Request) -> list[tuple[str, str, Any]]:
    """A part without a type is plain text (RFC 7578)."""
    return [
        (str(part["Content-Disposition"]), part.get_content_type(), part.get_payload(decode=True))
        for part in parts(request)
    ]


def _place(record: Record) -> tuple[Any, ...]:
    """Host that was connected to, port, and the authority of the Host field."""
    field = _header(record, "host") or ""
    named, host = _authority(field, record.scheme), _host(record.host)
    if host == "::1" and field.lower().partition(":")[0] == "localhost":  # RFC 6761: any loopback address will do
        host = named[0]
    return host, record.port, named


def _intended_place(intended: Request) -> tuple[Any, ...]:
    parts = intended.parts
    host, port = _authority(parts.netloc, parts.scheme)
    return host, port, (host, port)


def _authority(text: str, scheme: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = text, ""
    return _host(host.strip("[]")), int(port) if port else PORTS[scheme]


def _host(name: str) -> str:
    name = name.lower().rstrip(".")
    if name == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def _header(record: Record, wanted: str) -> str | None:
    return next((value for name, value in record.headers if name.lower() == wanted), None)


def _segments(path: str) -> list[bytes]:
    return [unquote_to_bytes(segment) for segment in path.split("/")]


def _headers(request: Request) -> list[tuple[str, str]]:
    """Fields in order; the boundary of a form is the client's, and must be that of its own body."""
    return sorted((name.lower(), _BOUNDARY.sub("", value)) for name, value in request.headers)
