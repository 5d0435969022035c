"""Whether a request has the credentials that its operation asks for (OAS 3: Security Requirement Object)."""

from __future__ import annotations

from openapi_parser.models.v3_0 import SecurityScheme

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import listed
from apipack.openapi.paths import RawOperation
from apipack.records import Request


def lacks_credentials(document: Document, raw: RawOperation, request: Request) -> bool:
    """Whether every alternative asks for something that the request has not. An empty alternative makes security
    optional; a scheme that is unknown, or no part of the request, counts as given."""
    own = raw.operation.get("security")
    alternatives = [node for node in listed(document.raw.get("security") if own is None else own) if _is_object(node)]
    return bool(alternatives) and not any(
        all(_is_given(_scheme(document, str(name)), request) for name in alternative) for alternative in alternatives
    )


def _is_object(node: object) -> bool:
    return isinstance(node, dict)


def _scheme(document: Document, name: str) -> SecurityScheme | None:
    try:
        return document.security_scheme(name)
    except SpecError:
        return None


def _is_given(scheme: SecurityScheme | None, request: Request) -> bool:
    kind = scheme.type.value if scheme is not None else ""
    if scheme is None or kind not in ("apiKey", "http", "oauth2", "openIdConnect"):
        return True
    if kind == "apiKey":
        place, name = scheme.location.value if scheme.location else "header", scheme.name or "Authorization"
        return bool(_sent(place, name, request))
    given = request.header("authorization") or ""
    if kind != "http":  # RFC 6750, 2.3: a token may stand in the query
        return bool(given) or any(name == "access_token" and value for name, value in request.query)
    return given.partition(" ")[0].lower() == (scheme.scheme or "bearer").strip().lower()


def _sent(place: str, name: str, request: Request) -> str:
    if place == "header":
        return request.header(name) or ""
    if place == "query":
        return next((value for key, value in request.query if key == name), "")
    cookies = [pair.partition("=") for pair in (request.header("cookie") or "").split(";")]
    return next((value for key, _, value in cookies if key.strip() == name), "")
