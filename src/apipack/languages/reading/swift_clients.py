"""Swift: Foundation over constants, and what URLSession sends."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, copied, leave
from apipack.languages.reading.evaluation import Closure, Evaluation
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.swift_tree import lower
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Mystery,
    Symbol,
    Thing,
    known,
    text_of,
)
from apipack.languages.swift import _BRACKET_AFTER_HOST
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(Swift()).run(lower(code))


# Data


def text(value: Any) -> str:
    """A value inside of a text."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e16:
        return repr(value)
    raise Unreadable("the text of an object")


class Bytes(Thing):
    """Data, NSData and NSMutableData."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at_count = len(octets)

    def do_append(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (more,) = given.take("other", required=1)
        self.octets += _octets(more)

    def do_base64EncodedString(self, run: Evaluation, given: Arguments) -> str:
        given.take("options")
        return base64.b64encode(self.octets).decode()


def _octets(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if not isinstance(value, Bytes):
        known(value)
        raise Unreadable("not Data")
    return value.octets


def _data(run: Evaluation, given: Arguments) -> Bytes:
    first, other = given.take("first", "data") if given.positional else (UNDEFINED, *given.take("data"))
    value = first if first is not UNDEFINED else other
    return Bytes(b"" if value is UNDEFINED else _octets(value))


class Struct(Thing):
    """A struct of the program: its members with what they are by default."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def call(self, run: Evaluation, given: Arguments) -> Record:
        values = given.take(*self.fields)
        if given.positional:
            raise Unreadable("members without labels")
        members = {
            name: default if value is UNDEFINED else value
            for (name, default), value in zip(self.fields.items(), values, strict=True)
        }
        return Record(members)


class Record(Thing):
    """A struct's value."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.members = members

    def get(self, run: Evaluation, name: str) -> Any:
        if name not in self.members:
            raise Unreadable(f"{name} is no member")
        return self.members[name]


def _jsonable(value: Any, encodes: bool) -> Any:
    if isinstance(value, Record) and encodes:
        return {key: _jsonable(member, encodes) for key, member in value.members.items() if member is not None}
    if isinstance(value, dict):
        return {text(key): _jsonable(member, encodes) for key, member in value.items()}
    if isinstance(value, list):
        return [_jsonable(member, encodes) for member in value]
    if value is None and not encodes:
        raise Unreadable("nil in an object for JSON")
    if isinstance(value, Null):
        return None
    if isinstance(value, float):
        text(value)
        return int(value) if value == int(value) else value
    if not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


class Null(Thing):
    """NSNull()."""


def _json(value: Any, encodes: bool) -> Bytes:
    written = json.dumps(_jsonable(value, encodes), ensure_ascii=False, separators=(",", ":"))
    return Bytes(written.replace("/", "\\/").encode())


def _serialized(run: Evaluation, given: Arguments) -> Bytes:
    value, _ = given.take("withJSONObject", "options", required=1)
    return _json(value, False)


class Encoder(Thing):
    """JSONEncoder."""

    settable = frozenset({"outputFormatting"})

    def do_encode(self, run: Evaluation, given: Arguments) -> Bytes:
        (value,) = given.take("value", required=1)
        return _json(value, True)


def _string(run: Evaluation, given: Arguments) -> Any:
    """String of data, of a number, or of what is not known."""
    if "data" in given.named or "decoding" in given.named:
        value = given.named.get("data", given.named.get("decoding"))
        return sending.octets_text(value.octets) if isinstance(value, Bytes) else MYSTERY
    if "describing" in given.named or "format" in given.named:
        return MYSTERY
    (value,) = given.take("value", required=1)
    return MYSTERY if isinstance(value, Mystery) else text(value)


def _percent_encoded(value: str, allowed: Any) -> str:
    sets = {
        "urlQueryAllowed": "!$&'()*+,-./:;=?@_~",
        "urlPathAllowed": "!$&'()*+,-./:=@_~",
        "urlHostAllowed": "!$&'()*+,-.:;=[]_~",
        "alphanumerics": "",
    }
    if str(allowed) not in sets:
        raise Unreadable("a set of characters")
    encoded = quote(value, safe=sets[str(allowed)])
    if str(allowed) == "alphanumerics":
        for character in "-._~":
            encoded = encoded.replace(character, f"%{ord(character):02X}")
    return encoded


# Addresses


class Address(Thing):
    """URL and NSURL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.at_absoluteString = url


def _address(run: Evaluation, given: Arguments) -> Address:
    (url,) = given.take("string", required=1)
    if given.positional:
        raise Unreadable("a URL without its label")
    return Address(_checked(text_of(url, "the URL")))


