"""An OpenAPI operation to one concrete HTTP request, and the check every request passes.

Covers what decides a request in OAS 3.0 to 3.2 (and 2.0, normalised): servers and their variables, parameters
in path, query, header and cookie with style and explode, the body by media type, security schemes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from openapi_parser.models.base import Server

from apipack.openapi import bodies, multipart, xml
from apipack.openapi.admission import kind_of
from apipack.openapi.document import Document, Operation, RawOperation
from apipack.openapi.loading import SpecError
from apipack.openapi.media_types import is_sequence, is_xml
from apipack.openapi.models import MediaType, Parameter, RequestBody
from apipack.openapi.styles import (
    DELIMITERS,
    PATH,
    PATH_MEMBER,
    PATH_SAFE,
    QUERY,
    Pairs,
    flattened,
    pieces,
    reserved,
    reserved_member,
    reserved_segment,
)
from apipack.openapi.styles import pairs as query_pairs
from apipack.openapi.values import MISSING, TEXT, ValueBuilder, first_example, read_as
from apipack.records import Request, essence, is_json, is_method

URL_SAFE = "/%[]{}?&=+#;" + PATH_SAFE
BODY_METHODS = {"POST", "PUT", "PATCH", "QUERY"}
IGNORED_HEADERS = {"accept", "content-type", "authorization"}  # OAS 3: Parameter Object; 2.0 has no such rule
SECRETS = {"basic": "Basic REPLACE_BASIC_AUTH", "bearer": "Bearer REPLACE_BEARER_TOKEN"}
SCHEMES = ("Concealed", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate", "OAuth", "PrivateToken", "vapid")
"""HTTP authentication schemes as IANA's registry writes them."""
API_KEY = "REPLACE_KEY_VALUE"
MAX_URL, MAX_BODY = 8_000, 100_000

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:\d{1,5})?")
_URL = re.compile(r"(https?://(?=[!-~])[!-.0->@-~]*)[!-~]*")
_HEADER = re.compile(r"[\t -~]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_NEEDS_NO_QUOTING = re.compile(rf"[A-Za-z0-9{re.escape(URL_SAFE)}]*")
_PLACEHOLDER = re.compile(r"\{+[\w .:-]+\}+|<[\w .:-]+>")


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
    servers = document.servers(raw)
    base, inferred = document.remembered(("server", *map(id, servers)), lambda: server_url(servers, provider))
    path, _, path_query = raw.path.split("#")[0].partition("?")
    in_path = set(_VARIABLE.findall(path_query))
    places: dict[str, Pairs] = {"path": [], "query": [], "header": [], "cookie": []}
    arguments = []
    for parameter in operation.parameters:
        named = parameter.name in in_path and parameter.location.value == "query"
        key = "argument", id(parameter), named
        built = document.remembered(key, partial(argument, parameter, values, named))
        arguments.append(built.described)
        places[built.place] += built.pairs
    if operation.query_string is not None:
        described, query = query_string(operation.query_string, values)
        arguments.append(described)
        path_query = "&".join(filter(None, (path_query, query)))
    add_secrets(secrets(document, operation), places)
    template = base + (path if path.startswith("/") or not path else "/" + path)
    method = raw.verb
    content_type, body = request_body(operation, values, method)
    if document.version == (2, 0):
        content_type = own_content_type(places["header"], content_type)
    request = assemble(method, template, path_query, places, content_type, body)
    return BuiltRequest(request, template, tuple(arguments), inferred, operation)


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
    in_path = set(_VARIABLE.findall(path_query))
    path_values = dict(places["path"])
    url = _filled(template, path_values)
    if not _NEEDS_NO_QUOTING.fullmatch(url):
        url = quote(url, safe=URL_SAFE)
    url = url.replace("{", "%7B").replace("}", "%7D")
    query = "&".join([f"{name}={value}" for name, value in places["query"] if name not in in_path])
    if path_query:
        given = {}
        for name in in_path:
            given[name] = ",".join(value for key, value in places["query"] if key == name)
        filled = _filled(path_query, {name: value for name, value in given.items() if value} | path_values)
        query = "&".join(filter(None, (quote(filled, safe="=&%+/:,;@-._~!$'()*?"), query)))
    headers = list(places["header"])
    if places["cookie"]:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in places["cookie"])))
    if content_type is not None:
        headers.append(("Content-Type", content_type))
    request = Request(method, url + (f"?{query}" if query else ""), tuple(headers), body)
    check(request)
    return request


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with values, which are encoded, or invented ones in the place of its `{name}`s."""
    return _VARIABLE.sub(lambda match: values.get(match[1]) or PATH(_invented(match[1])), template)


@dataclass(frozen=True, slots=True)
class Argument:
    """What one parameter adds to a request; described: an element of `BuiltRequest.arguments`; pairs: encoded."""

    place: str
    described: tuple[str, str, bool, str, bool]
    pairs: Pairs


def argument(parameter: Parameter, values: ValueBuilder, named: bool = False) -> Argument:
    """The parameter's (name, value) pairs as they are sent; none where it is left out. named: the path's query has
    `{name}`."""
    place = parameter.location.value
    required = bool(parameter.required) or place == "path" or named
    schema = parameter.schema_object
    flat = values.flat(schema) if schema is not None else None
    kind = kind_of(flat) if flat is not None else None
    fixed = flat is not None and (len(flat.enum or []) == 1 or "const" in (flat.model_extra or {}))
    described = (parameter.name, place, required, kind or "string", fixed)
    ignored = place == "header" and parameter.name.lower() in IGNORED_HEADERS and values.document.version != (2, 0)
    if ignored or not (required or values.optional):
        return Argument(place, described, [])
    return Argument(place, described, _sent(parameter, values))


def _sent(parameter: Parameter, values: ValueBuilder) -> Pairs:
    """The parameter's pairs; an example or default that cannot be sent gives way to a made-up value, as a repair."""
    value = sent_value(parameter, values)
    try:
        sent = written(parameter, value, values)
        if sendable(parameter, sent):
            return sent
    except (SpecError, UnicodeEncodeError):
        pass
    values.document.repairs += 1
    schema = parameter.schema_object
    return written(parameter, TEXT if schema is None else values.invented(schema), values)


