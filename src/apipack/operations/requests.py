"""An OpenAPI operation to one concrete HTTP request, and the check every request passes.

Covers what decides a request in OAS 3.0/3.1 (and 2.0, normalised): servers and their variables, parameters
in path, query, header and cookie with style and explode, the body by media type, security schemes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from openapi_parser.models import v3_0
from openapi_parser.models.base import Server

from apipack.openapi import bodies
from apipack.openapi.admission import kind_of
from apipack.openapi.document import Document, Operation, RawOperation
from apipack.openapi.loading import SpecError
from apipack.openapi.values import MISSING, TEXT, ValueBuilder, first_example, read_as
from apipack.records import METHODS, Request

PATH_SAFE = "-._~!$'()*,;:@"
QUERY_SAFE = "-._~:@,/!$'()*;"
URL_SAFE = "/%[]{}?&=+#" + PATH_SAFE
BODY_METHODS = {"POST", "PUT", "PATCH"}
IGNORED_HEADERS = {"accept", "content-type", "authorization"}  # OAS 3: Parameter Object
SECRETS = {"basic": "Basic REPLACE_BASIC_AUTH", "bearer": "Bearer REPLACE_BEARER_TOKEN"}
API_KEY = "REPLACE_KEY_VALUE"
MAX_URL, MAX_BODY = 8_000, 100_000

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:\d{1,5})?")
_URL = re.compile(r"(https?://(?=[!-~])[!-.0->@-~]*)[!-~]*")
_HEADER = re.compile(r"[\t -~]*")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_NEEDS_NO_QUOTING = re.compile(rf"[A-Za-z0-9{re.escape(URL_SAFE)}]*")
_PLACEHOLDER = re.compile(r"\{+[\w .:-]+\}+|<[\w .:-]+>")


class BuiltRequest(NamedTuple):
    """request; template: the URL it came from (no query; `{name}` for path parameters); arguments: (name,
    place, required, type, fixed: the schema allows one value only); host_inferred: from the provider."""

    request: Request
    template: str
    arguments: tuple[tuple[str, str, bool, str, bool], ...]
    host_inferred: bool


def build(document: Document, raw: RawOperation, provider: str, *, optional: bool = False) -> BuiltRequest:
    """Build the request of one operation. Raises `SpecError` with a reason to count."""
    operation = document.typed(raw)
    values = ValueBuilder(document, optional)
    servers = document.servers(raw)
    base, inferred = document.remembered(("server", *map(id, servers)), lambda: server_url(servers, provider))
    path, _, path_query = raw.path.split("#")[0].partition("?")
    in_path = set(_VARIABLE.findall(path_query))
    places: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": [], "cookie": []}
    arguments = []
    for parameter in operation.parameters:
        named = parameter.name in in_path and parameter.location.value == "query"
        key = "argument", id(parameter), named
        made = document.remembered(key, partial(argument, parameter, values, named))
        arguments.append(made.described)
        places[made.place] += made.pairs
    add_secrets(secrets(document, operation), places)
    template = base + (path if path.startswith("/") or not path else "/" + path)
    method = raw.method.upper()
    request = assemble(method, template, path_query, places, *request_body(operation, values, method))
    return BuiltRequest(request, template, tuple(arguments), inferred)


def assemble(
    method: str,
    template: str,
    path_query: str,
    places: dict[str, list[tuple[str, str]]],
    content_type: str | None,
    body: str | None,
) -> Request:
    """The request of (name, value) pairs by place, checked; those of `path` are encoded. path_query: the query that the
    path itself has. Raises `SpecError`."""
    in_path = set(_VARIABLE.findall(path_query))
    path_values = dict(places["path"])
    url = _filled(template, path_values)
    if not _NEEDS_NO_QUOTING.fullmatch(url):
        url = quote(url, safe=URL_SAFE)
    url = url.replace("{", "%7B").replace("}", "%7D")
    query = encode_query([pair for pair in places["query"] if pair[0] not in in_path])
    if path_query:
        given = {name: ",".join(value for key, value in places["query"] if key == name) for name in in_path}
        given = {name: quote(value, safe=QUERY_SAFE) for name, value in given.items()} | path_values
        query = "&".join(filter(None, (quote(_filled(path_query, given), safe="=&%+/:,;@-._~"), query)))
    headers = list(places["header"])
    if places["cookie"]:
        headers.append(("Cookie", "; ".join(f"{name}={quote(value, safe='')}" for name, value in places["cookie"])))
    if content_type is not None:
        headers.append(("Content-Type", content_type))
    request = Request(method, url + (f"?{query}" if query else ""), tuple(headers), body)
    check(request)
    return request


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with values, which are encoded, or invented ones in the place of its `{name}`s."""
    return _VARIABLE.sub(lambda match: values.get(match[1]) or quote(_invented(match[1]), safe=PATH_SAFE), template)


