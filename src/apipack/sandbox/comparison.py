"""The request that arrived against the one that was intended: what a call did, not what it looks like.

Equality is that of HTTP (RFC 9110, 3986): percent-encoding does not matter, nor does the order of query pairs and of
headers; what clients add of their own accord is left aside; bodies are compared by their media type.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Collection, Sequence
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from apipack.records import Request
from apipack.sandbox import Record

CLIENT_ADDED = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "expect",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
PORTS = {"http": 80, "https": 443}


def difference(intended: Request, records: Sequence[Record]) -> str | None:
    """What is other than intended, or None: nothing, several, not_http, method, scheme, host, path, query,
    headers or body."""
    if len(records) != 1:
        return "several" if records else "nothing"
    (record,) = records
    if record.error is not None:
        return "not_http"
    if record.method != intended.method:
        return "method"
    if record.scheme != intended.parts.scheme:
        return "scheme"
    if _place(record) != _intended_place(intended):
        return "host"
    path, _, query = record.target.partition("?")
    if _segments(path) != _segments(intended.parts.path or "/"):
        return "path"
    if sorted(parse_qsl(query, keep_blank_values=True)) != sorted(intended.query):
        return "query"
    if _headers(record, intended) != sorted((name.lower(), value) for name, value in intended.headers):
        return "headers"
    if not same_body(body(record), (intended.body or "").encode(), intended.header("content-type") or ""):
        return "body"
    return None


def request_of(record: Record, expected: Collection[str] = ()) -> Request | None:
    """The request as the receiver sees it, without the fields that clients add and a type for no body; None for what
    is no request to an origin server. A Host that is not the place connected to is not believed. expected:
    lower-case names of header fields that stay, because the reference sends them too."""
    if record.error is not None or not record.target.startswith("/"):
        return None
    payload = body(record)
    dropped = CLIENT_ADDED - set(expected)
    if not payload:
        dropped |= {"content-type"}
    headers = tuple((name, value) for name, value in record.headers if name.lower() not in dropped)
    host, port, named = _place(record)
    authority = _header(record, "host") if (host, port) == named else _connected_to(record)
    url = f"{record.scheme}://{authority}{record.target}"
    return Request(record.method, url, headers, payload.decode("utf-8", "surrogateescape") if payload else None)


def _connected_to(record: Record) -> str:
    host = f"[{record.host}]" if ":" in record.host else record.host
    return host if record.port == PORTS[record.scheme] else f"{host}:{record.port}"


def body(record: Record) -> bytes:
    return base64.b64decode(record.body)


def same_body(a: bytes, b: bytes, content_type: str) -> bool:
    """Equal octets, or octets that mean the same in JSON, forms and multipart."""
    if a == b:
        return True
    media_type = content_type.split(";")[0].strip().lower()
    try:
        if media_type.endswith(("/json", "+json")):
            return _canonical(a) == _canonical(b)
        if media_type == "application/x-www-form-urlencoded":
            return sorted(parse_qsl(a.decode(), True)) == sorted(parse_qsl(b.decode(), True))
        if media_type == "multipart/form-data":
            return bool(_parts(a, content_type)) and _parts(a, content_type) == _parts(b, content_type)
    except (ValueError, RecursionError):
        return False
    return False


def _canonical(text: bytes) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


def _parts(payload: bytes, content_type: str) -> list[tuple[str, bytes]]:
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + payload)
    if not message.is_multipart():
        return []
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    return [(str(part["Content-Disposition"]), part.get_payload(decode=True) or b"") for part in parts]  # type: ignore[misc]


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


def _headers(record: Record, intended: Request) -> list[tuple[str, str]]:
    added = CLIENT_ADDED | ({"content-type"} if intended.body is None else frozenset())
    added -= {name.lower() for name, _ in intended.headers}
    return sorted((name.lower(), value) for name, value in record.headers if name.lower() not in added)
