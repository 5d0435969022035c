"""Java: its library over constants, and what OkHttp, HttpClient and HttpURLConnection send."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_tree import is_unit, lower
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Foreign,
    Inert,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request

RESTRICTED = ("connection", "content-length", "expect", "host", "upgrade")
CHARSETS = ("utf-8", "utf8")
_TYPE = re.compile(r"[\w!#$%&'*+.^`{|}~-]+/[\w!#$%&'*+.^`{|}~-]+(?P<charset>; ?charset=utf-8)?", re.I | re.A)
_TYPED = re.compile(r"[\w!#$%&'*+.^`{|}~-]+/[\w!#$%&'*+.^`{|}~-]+(?:; ?[\w-]+=[\w.-]+)*", re.ASCII)


def read(code: str) -> Request:
    return Evaluation(Java(is_unit(code))).run(lower(code))


# Data


def text(value: Any) -> str:
    """What a string concatenation makes of a value."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and 1e-3 <= abs(value) < 1e7:
        return repr(value)
    if isinstance(value, Builder | Address | Document):
        return value.written()
    raise Unreadable("the text of an object")


def _octets(value: str, charset: Any = UNDEFINED) -> bytes:
    if charset is not UNDEFINED and str(charset).lower() not in CHARSETS:
        raise Unreadable("another charset")
    return value.encode()


def _format(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] in ("%%", "%n"):
            return "%" if verb[0] == "%%" else "\n"
        if verb[1] not in "sd" or (verb[1] == "d" and not isinstance(rest[0], int)):
            raise Unreadable(f"{verb[0]} of such a value")
        return text(rest.pop(0))

    return re.sub("%(.)", written, pattern)


class Builder(Thing):
    """StringBuilder and StringBuffer."""

    inert = frozenset({"length"})

    def __init__(self, given: Arguments) -> None:
        (first,) = given.take("text")
        self.parts = [] if first is UNDEFINED or isinstance(first, int) else [text(known(first))]

    def written(self) -> str:
        return "".join(self.parts)

    def do_append(self, run: Evaluation, given: Arguments) -> Builder:
        (value,) = given.take("text", required=1)
        if isinstance(value, Mystery) and run.request is not None:
            return self
        run.certain()
        self.parts.append(text(known(value)))
        return self

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()