@dataclass(frozen=True, slots=True)
class Argument:
    """What one parameter adds to a request; described: an element of `BuiltRequest.arguments`."""

    place: str
    described: tuple[str, str, bool, str, bool]
    pairs: list[tuple[str, str]]


def argument(parameter: v3_0.Parameter, values: ValueBuilder, named: bool = False) -> Argument:
    """The parameter's (name, value) pairs as they are sent; none where it is left out. named: the path's query has
    `{name}`."""
    place = parameter.location.value
    required = bool(parameter.required) or place == "path" or named
    schema = parameter.schema_object
    flat = values.flat(schema) if schema is not None else None
    kind = kind_of(flat) if flat is not None else None
    fixed = flat is not None and (len(flat.enum or []) == 1 or "const" in (flat.model_extra or {}))
    described = (parameter.name, place, required, kind or "string", fixed)
    if place == "path":
        sent = [(parameter.name, path_value(parameter, parameter_value(parameter, values)))]
    elif not (required or values.optional) or (place == "header" and parameter.name.lower() in IGNORED_HEADERS):
        sent = []
    else:
        sent = pairs(parameter, content_value(parameter, parameter_value(parameter, values), values))
    return Argument(place, described, sent)


def check(request: Request) -> None:
    """Raise `SpecError` unless the request can go over the wire as it stands (RFC 9110, RFC 3986)."""
    if request.method not in METHODS:
        raise SpecError("bad_method", request.method[:20])
    found = _URL.fullmatch(request.url)
    if not found or "#" in request.url:
        raise SpecError("bad_url", request.url[:80])
    _check_host(found[1])
    if len(request.url) > MAX_URL:
        raise SpecError("url_too_long", f"{len(request.url)} characters")
    for header in request.headers:
        _check_header(*header)
    if request.body is not None:
        if len(request.body) > MAX_BODY:
            raise SpecError("body_too_long", f"{len(request.body)} characters")
        if re.search("[\ud800-\udfff]", request.body):
            raise SpecError("body_not_unicode")
        if request.media_type is None:
            raise SpecError("body_without_media_type")


@lru_cache(maxsize=1_000)
def _check_host(origin: str) -> None:
    """Remembered like `_check_header`: the operations of an API have them in common."""
    try:
        netloc = urlsplit(origin).netloc
    except ValueError as error:
        raise SpecError("bad_host", origin[:80]) from error
    if not _HOST.fullmatch(netloc):
        raise SpecError("bad_host", netloc[:60])


@lru_cache(maxsize=1_000)
def _check_header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name) or not _HEADER.fullmatch(value) or value != value.strip():
        raise SpecError("bad_header", name[:40])


def server_url(servers: list[Server], provider: str) -> tuple[str, bool]:
    """Absolute base URL without a trailing slash, and whether the host was inferred from the provider.

    The first https server wins, else the first; variables take their default, else their first enum value.
    """
    urls = [_with_variables(server) for server in servers] or [""]
    url = next((u for u in urls if u.startswith("https://")), urls[0]).strip().rstrip("/")
    if url.startswith("//"):
        url = "https:" + url
    inferred = not url.startswith(("http://", "https://"))
    if inferred:
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url):
            raise SpecError("server_not_http", url[:60])
        url = f"https://{provider}" + (f"/{url.lstrip('/')}" if url else "")
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise SpecError("bad_host", url[:60]) from error
    return f"{parts.scheme}://{host.lower()}{parts.path.rstrip('/')}", inferred


