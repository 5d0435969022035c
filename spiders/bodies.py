"""What a body is: whole JSON or not, and by which keys."""

from __future__ import annotations

import gc
import re
from functools import lru_cache

import orjson
import yaml

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_DEPTH = 500  # levels, as the library reads documents
JSON_KEY = rb'"(?:%s)"\s*:\s*"?\d'
YAML_KEY = rb"""^["']?(?:%s)["']?\s*:\s*["']?\d"""


@lru_cache(maxsize=4)  # as many answers are under way at once; each is asked of twice, as it comes and as an item
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
    """`info.version` of a document, for hubs whose lists name none; empty where it cannot be read or is no scalar."""
    try:
        if not head(body).startswith(b"{"):
            return _yaml_version(body)
        version = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))["info"]["version"]
    except (ValueError, TypeError, KeyError, yaml.YAMLError):
        return ""
    return str(version) if isinstance(version, str | int | float) else ""


def head(body: bytes) -> bytes:
    """The first bytes that are neither a byte order mark nor blank."""
    return body.removeprefix(BYTE_ORDER_MARK).lstrip()[:512]


def _whole(body: bytes) -> bool:
    if not body.rstrip().endswith(b"}"):
        return False
    gc.disable()  # a document is a million objects without cycles
    try:
        orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        return not error.doc or error.pos < len(error.doc)  # no text: it is not UTF-8
    finally:
        gc.enable()
    return True


def _yaml_version(body: bytes) -> str:
    """Of nodes, which share what an alias repeats. libyaml composes nested ones by recursion in C: a deep document
    would end the process."""
    depth = 0
    for event in yaml.parse(body, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return ""
    version = _member(_member(yaml.compose(body, yaml.CSafeLoader), "info"), "version")
    if not isinstance(version, yaml.ScalarNode) or version.tag == "tag:yaml.org,2002:null":
        return ""
    return str(version.value)


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _has(body: bytes, keys: bytes) -> bool:
    if head(body).startswith(b"{"):
        return re.search(JSON_KEY % keys, body) is not None
    return re.search(YAML_KEY % keys, body, re.MULTILINE) is not None
