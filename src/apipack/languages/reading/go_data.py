"""Go: texts, URLs and buffers over constants."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import applied
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_structs import indented, jsonable, marshalled
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

PLAIN = (1e-4, 1e6)
"""Numbers between these are printed without an exponent."""


def sprintf(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        value = rest.pop(0)
        form, kind = verb[1], verb[2]
        kinds: dict[str, Any] = {"s": str | bytes, "d": int, "v": str | int | float, "t": bool, "q": str, "f": float}
        if kind not in kinds or not isinstance(value, kinds[kind]) or (form and kind not in "df"):
            raise Unreadable(f"{verb[0]} of such a value")
        if isinstance(value, bool):
            if kind not in "tv":
                raise Unreadable(f"{verb[0]} of such a value")
            return str(value).lower()
        if kind in "df":
            return f"%{form}{kind}" % value
        if kind == "q":
            if not value.isascii() or not value.isprintable():
                raise Unreadable("a text that is quoted")
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if isinstance(value, float):
            if value and not PLAIN[0] <= abs(value) < PLAIN[1]:
                raise Unreadable("a number that is written with an exponent")
            return str(jsonable(value))
        return value.decode() if isinstance(value, bytes) else str(value)

    text = re.sub(r"%(0?[0-9]?(?:\.[0-9])?)(.)", written, pattern)
    if rest or "\0" in text:
        raise Unreadable("more values than the format takes")
    return text


def formatted(run: Evaluation, given: Arguments) -> Any:
    """fmt.Sprintf. A text or a number may be of a type of the program that says itself how it is written."""
    pattern, *values = given.positional
    if any(isinstance(value, Mystery) for value in given.positional):
        return MYSTERY
    own = {base.rpartition(" ")[2] for base in run.globals.names if base.startswith("texts of ")}
    kinds = {"string": str, "bool": bool, "float64": float}
    if re.search("%[^a-z]*[vs]", pattern) and any(
        type(value) is kinds.get(base, int) for value in values for base in own
    ):
        raise Unreadable("a value that may say itself how it is written")
    return applied(sprintf, [pattern, *values])


class Values(Thing):
    """url.Values: lists by name, written in the order of their names."""

    def __init__(self, pairs: dict[str, list[str]] | None = None) -> None:
        self.lists = pairs or {}

    @classmethod
    def make(cls, run: Evaluation, given: Arguments) -> Values:
        (pairs,) = given.take("pairs")
        query = cls()
        if pairs is not UNDEFINED:
            for name, values in known(pairs).items():
                query.lists[text_of(name)] = [text_of(value) for value in values]
        return query

    def do_Add(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = (text_of(argument) for argument in given.take("name", "value", required=2))
        self.lists.setdefault(name, []).append(value)

    def do_Set(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = (text_of(argument) for argument in given.take("name", "value", required=2))
        self.lists[name] = [value]

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        self.lists[text_of(key)] = [text_of(member) for member in value]

    def do_Encode(self, run: Evaluation, given: Arguments) -> str:
        return sending.form([(name, value) for name in sorted(self.lists) for value in self.lists[name]], quote_plus)


class Url(Thing):
    """url.URL."""

    inert = frozenset({"EscapedPath"})

    def __init__(self, url: str) -> None:
        if "#" in url:
            raise Unreadable("a URL with a fragment")
        normal = sending.raw_url(url)
        self.base, self.mark, self.query = normal.partition("?")

    def written(self) -> str:
        return self.base + (f"?{self.query}" if self.query or self.mark else "")

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "RawQuery":
            return self.query
        if name == "Path":
            return unquote(re.sub("^https?://[^/]*", "", self.base))
        return super().get(run, name)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name == "Path":
            origin = re.match("https?://[^/]*", self.base)
            path = quote(text_of(value), safe="/$&+,:;=@-_.~")
            self.base = (origin[0] if origin else "") + (path if path.startswith("/") or not path else f"/{path}")
        elif name == "RawQuery":
            self.query, self.mark = text_of(value), ""
        else:
            raise Unreadable(f"{name} of a URL is set")

    def do_Query(self, run: Evaluation, given: Arguments) -> Values:
        pairs = Values()
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            pairs.lists.setdefault(name, []).append(value)
        return pairs

    def do_String(self, run: Evaluation, given: Arguments) -> str:
        return self.written()

    def do_JoinPath(self, run: Evaluation, given: Arguments) -> Url:
        joined, _ = join_path(run, Arguments([self.base, *given.positional]))
        return Url(joined + (f"?{self.query}" if self.query else ""))


class DataType(Thing):
    """A type of the program that is a map or a slice."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def make(self, run: Evaluation, given: Arguments) -> Any:
        if self.kind == "slice_type":
            return list(given.positional)
        (pairs,) = given.take("pairs")
        return {} if pairs is UNDEFINED else pairs


