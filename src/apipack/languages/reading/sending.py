"""From what a client is given to the request that it sends: fields, URLs, queries, forms, credentials and bodies."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.environment import FILE_CONTENT
from apipack.languages.reading.values import NOT_CONSTANT, Mystery, text_of
from apipack.languages.wire import HOST, Unreadable
from apipack.records import Request

JSON = "application/json"
_RAW = re.compile(r"[\"<>^`{|}]")
_UNSAFE = re.compile(rf"[^!-~]|{_RAW.pattern}")
_URL = re.compile(r"(https?)://([^/?#\\]*)([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)

BOUNDARY = "apipack-boundary"
"""Of a multipart body whose boundary the client draws."""


DRAWN = "apipack-drawn-"
"""Begins what stands for a text that a program draws at random, which may be the boundary of its form alone."""


def drawn(number: int) -> str:
    """A text that a program draws at random; the same number is the same text."""
    return f"{DRAWN}{number}"


class Fields:
    """Header fields in order. Names are compared without case."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = list(pairs)

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key.lower() == name.lower()), None)

    def add(self, name: Any, value: Any) -> None:
        self.pairs.append((text_of(name, "a header's name"), text_of(value, "a header's value").strip(" \t")))

    def set(self, name: Any, value: Any) -> None:
        name = text_of(name, "a header's name")
        self.remove(name)
        self.add(name, value)

    def default(self, name: str, value: str) -> None:
        if self.get(name) is None:
            self.add(name, value)

    def remove(self, name: str) -> None:
        self.pairs = [pair for pair in self.pairs if pair[0].lower() != name.lower()]


def sent(method: Any, url: str, fields: Fields, body: str | bytes | None) -> Request:
    """The request on the wire. Fields that clients own may be named where they say what the client does anyway."""
    content = octets_text(body) if isinstance(body, bytes) else body
    if content is not None and content.strip() == FILE_CONTENT.strip():
        raise Unreadable("a body that is a file")
    if DRAWN in f"{url}{content}" or any(DRAWN in value for _, value in fields.pairs):
        _check_drawn(url, fields, content or "")
    return Request(text_of(method, "the method"), url, tuple(_own(fields.pairs, url, content)), content)


def _check_drawn(url: str, fields: Fields, content: str) -> None:
    """Refuse a random text anywhere but in the boundary of a form, and in its body as that boundary."""
    others = [value for name, value in fields.pairs if name.lower() != "content-type"]
    boundary = re.fullmatch(r"multipart/form-data; ?boundary=\"?([\w.-]+)\"?", fields.get("Content-Type") or "")
    if boundary is None or any(DRAWN in text for text in (url, *others)):
        raise Unreadable(NOT_CONSTANT)
    if DRAWN in content.replace(f"--{boundary[1]}", ""):
        raise Unreadable(NOT_CONSTANT)


def _own(pairs: list[tuple[str, str]], url: str, body: str | None) -> Iterable[tuple[str, str]]:
    length = str(len((body or "").encode("utf-8", "surrogatepass")))
    host = re.sub("^https?://([^/?]*).*", r"\1", url, flags=re.DOTALL).lower()
    for name, value in pairs:
        lower = name.lower()
        if lower == "host" and value.lower() == host:
            continue
        if (lower == "content-length" and value == length) or (
            lower == "connection" and value in ("close", "keep-alive")
        ):
            continue
        yield name, value


def octets_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8 on the wire") from None


def authority(host: Any, port: Any = None) -> str:
    """host[:port], checked: a host holds no path, query or user."""
    name = text_of(host, "the host")
    if not HOST.fullmatch(name):
        raise Unreadable(f"{name[:60]!r} is no host")
    if port is None:
        return name
    if isinstance(port, Mystery):
        raise Unreadable(NOT_CONSTANT)
    if not re.fullmatch("[0-9]{1,5}", str(port)) or isinstance(port, bool) or re.search(":[0-9]+$", name):
        raise Unreadable("not a port")
    return f"{name}:{int(port)}"


def encoded_url(url: Any, encode: Callable[[str], str] | None = None) -> str:
    """An absolute URL as a client sends it: host checked, fragment off, what a URL cannot hold percent-encoded."""
    match = _URL.fullmatch(text_of(url, "the URL").strip(" "))
    if not match:
        raise Unreadable("the URL is not absolute")
    scheme, host, rest = match.groups()
    return f"{scheme.lower()}://{authority(host)}{_UNSAFE.sub(_percent, rest) if encode is None else encode(rest)}"


def _percent(unsafe: re.Match[str]) -> str:
    return quote(unsafe[0], safe="")


def raw(url: str) -> str:
    """A URL in which a client sends characters that no URL holds (RFC 3986): encoded, as servers take them."""
    return _RAW.sub(_percent, url)


def raw_url(url: Any) -> str:
    """`plain_url` of a client that sends such characters, or encodes them."""
    return encoded_url(url, raw)


def raw_query_url(url: Any) -> str:
    """The same of a client that refuses them in a path."""
    address, mark, query = text_of(url, "the URL").partition("?")
    return plain_url(f"{address}{mark}{raw(query)}")


def plain_url(url: Any) -> str:
    """A URL that is sent as it stands: one that needs encoding is refused where the request is checked."""
    return encoded_url(url, lambda rest: rest)


def with_query(url: str, query: str) -> str:
    """A URL with more query."""
    base, mark, fragment = url.partition("#")
    if not query:
        return url
    joint = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
    return f"{base}{joint}{query}{mark}{fragment}"


def form(pairs: Iterable[tuple[str, str]], encode: Callable[[str], str] = quote_plus) -> str:
    """Pairs as application/x-www-form-urlencoded."""
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)


def component(text: str) -> str:
    """JavaScript's encodeURIComponent."""
    return quote(text, safe="!*'()~-_.")


def whatwg_form(text: str) -> str:
    """How URLSearchParams and the URL standard write a form."""
    return quote(text, safe="*-._ ").replace("~", "%7E").replace(" ", "+")


def strict(text: str) -> str:
    """Everything but the unreserved characters (RFC 3986)."""
    return quote(text, safe="-_.~")


def basic(user: Any, password: Any, encoding: str = "utf-8") -> str:
    """The value of Authorization for a user and a password."""
    credentials = f"{text_of(user, 'the user')}:{text_of(password, 'the password')}"
    try:
        return "Basic " + base64.b64encode(credentials.encode(encoding)).decode()
    except UnicodeEncodeError:
        raise Unreadable("credentials that cannot be encoded") from None


def multipart(parts: Iterable[tuple[str, str, str | None, str | None]], fields: Fields) -> str:
    """A body of (name, content, file name, type) parts; its type goes to the fields."""
    lines: list[str] = []
    for name, content, file, kind in parts:
        if any(mark in f"{name}{file or ''}" for mark in '"\r\n\\') or not f"{name}{file or ''}".isascii():
            raise Unreadable("a name of a part that is quoted in many ways")
        disposition = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
        lines += [f"--{BOUNDARY}", disposition, *([f"Content-Type: {kind}"] if kind else []), "", content]
    fields.set("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    return "\r\n".join((*lines, f"--{BOUNDARY}--", ""))