def sendable(parameter: Parameter, sent: Pairs) -> bool:
    """Whether a parameter's encoded pairs can go over the wire where it stands."""
    place = parameter.location.value
    if place == "header":
        return all(_HEADER.fullmatch(value) and value == value.strip() for _, value in sent)
    if place == "cookie" and not all(_HEADER.fullmatch(value) and ";" not in value for _, value in sent):
        return False
    if place == "path" and sent[0][1] in (".", ".."):  # RFC 3986, 5.2.4: clients would remove it
        return False
    return sum(len(value) for _, value in sent) < MAX_URL // 2


def written(parameter: Parameter, value: Any, values: ValueBuilder) -> Pairs:
    """The parameter's encoded pairs for a value, by its `content` or its style."""
    if values.document.version == (2, 0) and isinstance(value, list) and parameter.schema_object is not None:
        items = parameter.schema_object.items
        value = flattened(value, None if items is None else {"items": bodies.items_node(items)})
    if parameter.content:
        (media_type, media), *_ = parameter.content.items()
        text = bodies.encode(value, bodies.content_type(media_type), values, media, parameter.name)
        place = parameter.location.value
        if place == "path":
            return [(parameter.name, PATH(text) or PATH(_invented(parameter.name)))]
        if place == "query":
            return [(QUERY(parameter.name), QUERY(text))]
        return [(parameter.name, quote(text, safe="") if place == "cookie" else text)]
    if parameter.location.value == "path":
        reserved_too = bool(parameter.allow_reserved) and values.document.version >= (3, 2)
        return [(parameter.name, path_value(parameter, value, reserved_too))]
    return pairs(parameter, value)


def query_string(parameter: Parameter, values: ValueBuilder) -> tuple[tuple[str, str, bool, str, bool], str]:
    """How the parameter that is the whole query is described, and that query (OAS 3.2: in: querystring)."""
    required = bool(parameter.required)
    described = (parameter.name, "querystring", required, "object", False)
    if not (required or values.optional) or not parameter.content:
        return described, ""
    (media_type, media), *_ = parameter.content.items()
    value = content_value(parameter, parameter_value(parameter, values), values)
    text = bodies.encode(value, bodies.content_type(media_type), values, media, parameter.name)
    return described, text if essence(media_type) == bodies.FORM else QUERY(text)