def _checked(url: str) -> str:
    if _BRACKET_AFTER_HOST.match(url):
        raise Unreadable("brackets, for which URL encodes the whole text")
    return sending.plain_url(url)


class Components(Thing):
    """URLComponents."""

    def __init__(self, given: Arguments) -> None:
        url, _ = given.take("string", "resolvingAgainstBaseURL") if "string" in given.named else (UNDEFINED, 0)
        if given.positional:
            raise Unreadable("URLComponents without a label")
        if "url" in given.named:
            address, _ = given.take("url", "resolvingAgainstBaseURL")
            url = address.url if isinstance(address, Address) else known(address)
        parts = urlsplit("" if url is UNDEFINED else _checked(text_of(url, "the URL")))
        self.scheme, self.netloc, self.path, self.query = parts.scheme, parts.netloc, parts.path, parts.query

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "url":
            return Address(self.written())
        if name in ("string", "absoluteString"):
            return self.written()
        if name == "queryItems":
            return Appending(self)
        return super().get(run, name)

    def written(self) -> str:
        url = f"{self.scheme}://{sending.authority(self.netloc)}{self.path}"
        return _checked(url + (f"?{self.query}" if self.query else ""))

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


class Appending(Thing):
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


# URLSession


class Outgoing(Thing):
    """URLRequest and NSMutableURLRequest."""

    settable = frozenset({"timeoutInterval", "cachePolicy", "httpShouldHandleCookies", "allowsCellularAccess"})

    def __init__(self, given: Arguments) -> None:
        url, *_ = given.take("url", "cachePolicy", "timeoutInterval", required=1)
        if given.positional:
            raise Unreadable("a request without its label")
        self.url = _url(url)
        self.method = "GET"
        self.fields = Fields()
        self.body: bytes | None = None

    def set_httpMethod(self, run: Evaluation, value: Any) -> None:
        self.method = text_of(value, "the method")

    def set_url(self, run: Evaluation, value: Any) -> None:
        self.url = _url(value)

    def set_httpBody(self, run: Evaluation, value: Any) -> None:
        self.body = None if value is None else _octets(value)
        if isinstance(value, str):
            raise Unreadable("a body that is no Data")

    def set_allHTTPHeaderFields(self, run: Evaluation, value: Any) -> None:
        if self.fields.pairs or not isinstance(value, dict):
            raise Unreadable("header fields that join others, or are no dictionary")
        for name, content in value.items():
            if self.fields.get(text_of(name)) is not None:
                raise Unreadable("a header twice")
            self.fields.add(name, content)

    def do_setValue(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        value, name = given.take("value", "forHTTPHeaderField", required=2)
        self.fields.set(name, value)

    def do_addValue(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        value, name = given.take("value", "forHTTPHeaderField", required=2)
        before = self.fields.get(text_of(name))
        self.fields.set(name, text_of(value) if before is None else f"{before},{text_of(value)}")

    def request(self) -> Request:
        fields = Fields(self.fields.pairs)
        if self.body is not None and self.method in ("GET", "HEAD"):
            raise Unreadable(f"URLSession sends no body with {self.method}")
        if self.body and fields.get("Content-Type") is None:
            if self.method != "POST":
                raise Unreadable("a body without its type")
            fields.add("Content-Type", FORM)
        return sent(self.method, self.url, fields, self.body)


def _url(value: Any) -> str:
    if not isinstance(value, Address):
        known(value)
        raise Unreadable("not a URL")
    return value.url


class Task(Thing):
    """A data task: sent by `resume`."""

    inert = frozenset({"cancel", "suspend"})

    def __init__(self, request: Request) -> None:
        self.request = request

    def do_resume(self, run: Evaluation, given: Arguments) -> None:
        given.take()
        run.send(self.request)


class Session(Thing):
    """URLSession."""

    inert = frozenset({"finishTasksAndInvalidate", "invalidateAndCancel"})

    def do_dataTask(self, run: Evaluation, given: Arguments) -> Task:
        run.call_back(given.named.pop("block", None), given.named.pop("completionHandler", None))
        return Task(_request(*given.take("with", required=1)))

    def do_data(self, run: Evaluation, given: Arguments) -> list[Any]:
        value = given.named.pop("for", UNDEFINED)
        value = given.named.pop("from", UNDEFINED) if value is UNDEFINED else value
        given.take("delegate")
        run.send(_request(value))
        return [MYSTERY, MYSTERY]


def _request(value: Any) -> Request:
    if isinstance(value, Address):
        value = Outgoing(Arguments([], {"url": value}))
    if not isinstance(value, Outgoing):
        raise Unreadable("not a request")
    return value.request()


class SessionType(Module):
    """URLSession, the type."""

    def call(self, run: Evaluation, given: Arguments) -> Session:
        configuration, *_ = given.take("configuration", "delegate", "delegateQueue", required=1)
        if configuration not in ("default", "ephemeral") and not isinstance(configuration, Configuration):
            raise Unreadable("a configuration")
        return Session()


class Configuration(Thing):
    """URLSessionConfiguration, of which timeouts may be set."""

    settable = frozenset(
        {"timeoutIntervalForRequest", "timeoutIntervalForResource", "waitsForConnectivity", "requestCachePolicy"}
    )


def _task(run: Evaluation, given: Arguments) -> Mystery:
    """Task { … }, whose block runs at once."""
    block = given.named.get("block")
    if not isinstance(block, Closure):
        raise Unreadable("a Task without a block")
    run.apply(block, Arguments([]))
    return MYSTERY


def _is_set(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    return MYSTERY if isinstance(value, Mystery) else value is not None


def _members(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    return [[key, member] for key, member in value.items()] if isinstance(value, dict) else value


class Swift(Dialect):
    """Arrays and dictionaries are copied when they are assigned; a forced optional is its value."""

    must_declare = True
    ends_early = True
    names: Mapping[str, Any] = {
        **dict.fromkeys(
            [
                "print",
                "debugPrint",
                "dump",
                "NSLog",
                "fputs",
                "DispatchSemaphore",
                "DispatchGroup",
                "dispatchMain",
                "RunLoop",
                "CFRunLoopRun",
                "Thread",
                "DispatchQueue",
                "ProcessInfo",
                "UUID",
                "Date",
                "HTTPURLResponse",
                "JSONDecoder",
                "PlaygroundPage",
                "error",
                "UTF8",
                "sleep",
                "Double",
                "DispatchTime",
                "EXIT_SUCCESS",
                "EXIT_FAILURE",
                "NSError",
                "URLError",
            ],
            MYSTERY,
        ),
        "exit": Builtin(leave),
        "fatalError": Builtin(leave),
        "preconditionFailure": Builtin(leave),
        "URL": Builtin(_address),
        "NSURL": Builtin(_address),
        "URLComponents": Builtin(lambda run, given: Components(given)),
        "URLQueryItem": Builtin(lambda run, given: Item(given)),
        "URLRequest": Builtin(lambda run, given: Outgoing(given)),
        "NSMutableURLRequest": Builtin(lambda run, given: Outgoing(given)),
        "URLSession": SessionType("URLSession", {"shared": Session()}),
        "URLSessionConfiguration": Module(
            "URLSessionConfiguration", {"default": Configuration(), "ephemeral": Configuration()}
        ),
        "Data": Builtin(_data),
        "NSData": Builtin(_data),
        "NSMutableData": Builtin(_data),
        "NSNull": Builtin(lambda run, given: Null()),
        "String": Builtin(_string),
        "JSONSerialization": Module("JSONSerialization", {"data": Builtin(_serialized), "jsonObject": MYSTERY}),
        "JSONEncoder": Builtin(lambda run, given: Encoder()),
        "Task": Builtin(_task),
        "struct of": Builtin(lambda run, given: Struct(dict(given.named))),
        "is set": Builtin(_is_set),
        "members of": Builtin(_members),
        "a type": Module("a type"),
    }

    def bound_value(self, value: Any) -> Any:
        return copied(value)

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no Bool")
        return value

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, str):
            return self.of_text(value, name)
        if isinstance(value, Builtin) and name == "Encoding":
            return Module("Encoding", {"utf8": Symbol("utf8")})
        if isinstance(value, Builtin):
            raise Unreadable(f"{name} of a type is not known here")
        return super().member(run, value, name)

    def of_text(self, value: str, name: str) -> Any:
        if name == "utf8":
            return Bytes(value.encode())
        if name == "data":
            return Builtin(lambda run, given: self.encoded(value, given))
        if name == "addingPercentEncoding":
            return Builtin(lambda run, given: _percent_encoded(value, *given.take("withAllowedCharacters", required=1)))
        if name in ("uppercased", "lowercased"):
            return Builtin(lambda run, given: value.upper() if name == "uppercased" else value.lower())
        raise Unreadable(f"{name} of a text is not known here")

    @staticmethod
    def encoded(value: str, given: Arguments) -> Bytes:
        encoding, _ = given.take("using", "allowLossyConversion", required=1)
        if encoding != "utf8":
            raise Unreadable("another encoding")
        return Bytes(value.encode())

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if isinstance(callee, Struct | SessionType):
            return callee.call(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
