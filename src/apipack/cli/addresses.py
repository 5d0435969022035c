"""A document of an http or https address, fetched for who named the address."""

from __future__ import annotations

import zlib
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from apipack.errors import UserError
from apipack.openapi.loading import MAX_BYTES

SECONDS = 30
ACCEPT = "application/vnd.oai.openapi+json, application/json, application/yaml, */*;q=0.5"
URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
GZIP_OR_ZLIB = 47
MEANT = {401: "it wants credentials: save the document to a file", 403: "save the document to a file"}


class _SafeRedirects(HTTPRedirectHandler):
    def redirect_request(self, request: Any, response: Any, code: int, message: str, headers: Any, address: str) -> Any:
        _check_address(address)
        return super().redirect_request(request, response, code, message, headers, address)


def fetched(address: str) -> tuple[bytes, str]:
    """The document, and the address that it came from in the end. Raises `UserError` with one line."""
    _check_address(address)
    request = Request(quote(address, safe=URL_SAFE), headers={"Accept": ACCEPT, "User-Agent": "apipack"})
    try:
        with build_opener(_SafeRedirects).open(request, timeout=SECONDS) as response:
            body, final = response.read(MAX_BYTES + 1), response.geturl()
            if len(body) <= MAX_BYTES and response.length:
                raise UserError(f"{address} broke off after {len(body)} bytes")
            return _unpacked(body, response.headers.get("Content-Encoding")), final
    except HTTPError as error:
        error.close()
        raise UserError(f"{address} answers {error.code} {_meaning(error)}") from error
    except (OSError, HTTPException, ValueError, zlib.error) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{address} cannot be fetched: {_reason(error)}") from error


def _unpacked(body: bytes, coding: str | None) -> bytes:
    """What a server packs although it was not asked to."""
    if coding not in ("gzip", "x-gzip", "deflate"):
        return body
    return zlib.decompressobj(GZIP_OR_ZLIB).decompress(body, MAX_BYTES + 1)


def _meaning(error: HTTPError) -> str:
    if "infinite loop" in str(error.reason):
        return "and leads on without an end"
    meant = MEANT.get(error.code)
    return f"{error.reason}: {meant}" if meant else str(error.reason)


def _reason(error: Exception) -> str:
    """Without the number that the system has for an error."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, HTTPException):
        return "the answer is no HTTP"
    return str((reason.strerror if isinstance(reason, OSError) else None) or reason or type(error).__name__)


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        is_address = is_address and parts.port != 0  # which raises for a port that is none
    except ValueError:
        is_address = False
    if not is_address:
        raise UserError(f"{address[:80]} is no http or https address of a document")
