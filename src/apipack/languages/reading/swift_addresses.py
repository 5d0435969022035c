"""URL, URLComponents and URLQueryItem of Foundation."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.swift_values import Borrowed, Copied
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Thing,
    known,
    text_of,
)
from apipack.languages.swift import _BRACKET_AFTER_HOST
from apipack.languages.wire import Unreadable


class Address(Copied):
    """URL and NSURL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("absoluteString", "absoluteURL"):
            return self.url if name == "absoluteString" else Address(self.url)
        return super().get(run, name)

    def with_component(self, component: Any) -> str:
        component = text_of(component, "a path")
        if component.startswith("/") or re.search("[?#]", self.url) or re.search("//|\\.\\.?(/|$)", component):
            raise Unreadable("a path that Foundation joins in its own way")
        return checked(self.url.rstrip("/") + "/" + quote(component, safe="!$&'()*+,-./:=@_~"))

    def joined(self, given: Arguments) -> str:
        """With another component or more of a query, by its label."""
        if set(given.named) == {"queryItems"} and not given.positional:
            return checked(sending.with_query(self.url, "&".join(_item(item) for item in given.named["queryItems"])))
        label = next((label for label in ("path", "component") if label in given.named), "path component")
        return self.with_component(*given.take(label, required=1))

    def do_appendingPathComponent(self, run: Evaluation, given: Arguments) -> Address:
        return Address(self.with_component(*given.take("component", required=1)))

    def do_appending(self, run: Evaluation, given: Arguments) -> Address:
        return Address(self.joined(given))

    def do_appendPathComponent(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.url = self.with_component(*given.take("component", required=1))

    def do_append(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.url = self.joined(given)


def address_of(run: Evaluation, given: Arguments) -> Address:
    url, base = given.take("string", "relativeTo", required=1)
    if given.positional:
        raise Unreadable("a URL without its label")
    url = text_of(url, "the URL")
    if isinstance(base, Address):
        if not re.match(r"[\w/?]", url) or url.startswith("//") or re.search(r"(?:^|/)\.\.?(?:/|$)|:", url):
            raise Unreadable("a URL that Foundation joins in its own way")
        url = urljoin(base.url, url)
    elif base is not UNDEFINED and base is not None:
        raise Unreadable("a base that is not known")
    return Address(checked(url))


def checked(url: str) -> str:
    if _BRACKET_AFTER_HOST.match(url):
        raise Unreadable("brackets, for which URL encodes the whole text")
    return sending.raw_url(url)


class Components(Copied):
    """URLComponents."""

    def __init__(self, given: Arguments) -> None:
        url, _ = given.take("string", "resolvingAgainstBaseURL") if "string" in given.named else (UNDEFINED, 0)
        if given.positional:
            raise Unreadable("URLComponents without a label")
        if "url" in given.named:
            address, _ = given.take("url", "resolvingAgainstBaseURL")
            url = address.url if isinstance(address, Address) else known(address)
        parts = urlsplit("" if url is UNDEFINED else checked(text_of(url, "the URL")))
        self.scheme, self.netloc, self.path, self.query = parts.scheme, parts.netloc, parts.path, parts.query

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "url":
            return Address(self.written())
        if name in ("string", "absoluteString"):
            return self.written()
        if name == "queryItems":
            return Appending(self)
        if name in ("query", "percentEncodedQuery"):
            return unquote(self.query) if name == "query" else self.query
        return super().get(run, name)

    def written(self) -> str:
        url = f"{self.scheme}://{sending.authority(self.netloc)}{self.path}"
        return checked(url + (f"?{self.query}" if self.query else ""))

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        value = known(value)
        if name == "queryItems":
            self.query = "&".join(_item(item) for item in value or [])
        elif name in ("scheme", "path", "query", "percentEncodedQuery", "host"):
            written = text_of(value, name)
            if name in ("path", "query"):
                written = quote(written, safe="!$&'()*+,-./:=@_~" + ";?" * (name == "query"))
            attribute = {"host": "netloc", "percentEncodedQuery": "query"}.get(name, name)
            setattr(self, attribute, written)
        elif name == "port":
            self.netloc = sending.authority(self.netloc, value)
        else:
            raise Unreadable(f"{name} of URLComponents is set")


class Appending(Borrowed):
    """The query items of components."""

    def __init__(self, components: Components) -> None:
        self.components = components

    def do_append(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (item,) = given.take("item", required=1)
        if not self.components.query:
            raise Unreadable("items that may not be there")
        self.components.query += "&" + _item(item)


class Item(Thing):
    """URLQueryItem."""

    def __init__(self, given: Arguments) -> None:
        self.name, self.value = given.take("name", "value", required=2)


def _item(item: Any) -> str:
    if not isinstance(item, Item):
        raise Unreadable("not a URLQueryItem")
    pair = [text_of(item.name)] + ([] if item.value is None else [text_of(item.value)])
    if any("+" in text for text in pair):
        raise Unreadable("a plus that URLComponents leaves as it is")
    return "=".join(quote(text, safe="!$'()*,-./:?@_~") for text in pair)
