"""Java: URL, URI and the HttpUrl of OkHttp."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urljoin

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_data import Written
from apipack.languages.reading.java_url_connection import Connection
from apipack.languages.reading.values import Arguments, Thing, known, text_of
from apipack.languages.wire import Unreadable


class Address(Written):
    """java.net.URI, and OkHttp's HttpUrl."""

    inert = frozenset({"getHost", "getPath", "getQuery", "toExternalForm"})

    def __init__(self, url: str) -> None:
        self.url = url

    def written(self) -> str:
        return self.url

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.url

    def do_toURL(self, run: Evaluation, given: Arguments) -> Url:
        return Url(self.url)

    def do_toURI(self, run: Evaluation, given: Arguments) -> Address:
        return Address(self.url)

    do_url, do_uri = do_toURL, do_toURI

    def do_resolve(self, run: Evaluation, given: Arguments) -> Address:
        """URI.resolve of a path under this one, as RFC 2396 and RFC 3986 both have it."""
        (other,) = given.take("uri", required=1)
        path = other.url if isinstance(other, Address) else text_of(known(other), "the path")
        base, _, _ = self.url.partition("?")
        if not re.fullmatch(r"https?://[^/]+/.*", base) or not re.match(r"/?[\w~-][^:]*\Z", path, re.ASCII):
            raise Unreadable("a URI that is resolved in another way")
        if re.search(r"(?:^|/)\.\.?(?:/|\Z)", f"{base}/{path}".partition("?")[0]):
            raise Unreadable("a URI that is resolved in another way")
        return Address(urljoin(base, path))

    def do_newBuilder(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return AddressBuilder(self.url)


class Url(Address):
    """java.net.URL."""

    def do_openConnection(self, run: Evaluation, given: Arguments) -> Connection:
        given.take()
        return Connection(sending.raw_url(self.url))

    def do_openStream(self, run: Evaluation, given: Arguments) -> Any:
        return self.do_openConnection(run, given).ask(run, given)


def new_url(run: Evaluation, given: Arguments) -> Url:
    return Url(new_address(run, given).url)


def new_address(run: Evaluation, given: Arguments) -> Address:
    (url,) = given.take("url", required=1)
    return Address(text_of(known(url), "the URL"))


def new_uri(run: Evaluation, given: Arguments) -> Address:
    """new URI of a text, or of parts, which are encoded where a URI cannot hold them."""
    if len(given.positional) == 1:
        return new_address(run, given)
    values = [known(value) for value in given.positional]
    if len(values) == 7:
        scheme, user, host, port, path, query, fragment = values
        authority = sending.authority(host, None if port == -1 else port)
    elif len(values) == 5:
        scheme, authority, path, query, fragment = values
        user, authority = None, sending.authority(authority)
    elif len(values) == 4:
        scheme, host, path, fragment = values
        user, query, authority = None, None, sending.authority(host)
    else:
        raise Unreadable("a URI of other parts")
    texts = [text for text in (path, query) if text is not None]
    if user is not None or fragment is not None or not all(text_of(text).isascii() for text in texts):
        raise Unreadable("a URI of other parts")
    written = quote(path or "", safe="/!$&'()*+,;=:@-._~")
    return Address(
        f"{text_of(scheme)}://{authority}{written}"
        + ("" if query is None else "?" + quote(query, safe="!$&'()*+,;=:@-._~/?[]"))
    )


class AddressBuilder(Thing):
    """HttpUrl.Builder."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.parts: dict[str, Any] = {}
        self.path: list[str] = []

    def do_scheme(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return self.part(run, "scheme", text_of(*given.take("scheme", required=1)))

    def do_host(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return self.part(run, "host", text_of(*given.take("host", required=1)))

    def do_port(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return self.part(run, "port", known(*given.take("port", required=1)))

    def part(self, run: Evaluation, name: str, value: Any) -> AddressBuilder:
        run.certain()
        self.parts[name] = value
        return self

    def do_encodedPath(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        run.certain()
        (path,) = given.take("path", required=1)
        if self.path or self.url or not text_of(path).startswith("/"):
            raise Unreadable("a path that takes the place of another")
        self.path.append(path[1:])
        return self

    def do_addEncodedPathSegment(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        run.certain()
        self.path.append(text_of(*given.take("segment", required=1)))
        return self

    do_addEncodedPathSegments = do_addEncodedPathSegment

    def do_addEncodedQueryParameter(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        run.certain()
        pair = (text_of(known(argument)) for argument in given.take("name", "value", required=2))
        name, value = (text.replace("&", "%26").replace("=", "%3D").replace("#", "%23") for text in pair)
        self.parts["query"] = self.parts.get("query", "") + f"&{name}={value}"
        return self

    def do_setQueryParameter(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        name = text_of(known(given.positional[0]))
        if f"{sending.strict(name)}=" in f"{self.url}{self.parts.get('query', '')}":
            raise Unreadable("a parameter that takes the place of another")
        return self.do_addQueryParameter(run, given)

    def do_addPathSegment(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return self.segment(run, given, "")

    def do_addPathSegments(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        return self.segment(run, given, "/")

    def segment(self, run: Evaluation, given: Arguments, kept: str) -> AddressBuilder:
        """More of the path. kept: the mark that stays as it is."""
        run.certain()
        self.path.append(quote(text_of(*given.take("segment", required=1)), safe=f"!$&'()*+,;=:@-._~{kept}"))
        return self

    def do_addQueryParameter(self, run: Evaluation, given: Arguments) -> AddressBuilder:
        run.certain()
        name, value = (text_of(known(argument)) for argument in given.take("name", "value", required=2))
        self.parts["query"] = self.parts.get("query", "") + f"&{sending.strict(name)}={sending.strict(value)}"
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Address:
        url = (
            self.url
            or f"{self.parts.get('scheme', '')}://{sending.authority(self.parts.get('host'), self.parts.get('port'))}"
        )
        if self.path:
            base, mark, query = url.partition("?")
            if self.url and not base.partition("://")[2].partition("/")[2]:
                base = base.rstrip("/")
            url = f"{base.removesuffix('/')}/{'/'.join(self.path)}{mark}{query}"
        return Address(sending.with_query(url, self.parts.get("query", "")[1:]))
