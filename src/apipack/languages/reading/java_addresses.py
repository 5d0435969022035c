"""Java: URL, URI and the HttpUrl of OkHttp."""

from __future__ import annotations

from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_data import Written
from apipack.languages.reading.java_url_connection import Connection
from apipack.languages.reading.values import (
    Arguments,
    Thing,
    known,
    text_of,
)


class Address(Written):
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


def new_address(run: Evaluation, given: Arguments) -> Address:
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
