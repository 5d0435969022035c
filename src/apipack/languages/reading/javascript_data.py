"""JavaScript's and Node's built-ins over constants: JSON, URL, URLSearchParams, Headers, FormData, Buffer."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urljoin

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, constant, leave
from apipack.languages.reading.evaluation import Closure, Evaluation
from apipack.languages.reading.sending import Fields
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
from apipack.languages.wire import Unreadable

PRODUCT = 4_000_000
NUMBERS = (1e-6, 1e21)
Pairs = list[tuple[str, str]]


def text(value: Any) -> str:
    """JavaScript's String(value)."""
    if isinstance(value, str):
        return value
    if value is UNDEFINED:
        return "undefined"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value) and NUMBERS[0] <= abs(value) < NUMBERS[1]:
        return repr(value)
    if isinstance(value, list):
        return ",".join("" if member is None or member is UNDEFINED else text(member) for member in value)
    if isinstance(value, SearchParams | Url):
        return value.written()
    if isinstance(value, Octets):
        return sending.octets_text(value.octets)
    raise Unreadable("the text of an object")


def stringify(value: Any, replacer: Any = None, indent: Any = None) -> Any:
    """JSON.stringify."""
    if replacer is not None and replacer is not UNDEFINED:
        raise Unreadable("JSON.stringify with a replacer")
    if indent in (None, UNDEFINED, 0, ""):
        return json.dumps(_jsonable(value), ensure_ascii=False, separators=(",", ":"))
    if not (isinstance(indent, int) and indent <= 10) and not (isinstance(indent, str) and len(indent) <= 10):
        raise Unreadable("an indent")
    return json.dumps(_jsonable(value), ensure_ascii=False, indent=indent)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(member) for key, member in value.items() if member is not UNDEFINED}
    if isinstance(value, list):
        return [None if member is UNDEFINED else _jsonable(member) for member in value]
    if isinstance(value, float):
        text(value)
    elif not isinstance(value, str | int | None):
        raise Unreadable("JSON of more than data")
    return value