def own_content_type(headers: Pairs, content_type: str | None) -> str | None:
    """The body's type, which a header parameter of 2.0 may say another name of; that parameter is not sent twice."""
    given = next((pair for pair in headers if pair[0].lower() == "content-type"), None)
    if given is None or content_type is None:
        return content_type
    headers.remove(given)
    return given[1] if is_json(given[1]) == is_json(content_type) and "boundary=" not in content_type else content_type


def check(request: Request) -> None:
    """Raise `SpecError` unless the request can go over the wire as it stands (RFC 9110, RFC 3986)."""
    if not is_method(request.method):
        raise SpecError("bad_method", request.method[:20])
    match = _URL.fullmatch(request.url)
    if not match or "#" in request.url:
        raise SpecError("bad_url", request.url[:80])
    _check_host(match[1])
    if len(request.url) > MAX_URL:
        raise SpecError("url_too_long", f"{len(request.url)} characters")
    for header in request.headers:
        _check_header(*header)
    if request.body is not None:
        if len(request.body) > MAX_BODY:
            raise SpecError("body_too_long", f"{len(request.body)} characters")
        if not request.body.isascii() and _SURROGATE.search(request.body):
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

    return _VARIABLE.sub(default, server.url)


def sent_value(parameter: Parameter, values: ValueBuilder) -> Any:
    """The value that a parameter sends, made once."""
    key = "value", id(parameter), values.optional
    make = partial(parameter_value, parameter, values)
    return content_value(parameter, values.document.remembered(key, make), values)


def parameter_value(parameter: Parameter, values: ValueBuilder) -> Any:
    """The parameter's own example, the schema's, or an invented value of the right type; `{name}` is no example."""
    value = _example_or_value(parameter, values)
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        return TEXT if parameter.schema_object is None else values.invented(parameter.schema_object)
    return value


def _example_or_value(parameter: Parameter, values: ValueBuilder) -> Any:
    given = parameter.example if parameter.example is not None else first_example(parameter.examples)
    if given is not MISSING:
        return given if parameter.content else _of_text(parameter, given, values)
    for media_type, media in (parameter.content or {}).items():
        given = body_example(media, media_type, values)
        return media_value(media, media_type, values) if given is MISSING else given
    return values.value(parameter.schema_object)


def _of_text(parameter: Parameter, value: Any, values: ValueBuilder) -> Any:
    """An example of an object or array that is written as JSON in a text."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[") or parameter.schema_object is None:
        return value
    kind = kind_of(values.flat(parameter.schema_object))
    read = read_as(kind, value) if kind in ("object", "array") else value
    return read if read != [value] else value


def content_value(parameter: Parameter, value: Any, values: ValueBuilder) -> Any:
    """The value of a parameter with `content`, whose example may be JSON written as text."""
    for media_type, media in (parameter.content or {}).items():
        if isinstance(value, str) and is_json(media_type):
            return read_as(_kind(media, values) or "object", value)
    return value


def _kind(media: MediaType, values: ValueBuilder) -> str | None:
    return None if media.schema_object is None else kind_of(values.flat(media.schema_object))


def path_value(parameter: Parameter, value: Any, reserved_too: bool = False) -> str:
    """Percent-encoded path segment(s) by style simple, label or matrix and explode (RFC 6570). reserved_too: what may
    stand in a segment stays (OAS 3.2: allowReserved; RFC 3986, 3.3)."""
    style, explode = parameter.style or "simple", bool(parameter.explode)
    name = quote(parameter.name, safe="")
    quoted = PATH_MEMBER if isinstance(value, list | dict) else reserved_segment if reserved_too else PATH
    parts = pieces(value, explode, quoted)
    if not any(parts):
        parts = [PATH(_invented(parameter.name))]
    delimiter = quote(DELIMITERS.get(style, ","), safe=",")
    if style == "label":
        return "." + ("." if explode else ",").join(parts)
    if style == "matrix" and explode:
        return "".join(f";{part}" if isinstance(value, dict) else f";{name}={part}" for part in parts)
    return (f";{name}=" if style == "matrix" else "") + delimiter.join(parts)


def pairs(parameter: Parameter, value: Any) -> Pairs:
    """Encoded (name, value) pairs of a query, header or cookie parameter by style and explode (OAS 3: Style Values)."""
    name, place = parameter.name, parameter.location.value
    style = parameter.style or "form"
    if place == "cookie" and style == "cookie":  # OAS 3.2: not encoded
        explode = parameter.explode is not False
        return query_pairs(name, value, "form", explode, str, str)
    if place != "query":
        text = DELIMITERS.get(style, ",").join(pieces(value, bool(parameter.explode)))
        return [(name, quote(text, safe="") if place == "cookie" else text)]
    explode = style in ("form", "deepObject") if parameter.explode is None else parameter.explode
    if parameter.allow_reserved:
        return query_pairs(name, value, style, explode, reserved, reserved_member)
    return query_pairs(name, value, style, explode)


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
    return f"{name} REPLACE_{re.sub(r'[^A-Za-z0-9]+', '_', name).upper()}_CREDENTIALS" if _TOKEN.fullmatch(name) else ""


def request_body(operation: Operation, values: ValueBuilder, method: str) -> tuple[str | None, str | None]:
    """(Content-Type, payload text), or (None, None) when the operation sends no body."""
    body = sent_body(operation, values, method)
    if body is None:
        return None, None
    return values.document.remembered(("payload", id(body)), partial(_payload, body, values))


def sent_body(operation: Operation, values: ValueBuilder, method: str) -> RequestBody | None:
    """The operation's body where its request has one."""
    body = operation.request_body
    if body is None or not body.content or method in ("GET", "HEAD", "TRACE"):
        return None
    return body if body.required or values.optional or method in BODY_METHODS else None


