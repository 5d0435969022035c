"""An OpenAPI operation to one concrete HTTP request, and the check every request passes.

Covers what decides a request in OAS 3.0 to 3.2 (and 2.0, normalised): servers and their variables, parameters
in path, query, header and cookie with style and explode, the body by media type, security schemes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from apipack.openapi.document import Document, Operation
from apipack.openapi.loading import SpecError
from apipack.openapi.paths import RawOperation
from apipack.openapi.styles import PATH, PATH_SAFE, Pairs
from apipack.openapi.values import ValueBuilder
from apipack.operations.credentials import TOKEN, add_secrets, secrets
from apipack.operations.parameters import (
    HEADER_VALUE,
    MAX_URL,
    Argument,
    argument,
    made_up,
    own_content_type,
    query_string,
)
from apipack.operations.payloads import MAX_BODY, SURROGATE, request_body
from apipack.operations.servers import VARIABLE, check_host, server_url, server_urls
from apipack.records import Request, is_method

URL_SAFE = "/%[]{}?&=+#;" + PATH_SAFE
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_COOKIE_NAME = re.compile(r"[^\x00-\x20\x7f;=,]+")
_URL = re.compile(r"(https?://(?=[!-~])[!-.0->@-~]*)[!-~]*")
_NEEDS_NO_QUOTING = re.compile(rf"[A-Za-z0-9{re.escape(URL_SAFE)}]*")


class BuiltRequest(NamedTuple):
    """request; template: the URL it came from (no query; `{name}` for path parameters); arguments: (name,
    place, required, type, fixed: the schema allows one value only); host_inferred: from the provider; operation: what
    it was built from."""

    request: Request
    template: str
    arguments: tuple[tuple[str, str, bool, str, bool], ...]
    host_inferred: bool
    operation: Operation


def build(document: Document, raw: RawOperation, provider: str, *, optional: bool = False) -> BuiltRequest:
    """Build the request of one operation. provider: the host, or the address that the document came from, which
    relative servers are resolved against. Raises `SpecError` with a reason to count."""
    operation = document.typed(raw)
    values = ValueBuilder(document, optional)
    template, path_query, inferred = url_template(document, raw, provider)
    in_path = set(VARIABLE.findall(path_query))
    places: dict[str, Pairs] = {"path": [], "query": [], "header": [], "cookie": []}
    arguments = []
    made: dict[tuple[int, bool, bool], Argument] = document.remembered("arguments", dict)
    for parameter in operation.parameters:
        named = parameter.name in in_path and parameter.location.value == "query"
        key = id(parameter), named, optional
        if (built := made.get(key)) is None:
            built = made[key] = argument(parameter, values, named)
        arguments.append(built.described)
        places[built.place] += built.pairs
    if operation.query_string is not None:
        described, query = query_string(operation.query_string, values)
        arguments.append(described)
        path_query = "&".join(filter(None, (path_query, query)))
    add_secrets(secrets(document, operation), places)
    method = raw.verb
    content_type, body = request_body(operation, values, method)
    if document.version == (2, 0):
        content_type = own_content_type(places["header"], content_type)
    request = assemble(method, template, path_query, places, content_type, body)
    return BuiltRequest(request, template, tuple(arguments), inferred, operation)


def url_template(document: Document, raw: RawOperation, provider: str) -> tuple[str, str, bool]:
    """An operation's `template`, the query that its path has, and whether the host is the provider's (`build`). Raises
    `SpecError`."""
    servers = document.servers(raw)
    base, inferred = document.remembered(("server", provider, *map(id, servers)), lambda: server_url(servers, provider))
    path, _, path_query = raw.path.split("#")[0].partition("?")
    return _below(base, path), path_query, inferred


def url_templates(document: Document, raw: RawOperation, provider: str) -> list[tuple[str, bool]]:
    """An operation's `template` on each of its servers, and whether the host is the provider's; none for a server that
    cannot be used."""
    path = raw.path.split("#")[0].partition("?")[0]
    return [(_below(base, path), inferred) for base, inferred in server_urls(document.servers(raw), provider)]


def _below(base: str, path: str) -> str:
    return base + (path if path.startswith("/") or not path else "/" + path)


def assemble(
    method: str,
    template: str,
    path_query: str,
    places: dict[str, Pairs],
    content_type: str | None,
    body: str | None,
) -> Request:
    """The request of (name, value) pairs by place, checked; they are encoded as they are sent. path_query: the query
    that the path itself has. Raises `SpecError`."""
    in_path = set(VARIABLE.findall(path_query))
    path_values = dict(places["path"])
    url = _filled(template, path_values)
    if not _NEEDS_NO_QUOTING.fullmatch(url):
        url = quote(url, safe=URL_SAFE)
    url = url.replace("{", "%7B").replace("}", "%7D")
    if "%" in url:
        url = _STRAY_PERCENT.sub("%25", url)
    query = "&".join([f"{name}={value}" for name, value in places["query"] if name not in in_path])
    if path_query:
        given = {}
        for name in in_path:
            given[name] = ",".join(value for key, value in places["query"] if key == name)
        filled = _filled(path_query, {name: value for name, value in given.items() if value} | path_values)
        own = _STRAY_PERCENT.sub("%25", quote(filled, safe="=&%+/:,;@-._~!$'()*?"))
        query = "&".join(filter(None, (own, query)))
    headers = list(places["header"])
    if places["cookie"]:
        for name, _ in places["cookie"]:
            if not _COOKIE_NAME.fullmatch(name):  # RFC 6265, 4.1.1: it would be another cookie, or several
                raise SpecError("bad_header", f"Cookie {name[:40]}")
        cookies = [value for name, value in headers if name.lower() == "cookie"]  # RFC 6265, 5.4: one field
        headers = [header for header in headers if header[0].lower() != "cookie"]
        cookies += [f"{name}={value}" for name, value in places["cookie"]]
        headers.append(("Cookie", "; ".join(cookies)))
    if content_type is not None:
        headers.append(("Content-Type", content_type))
    request = Request(method, url + (f"?{query}" if query else ""), tuple(headers), body)
    check(request)
    return request


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with values, which are encoded, or invented ones in the place of its `{name}`s."""
    return VARIABLE.sub(lambda match: values.get(match[1]) or PATH(made_up(match[1])), template)


def check(request: Request) -> None:
    """Raise `SpecError` unless the request can go over the wire as it stands (RFC 9110, RFC 3986)."""
    if not is_method(request.method):
        raise SpecError("bad_method", request.method[:20])
    match = _URL.fullmatch(request.url)
    if not match or "#" in request.url:
        raise SpecError("bad_url", request.url[:80])
    check_host(match[1])
    if len(request.url) > MAX_URL:
        raise SpecError("url_too_long", f"{len(request.url)} characters")
    for header in request.headers:
        _check_header(*header)
    if request.body is not None:
        if len(request.body) > MAX_BODY:
            raise SpecError("body_too_long", f"{len(request.body)} characters")
        if not request.body.isascii() and SURROGATE.search(request.body):
            raise SpecError("body_not_unicode")
        if request.media_type is None:
            raise SpecError("body_without_media_type")


@lru_cache(maxsize=1_000)
def _check_header(name: str, value: str) -> None:
    if not TOKEN.fullmatch(name) or not HEADER_VALUE.fullmatch(value) or value != value.strip():
        raise SpecError("bad_header", name[:40])
    if len(name) + len(value) > MAX_URL:
        raise SpecError("header_too_long", f"{name[:40]}: {len(name) + len(value)} characters")