class SearchParams(Thing):
    """URLSearchParams. owner: the URL whose query it is."""

    def __init__(self, pairs: Pairs, owner: Url | None = None) -> None:
        self.pairs, self.owner = pairs, owner

    def written(self) -> str:
        return sending.form(self.pairs, sending.whatwg_form)

    def do_append(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = (text(known(argument)) for argument in given.take("name", "value", required=2))
        self.pairs.append((name, value))
        return self._changed()

    def do_set(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = (text(known(argument)) for argument in given.take("name", "value", required=2))
        if any(key == name for key, _ in self.pairs):
            raise Unreadable("a parameter is set again")
        self.pairs.append((name, value))
        return self._changed()

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()

    def _changed(self) -> Any:
        if self.owner is not None:
            self.owner.query = self.written()
        return UNDEFINED


def search_params(run: Evaluation, given: Arguments) -> SearchParams:
    (value,) = given.take("init")
    return SearchParams(_pairs(value))


def _pairs(value: Any) -> Pairs:
    value = known(value)
    if value is UNDEFINED:
        return []
    if isinstance(value, str):
        return parse_qsl(value.removeprefix("?"), keep_blank_values=True)
    if isinstance(value, dict):
        return [(str(name), text(member)) for name, member in value.items()]
    if isinstance(value, SearchParams):
        return list(value.pairs)
    if isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return [(text(name), text(member)) for name, member in value]
    raise Unreadable("URLSearchParams of more than pairs")


class Url(Thing):
    """URL, and what url.parse gives."""

    def __init__(self, url: str) -> None:
        normal = sending.encoded_url(url)
        base, mark, query = normal.partition("?")
        self.scheme, _, rest = base.partition("://")
        self.host, slash, path = rest.partition("/")
        self.path = quote(f"/{path}", safe="/!$&'()*+,;=:@%-._~|[]")
        self.query = query if mark else ""
        self.at_searchParams = SearchParams(parse_qsl(self.query, keep_blank_values=True), self)

    def written(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")

    def get(self, run: Any, name: str) -> Any:
        hostname, _, port = self.host.partition(":")
        parts = {
            "href": self.written(),
            "host": self.host,
            "hostname": hostname,
            "port": port,
            "pathname": self.path,
            "search": f"?{self.query}" if self.query else "",
            "protocol": f"{self.scheme}:",
            "origin": f"{self.scheme}://{self.host}",
        }
        return parts[name] if name in parts else super().get(run, name)

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()

    def set_search(self, run: Evaluation, value: Any) -> None:
        self.query = text(known(value)).removeprefix("?")
        self.at_searchParams = SearchParams(parse_qsl(self.query, keep_blank_values=True), self)


def url(run: Evaluation, given: Arguments) -> Url:
    address, base = given.take("url", "base", required=1)
    address = text(known(address))
    return Url(address if base is UNDEFINED else urljoin(text(known(base)), address))


class Headers(Thing):
    """Headers: values of one name are joined."""

    inert = frozenset({"get", "has"})

    def __init__(self, pairs: Any = UNDEFINED) -> None:
        self.fields = Fields()
        for name, value in header_pairs(pairs):
            self.append(name, value)

    def append(self, name: Any, value: Any) -> None:
        name, value = text_of(known(name), "a header's name"), text(known(value))
        before = self.fields.get(name)
        if before is None:
            self.fields.add(name, value)
        else:
            self.fields.pairs = [
                (key, f"{before}, {value}" if key.lower() == name.lower() else old) for key, old in self.fields.pairs
            ]

    def do_append(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        self.append(*given.take("name", "value", required=2))
        return UNDEFINED

    def do_set(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.set(known(name), text(known(value)))
        return UNDEFINED


def header_pairs(value: Any) -> list[tuple[Any, Any]]:
    """Pairs of an object, a list of pairs or Headers."""
    if isinstance(value, Headers):
        return list(value.fields.pairs)
    if value is None or value is UNDEFINED:
        return []
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return [(name, member) for name, member in value]
    known(value)
    raise Unreadable("headers that are no object")


class Blob(Thing):
    """Blob and File. name: a File's."""

    def __init__(self, pieces: Any, options: Any, name: str | None = None) -> None:
        self.name = name
        self.content = "".join(text(piece) for piece in known(pieces))
        given = {} if options is UNDEFINED else plain_object(options, "options of a Blob")
        checked(given, "type lastModified", "a Blob")
        self.kind = text(known(given.get("type", ""))).lower() or "application/octet-stream"


def _blob(run: Evaluation, given: Arguments) -> Blob:
    pieces, options = given.take("parts", "options")
    return Blob([] if pieces is UNDEFINED else pieces, options)


def _file(run: Evaluation, given: Arguments) -> Blob:
    pieces, name, options = given.take("parts", "name", "options", required=2)
    return Blob(pieces, options, text(known(name)))


class FormData(Thing):
    """FormData of the platform, or of npm form-data, whose getHeaders names the boundary."""

    def __init__(self, is_npm: bool = False) -> None:
        self.is_npm = is_npm
        self.parts: list[tuple[str, str, str | None, str | None]] = []

    def do_append(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value, file = given.take("name", "value", "filename", required=2)
        file, kind = (None if file is UNDEFINED else file), None
        if isinstance(file, dict) and self.is_npm:
            checked(file, "filename contentType", "a part")
            file, kind = known(file.get("filename")), known(file.get("contentType"))
        if isinstance(value, Blob) and not self.is_npm:
            file, kind, value = file or value.name or "blob", value.kind, value.content
        elif file is not None and not self.is_npm:
            raise Unreadable("a file name of what is no Blob")
        self.parts.append((text(known(name)), text(known(value)), None if file is None else text(known(file)), kind))
        return UNDEFINED

    do_set = do_append

    def do_getHeaders(self, run: Evaluation, given: Arguments) -> dict[str, str]:
        fields = Fields()
        self.body(fields)
        return {"content-type": fields.pairs[0][1]}

    def body(self, fields: Fields) -> str:
        return sending.multipart(self.parts, fields)


class Octets(Thing):
    """A Buffer or Uint8Array."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at_length = self.at_byteLength = len(octets)

    def do_toString(self, run: Evaluation, given: Arguments) -> Any:
        (encoding,) = given.take("encoding")
        if encoding == "base64":
            return base64.b64encode(self.octets).decode()
        if encoding not in (UNDEFINED, "utf8", "utf-8", "ascii"):
            raise Unreadable("an encoding of a Buffer")
        return sending.octets_text(self.octets)


def _buffer(run: Evaluation, given: Arguments) -> Any:
    value, encoding = given.take("value", "encoding", required=1)
    if isinstance(value, Mystery):
        return MYSTERY
    if not isinstance(value, str) or encoding not in (UNDEFINED, "utf8", "utf-8"):
        raise Unreadable("a Buffer of no text")
    return Octets(value.encode())


def _replace(value: str, old: Any, new: Any) -> str:
    if not isinstance(old, str) or not isinstance(new, str) or "$" in new:
        raise Unreadable("a replacement by a pattern")
    return value.replace(old, new, 1)


def _split(value: str, by: Any = UNDEFINED) -> list[str]:
    return [value] if by is UNDEFINED else list(value) if by == "" else value.split(by)


def _join(parts: list[Any], joint: str = ",") -> str:
    if len(joint) * len(parts) > PRODUCT:
        raise Unreadable("a text too long")
    return joint.join(text(part) for part in parts)


def _btoa(value: str) -> str:
    return base64.b64encode(value.encode("latin-1")).decode()


def _encoded(value: Any) -> str:
    return sending.component(text(value))


def _map(run: Evaluation, values: list[Any], given: Arguments) -> list[Any]:
    return [run.apply(given.positional[0], Arguments([value])) for value in values]


CONSOLE = Module("console", dict.fromkeys(("log", "error", "warn", "info", "debug", "table", "dir"), MYSTERY))
OBJECT = Module(
    "Object",
    {
        "keys": Builtin(lambda run, given: _members(given, list)),
        "values": Builtin(lambda run, given: _members(given, lambda value: list(value.values()))),
        "entries": Builtin(lambda run, given: _members(given, lambda value: [[k, v] for k, v in value.items()])),
        "assign": Builtin(lambda run, given: _assigned(run, given)),
    },
)
BUFFER = Module(
    "Buffer", {"from": Builtin(_buffer), "concat": MYSTERY, "byteLength": constant(lambda value: len(value.encode()))}
)


def _later(run: Evaluation, given: Arguments) -> Any:
    """What is called some time, if at all."""
    run.call_back(*given.positional)
    return MYSTERY


class PromiseType(Module):
    """Promise: its function runs at once, and what it is resolved with is not known."""

    def make(self, run: Evaluation, given: Arguments) -> Any:
        (executor,) = given.take("executor", required=1)
        run.apply(executor, Arguments([MYSTERY, MYSTERY]))
        return MYSTERY


PROMISE = PromiseType(
    "Promise",
    {
        "resolve": Builtin(lambda run, given: given.take("value")[0]),
        **dict.fromkeys(("all", "race", "reject"), MYSTERY),
    },
)


class Process(Module):
    """Node's process, whose exit code may be set."""

    def set(self, run: Any, name: str, value: Any) -> None:
        if name != "exitCode":
            super().set(run, name, value)


def _members(given: Arguments, take: Any) -> Any:
    (value,) = given.take("value", required=1)
    if isinstance(value, dict):
        return take(value)
    if isinstance(value, Mystery):
        return MYSTERY
    raise Unreadable("members of no object")


def _assigned(run: Evaluation, given: Arguments) -> Any:
    run.certain()
    target, *others = given.positional
    if not all(isinstance(argument, dict) for argument in given.positional):
        raise Unreadable("Object.assign of no objects")
    for other in others:
        target.update(other)
    return target


NAMES: Mapping[str, Any] = {
    "console": CONSOLE,
    "JSON": Module("JSON", {"stringify": constant(stringify), "parse": constant(lambda value: json.loads(value))}),
    "encodeURIComponent": constant(_encoded),
    "encodeURI": constant(lambda value: quote(text(value), safe="!#$&'()*+,/:;=?@-._~")),
    "decodeURIComponent": constant(lambda value: unquote(value, errors="strict")),
    "btoa": constant(_btoa),
    "String": constant(text),
    "URLSearchParams": Builtin(search_params),
    "URL": Builtin(url),
    "Headers": Builtin(lambda run, given: Headers(*given.take("init"))),
    "FormData": Builtin(lambda run, given: FormData() if not given.positional else _fail("FormData of a form")),
    "Blob": Builtin(_blob),
    "File": Builtin(_file),
    "Object": OBJECT,
    "Promise": PROMISE,
    "setTimeout": Builtin(_later),
    "setInterval": Builtin(_later),
    "setImmediate": Builtin(_later),
    "queueMicrotask": Builtin(_later),
    "clearTimeout": MYSTERY,
    "clearInterval": MYSTERY,
    "Buffer": BUFFER,
    "TextEncoder": Builtin(lambda run, given: Module("TextEncoder", {"encode": Builtin(_buffer)})),
    "Infinity": math.inf,
    "this": MYSTERY,
    "Error": MYSTERY,
    "Date": MYSTERY,
    "Math": MYSTERY,
    "AbortController": MYSTERY,
    "AbortSignal": MYSTERY,
    "document": MYSTERY,
    "alert": MYSTERY,
    "module": MYSTERY,
    "exports": MYSTERY,
    "process": Process(
        "process",
        {"env": MYSTERY, "argv": MYSTERY, "exit": Builtin(leave), "on": MYSTERY, "stdout": MYSTERY, "stderr": MYSTERY},
    ),
}


def _fail(what: str) -> Any:
    raise Unreadable(what)


class JavaScript(Dialect):
    """Objects are mappings, promises run their functions at once, and text joins with anything."""

    ends_early = True
    nothing = UNDEFINED
    receiver = "this"
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "toString": text,
            "trim": str.strip,
            "toUpperCase": str.upper,
            "toLowerCase": str.lower,
            "concat": lambda value, *others: value + "".join(map(text, others)),
            "replace": _replace,
            "split": _split,
        },
        int: {"toString": lambda value: text(value)},
        list: {"join": _join, "toString": text},
    }
    changing: Mapping[type, Mapping[str, Any]] = {list: {"push": lambda value, *more: value.extend(more)}}

    def __init__(self, names: Mapping[str, Any], modules: Mapping[str, Any]) -> None:
        self.names = {**NAMES, **names, "require": Builtin(self._require)}
        self.modules = modules

    def _require(self, run: Evaluation, given: Arguments) -> Any:
        (path,) = given.take("path", required=1)
        return self.imported(text_of(path).removeprefix("node:"), None)

    def imported(self, path: str, member: str | None) -> Any:
        if member == "default":
            return super().imported(path, None)
        return super().imported(path, member)

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if isinstance(value, str | int | float | None):
            return bool(value)
        return value is not UNDEFINED

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        return super().binary({"===": "==", "!==": "!="}.get(operator, operator), left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if left is UNDEFINED or right is UNDEFINED:
            return left is right or left is None or right is None
        return super().equal(left, right)

    def plus(self, left: Any, right: Any) -> Any:
        if isinstance(left, int) and isinstance(right, int) and not isinstance(left, bool):
            return super().plus(left, right)
        if isinstance(left, str) or isinstance(right, str):
            return text(left) + text(right)
        raise Unreadable("a sum of no numbers or texts")

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return value.get(name, UNDEFINED)
        if name in ("then", "catch", "finally") and not isinstance(value, Mystery | Thing):
            return Builtin(_later)
        if isinstance(value, str) and name == "length":
            return len(value.encode("utf-16-le")) // 2
        if isinstance(value, list) and name in ("map", "forEach"):
            return Builtin(lambda run, given: _map(run, value, given))
        if isinstance(value, Closure) and name in ("bind", "call"):
            raise Unreadable(f"{name} of a function")
        return super().member(run, value, name)

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, dict):
            owner[name] = value
        else:
            super().set_member(run, owner, name, value)

    def item(self, run: Any, value: Any, key: Any) -> Any:
        if isinstance(value, dict) and isinstance(key, str):
            return value.get(key, UNDEFINED)
        return super().item(run, value, key)


def plain_object(value: Any, what: str) -> dict[str, Any]:
    """An options object; raises Unreadable for anything else."""
    if isinstance(value, Mystery) or not isinstance(value, dict):
        known(value)
        raise Unreadable(f"{what} is no object")
    return value


def checked(options: Mapping[str, Any], allowed: str, what: str) -> None:
    """Refuse options that may shape the request in a way that is not known here."""
    if unknown := set(options) - set(allowed.split()):
        raise Unreadable(f"{what} with {min(unknown)[:40]}")
