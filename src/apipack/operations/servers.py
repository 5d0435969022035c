"""The server that a request goes to (OAS 3: Server Object)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv6Address
from itertools import islice, product
from typing import Any
from urllib.parse import urljoin, urlsplit

from openapi_parser.models.base import Server

from apipack.openapi.loading import SpecError

MAX_URL, MAX_HOST, MAX_SERVERS = 8_000, 260, 100
HOST = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*\.?)(?::[0-9]{1,5})?"
)
VARIABLE = re.compile(r"\{([^{}]*)\}")


def server_url(servers: list[Server], provider: str) -> tuple[str, bool]:
    """Absolute base URL without a trailing slash, and whether the host was inferred from the provider.

    The first https server wins, else the first; variables take their default. A relative one is resolved against the
    document's own address, which is the provider's root where only the host is known (RFC 3986, 5.2).
    """
    urls = [_with_variables(server) for server in servers] or ["/"]
    number = next((number for number, url in enumerate(urls) if url.lower().startswith("https://")), 0)
    try:
        return _address(urls[number].strip() or "/", provider)
    except SpecError as error:
        for name in _undeclared(servers[number]) if servers else ():
            told = f"{servers[number].url[:80]} has no variable {name[:40]}"
            raise SpecError(error.reason, told) from error
        raise


def server_urls(servers: list[Server], provider: str) -> list[tuple[str, bool]]:
    """As `server_url`, for every server and every value of its variables' enumerations, MAX_SERVERS at most; those that
    cannot be used are left out."""
    urls = []
    for server in servers or [Server(url="/")]:
        for chosen in islice(_choices(server), MAX_SERVERS):
            with suppress(SpecError):
                urls.append(_address(_with_variables(chosen).strip() or "/", provider))
    return list(dict.fromkeys(urls))[:MAX_SERVERS]


def _choices(server: Server) -> Iterator[Server]:
    """The server as it is, and then with each value of its enumerations as the default."""
    yield server
    named = {name: variable.enum for name, variable in _variables(server).items() if variable.enum}
    for values in product(*named.values()):
        chosen = dict(zip(named, values, strict=True))
        variables = {
            name: variable.model_copy(update={"default": chosen[name]}) if name in chosen else variable
            for name, variable in _variables(server).items()
        }
        yield server.model_copy(update={"variables": variables})


@lru_cache(maxsize=1_000)
def check_host(origin: str) -> None:
    """Raise `SpecError` (bad_host) unless an origin has a host and port that clients take (RFC 3986, 3.2.2; RFC 1035,
    2.3.4). Remembered, since the operations of an API have it in common."""
    try:
        parts = urlsplit(origin)
        match = HOST.fullmatch(parts.netloc)
        port = parts.port
        if match and match["six"]:
            IPv6Address(match["six"])
    except ValueError as error:
        raise SpecError("bad_host", origin[:80]) from error
    if not match or port == 0 or len(parts.netloc) > MAX_HOST:
        raise SpecError("bad_host", parts.netloc[:60])


def _address(url: str, provider: str) -> tuple[str, bool]:
    inferred = not url.lower().startswith(("http://", "https://", "//"))
    if inferred and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url):
        raise SpecError("server_not_http", url[:60])
    try:
        parts = urlsplit(_resolved(url, provider) if inferred else urljoin(f"{_scheme(provider)}:", url))
        if "/." in parts.path:  # RFC 3986, 5.2.4
            parts = parts._replace(path=urlsplit(urljoin("https://h/", parts.path)).path)
        if "\\" in parts.netloc:  # for browsers the host ends there
            raise SpecError("bad_host", url[:60])
        host = parts.netloc.rpartition("@")[2]
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise SpecError("bad_host", url[:60]) from error
    check_host(f"{parts.scheme}://{host}")
    return f"{parts.scheme}://{host.lower()}{parts.path.rstrip('/')}", inferred


def _resolved(reference: str, provider: str) -> str:
    return urljoin(provider if "://" in provider else f"https://{provider}/", reference)


def _scheme(provider: str) -> str:
    return "http" if provider.lower().startswith("http://") else "https"


def _variables(server: Server) -> dict[str, Any]:
    return server.variables or {}


def _undeclared(server: Server) -> list[str]:
    return [name for name in VARIABLE.findall(server.url) if name not in _variables(server)]


def _with_variables(server: Server) -> str:
    variables = _variables(server)
    left = MAX_URL

    def default(match: re.Match[str]) -> str:
        nonlocal left
        variable = variables.get(match[1])
        if variable is None:
            return match[1]
        given = bool(variable.default or not variable.enum or "" in variable.enum)
        value = str(variable.default if given else variable.enum[0])
        if (left := left - len(value)) < 0:
            raise SpecError("url_too_long", f"variables of the server {server.url[:60]}")
        return value

    return VARIABLE.sub(default, server.url)
