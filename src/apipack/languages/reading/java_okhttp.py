"""Java: what OkHttp sends, with the argument orders of OkHttp 3 and 4."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import Address
from apipack.languages.reading.java_data import Written
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.uploads import uploaded
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request

_TYPED = re.compile(r"[\w!#$%&'*+.^`{|}~-]+/[\w!#$%&'*+.^`{|}~-]+(?:; ?[\w-]+=[\w.-]+)*", re.ASCII)


class MediaType(Thing):
    """okhttp3.MediaType."""

    def __init__(self, name: str) -> None:
        self.name = name

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.name


def media_type(run: Evaluation, given: Arguments) -> MediaType | None:
    (name,) = given.take("type", required=1)
    name = text_of(name, "a media type")
    if not _TYPED.fullmatch(name):
        raise Unreadable("a media type that OkHttp may not take")
    return MediaType(name)


class Body(Thing):
    """okhttp3.RequestBody. kind: its type, which takes the place of a Content-Type header."""

    def __init__(self, content: str, kind: str | None) -> None:
        self.content, self.kind = content, kind


class UserFile(Thing):
    """java.io.File: a file that is uploaded."""

    inert = frozenset({"exists", "length", "isFile", "canRead"})

    def __init__(self, path: str) -> None:
        self.path = path

    def do_getName(self, run: Evaluation, given: Arguments) -> str:
        given.take()
        return self.path.rpartition("/")[2]


def new_file(run: Evaluation, given: Arguments) -> UserFile:
    return UserFile(text_of(known(*given.take("pathname", required=1))))


def new_body(run: Evaluation, given: Arguments) -> Body:
    first, second = (known(argument) for argument in given.take("first", "second", required=1))
    if isinstance(first, str | bytes | UserFile):
        first, second = (None if second is UNDEFINED else second), first
    if first is not None and not isinstance(first, MediaType):
        raise Unreadable("not a media type")
    if isinstance(second, UserFile):
        kind = first.name if first else None
        return Body(uploaded(second.path, kind)[0], kind)
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
        (boundary,) = given.take("boundary")
        if boundary is not UNDEFINED and not isinstance(boundary, Written):
            text_of(boundary, "a boundary")
        self.parts: list[tuple[str, str, str | None, str | None]] = []
        self.is_form = False

    def do_setType(self, run: Evaluation, given: Arguments) -> PartsBuilder:
        run.certain()
        self.is_form = given.take("type", required=1) == ["multipart/form-data"]
        return self

    def do_addFormDataPart(self, run: Evaluation, given: Arguments) -> PartsBuilder:
        run.certain()
        name, value, body = (known(argument) for argument in given.take("name", "value", "body", required=2))
        if body is UNDEFINED:
            self.parts.append((text_of(name), text_of(value), None, None))
        elif isinstance(body, Body):
            self.parts.append((text_of(name), body.content, text_of(value), body.kind))
        else:
            raise Unreadable("a part that is no body")
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Body:
        if not self.is_form:
            raise Unreadable("a multipart body that is no form")
        fields = Fields()
        content = sending.multipart(self.parts, fields)
        return Body(content, fields.get("Content-Type"))


class Headers(Thing):
    """okhttp3.Headers, and its builder."""

    def __init__(self, given: Arguments) -> None:
        self.fields = Fields()
        for name, value in zip(given.positional[::2], given.positional[1::2], strict=True):
            self.fields.add(name, value)

    def do_add(self, run: Evaluation, given: Arguments) -> Headers:
        run.certain()
        self.fields.add(*given.take("name", "value", required=2))
        return self

    def do_set(self, run: Evaluation, given: Arguments) -> Headers:
        run.certain()
        self.fields.set(*given.take("name", "value", required=2))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Headers:
        given.take()
        return self


def headers_of(run: Evaluation, given: Arguments) -> Headers:
    """Headers.of of names and values, or of a map."""
    values = [known(value) for value in given.positional]
    if len(values) == 1 and isinstance(values[0], dict):
        values = [part for pair in values[0].items() for part in pair]
    if len(values) % 2:
        raise Unreadable("a header without its value")
    return Headers(Arguments(values))


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
        return self.with_method(run, method, Body("", None) if body is UNDEFINED else body)

    def with_method(self, run: Evaluation, method: str, body: Any) -> RequestBuilder:
        if body is not None and not isinstance(body, Body):
            known(body)
            raise Unreadable("not a body")
        if body is not None and method in ("GET", "HEAD"):
            raise run.thrown(f"OkHttp sends no body with {method}")
        if body is None and method in ("POST", "PUT", "PATCH", "PROPPATCH", "REPORT"):
            raise run.thrown(f"OkHttp needs a body with {method}")
        self.method, self.body = method, body
        return self

    def do_method(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        method, body = given.take("method", "body", required=2)
        return self.with_method(run, text_of(method), body)

    def do_get(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        given.take()
        return self.with_method(run, "GET", None)

    def do_head(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        given.take()
        return self.with_method(run, "HEAD", None)

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

    def do_headers(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        (headers,) = given.take("headers", required=1)
        if not isinstance(headers, Headers):
            raise Unreadable("not okhttp3.Headers")
        self.fields = Fields(headers.fields.pairs)
        return self

    def do_removeHeader(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        run.certain()
        self.fields.remove(text_of(*given.take("name", required=1)))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Prepared:
        given.take()
        fields = Fields(self.fields.pairs)
        kind = self.body.kind if self.body else None
        if kind is not None and fields.get("Content-Type") != kind:
            fields.set("Content-Type", kind)
        url = sending.encoded_url(self.url)
        return Prepared(sent(self.method, url, fields, self.body.content if self.body else None), self.copy())

    def copy(self) -> RequestBuilder:
        other = RequestBuilder(Arguments([]))
        other.url, other.method, other.body = self.url, self.method, self.body
        other.fields = Fields(self.fields.pairs)
        return other


class Prepared(Thing):
    """A request that is built and not yet sent, of OkHttp or HttpClient."""

    inert = frozenset({"headers", "uri"})

    def __init__(self, request: Request, builder: RequestBuilder | None = None) -> None:
        self.request, self.builder = request, builder

    def do_method(self, run: Evaluation, given: Arguments) -> str:
        given.take()
        return self.request.method

    def do_url(self, run: Evaluation, given: Arguments) -> Address:
        given.take()
        return Address(self.request.url)

    def do_body(self, run: Evaluation, given: Arguments) -> Body | None:
        given.take()
        if self.builder is None:
            raise Unreadable("the body of a request")
        return self.builder.body

    def do_header(self, run: Evaluation, given: Arguments) -> str | None:
        (name,) = given.take("name", required=1)
        if self.builder is None or sum(key.lower() == name.lower() for key, _ in self.builder.fields.pairs) > 1:
            raise Unreadable("a header of a request")
        return self.builder.fields.get(text_of(name))

    def do_newBuilder(self, run: Evaluation, given: Arguments) -> RequestBuilder:
        given.take()
        if self.builder is None:
            raise Unreadable("newBuilder of a request")
        return self.builder.copy()


def prepared(given: Arguments) -> Request:
    request, *_ = given.take("request", "handler", required=1)
    if not isinstance(request, Prepared):
        raise Unreadable("not a request")
    return request.request


class Type(Module):
    """A type: static members by name, and what `new` makes."""

    def __init__(self, name: str, members: dict[str, Any], new: Any = None) -> None:
        super().__init__(name, members)
        self.new = new

    def make(self, run: Evaluation, given: Arguments) -> Any:
        if self.new is None:
            raise Unreadable(f"new {self.name} is not known here")
        return self.new(run, given)
