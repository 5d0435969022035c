"""Placeholders for what security schemes ask for (OAS 3: Security Scheme Object)."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from apipack.openapi.document import Document, Operation
from apipack.openapi.styles import QUERY, Pairs

SECRETS = {"basic": "Basic REPLACE_BASIC_AUTH", "bearer": "Bearer REPLACE_BEARER_TOKEN"}
SCHEMES = (
    "Concealed", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate", "OAuth", "PrivateToken", "SCRAM-SHA-1",
    "SCRAM-SHA-256", "vapid",
)  # fmt: skip
"""HTTP authentication schemes as IANA's registry writes them."""
API_KEY = "REPLACE_KEY_VALUE"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def secrets(document: Document, operation: Operation) -> list[tuple[str, str, str]]:
    """(place, name, placeholder) for the first security alternative whose schemes are all known (OAS 3: Security
    Requirement)."""
    alternatives = document.security(operation)
    key = "secrets", tuple(map(tuple, alternatives))
    return document.remembered(key, partial(_secrets, document, alternatives))


def add_secrets(placeholders: list[tuple[str, str, str]], places: dict[str, Pairs]) -> None:
    """Add placeholders to the pairs by place where no parameter has the name."""
    for place, name, value in placeholders:
        if place == "query":
            name = QUERY(name)
        if all(name.lower() != taken.lower() for taken, _ in places[place]):
            places[place].append((name, value))


def _secrets(document: Document, alternatives: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(place, name, placeholder) for each scheme of the alternative."""
    for alternative in alternatives:
        schemes = [document.security_scheme(name) for name in alternative]
        if any(scheme is None for scheme in schemes):
            continue
        secrets = []
        for scheme in schemes:
            assert scheme is not None
            kind = scheme.type.value
            if kind == "apiKey":
                place = scheme.location.value if scheme.location else "header"
                secrets.append((place, scheme.name or "Authorization", API_KEY))
            elif kind in ("http", "oauth2", "openIdConnect"):
                value = credentials(scheme.scheme if kind == "http" else None)
                secrets += [("header", "Authorization", value)] if value else []
        return secrets
    return []


def credentials(scheme: str | None) -> str:
    """A placeholder for the `Authorization` header of an HTTP authentication scheme (RFC 9110, 11.1), whose name has
    no case; empty where the name is none. OAuth 2.0 and OpenID Connect send bearer tokens."""
    name = "bearer" if scheme is None else scheme.strip()
    if name.lower() in SECRETS:
        return SECRETS[name.lower()]
    name = next((registered for registered in SCHEMES if registered.lower() == name.lower()), name)
    return f"{name} REPLACE_{re.sub(r'[^A-Za-z0-9]+', '_', name).upper()}_CREDENTIALS" if TOKEN.fullmatch(name) else ""
