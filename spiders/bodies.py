"""What a body is: whole JSON or not, and by which keys."""

from __future__ import annotations

import re

import orjson
import yaml

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
JSON_KEY = rb'"(?:%s)"\s*:\s*"?\d'
YAML_KEY = rb"""^["']?(?:%s)["']?\s*:\s*["']?\d"""


def dud(body: bytes) -> str | None:
    """Why a body cannot be what was asked for but may be so the next time; None when it looks whole.

    JSON is parsed to its end, since half a document may well end with a brace; other faults in it are not the
    hub's failure to send it. The largest known (47 MB) takes 260 MB for the moment. YAML shows its end to nobody.
    """
    start = head(body)
    if not start:
        return "empty"
    if start.startswith(b"<"):
        return "html"
    return "truncated" if start.startswith(b"{") and not _whole(body) else None


def refusal(body: bytes) -> str | None:
    """Why a body cannot be an OpenAPI or Swagger document, None when it may be one."""
    if (reason := dud(body)) or _has(body, b"openapi|swagger"):
        return reason
    return "asyncapi" if _has(body, b"asyncapi") else "no_openapi_key"


def stated_version(body: bytes) -> str:
    """`info.version` of a document, for hubs whose lists name none; empty where it cannot be read or is not text."""
    try:
        document = orjson.loads(body) if head(body).startswith(b"{") else yaml.load(body, yaml.CSafeLoader)
        return str(document["info"]["version"])
    except (ValueError, TypeError, KeyError, RecursionError, yaml.YAMLError):
        return ""


def head(body: bytes) -> bytes:
    """The first bytes that are neither a byte order mark nor blank."""
    return body[:512].removeprefix(BYTE_ORDER_MARK).lstrip()


def _whole(body: bytes) -> bool:
    if not body[-512:].rstrip().endswith(b"}"):
        return False
    try:
        orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        return not error.doc or error.pos < len(error.doc)  # no text: it is not UTF-8
    return True


def _has(body: bytes, keys: bytes) -> bool:
    if head(body).startswith(b"{"):
        return re.search(JSON_KEY % keys, body) is not None
    return re.search(YAML_KEY % keys, body, re.MULTILINE) is not None
