"""Java: what HttpClient of Apache sends, versions 4 and 5, with its entities, forms and URIBuilder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import Address
from apipack.languages.reading.java_data import Written, to_octets
from apipack.languages.reading.java_okhttp import Type
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable

LATIN, UTF_8 = "ISO-8859-1", "UTF-8"
CARRYING = ("POST", "PUT", "PATCH")
"""Methods whose requests have an entity in version 4; in 5 all have."""


class ContentType(Written):
    """ContentType: a media type with the charset that it declares, if any."""

    def __init__(self, kind: str, charset: str | None) -> None:
        self.kind, self.charset = kind, charset

    def written(self) -> str:
        return self.kind + (f"; charset={self.charset}" if self.charset else "")

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()

    def do_getMimeType(self, run: Evaluation, given: Arguments) -> str:
        return self.kind

    def do_withCharset(self, run: Evaluation, given: Arguments) -> ContentType:
        return ContentType(self.kind, _charset(*given.take("charset", required=1)))


class Entity(Thing):
    """An HttpEntity. kind: its Content-Type, which a header of the request wins over."""

    def __init__(self, content: str, kind: str | None) -> None:
        self.content, self.kind = content, kind

    def do_setContentType(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (kind,) = given.take("type", required=1)
        self.kind = kind.value if isinstance(kind, Pair) else text_of(kind)


class Pair(Thing):
    """BasicNameValuePair and BasicHeader."""

    def __init__(self, given: Arguments) -> None:
        name, value = (known(argument) for argument in given.take("name", "value", required=2))
        self.name, self.value = text_of(name), text_of(value)

    def do_getName(self, run: Evaluation, given: Arguments) -> str:
        return self.name

    def do_getValue(self, run: Evaluation, given: Arguments) -> str:
        return self.value


def _charset(charset: Any) -> str:
    to_octets("", charset)
    return UTF_8


def _created(run: Evaluation, given: Arguments) -> ContentType:
    kind, charset = given.take("type", "charset", required=1)
    if ";" in text_of(kind):
        raise Unreadable("a media type with parameters")
    return ContentType(kind, None if charset is UNDEFINED else _charset(charset))


def _parsed(run: Evaluation, given: Arguments) -> ContentType:
    kind, mark, parameter = text_of(*given.take("type", required=1)).partition(";")
    if mark and parameter.strip().lower() != "charset=utf-8":
        raise Unreadable("a media type with parameters")
    return ContentType(kind.strip(), parameter.partition("=")[2].strip() if mark else None)


def string_entity(run: Evaluation, given: Arguments) -> Entity:
    content, second = given.take("body", "type", required=1)
    content = text_of(content, "the body")
    if isinstance(second, ContentType):
        kind = second
    else:
        kind = ContentType("text/plain", LATIN if second is UNDEFINED else _charset(second))
    if (kind.charset or "").upper() != UTF_8 and not content.isascii():
        raise Unreadable("a body in Latin-1")
    return Entity(content, kind.written())


def octets_entity(run: Evaluation, given: Arguments) -> Entity:
    content, kind = given.take("body", "type", required=1)
    if not isinstance(content, bytes):
        raise Unreadable("not bytes")
    return Entity(sending.octets_text(content), kind.written() if isinstance(kind, ContentType) else None)


def form_entity(is_fifth: bool, is_fluent: bool = False) -> Any:
    def made(run: Evaluation, given: Arguments) -> Entity:
        pairs, charset = given.take("pairs", "charset", required=1)
        encode = _later_form_text if is_fifth else _form_text
        content = "&".join(f"{encode(pair.name)}={encode(pair.value)}" for pair in _pairs(pairs))
        if charset is UNDEFINED and "%" in content and not all(f"{p.name}{p.value}".isascii() for p in pairs):
            raise Unreadable("a form in Latin-1")
        declared = _charset(charset) if charset is not UNDEFINED else LATIN if is_fifth or is_fluent else None
        return Entity(content, FORM + (f"; charset={declared}" if declared else ""))

    return made


def _pairs(values: Any) -> list[Pair]:
    if not isinstance(values, list) or not all(isinstance(value, Pair) for value in values):
        raise Unreadable("a form of no pairs")
    return values


def _form_text(value: str) -> str:
    return quote(value, safe="*-._ ").replace("~", "%7E").replace(" ", "+")


def _later_form_text(value: str) -> str:
    return quote(value, safe="-._~ ").replace(" ", "+")


def _query_text(value: str) -> str:
    return quote(value, safe="-._~")


class Message(Thing):
    """HttpGet and the others of its kind. carries: whether it may have an entity."""

    inert = frozenset({"setConfig", "getMethod", "getURI", "getUri", "getRequestUri", "releaseConnection"})

    def __init__(self, method: str, given: Arguments, carries: bool) -> None:
        (url,) = given.take("uri")
        self.method, self.carries = method, carries
        self.url = None if url is UNDEFINED else _url_of(url)
        self.fields = Fields()
        self.entity: Entity | None = None

    def copy(self) -> Message:
        """The message as a builder gives it."""
        other = Message(self.method, Arguments([] if self.url is None else [self.url]), self.carries)
        other.fields, other.entity = Fields(self.fields.pairs), self.entity
        return other

    def do_setURI(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.url = _url_of(*given.take("uri", required=1))

    do_setUri = do_setURI

    def header(self, given: Arguments) -> tuple[Any, Any]:
        if len(given.positional) == 1 and isinstance(given.positional[0], Pair):
            return given.positional[0].name, given.positional[0].value
        name, value = given.take("name", "value", required=2)
        return text_of(name), value.written() if isinstance(value, ContentType) else value

    def do_addHeader(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.add(*self.header(given))

    def do_setHeader(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = self.header(given)
        if sum(key.lower() == name.lower() for key, _ in self.fields.pairs) > 1:
            raise Unreadable("one of several headers of a name is set")
        self.fields.set(name, value)

    def do_removeHeaders(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.remove(text_of(*given.take("name", required=1)))

    def do_setEntity(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (entity,) = given.take("entity", required=1)
        if not self.carries or not isinstance(entity, Entity):
            raise Unreadable("an entity that is not known here")
        self.entity = entity

    def send(self, run: Evaluation) -> Mystery:
        if self.url is None:
            raise Unreadable("no URI")
        fields = Fields(self.fields.pairs)
        if self.entity is not None and self.entity.kind is not None:
            fields.default("Content-Type", self.entity.kind)
        content = None if self.entity is None else self.entity.content
        return run.send(sent(self.method, sending.plain_url(self.url), fields, content))


def _url_of(url: Any) -> str:
    return url.url if isinstance(url, Address) else text_of(url, "the URL")


class Config(Thing):
    """RequestConfig, of which times and redirects may be set."""

    ALLOWED = ("custom", "setConnectTimeout", "setSocketTimeout", "setConnectionRequestTimeout", "setResponseTimeout",
               "setRedirectsEnabled", "setCookieSpec", "build")  # fmt: skip

    def get(self, run: Evaluation, name: str) -> Any:
        return Builtin(lambda run, given: self) if name in self.ALLOWED else super().get(run, name)


class ApacheClient(Thing):
    """CloseableHttpClient."""

    inert = frozenset({"close", "getConnectionManager"})

    def do_execute(self, run: Evaluation, given: Arguments) -> Mystery:
        message, *others = given.take("request", "handler", "context", required=1)
        if not isinstance(message, Message):
            raise Unreadable("not a request")
        answer = message.send(run)
        run.call_back(*others)
        return answer


class ApacheBuilder(Thing):
    """HttpClientBuilder: what may be set leaves the request alone."""

    ALLOWED = ("setDefaultRequestConfig", "setConnectionTimeToLive", "setConnectionManager",
               "disableAutomaticRetries", "disableRedirectHandling", "evictExpiredConnections")  # fmt: skip

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.ALLOWED:
            return Builtin(lambda run, given: self)
        if name == "build":
            return Builtin(lambda run, given: ApacheClient())
        return super().get(run, name)


class UriBuilder(Thing):
    """URIBuilder. encode: how the version writes a query of which it changes something. kept: what it leaves as it is
    in a path."""

    def __init__(self, given: Arguments, encode: Callable[[str], str], kept: str) -> None:
        (url,) = given.take("uri")
        self.encode, self.kept = encode, kept
        self.base, _, query = ("", "", "") if url is UNDEFINED else _url_of(url).partition("?")
        if "#" in f"{self.base}{query}" or "%" in query or "+" in query:
            raise Unreadable("a query that is written again")
        self.pairs = [tuple(pair.partition("=")[::2]) for pair in query.split("&")] if query else []
        self.parts: dict[str, Any] = {}

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("setScheme", "setHost", "setPort", "setPath"):
            return Builtin(lambda run, given: self.part(run, name[3:].lower(), known(*given.take("value", required=1))))
        return super().get(run, name)

    def part(self, run: Evaluation, name: str, value: Any) -> UriBuilder:
        run.certain()
        if self.base and name != "path":
            raise Unreadable("a part of a URI that takes the place of another")
        self.parts[name] = value
        return self

    def do_addParameter(self, run: Evaluation, given: Arguments) -> UriBuilder:
        run.certain()
        name, value = (text_of(known(argument)) for argument in given.take("name", "value", required=2))
        self.pairs.append((self.encode(name), self.encode(value)))
        return self

    def do_setParameter(self, run: Evaluation, given: Arguments) -> UriBuilder:
        run.certain()
        name = self.encode(text_of(known(given.positional[0])))
        self.pairs = [pair for pair in self.pairs if pair[0] != name]
        return self.do_addParameter(run, given)

    def do_addParameters(self, run: Evaluation, given: Arguments) -> UriBuilder:
        for pair in _pairs(*given.take("pairs", required=1)):
            self.do_addParameter(run, Arguments([pair.name, pair.value]))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Address:
        given.take()
        url = self.base
        if not url:
            host = sending.authority(self.parts.get("host"), self.parts.get("port"))
            url = f"{text_of(self.parts.get('scheme'))}://{host}"
        if "path" in self.parts:
            path = text_of(self.parts["path"])
            url = "/".join(url.split("/", 3)[:3]) + "/" + quote(path.removeprefix("/"), safe=self.kept)
        query = "&".join(f"{name}={value}" for name, value in self.pairs)
        return Address(f"{url}?{query}" if query else url)

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.do_build(run, given).url


def _message(method: str, carries: bool) -> Type:
    name = f"Http{method.capitalize()}"
    return Type(name, {}, lambda run, given: Message(method, given, carries))


def _type(name: str, make: Callable[[Arguments], Any]) -> Type:
    return Type(name, {}, lambda run, given: make(given))


def _kinds(form_charset: str) -> dict[str, ContentType]:
    return {
        "APPLICATION_JSON": ContentType("application/json", UTF_8),
        "TEXT_PLAIN": ContentType("text/plain", LATIN),
        "APPLICATION_FORM_URLENCODED": ContentType(FORM, form_charset),
        "APPLICATION_XML": ContentType("application/xml", LATIN),
    }


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
CONTENT_TYPE = Module("ContentType", {**_kinds(LATIN), "create": Builtin(_created), "parse": Builtin(_parsed)})
CLIENTS = Module(
    "HttpClients",
    {
        **dict.fromkeys(("createDefault", "createSystem", "createMinimal"), Builtin(lambda run, given: ApacheClient())),
        "custom": Builtin(lambda run, given: ApacheBuilder()),
    },
)
BUILDER = Module("HttpClientBuilder", {"create": Builtin(lambda run, given: ApacheBuilder())})
READING = Module("EntityUtils", dict.fromkeys(("toString", "consume", "toByteArray", "consumeQuietly"), MYSTERY))
HEADERS = Module(
    "HttpHeaders",
    {"AUTHORIZATION": "Authorization", "CONTENT_TYPE": "Content-Type", "ACCEPT": "Accept", "USER_AGENT": "User-Agent"},
)
FOURTH, CLIENT, CORE = "org.apache.http", "org.apache.hc.client5.http", "org.apache.hc.core5"
TYPES: Mapping[str, Any] = {
    **{
        f"{FOURTH}.client.methods.Http{method.capitalize()}": _message(method, method in CARRYING) for method in METHODS
    },
    f"{FOURTH}.entity.ContentType": CONTENT_TYPE,
    f"{FOURTH}.entity.StringEntity": Type("StringEntity", {}, string_entity),
    f"{FOURTH}.entity.ByteArrayEntity": Type("ByteArrayEntity", {}, octets_entity),
    f"{FOURTH}.client.entity.UrlEncodedFormEntity": Type("UrlEncodedFormEntity", {}, form_entity(False)),
    f"{FOURTH}.message.BasicNameValuePair": _type("BasicNameValuePair", Pair),
    f"{FOURTH}.message.BasicHeader": _type("BasicHeader", Pair),
    f"{FOURTH}.HttpHeaders": HEADERS,
    f"{FOURTH}.impl.client.HttpClients": CLIENTS,
    f"{FOURTH}.impl.client.HttpClientBuilder": BUILDER,
    f"{FOURTH}.impl.client.DefaultHttpClient": _type("DefaultHttpClient", lambda given: ApacheClient()),
    f"{FOURTH}.client.config.RequestConfig": Config(),
    f"{FOURTH}.client.utils.URIBuilder": _type(
        "URIBuilder", lambda given: UriBuilder(given, _form_text, "/-._~!$&'()*+,;=:@")
    ),
    f"{FOURTH}.util.EntityUtils": READING,
    **{f"{CLIENT}.classic.methods.Http{method.capitalize()}": _message(method, True) for method in METHODS},
    f"{CLIENT}.entity.UrlEncodedFormEntity": Type("UrlEncodedFormEntity", {}, form_entity(True)),
    f"{CLIENT}.impl.classic.HttpClients": CLIENTS,
    f"{CLIENT}.impl.classic.HttpClientBuilder": BUILDER,
    f"{CLIENT}.config.RequestConfig": Config(),
    f"{CORE}.http.ContentType": CONTENT_TYPE,
    f"{CORE}.http.io.entity.StringEntity": Type("StringEntity", {}, string_entity),
    f"{CORE}.http.io.entity.ByteArrayEntity": Type("ByteArrayEntity", {}, octets_entity),
    f"{CORE}.http.io.entity.EntityUtils": READING,
    f"{CORE}.http.message.BasicNameValuePair": _type("BasicNameValuePair", Pair),
    f"{CORE}.http.message.BasicHeader": _type("BasicHeader", Pair),
    f"{CORE}.net.URIBuilder": _type("URIBuilder", lambda given: UriBuilder(given, _query_text, "/-._~")),
    f"{CORE}.http.HttpHeaders": HEADERS,
    f"{CORE}.util.Timeout": MYSTERY,
}
