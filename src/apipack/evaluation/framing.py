"""What no operation says and every request must keep: how its body is declared, over what it is sent, who sends it."""

from __future__ import annotations

import re
from email.message import Message

from apipack.openapi.payloads import parts
from apipack.records import Request

_BYTES = "bytes that were not decoded, as Python writes them"
_UNDECODED = re.compile(r"(?:^| )b'[^' ]+'$|(?:^| )b\"[^\" ]+\"$")
_ESCAPED = re.compile("[\udc80-\udcff]")


def faults(request: Request) -> frozenset[str]:
    """Where a request contradicts itself: two types of one body (RFC 9110, 8.3), a declared charset that is not the
    body's (8.3.2), a boundary that divides the body into no parts (RFC 2046, 5.1.1); and bytes in a header that
    Python did not decode but wrote down."""
    kind = request.header("content-type") or ""
    contradictions = {f"header {name.lower()}: {_BYTES}" for name, value in request.headers if _UNDECODED.search(value)}
    if not request.body or not kind:
        return frozenset(contradictions)
    if sum(name.lower() == "content-type" for name, _ in request.headers) > 1:
        contradictions.add("header content-type: twice")
    if "charset" in kind.lower() and not _is_encoded(request.body, kind):
        contradictions.add("body: another charset than its Content-Type declares")
    if (request.media_type or "").startswith("multipart/") and not parts(request):
        contradictions.add("body: another boundary than its Content-Type declares")
    return frozenset(contradictions)


def _is_encoded(body: str, kind: str) -> bool:
    """Whether the octets of a body, UTF-8 (what is not is escaped by surrogates), mean the same text in the declared
    charset."""
    header = Message()
    header["Content-Type"] = kind
    charset = header.get_content_charset()
    if charset is None:
        return True
    try:
        text = body.encode("utf-8", "surrogateescape").decode(charset)
    except (LookupError, UnicodeError, ValueError):
        return False
    return text == body or _ESCAPED.search(body) is not None


def differences(request: Request, gold: Request) -> frozenset[str]:
    """How a request to the right operation is sent otherwise than the reference: the scheme of its URL, the scheme of
    its credentials (RFC 9110, 11.4), and faults that the reference has not."""
    different = set(faults(request) - faults(gold))
    ours, theirs = request.parts.scheme, gold.parts.scheme
    if ours != theirs:
        different.add(f"scheme: {ours} for {theirs}")
    given, wanted = (credentials_scheme(message.header("authorization") or "") for message in (request, gold))
    if request.header("authorization") is not None and gold.header("authorization") is not None and given != wanted:
        different.add(f"header authorization: {given or 'no scheme'} for {wanted or 'no scheme'}")
    return frozenset(different)


def credentials_scheme(value: str) -> str:
    """`bearer` of `Bearer TOKEN`; nothing for a bare key, or for a scheme without anything behind it."""
    return value.strip().rpartition(" ")[0].split(" ")[0].lower()