def _payload(body: RequestBody, values: ValueBuilder) -> tuple[str, str]:
    """Content-Type and text of the body's best-understood media type; an example that cannot be sent gives way to a
    made-up value, as a repair."""
    chosen = payload(body, values)
    try:
        text = bodies.encode(chosen.value, chosen.header, values, chosen.media, chosen.root)
        sendable = len(text) <= MAX_BODY and (text.isascii() or not _SURROGATE.search(text))
    except SpecError:
        if not chosen.given:
            raise
        sendable = False
    if not sendable and chosen.given:
        values.document.repairs += 1
        value = media_value(chosen.media, chosen.header, values)
        text = bodies.encode(value, chosen.header, values, chosen.media, chosen.root)
    return sent_header(chosen.header, text), text


def sent_header(header: str, text: str) -> str:
    """The Content-Type of a payload, which for `multipart/related` names that of its root (RFC 2387, 3.1)."""
    return f'{header}; type="{multipart.root_type(text)}"' if essence(header) == "multipart/related" else header


class Payload(NamedTuple):
    """header: the Content-Type; root: name of an XML body's root element; given: the value is the body's example."""

    header: str
    media: MediaType
    value: Any
    root: str
    given: bool


def payload(body: RequestBody, values: ValueBuilder) -> Payload:
    """What a body sends, by the best-understood of its media types; made once."""
    return values.document.remembered(("sent", id(body), values.optional), partial(_made_payload, body, values))


def _made_payload(body: RequestBody, values: ValueBuilder) -> Payload:
    chosen = bodies.choose_media_type(list(body.content))
    media = body.content[chosen]
    header = bodies.content_type(chosen)
    value = body_example(media, header, values)
    given = value is not MISSING
    if not given:
        value = media_value(media, header, values)
    root = "root"
    if media.schema_object is not None:
        schema, reference = values.document.schema(media.schema_object)
        root = str((schema.xml or {}).get("name") or (reference or "root").rpartition("/")[2])
        if not given and is_xml(header) and isinstance(value, str) and not value.lstrip().startswith("<"):
            value = xml.document_text(values.document, value, media.schema_object, root)
    return Payload(header, media, value, root, given)


def media_value(media: MediaType, header: str, values: ValueBuilder) -> Any:
    """A value by the schema of a media type, or one item by that of its items (OAS 3.2: itemSchema)."""
    if media.schema_object is None and media.item_schema is not None:
        item = values.value(media.item_schema)
        return [item] if is_sequence(header) or header.startswith("multipart/") else item
    return values.value(media.schema_object)


def body_example(media: MediaType, header: str, values: ValueBuilder) -> Any:
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
    return MISSING if is_json(header) and kind in ("object", "array") and isinstance(value, str) else value


def _invented(name: str) -> str:
    return TEXT if not name else re.sub(r"\W+", "_", name).upper()