class UrlType(Thing):
    """url.URL, the type."""

    def make(self, run: Evaluation, given: Arguments) -> Url:
        scheme, host, path, query = given.take("Scheme", "Host", "Path", "RawQuery", required=2)
        url = Url(f"{text_of(scheme)}://{sending.authority(host)}")
        if path is not UNDEFINED:
            url.set(run, "Path", path)
        if query is not UNDEFINED:
            url.set(run, "RawQuery", query)
        return url


class Buffer(Thing):
    """strings.Reader, bytes.Reader and bytes.Buffer."""

    def __init__(self, octets: bytes = b"") -> None:
        self.octets = octets

    @classmethod
    def make(cls, run: Evaluation, given: Arguments) -> Buffer:
        given.take()
        return cls()

    def do_WriteString(self, run: Evaluation, given: Arguments) -> list[Any]:
        run.certain()
        self.octets += text_of(*given.take("s", required=1)).encode()
        return [MYSTERY, None]

    def do_Write(self, run: Evaluation, given: Arguments) -> list[Any]:
        run.certain()
        self.octets += as_octets(*given.take("b", required=1))
        return [MYSTERY, None]

    def do_String(self, run: Evaluation, given: Arguments) -> str:
        return sending.octets_text(self.octets)

    def do_Bytes(self, run: Evaluation, given: Arguments) -> bytes:
        return self.octets

    def do_WriteByte(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (code,) = given.take("c", required=1)
        if not isinstance(known(code), int) or not 0 <= code < 128:
            raise Unreadable("not a character of ASCII")
        self.octets += bytes([code])

    def do_WriteRune(self, run: Evaluation, given: Arguments) -> list[Any]:
        self.do_WriteByte(run, given)
        return [MYSTERY, None]

    def do_Len(self, run: Evaluation, given: Arguments) -> int:
        return len(self.octets)

    def do_Reset(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.octets = b""

    def do_Grow(self, run: Evaluation, given: Arguments) -> None:
        given.take("n", required=1)


class BufferType(Thing):
    """bytes.Buffer, the type."""

    def make(self, run: Evaluation, given: Arguments) -> Buffer:
        given.take()
        return Buffer()


class Encoder(Thing):
    """json.Encoder."""

    def __init__(self, given: Arguments) -> None:
        (self.target,) = given.take("w", required=1)
        self.escapes = True
        self.indent: str | None = None

    def do_SetEscapeHTML(self, run: Evaluation, given: Arguments) -> None:
        if isinstance(self.target, Mystery):
            return
        run.certain()
        self.escapes = bool(known(*given.take("on", required=1)))

    def do_SetIndent(self, run: Evaluation, given: Arguments) -> None:
        if isinstance(self.target, Mystery):
            return
        run.certain()
        self.indent = indented(*given.take("prefix", "indent", required=2))

    def do_Encode(self, run: Evaluation, given: Arguments) -> None:
        if isinstance(self.target, Mystery):
            return
        run.certain()
        if not isinstance(self.target, Buffer):
            raise Unreadable("an encoder that writes elsewhere")
        (value,) = given.take("v", required=1)
        self.target.octets += marshalled(value, self.indent, self.escapes) + b"\n"


def read_all(run: Evaluation, given: Arguments) -> list[Any]:
    """io.ReadAll: of the answer, or of a buffer, which is empty then."""
    (reader,) = given.take("r", required=1)
    if not isinstance(reader, Buffer):
        return [MYSTERY, None]
    run.certain()
    octets, reader.octets = reader.octets, b""
    return [octets, None]


def join_path(run: Evaluation, given: Arguments) -> list[Any]:
    """url.JoinPath of parts that need neither cleaning nor encoding."""
    base, *parts = map(text_of, given.positional)
    if any(not re.fullmatch(r"/?[\w%!$&'()*+,;=:@~.-]+(/[\w%!$&'()*+,;=:@~.-]+)*/?", part, re.ASCII) for part in parts):
        raise Unreadable("a path that is encoded anew")
    joined = "/".join([base.rstrip("/"), *[part.strip("/") for part in parts]])
    if re.search(r"[?#]|/\.{1,2}(/|$)|[^:/]//", joined):
        raise Unreadable("a path that is cleaned")
    return [joined + "/" * parts[-1].endswith("/"), None]


def as_octets(value: Any) -> bytes:
    value = known(value)
    if not isinstance(value, bytes):
        raise Unreadable("not []byte")
    return value