def _with_variables(server: Server) -> str:
    variables = server.variables or {}

    def default(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        if variable is None:
            return match[1]
        return variable.default or next(iter(variable.enum or []), match[1])

    return _VARIABLE.sub(default, server.url)


def parameter_value(parameter: v3_0.Parameter, values: ValueBuilder) -> Any:
    """The parameter's own example, the schema's, or an invented value of the right type; `{name}` is no example."""
    value = _example_or_value(parameter, values)
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        return TEXT if parameter.schema_object is None else values.invented(parameter.schema_object)
    return value


def _example_or_value(parameter: v3_0.Parameter, values: ValueBuilder) -> Any:
    if parameter.example is not None:
        return parameter.example
    if (given := first_example(parameter.examples)) is not MISSING:
        return given
    for media in (parameter.content or {}).values():
        return media.example if media.example is not None else values.value(media.schema_object)
    return values.value(parameter.schema_object)


def content_value(parameter: v3_0.Parameter, value: Any, values: ValueBuilder) -> Any:
    """The value of a parameter with `content`, whose example may be JSON written as text."""
    for media_type, media in (parameter.content or {}).items():
        if isinstance(value, str) and bodies.is_json(media_type):
            return read_as(_kind(media, values) or "object", value)
    return value


def _kind(media: v3_0.MediaType, values: ValueBuilder) -> str | None:
    return None if media.schema_object is None else kind_of(values.flat(media.schema_object))


def path_value(parameter: v3_0.Parameter, value: Any) -> str:
    """Percent-encoded path segment(s) by style simple, label or matrix and explode (RFC 6570)."""
    style, explode = getattr(parameter.style, "value", "simple"), bool(parameter.explode)
    name = quote(parameter.name, safe="")
    pieces = _pieces(value, explode, partial(quote, safe=PATH_SAFE))
    if not any(pieces):
        pieces = [quote(_invented(parameter.name), safe=PATH_SAFE)]
    if style == "label":
        return "." + ("." if explode else ",").join(pieces)
    if style == "matrix" and explode:
        return "".join(f";{piece}" if isinstance(value, dict) else f";{name}={piece}" for piece in pieces)
    return (f";{name}=" if style == "matrix" else "") + ",".join(pieces)


def pairs(parameter: v3_0.Parameter, value: Any) -> list[tuple[str, str]]:
    """(name, value) pairs of a query, header or cookie parameter by style and explode (OAS 3: Style Values)."""
    name = parameter.name
    style = getattr(parameter.style, "value", "form")
    explode = style in ("form", "deepObject") if parameter.explode is None else parameter.explode
    if parameter.content:
        return [(name, bodies.encode(value, "application/json"))]
    if parameter.location.value != "query":
        return [(name, ",".join(_pieces(value, bool(parameter.explode))))]
    if isinstance(value, dict):
        if style == "deepObject":
            return [(f"{name}[{key}]", _scalar(member)) for key, member in value.items()]
        if explode:
            return [(str(key), _scalar(member)) for key, member in value.items()]
    if isinstance(value, list) and explode:
        return [(name, _scalar(member)) for member in value]
    return [(name, {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",").join(_pieces(value, False)))]


def encode_query(query: list[tuple[str, str]]) -> str:
    return "&".join([_encoded_pair(*pair) for pair in query])


@lru_cache(maxsize=1_000)
def _encoded_pair(name: str, value: str) -> str:
    """Remembered: the operations of an API have most of their parameters in common."""
    return f"{quote(name, safe=QUERY_SAFE)}={quote(value, safe=QUERY_SAFE)}"


def secrets(document: Document, operation: Operation) -> list[tuple[str, str, str]]:
    """(place, name, placeholder) for the first security alternative whose schemes are all known (OAS 3: Security
    Requirement)."""
    alternatives = document.security(operation)
    known = "secrets", tuple(map(tuple, alternatives))
    return document.remembered(known, partial(_secrets, document, alternatives))


def add_secrets(placeholders: list[tuple[str, str, str]], places: dict[str, list[tuple[str, str]]]) -> None:
    """Add placeholders to the pairs by place where no parameter has the name."""
    for place, name, value in placeholders:
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
                value = SECRETS["basic" if (scheme.scheme or "").lower() == "basic" else "bearer"]
                secrets.append(("header", "Authorization", value))
        return secrets
    return []


def request_body(operation: Operation, values: ValueBuilder, method: str) -> tuple[str | None, str | None]:
    """(Content-Type, payload text), or (None, None) when the operation sends no body."""
    body = sent_body(operation, values, method)
    if body is None:
        return None, None
    return values.document.remembered(("payload", id(body)), partial(_payload, body, values))


def sent_body(operation: Operation, values: ValueBuilder, method: str) -> v3_0.RequestBody | None:
    """The operation's body where its request has one."""
    body = operation.request_body
    if body is None or not body.content or method in ("GET", "HEAD", "TRACE"):
        return None
    return body if body.required or values.optional or method in BODY_METHODS else None


def _payload(body: v3_0.RequestBody, values: ValueBuilder) -> tuple[str, str]:
    """Content-Type and text of the body's best-understood media type."""
    chosen = payload(body, values)
    return chosen.header, bodies.encode(chosen.value, chosen.header, chosen.root, chosen.media.encoding)


class Payload(NamedTuple):
    """header: the Content-Type; root: name of an XML body's root element; given: the value is the body's example."""

    header: str
    media: v3_0.MediaType
    value: Any
    root: str
    given: bool


def payload(body: v3_0.RequestBody, values: ValueBuilder) -> Payload:
    """What a body sends, by the best-understood of its media types."""
    chosen = bodies.choose_media_type(list(body.content))
    media = body.content[chosen]
    header = bodies.content_type(chosen)
    value = body_example(media, header, values)
    given = value is not MISSING
    if not given:
        value = values.value(media.schema_object)
    root = "root"
    if media.schema_object is not None:
        schema, reference = values.document.schema(media.schema_object)
        root = str((schema.xml or {}).get("name") or (reference or "root").rpartition("/")[2])
    return Payload(header, media, value, root, given)


def body_example(media: v3_0.MediaType, header: str, values: ValueBuilder) -> Any:
    """The example of a body, `MISSING` where there is none that could be one; JSON may be written as text, and an
    example may be a reference to another."""
    value = media.example if media.example is not None else first_example(media.examples)
    if isinstance(value, dict) and value.keys() == {"$ref"}:
        try:
            return values.document.resolve(value)
        except SpecError:
            return MISSING
    if not isinstance(value, str) or media.schema_object is None or bodies.is_text(header):
        return value
    kind = _kind(media, values)
    value = read_as(kind or "object", value)
    return MISSING if bodies.is_json(header) and kind in ("object", "array") and isinstance(value, str) else value


def _pieces(value: Any, explode: bool, encoded: Callable[[str], str] = str) -> list[str]:
    """The parts of a value that a style puts its separator between; explode: `key=value` is one part."""
    if isinstance(value, list):
        return [encoded(_scalar(member)) for member in value]
    if isinstance(value, dict):
        members = [(encoded(str(key)), encoded(_scalar(member))) for key, member in value.items()]
        return (
            [f"{key}={member}" for key, member in members] if explode else [text for pair in members for text in pair]
        )
    return [encoded(_scalar(value))]


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else bodies.encode(value, "application/json")


def _invented(name: str) -> str:
    return TEXT if not name else re.sub(r"\W+", "_", name).upper()
