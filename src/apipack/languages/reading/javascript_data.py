"""JavaScript's and Node's built-ins over constants: JSON, URL, URLSearchParams, Headers, FormData, Buffer."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin

from apipack.languages.environment import FILE_CONTENT
from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_collections import PairList
from apipack.languages.reading.javascript_keys import ordered
from apipack.languages.reading.javascript_numbers import exact, number_text
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

PATH = "/!$&'()*+,;=:@%-._~|[]"
Pairs = list[tuple[str, str]]
_UNSAFE = re.compile("[^!-~]|[\"#<>']")
"""Of a query, as the URL standard has it."""


def _percent(unsafe: re.Match[str]) -> str:
    return quote(unsafe[0], safe="")


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
    if isinstance(value, float):
        return number_text(value)
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
        if repr(value) != number_text(value):
            raise Unreadable("a number with an exponent")
    elif not isinstance(value, str | int | None):
        raise Unreadable("JSON of more than data")
    return value


def parse(document: str) -> Any:
    """JSON.parse."""

    def no_constant(name: str) -> Any:
        raise Unreadable(f"{name} in JSON")

    return json.loads(
        document,
        object_pairs_hook=lambda pairs: ordered(dict(pairs)),
        parse_float=lambda digits: exact(float(digits)),
        parse_int=lambda digits: exact(int(digits)),
        parse_constant=no_constant,
    )


class SearchParams(PairList):
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
        first = next((index for index, (key, _) in enumerate(self.pairs) if key == name), len(self.pairs))
        others = [pair for pair in self.pairs[first:] if pair[0] != name]
        self.pairs[first:] = [(name, value), *others]
        return self._changed()

    def do_delete(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name = text(known(*given.take("name", required=1)))
        self.pairs[:] = [pair for pair in self.pairs if pair[0] != name]
        return self._changed()

    def do_get(self, run: Evaluation, given: Arguments) -> str | None:
        name = text(known(*given.take("name", required=1)))
        return next((value for key, value in self.pairs if key == name), None)

    def do_has(self, run: Evaluation, given: Arguments) -> bool:
        return self.do_get(run, given) is not None

    def pair_list(self) -> list[list[Any]]:
        return [list(pair) for pair in self.pairs]

    def do_toString(self, run: Evaluation, given: Arguments) -> str:
        return self.written()

    def _changed(self) -> Any:
        if self.owner is not None:
            self.owner.query = self.written()
        return UNDEFINED


def search_params(run: Evaluation, given: Arguments) -> SearchParams:
    (value,) = given.take("init")
    return SearchParams(pairs_of(value))


def pairs_of(value: Any) -> Pairs:
    value = known(value)
    if value is UNDEFINED:
        return []
    if isinstance(value, str):
        return parse_qsl(value.removeprefix("?"), keep_blank_values=True)
    if isinstance(value, dict):
        return [(str(name), text(member)) for name, member in value.items()]
    if isinstance(value, PairList):
        value = known(value.listed())
    if isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return [(text(name), text(member)) for name, member in value]
    raise Unreadable("URLSearchParams of more than pairs")


class Url(Thing):
    """URL, and what url.parse gives."""

    def __init__(self, url: str) -> None:
        if "#" in url:
            raise Unreadable("a URL with a fragment")
        base, mark, query = sending.encoded_url(url).partition("?")
        self.scheme, _, rest = base.partition("://")
        host, slash, path = rest.partition("/")
        self.host = host.lower().removesuffix({"https": ":443", "http": ":80"}[self.scheme])
        self.path = quote(f"/{path}", safe=PATH)
        self.query = query.replace("'", "%27") if mark else ""
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

    def set_pathname(self, run: Evaluation, value: Any) -> None:
        path = text(known(value))
        if "\\" in path or re.search(r"/\.{1,2}(?:/|$)", path):
            raise Unreadable("a path that the URL standard changes")
        self.path = quote(path if path.startswith("/") else f"/{path}", safe=PATH)

    def set_search(self, run: Evaluation, value: Any) -> None:
        self.query = _UNSAFE.sub(_percent, text(known(value)).removeprefix("?"))
        self.at_searchParams = SearchParams(parse_qsl(self.query, keep_blank_values=True), self)


def url(run: Evaluation, given: Arguments) -> Url:
    address, base = given.take("url", "base", required=1)
    address = text(known(address))
    return Url(address if base is UNDEFINED else urljoin(text(known(base)), address))


class Headers(PairList):
    """Headers: values of one name are joined."""

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

    def do_delete(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        self.fields.remove(text_of(known(*given.take("name", required=1))))
        return UNDEFINED

    def do_get(self, run: Evaluation, given: Arguments) -> str | None:
        return self.fields.get(text_of(known(*given.take("name", required=1))))

    def do_has(self, run: Evaluation, given: Arguments) -> bool:
        return self.do_get(run, given) is not None

    def pair_list(self) -> list[list[Any]]:
        return sorted([name.lower(), value] for name, value in self.fields.pairs)


def header_pairs(value: Any) -> list[tuple[Any, Any]]:
    """Pairs of an object, a list of pairs or Headers."""
    if isinstance(value, Headers):
        return list(value.fields.pairs)
    if isinstance(value, PairList):
        value = value.listed()
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
        self.at_name = UNDEFINED if name is None else name
        self.content = "".join(text(piece) for piece in known(pieces))
        given = {} if options is UNDEFINED else plain_object(options, "options of a Blob")
        checked(given, "type lastModified", "a Blob")
        self.kind = text(known(given.get("type", ""))).lower() or "application/octet-stream"
        if FILE_CONTENT in self.content and ("json" in self.kind or "xml" in self.kind):
            raise Unreadable("a file that may hold something wrong")


def blob(run: Evaluation, given: Arguments) -> Blob:
    pieces, options = given.take("parts", "options")
    return Blob([] if pieces is UNDEFINED else pieces, options)


def file(run: Evaluation, given: Arguments) -> Blob:
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

    def do_set(self, run: Evaluation, given: Arguments) -> Any:
        if self.is_npm or any(part[0] == given.positional[0] for part in self.parts):
            raise Unreadable("a part that takes the place of another")
        return self.do_append(run, given)

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


def buffer(run: Evaluation, given: Arguments) -> Any:
    value, encoding = given.take("value", "encoding", required=1)
    if isinstance(value, Mystery):
        return MYSTERY
    if not isinstance(value, str) or encoding not in (UNDEFINED, "utf8", "utf-8"):
        raise Unreadable("a Buffer of no text")
    return Octets(value.encode())


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
