"""What a body is, by a look at it: a whole parse of the largest known document (47 MB) takes 260 MB more."""

from __future__ import annotations

import re

JSON_KEY = rb'"(?:%s)"\s*:\s*"?\d'
YAML_KEY = rb"""^["']?(?:%s)["']?\s*:\s*["']?\d"""


def dud(body: bytes) -> str | None:
    """Why a body cannot be what was asked for but may be so the next time; None when it looks whole."""
    start = head(body)
    if not start:
        return "empty"
    if start.startswith(b"<"):
        return "html"
    if start.startswith(b"{") and not body[-512:].rstrip().endswith(b"}"):
        return "truncated"
    return None


def refusal(body: bytes) -> str | None:
    """Why a body cannot be an OpenAPI or Swagger document, None when it may be one."""
    if (reason := dud(body)) or _has(body, b"openapi|swagger"):
        return reason
    return "asyncapi" if _has(body, b"asyncapi") else "no_openapi_key"


def head(body: bytes) -> bytes:
    """The first bytes that are neither a byte order mark nor blank."""
    return body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")


def _has(body: bytes, keys: bytes) -> bool:
    if head(body).startswith(b"{"):
        return re.search(JSON_KEY % keys, body) is not None
    return re.search(YAML_KEY % keys, body, re.MULTILINE) is not None