class Document(Thing):
    """JSONObject and JSONArray of org.json, JsonObject of Gson, ObjectNode of Jackson."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def written(self) -> str:
        return json.dumps(_jsonable(self.data), ensure_ascii=False, separators=(",", ":"))

    def do_put(self, run: Evaluation, given: Arguments) -> Document:
        run.certain()
        if isinstance(self.data, list):
            self.data.append(*given.take("value", required=1))
        else:
            name, value = given.take("name", "value", required=2)
            if value is None:
                raise Unreadable("a member that is taken off")
            self.data[text_of(name)] = value
        return self

    def do_addProperty(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.data[text_of(name)] = value

    do_add = do_put

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        given.take()
        return self.written()


def _jsonable(value: Any) -> Any:
    if isinstance(value, Document):
        return _jsonable(value.data)
    if isinstance(value, dict):
        return {str(key): _jsonable(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member) for member in value]
    if isinstance(value, float):
        text(value)
    elif not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


def _to_json(run: Evaluation, given: Arguments) -> str:
    (value,) = given.take("value", required=1)
    return Document(value).written()


class Entry(Thing):
    """Map.Entry."""

    def __init__(self, key: Any, value: Any) -> None:
        self.pair = key, value

    def do_getKey(self, run: Evaluation, given: Arguments) -> Any:
        return self.pair[0]

    def do_getValue(self, run: Evaluation, given: Arguments) -> Any:
        return self.pair[1]


def _map_of(*pairs: Any) -> dict[Any, Any]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _new_map(run: Evaluation, given: Arguments) -> dict[Any, Any]:
    (other,) = given.take("map")
    return {} if other is UNDEFINED or isinstance(other, int) else dict(other)


class Address(Thing):
    """java.net.URL, java.net.URI, and OkHttp's HttpUrl."""

    inert = frozenset({"getHost", "getPath", "getQuery", "toExternalForm"})

    def __init__(self, url: str) -> None:
        self.url = url

    def written(self) -> str:
        return self.url

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.url

    def do_toURL(self, run: Evaluation, given: Arguments) -> Address:
        return self

    do_toURI = do_url = do_uri = do_toURL

    def do_openConnection(self, run: Evaluation, given: Arguments) -> Connection:
        given.take()
        return Connection(sending.plain_url(self.url))

    def do_newBuilder(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return AddressBuilder(self.url)


def _address(run: Evaluation, given: Arguments) -> Address:
    (url,) = given.take("url", required=1)
    return Address(text_of(known(url), "the URL"))


class AddressBuilder(Thing):
    """HttpUrl.Builder."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.parts: dict[str, str] = {}
        self.path: list[str] = []

    def do_scheme(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        self.parts["scheme"] = text_of(*given.take("scheme", required=1))
        return self

    def do_host(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        self.parts["host"] = text_of(*given.take("host", required=1))
        return self

    def do_addPathSegment(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        self.path.append(quote(text_of(*given.take("segment", required=1)), safe="!$&'()*+,;=:@-._~"))
        return self

    def do_addPathSegments(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        self.path.append(quote(text_of(*given.take("segments", required=1)), safe="!$&'()*+,;=:@-._~/"))
        return self

    def do_addQueryParameter(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        run.certain()
        name, value = (text_of(known(argument)) for argument in given.take("name", "value", required=2))
        self.parts["query"] = self.parts.get("query", "") + f"&{sending.strict(name)}={sending.strict(value)}"
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Address:
        url = self.url or f"{self.parts.get('scheme', '')}://{sending.authority(self.parts.get('host'))}"
        if self.path:
            base, mark, query = url.partition("?")
            if self.url and not base.partition("://")[2].partition("/")[2]:
                base = base.rstrip("/")
            url = f"{base.removesuffix('/')}/{'/'.join(self.path)}{mark}{query}"
        return Address(sending.with_query(url, self.parts.get("query", "")[1:]))


# OkHttp


class MediaType(Thing):
    """okhttp3.MediaType."""

    def __init__(self, name: str) -> None:
        self.name = name

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.name


def _media_type(run: Evaluation, given: Arguments) -> MediaType | None:
    (name,) = given.take("type", required=1)
    name = text_of(name, "a media type")
    if not _TYPED.fullmatch(name):
        raise Unreadable("a media type that OkHttp may not take")
    return MediaType(name)


class Body(Thing):
    """okhttp3.RequestBody. kind: its type, which takes the place of a Content-Type header."""

    def __init__(self, content: str, kind: str | None) -> None:
        self.content, self.kind = content, kind


def _create(run: Evaluation, given: Arguments) -> Body:
    first, second = (known(argument) for argument in given.take("first", "second", required=1))
    if isinstance(first, str | bytes):
        first, second = (None if second is UNDEFINED else second), first
    if first is not None and not isinstance(first, MediaType):
        raise Unreadable("not a media type")
    if isinstance(second, bytes):
        return Body(sending.octets_text(second), first.name if first else None)
    content = text_of(second, "the body")
    if first is None:
        return Body(content, None)
    if "charset" not in first.name.lower():
        return Body(content, f"{first.name}; charset=utf-8")
    if not re.search(r"charset=\"?utf-8", first.name, re.IGNORECASE):
        raise Unreadable("another charset")
    return Body(content, first.name)


class FormBuilder(Thing):
    """FormBody.Builder."""

    def __init__(self, given: Arguments) -> None:
        given.take("charset")
        self.pairs: list[tuple[str, str]] = []

    def do_add(self, run: Evaluation, given: Arguments) -> FormBuilder:
        run.certain()
        name, value = (text_of(known(argument)) for argument in given.take("name", "value", required=2))
        self.pairs.append((name, value))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Body:
        return Body(sending.form(self.pairs), FORM)


class PartsBuilder(Thing):
    """MultipartBody.Builder."""

    def __init__(self, given: Arguments) -> None:
        given.take()
        self.parts: list[tuple[str, str, None, None]] = []
        self.is_form = False

    def do_setType(self, run: Evaluation, given: Arguments) -> PartsBuilder:
        self.is_form = given.take("type", required=1) == ["multipart/form-data"]
        return self

    def do_addFormDataPart(self, run: Evaluation, given: Arguments) -> PartsBuilder:
        run.certain()
        name, value = (text_of(known(argument)) for argument in given.take("name", "value", required=2))
        self.parts.append((name, value, None, None))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Body:
        if not self.is_form:
            raise Unreadable("a multipart body that is no form")
        fields = Fields()
        content = sending.multipart(self.parts, fields)
        return Body(content, fields.get("Content-Type"))


class RequestBuilder(Thing):
    """okhttp3.Request.Builder."""

    inert = frozenset()

    def __init__(self, given: Arguments) -> None:
        given.take()
        self.url, self.method = "", "GET"
        self.body: Body | None = None
        self.fields = Fields()

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("post", "put", "patch", "delete"):
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return super().get(run, name)

    def verb(self, run: Evaluation, method: str, given: Arguments) -> RequestBuilder:
        run.certain()
        (body,) = given.take("body", required=0 if method == "DELETE" else 1)
        return self.with_method(method, Body("", None) if body is UNDEFINED else body)

    def with_method(self, method: str, body: Any) -> RequestBuilder:
        if body is not None and not isinstance(body, Body):
            known(body)
            raise Unreadable("not a body")
        if body is not None and method in ("GET", "HEAD"):
            raise Unreadable(f"OkHttp sends no body with {method}")
        if body is None and method in ("POST", "PUT", "PATCH", "PROPPATCH", "REPORT"):
            raise Unreadable(f"OkHttp needs a body with {method}")
        self.method, self.body = method, body
        return self

    def do_method(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        method, body = given.take("method", "body", required=2)
        return self.with_method(text_of(method), body)

    def do_get(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        given.take()
        return self.with_method("GET", None)

    def do_head(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        given.take()
        return self.with_method("HEAD", None)

    def do_url(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        (url,) = given.take("url", required=1)
        self.url = url.written() if isinstance(url, Address) else text_of(url, "the URL")
        return self

    def do_header(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        self.fields.set(*given.take("name", "value", required=2))
        return self

    def do_addHeader(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        self.fields.add(*given.take("name", "value", required=2))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Prepared:
        given.take()
        fields = Fields(self.fields.pairs)
        kind = self.body.kind if self.body else None
        if kind is not None and fields.get("Content-Type") != kind:
            fields.set("Content-Type", kind)
        url = sending.encoded_url(self.url)
        return Prepared(sent(self.method, url, fields, self.body.content if self.body else None))


class Prepared(Thing):
    """A request that is built and not yet sent, of OkHttp or HttpClient."""

    inert = frozenset({"url", "headers", "uri", "method"})

    def __init__(self, request: Request) -> None:
        self.request = request


class Call(Thing):
    """okhttp3.Call."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def do_execute(self, run: Evaluation, given: Arguments) -> Mystery:
        given.take()
        return run.send(self.request)

    def do_enqueue(self, run: Evaluation, given: Arguments) -> None:
        run.call_back(*given.take("callback", required=1))
        run.send(self.request)


class Client(Thing):
    """okhttp3.OkHttpClient."""

    inert = frozenset({"dispatcher", "connectionPool"})

    def __init__(self, given: Arguments) -> None:
        given.take()

    def do_newBuilder(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        return ClientBuilder(Arguments([]), lambda: Client(Arguments([])))

    def do_newCall(self, run: Evaluation, given: Arguments) -> Call:
        return Call(_prepared(given))


def _prepared(given: Arguments) -> Request:
    request, *_ = given.take("request", "handler", required=1)
    if not isinstance(request, Prepared):
        raise Unreadable("not a request")
    return request.request


class ClientBuilder(Thing):
    """Builders of OkHttpClient and HttpClient: what they set leaves the request alone."""

    ALLOWED = frozenset(
        [
            "connectTimeout",
            "readTimeout",
            "writeTimeout",
            "callTimeout",
            "followRedirects",
            "followSslRedirects",
            "retryOnConnectionFailure",
            "version",
            "executor",
        ]
    )

    def __init__(self, given: Arguments, make: Callable[[], Thing]) -> None:
        given.take()
        self.make = make

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.ALLOWED:
            return Builtin(lambda run, given: self)
        if name == "build":
            return Builtin(lambda run, given: self.make())
        return super().get(run, name)


class Type(Module):
    """A type: static members by name, and what `new` makes."""

    def __init__(self, name: str, members: dict[str, Any], new: Any = None) -> None:
        super().__init__(name, members)
        self.new = new

    def make(self, run: Evaluation, given: Arguments) -> Any:
        if self.new is None:
            raise Unreadable(f"new {self.name} is not known here")
        return self.new(run, given)


# java.net.http


class Publisher(Thing):
    """A BodyPublisher."""

    def __init__(self, content: str | None) -> None:
        self.content = content


def _of_string(run: Evaluation, given: Arguments) -> Publisher:
    content, charset = given.take("body", "charset", required=1)
    return Publisher(text_of(content, "the body") if _octets("", charset) == b"" else None)


def _of_octets(run: Evaluation, given: Arguments) -> Publisher:
    (content,) = given.take("body", required=1)
    if not isinstance(content, bytes):
        raise Unreadable("not bytes")
    return Publisher(sending.octets_text(content))


class NetRequestBuilder(Thing):
    """HttpRequest.Builder."""

    def __init__(self, given: Arguments) -> None:
        (url,) = given.take("uri")
        self.url = url if isinstance(url, Address) else None
        self.method = "GET"
        self.content: str | None = None
        self.fields = Fields()

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("POST", "PUT"):
            return Builtin(lambda run, given: self.with_method(run, name, *given.take("publisher", required=1)))
        if name in ("GET", "DELETE", "HEAD"):
            return Builtin(lambda run, given: self.with_method(run, name, Publisher(None)))
        if name in ("timeout", "version", "expectContinue"):
            if name == "expectContinue":
                raise Unreadable("a request that waits for the server")
            return Builtin(lambda run, given: self)
        return super().get(run, name)

    def with_method(self, run: Evaluation, method: str, publisher: Any) -> NetRequestBuilder:
        run.certain()
        if not isinstance(publisher, Publisher):
            raise Unreadable("not a BodyPublisher")
        self.method, self.content = method, publisher.content
        return self

    def do_method(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        method, publisher = given.take("method", "publisher", required=2)
        return self.with_method(run, text_of(method), publisher)

    def do_uri(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        run.certain()
        (url,) = given.take("uri", required=1)
        if not isinstance(url, Address):
            raise Unreadable("not a URI")
        self.url = url
        return self

    def do_header(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if text_of(name).lower() in RESTRICTED:
            raise Unreadable(f"HttpClient refuses the header {name}")
        self.fields.add(name, value)
        return self

    def do_setHeader(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        self.fields.remove(text_of(given.positional[0]))
        return self.do_header(run, given)

    def do_headers(self, run: Evaluation, given: Arguments) -> NetRequestBuilder:
        for name, value in zip(given.positional[::2], given.positional[1::2], strict=True):
            self.do_header(run, Arguments([name, value]))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Prepared:
        given.take()
        if self.url is None:
            raise Unreadable("no URI")
        return Prepared(sent(self.method, sending.plain_url(self.url.url), self.fields, self.content))


class NetClient(Thing):
    """java.net.http.HttpClient."""

    inert = frozenset({"close"})

    def do_send(self, run: Evaluation, given: Arguments) -> Mystery:
        return run.send(_prepared(given))

    def do_sendAsync(self, run: Evaluation, given: Arguments) -> Future:
        return Future(_prepared(given))


class Future(Thing):
    """A CompletableFuture: its request is certain once the program waits for it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.waited = False

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("join", "get"):
            return Builtin(self.wait)
        if name in ("thenApply", "thenAccept", "thenRun", "exceptionally", "whenComplete", "handle"):
            return Builtin(self.then)
        return super().get(run, name)

    def then(self, run: Evaluation, given: Arguments) -> Future:
        run.call_back(*given.positional)
        return self

    def wait(self, run: Evaluation, given: Arguments) -> Mystery:
        if self.waited:
            return MYSTERY
        self.waited = True
        return run.send(self.request)


# HttpURLConnection


class Connection(Thing):
    """HttpURLConnection: sent by the first call that needs the answer."""

    inert = frozenset(
        [
            "setConnectTimeout",
            "setReadTimeout",
            "setUseCaches",
            "setInstanceFollowRedirects",
            "setDoInput",
            "disconnect",
            "setAllowUserInteraction",
            "setDefaultUseCaches",
        ]
    )
    ASKING = ("getInputStream", "getResponseCode", "getResponseMessage", "getErrorStream", "getContent",
              "getHeaderField", "getHeaderFields", "getContentType", "getContentLength")  # fmt: skip

    def __init__(self, url: str) -> None:
        self.url, self.method = url, "GET"
        self.fields = Fields()
        self.content: bytes | None = None
        self.output = self.is_sent = False

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.ASKING:
            return Builtin(self.ask)
        return super().get(run, name)

    def ask(self, run: Evaluation, given: Arguments) -> Mystery:
        if not self.is_sent:
            self.is_sent = True
            fields = Fields(self.fields.pairs)
            method = self.method
            if self.content is not None:
                fields.default("Content-Type", FORM)
                method = "POST" if method == "GET" else method
            run.send(sent(method, self.url, fields, self.content))
        return MYSTERY

    def do_setRequestMethod(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.method = text_of(*given.take("method", required=1))
        if self.method not in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"):
            raise Unreadable(f"HttpURLConnection refuses {self.method[:20]}")

    def do_setRequestProperty(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if text_of(name).lower() in RESTRICTED:
            raise Unreadable(f"HttpURLConnection leaves out the header {name}")
        self.fields.set(name, value)

    def do_addRequestProperty(self, run: Evaluation, given: Arguments) -> None:
        if self.fields.get(text_of(given.positional[0])) is not None:
            raise Unreadable("a header that is added twice")
        self.do_setRequestProperty(run, given)

    def do_setDoOutput(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.output = given.take("output", required=1) == [True]

    def do_setFixedLengthStreamingMode(self, run: Evaluation, given: Arguments) -> None:
        raise Unreadable("a body that is streamed")

    def do_getOutputStream(self, run: Evaluation, given: Arguments) -> Stream:
        run.certain()
        given.take()
        if not self.output:
            raise Unreadable("a body without setDoOutput")
        self.content = self.content or b""
        return Stream(self)


class Stream(Thing):
    """An output stream or writer of a connection."""

    inert = frozenset({"flush", "close"})

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def do_write(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        content, offset, length = given.take("content", "offset", "length", required=1)
        content = known(content)
        octets = content if isinstance(content, bytes) else text_of(content, "the body").encode()
        if offset is not UNDEFINED and (offset, length) != (0, len(content)):
            raise Unreadable("a part of a body")
        if self.connection.is_sent:
            raise Unreadable("a body after the request")
        self.connection.content = (self.connection.content or b"") + octets

    def do_writeBytes(self, run: Evaluation, given: Arguments) -> None:
        (content,) = given.take("content", required=1)
        if not text_of(content).isascii():
            raise Unreadable("characters that writeBytes cuts")
        self.do_write(run, given)

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("append", "print", "writeUTF"):
            raise Unreadable(f"{name} of a stream is not known here")
        return super().get(run, name)


def _stream(run: Evaluation, given: Arguments) -> Any:
    """A stream around another; what reads an answer is not known."""
    inner, charset = given.take("stream", "charset", required=1)
    if isinstance(inner, Stream):
        _octets("", charset if charset is not UNDEFINED else "utf-8")
        return inner
    return MYSTERY


# The library


def _new(make: Callable[[Arguments], Any]) -> Any:
    return lambda run, given: make(given)


def _basic(user: Any, password: Any) -> str:
    return sending.basic(user, password, "latin-1")


def _url_encoded(value: str, charset: Any = "UTF-8") -> str:
    _octets("", charset)
    return quote_plus(value, safe="*").replace("~", "%7E")


def _callbacks(run: Evaluation, given: Arguments) -> Mystery:
    run.call_back(*given.positional)
    return MYSTERY


BASE64 = Module("Encoder", {"encodeToString": constant(lambda octets: base64.b64encode(octets).decode())})
MAP = {
    "of": constant(_map_of),
    "entry": Builtin(lambda run, given: Entry(*given.take("key", "value", required=2))),
    "ofEntries": Builtin(lambda run, given: dict(entry.pair for entry in given.positional)),
}
PUBLISHERS = Module(
    "BodyPublishers",
    {
        "ofString": Builtin(_of_string),
        "ofByteArray": Builtin(_of_octets),
        "noBody": Builtin(lambda run, given: Publisher(None)),
    },
)
HANDLERS = Inert("BodyHandlers")
CREATING = {"create": Builtin(_create)}
PARSING = {"parse": Builtin(_media_type), "get": Builtin(_media_type)}

TYPES: Mapping[str, Any] = {
    "okhttp3.OkHttpClient": Type(
        "OkHttpClient",
        {"Builder": Type("Builder", {}, _new(lambda given: ClientBuilder(given, lambda: Client(Arguments([])))))},
        _new(Client),
    ),
    "okhttp3.Request": Type("Request", {"Builder": Type("Builder", {}, _new(RequestBuilder))}),
    "okhttp3.RequestBody": Module("RequestBody", {**CREATING, "Companion": Module("Companion", CREATING)}),
    "okhttp3.MediaType": Module("MediaType", {**PARSING, "Companion": Module("Companion", PARSING)}),
    "okhttp3.FormBody": Module("FormBody", {"Builder": Type("Builder", {}, _new(FormBuilder))}),
    "okhttp3.MultipartBody": Module(
        "MultipartBody", {"Builder": Type("Builder", {}, _new(PartsBuilder)), "FORM": "multipart/form-data"}
    ),
    "okhttp3.HttpUrl": Module(
        "HttpUrl",
        {
            "parse": Builtin(_address),
            "get": Builtin(_address),
            "Builder": Type("Builder", {}, _new(lambda given: AddressBuilder())),
        },
    ),
    "okhttp3.Credentials": Module("Credentials", {"basic": constant(_basic)}),
    **dict.fromkeys((f"okhttp3.{name}" for name in ("Response", "Call", "Callback", "ResponseBody")), MYSTERY),
    "java.net.http.HttpClient": Module(
        "HttpClient",
        {
            "newHttpClient": Builtin(lambda run, given: NetClient()),
            "newBuilder": Builtin(lambda run, given: ClientBuilder(given, NetClient)),
            "Version": MYSTERY,
            "Redirect": MYSTERY,
        },
    ),
    "java.net.http.HttpRequest": Module(
        "HttpRequest",
        {"newBuilder": Builtin(lambda run, given: NetRequestBuilder(given)), "BodyPublishers": PUBLISHERS},
    ),
    "java.net.http.HttpRequest.BodyPublishers": PUBLISHERS,
    "java.net.http.HttpResponse": Module("HttpResponse", {"BodyHandlers": HANDLERS}),
    "java.net.http.HttpResponse.BodyHandlers": HANDLERS,
    "java.net.URI": Type("URI", {"create": Builtin(_address)}, _address),
    "java.net.URL": Type("URL", {}, _address),
    "java.net.HttpURLConnection": MYSTERY,
    "javax.net.ssl.HttpsURLConnection": MYSTERY,
    "java.net.URLEncoder": Module("URLEncoder", {"encode": constant(_url_encoded)}),
    "java.nio.charset.StandardCharsets": Module("StandardCharsets", {"UTF_8": "utf-8"}),
    "java.util.Base64": Module("Base64", {"getEncoder": Builtin(lambda run, given: BASE64)}),
    "java.util.Map": Module("Map", MAP),
    **dict.fromkeys(
        (f"java.util.{name}" for name in ("HashMap", "LinkedHashMap", "TreeMap")), Type("Map", MAP, _new_map)
    ),
    "java.util.List": Module("List", {"of": constant(lambda *members: list(members))}),
    "java.util.Arrays": Module("Arrays", {"asList": constant(lambda *members: list(members))}),
    "java.util.ArrayList": Type("ArrayList", {}, lambda run, given: list(*given.positional)),
    "org.json.JSONObject": Type("JSONObject", {}, lambda run, given: _document(given, {})),
    "org.json.JSONArray": Type("JSONArray", {}, lambda run, given: _document(given, [])),
    "com.google.gson.JsonObject": Type("JsonObject", {}, lambda run, given: _document(given, {})),
    "com.google.gson.Gson": Type("Gson", {}, lambda run, given: Module("Gson", {"toJson": Builtin(_to_json)})),
    "com.fasterxml.jackson.databind.ObjectMapper": Type(
        "ObjectMapper", {}, lambda run, given: Module("ObjectMapper", {"writeValueAsString": Builtin(_to_json)})
    ),
    **dict.fromkeys(
        (
            f"java.io.{name}"
            for name in (
                "BufferedReader",
                "InputStreamReader",
                "DataOutputStream",
                "OutputStreamWriter",
                "BufferedWriter",
                "BufferedOutputStream",
                "PrintWriter",
            )  # fmt: skip
        ),
        Type("stream", {}, _stream),
    ),
    **dict.fromkeys(
        (f"java.io.{name}" for name in ("IOException", "InputStream", "OutputStream", "UncheckedIOException")), MYSTERY
    ),
    **dict.fromkeys(
        [
            "java.util.concurrent.TimeUnit",
            "java.time.Duration",
            "java.util.concurrent.CompletableFuture",
            "java.util.Scanner",
            "java.util.Objects",
            "java.util.stream.Collectors",
            "java.util.concurrent.CountDownLatch",
            "java.net.URISyntaxException",
            "java.net.MalformedURLException",
        ],
        MYSTERY,
    ),
}
LANG: Mapping[str, Any] = {
    "String": Module("String", {"format": constant(_format), "valueOf": constant(text), "join": MYSTERY}),
    "System": Module(
        "System", {"out": MYSTERY, "err": MYSTERY, "getenv": MYSTERY, "getProperty": MYSTERY, "exit": Builtin(leave)}
    ),
    "StringBuilder": Type("StringBuilder", {}, _new(Builder)),
    "StringBuffer": Type("StringBuffer", {}, _new(Builder)),
    "Integer": Module("Integer", {"toString": constant(text), "parseInt": MYSTERY}),
    "Thread": MYSTERY,
    "Exception": MYSTERY,
    "RuntimeException": MYSTERY,
    "Void": MYSTERY,
    "callbacks": Builtin(_callbacks),
}


def _document(given: Arguments, empty: Any) -> Document:
    (data,) = given.take("data")
    if data is UNDEFINED:
        return Document(empty)
    if not isinstance(data, type(empty)):
        raise Unreadable("a document of text")
    return Document(data)


class Program(Thing):
    """The class of the program: `this`, its instances, and its static members."""

    def get(self, run: Evaluation, name: str) -> Any:
        return run.globals.names.get(name, Foreign(name))

    def make(self, run: Evaluation, given: Arguments) -> Program:
        given.take()
        return self


class Java(Dialect):
    """Types are modules; a program with classes names what it imports, a fragment need not."""

    must_declare = True
    names: Mapping[str, Any]
    modules = TYPES
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "getBytes": _octets,
            "format": _format,
            "formatted": _format,
            "trim": lambda value: value.strip(),
            "toString": lambda value: value,
            "concat": lambda value, other: value + other,
            "toUpperCase": lambda value: value.upper(),
            "toLowerCase": lambda value: value.lower(),
            "length": lambda value: len(value.encode("utf-16-le")) // 2,
            "isEmpty": lambda value: not value,
            "equals": lambda value, other: value == other,
            "replace": lambda value, old, new: value.replace(old, new) if old else value,
        },
        dict: {
            "entrySet": lambda value: [Entry(key, member) for key, member in value.items()],
            "keySet": lambda value: list(value),
            "get": lambda value, key: value.get(key),
        },
    }
    changing: Mapping[type, Mapping[str, Any]] = {
        dict: {"put": lambda value, key, member: value.update({key: member})},
        list: {"add": list.append},
    }

    def __init__(self, is_unit: bool) -> None:
        simple = {path.rpartition(".")[2]: value for path, value in TYPES.items()}
        self.names = {
            **({} if is_unit else simple),
            **LANG,
            **{f"type {path}": value for path, value in TYPES.items()},
            "the program": Program(),
        }

    def imported(self, path: str, member: str | None) -> Any:
        types = {name.rpartition(".")[2]: value for name, value in TYPES.items() if name.rpartition(".")[0] == path}
        if path in TYPES:
            return TYPES[path]
        self.names = {**self.names, **types}
        return Foreign(path) if not types else MYSTERY

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no boolean")
        return value

    def plus(self, left: Any, right: Any) -> Any:
        if isinstance(left, str) or isinstance(right, str):
            return text(left) + text(right)
        return super().plus(left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            raise Unreadable("texts are compared by identity")
        return super().equal(left, right)

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, bytes) and name == "length":
            return len(value)
        return super().member(run, value, name)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if new and isinstance(callee, Type | Program):
            return callee.make(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
