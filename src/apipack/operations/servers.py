"""The server that a request goes to (OAS 3: Server Object)."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from openapi_parser.models.base import Server

from apipack.openapi.loading import SpecError

VARIABLE = re.compile(r"\{([^{}]*)\}")


def server_url(servers: list[Server], provider: str) -> tuple[str, bool]:
    """Absolute base URL without a trailing slash, and whether the host was inferred from the provider.

    The first https server wins, else the first; variables take their default. A relative one is resolved against the
    document's own address, which is the provider's root where only the host is known (RFC 3986, 5.2).
    """
    urls = [_with_variables(server) for server in servers] or ["/"]
    url = next((u for u in urls if u.lower().startswith("https://")), urls[0]).strip() or "/"
    inferred = not url.lower().startswith(("http://", "https://", "//"))
    if inferred and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url):
        raise SpecError("server_not_http", url[:60])
    try:
        parts = urlsplit(_resolved(url, provider) if inferred else urljoin("https:", url))
        if "/." in parts.path:  # RFC 3986, 5.2.4
            parts = parts._replace(path=urlsplit(urljoin("https://h/", parts.path)).path)
        host = parts.netloc.rpartition("@")[2]
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise SpecError("bad_host", url[:60]) from error
    return f"{parts.scheme}://{host.lower()}{parts.path.rstrip('/')}", inferred


def _resolved(reference: str, provider: str) -> str:
    return urljoin(provider if "://" in provider else f"https://{provider}/", reference)


def _with_variables(server: Server) -> str:
    variables = server.variables or {}

    def default(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        if variable is None:
            return match[1]
        if variable.default or not variable.enum or "" in variable.enum:
            return variable.default
        return variable.enum[0]

    return VARIABLE.sub(default, server.url)
