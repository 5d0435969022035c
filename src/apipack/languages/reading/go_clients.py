"""Go: its standard library over constants, and what net/http sends."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_tree import has_imports, lower
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Foreign,
    Inert,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request

RANGE = (1e-6, 1e21)


def read(code: str) -> Request:
    return Evaluation(Go(has_imports(code))).run(lower(code))


# Data


class Struct(Thing):
    """A struct type of the program: (name, JSON name or nothing, omitempty, zero value) of each field."""

    def __init__(self, fields: list[list[Any]]) -> None:
        self.fields = fields

    def make(self, run: Evaluation, given: Arguments) -> Record:
        names = [name for name, *_ in self.fields]
        values = given.take(*names)
        return Record(self, dict(zip(names, values, strict=True)))


class Record(Thing):
    """A struct's value."""

    def __init__(self, struct: Struct, values: dict[str, Any]) -> None:
        self.struct, self.values = struct, values

    def get(self, run: Evaluation, name: str) -> Any:
        if name not in self.values:
            raise Unreadable(f"{name} is no field")
        value = self.values[name]
        return next(zero for key, _, _, zero in self.struct.fields if key == name) if value is UNDEFINED else value

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name not in self.values:
            raise Unreadable(f"{name} is no field")
        self.values[name] = value

    def shown(self) -> dict[str, Any]:
        """Members as encoding/json takes them."""
        members: dict[str, Any] = {}
        for name, key, omits, zero in self.struct.fields:
            value = self.values[name]
            if value is UNDEFINED and zero is None and not omits:
                raise Unreadable("the zero of a field that is no plain value")
            value = zero if value is UNDEFINED else value
            if key and not (omits and value in (None, "", 0, False, [], {})):
                members[key] = value
        return members


def _jsonable(value: Any) -> Any:
    if isinstance(value, Record):
        return {key: _jsonable(member) for key, member in value.shown().items()}
    if isinstance(value, dict):
        return {str(key): _jsonable(value[key]) for key in sorted(value, key=lambda key: str(key).encode())}
    if isinstance(value, list):
        return [_jsonable(member) for member in value]
    if isinstance(value, float):
        if value and not RANGE[0] <= abs(value) < RANGE[1]:
            raise Unreadable("a number that is written with an exponent")
        return int(value) if value == int(value) else value
    if not isinstance(value, str | int | None):
        known(value)
        raise Unreadable("JSON of more than data")
    return value


def _marshalled(value: Any, indent: str | None) -> bytes:
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(_jsonable(value), ensure_ascii=False, separators=separators, indent=indent)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def _marshal(run: Evaluation, given: Arguments) -> list[Any]:
    (value,) = given.take("v", required=1)
    return [_marshalled(value, None), None]


def _marshal_indent(run: Evaluation, given: Arguments) -> list[Any]:
    value, prefix, indent = given.take("v", "prefix", "indent", required=3)
    if prefix != "" or not isinstance(indent, str) or indent.strip(" \t") or len(indent) > 16:
        raise Unreadable("an indent")
    return [_marshalled(value, indent), None]


def _sprintf(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        value = rest.pop(0)
        kinds: dict[str, Any] = {"s": str | bytes, "d": int, "v": str | int, "t": bool, "q": ()}
        if verb[1] not in kinds or not isinstance(value, kinds[verb[1]]):
            raise Unreadable(f"{verb[0]} of such a value")
        if isinstance(value, bool):
            return str(value).lower()
        return value.decode() if isinstance(value, bytes) else str(value)

    text = re.sub(r"%(.)", written, pattern)
    if rest or "\0" in text:
        raise Unreadable("more values than the format takes")
    return text


class Values(Thing):
    """url.Values: lists by name, written in the order of their names."""

    def __init__(self, pairs: dict[str, list[str]] | None = None) -> None:
        self.lists = pairs or {}

    @classmethod
    def make(cls, run: Evaluation, given: Arguments) -> Values:
        (pairs,) = given.take("pairs")
        form = cls()
        if pairs is not UNDEFINED:
            for name, values in known(pairs).items():
                form.lists[text_of(name)] = [text_of(value) for value in values]
        return form

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
        normal = sending.plain_url(url)
        self.base, self.mark, self.query = normal.partition("?")

    def written(self) -> str:
        return self.base + (f"?{self.query}" if self.query or self.mark else "")

    def get(self, run: Evaluation, name: str) -> Any:
        return self.query if name == "RawQuery" else super().get(run, name)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name != "RawQuery":
            raise Unreadable(f"{name} of a URL is set")
        self.query, self.mark = text_of(value), ""

    def do_Query(self, run: Evaluation, given: Arguments) -> Values:
        query = Values()
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            query.lists.setdefault(name, []).append(value)
        return query

    def do_String(self, run: Evaluation, given: Arguments) -> str:
        return self.written()


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
        self.octets += _octets(*given.take("b", required=1))
        return [MYSTERY, None]

    def do_String(self, run: Evaluation, given: Arguments) -> str:
        return sending.octets_text(self.octets)

    def do_Bytes(self, run: Evaluation, given: Arguments) -> bytes:
        return self.octets


class BufferType(Thing):
    """bytes.Buffer, the type."""

    def make(self, run: Evaluation, given: Arguments) -> Buffer:
        given.take()
        return Buffer()


class Encoder(Thing):
    """json.Encoder."""

    def __init__(self, given: Arguments) -> None:
        (self.target,) = given.take("w", required=1)

    def do_Encode(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        if not isinstance(self.target, Buffer):
            raise Unreadable("an encoder that writes elsewhere")
        (value,) = given.take("v", required=1)
        self.target.octets += _marshalled(value, None) + b"\n"


class Parts(Thing):
    """multipart.Writer."""

    def __init__(self, given: Arguments) -> None:
        (self.target,) = given.take("w", required=1)
        self.parts: list[tuple[str, str, None, None]] = []

    def do_WriteField(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = (text_of(argument) for argument in given.take("name", "value", required=2))
        self.parts.append((name, value, None, None))

    def do_Close(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        if not isinstance(self.target, Buffer):
            raise Unreadable("a form that is written elsewhere")
        self.target.octets += sending.multipart(self.parts, Fields()).encode()

    def do_FormDataContentType(self, run: Evaluation, given: Arguments) -> str:
        return f"multipart/form-data; boundary={sending.BOUNDARY}"


def _octets(value: Any) -> bytes:
    value = known(value)
    if not isinstance(value, bytes):
        raise Unreadable("not []byte")
    return value


# net/http


class Header(Thing):
    """http.Header."""

    inert = frozenset({"Get", "Values"})

    def __init__(self) -> None:
        self.fields = Fields()

    def do_Add(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.add(*given.take("key", "value", required=2))

    def do_Set(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set(*given.take("key", "value", required=2))

    def do_Del(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.remove(text_of(*given.take("key", required=1)))

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        self.fields.remove(text_of(key))
        for member in known(value):
            self.fields.add(key, member)


def _header(run: Evaluation, given: Arguments) -> Header:
    (pairs,) = given.take("pairs")
    header = Header()
    for name, values in {} if pairs is UNDEFINED else known(pairs).items():
        for value in values:
            header.fields.add(name, value)
    return header


class Outgoing(Thing):
    """http.Request."""

    settable = frozenset({"Close"})
    inert = frozenset({"Context"})

    def __init__(self, method: Any, url: Any, body: Any) -> None:
        self.method = text_of(method, "the method") or "GET"
        self.at_URL, self.at_Header = Url(text_of(url, "the URL")), Header()
        self.body = _body(body)

    def set_Header(self, run: Evaluation, value: Any) -> None:
        if isinstance(value, dict):
            value = _header(run, Arguments([value]))
        if not isinstance(value, Header):
            raise Unreadable("not a http.Header")
        self.at_Header = value

    def set_Host(self, run: Evaluation, value: Any) -> None:
        self.at_Header.fields.set("Host", value)

    def set_Method(self, run: Evaluation, value: Any) -> None:
        self.method = text_of(value)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        super().set(run, name, value)

    def do_SetBasicAuth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.at_Header.fields.set("Authorization", sending.basic(*given.take("user", "password", required=2)))

    def do_AddCookie(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (cookie,) = given.take("c", required=1)
        if not isinstance(cookie, Cookie):
            raise Unreadable("not a cookie")
        before = self.at_Header.fields.get("Cookie")
        self.at_Header.fields.set("Cookie", f"{before}; {cookie.pair}" if before else cookie.pair)

    def do_WithContext(self, run: Evaluation, given: Arguments) -> Outgoing:
        return self

    def request(self) -> Request:
        return sent(self.method, self.at_URL.written(), self.at_Header.fields, self.body)


class Cookie(Thing):
    """http.Cookie."""

    def __init__(self, given: Arguments) -> None:
        name, value, *_ = (known(argument) for argument in given.take("Name", "Value", "Path", "Domain", required=2))
        if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII) or not re.fullmatch(r"[!#-+\--:<-\[\]-~]*", value):
            raise Unreadable("a cookie that is quoted")
        self.pair = f"{name}={value}"


def _body(value: Any) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, Buffer):
        known(value)
        raise Unreadable("a body that is no reader")
    return value.octets


def _new_request(run: Evaluation, given: Arguments) -> list[Any]:
    return [Outgoing(*given.take("method", "url", "body", required=3)), None]


def _new_request_in(run: Evaluation, given: Arguments) -> list[Any]:
    _, *others = given.take("ctx", "method", "url", "body", required=4)
    return [Outgoing(*others), None]


class Client(Thing):
    """http.Client, and the functions of the package that use the default one."""

    inert = frozenset({"CloseIdleConnections"})
    settable = frozenset({"Timeout", "CheckRedirect", "Transport"})

    def do_Do(self, run: Evaluation, given: Arguments) -> list[Any]:
        (request,) = given.take("req", required=1)
        if not isinstance(request, Outgoing):
            raise Unreadable("not a request")
        return [run.send(request.request()), None]

    def simple(self, run: Evaluation, method: str, url: Any, kind: Any = None, body: Any = None) -> list[Any]:
        request = Outgoing(method, url, body)
        if kind is not None:
            request.at_Header.fields.set("Content-Type", kind)
        return [run.send(request.request()), None]

    def do_Get(self, run: Evaluation, given: Arguments) -> list[Any]:
        return self.simple(run, "GET", *given.take("url", required=1))

    def do_Head(self, run: Evaluation, given: Arguments) -> list[Any]:
        return self.simple(run, "HEAD", *given.take("url", required=1))

    def do_Post(self, run: Evaluation, given: Arguments) -> list[Any]:
        return self.simple(run, "POST", *given.take("url", "contentType", "body", required=3))

    def do_PostForm(self, run: Evaluation, given: Arguments) -> list[Any]:
        url, values = given.take("url", "data", required=2)
        if isinstance(values, dict):
            values = Values.make(run, Arguments([values]))
        if not isinstance(values, Values):
            raise Unreadable("not url.Values")
        return self.simple(run, "POST", url, FORM, Buffer(values.do_Encode(run, Arguments([])).encode()))


def _client(run: Evaluation, given: Arguments) -> Client:
    if not set(given.named) <= {"Timeout", "CheckRedirect", "Transport"} or given.positional:
        raise Unreadable("a client with more than a timeout")
    if isinstance(given.named.get("Transport"), Foreign):
        raise Unreadable("a transport")
    return Client()


class Http(Module):
    """net/http: its functions are the default client's."""

    def get(self, run: Any, name: str) -> Any:
        if name in ("Get", "Head", "Post", "PostForm"):
            return Client().get(run, name)
        if name.startswith("Method"):
            return name.removeprefix("Method").upper()
        return MYSTERY if name.startswith("Status") else super().get(run, name)


def _base64(encode: Any) -> Module:
    return Module("base64", {"EncodeToString": constant(lambda octets: encode(octets).decode())})


def _pair(run: Evaluation, given: Arguments) -> list[Any]:
    return [MYSTERY, None]


def _printing(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, MYSTERY)


PACKAGES: Mapping[str, Any] = {
    "net/http": Http(
        "http",
        {
            "NewRequest": Builtin(_new_request),
            "NewRequestWithContext": Builtin(_new_request_in),
            "Client": Builtin(_client),
            "DefaultClient": Client(),
            "Header": Builtin(_header),
            "Cookie": Builtin(lambda run, given: Cookie(given)),
            "NoBody": None,
            "Transport": Builtin(lambda run, given: Foreign("http.Transport")),
        },
    ),
    "net/url": Module(
        "url",
        {
            "Values": Builtin(Values.make),
            "QueryEscape": constant(lambda text: quote_plus(text)),
            "PathEscape": constant(lambda text: quote(text, safe="$&+:=@-_.~")),
            "QueryUnescape": constant(lambda text: [unquote_plus(text), None]),
            "Parse": Builtin(lambda run, given: [Url(text_of(*given.take("url", required=1))), None]),
        },
    ),
    "encoding/json": Module(
        "json",
        {
            "Marshal": Builtin(_marshal),
            "MarshalIndent": Builtin(_marshal_indent),
            "NewEncoder": Builtin(lambda run, given: Encoder(given)),
            **_printing("NewDecoder", "Unmarshal", "Indent", "Valid"),
        },
    ),
    "encoding/base64": Module(
        "base64", {"StdEncoding": _base64(base64.b64encode), "URLEncoding": _base64(base64.urlsafe_b64encode)}
    ),
    "strings": Module(
        "strings",
        {
            "NewReader": Builtin(lambda run, given: Buffer(text_of(*given.take("s", required=1)).encode())),
            "TrimSpace": constant(lambda text: text.strip()),
            "ToUpper": constant(lambda text: text.upper()),
            "ToLower": constant(lambda text: text.lower()),
            "Join": constant(lambda parts, joint: joint.join(parts)),
        },
    ),
    "bytes": Module(
        "bytes",
        {
            "NewBuffer": Builtin(lambda run, given: Buffer(_octets(*given.take("b", required=1)))),
            "NewReader": Builtin(lambda run, given: Buffer(_octets(*given.take("b", required=1)))),
            "NewBufferString": Builtin(lambda run, given: Buffer(text_of(*given.take("s", required=1)).encode())),
            "Buffer": BufferType(),
        },
    ),
    "mime/multipart": Module("multipart", {"NewWriter": Builtin(lambda run, given: Parts(given))}),
    "fmt": Module(
        "fmt",
        {
            "Sprintf": constant(_sprintf),
            **_printing("Println", "Printf", "Print", "Fprintf", "Fprintln", "Fprint", "Errorf"),
        },
    ),
    "io": Module(
        "io", {"ReadAll": Builtin(_pair), "Copy": Builtin(_pair), "Discard": MYSTERY, "Reader": Foreign("io.Reader")}
    ),
    "io/ioutil": Module("ioutil", {"ReadAll": Builtin(_pair), "Discard": MYSTERY}),
    "log": Module(
        "log",
        {
            **_printing("Println", "Printf", "Print", "SetFlags"),
            **dict.fromkeys(("Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"), Builtin(leave)),
        },
    ),
    "os": Module(
        "os", {"Exit": Builtin(leave), "Getenv": MYSTERY, "Args": MYSTERY, "Stdout": MYSTERY, "Stderr": MYSTERY}
    ),
    "errors": Inert("errors"),
    "time": Inert("time"),
    "strconv": Module("strconv", {"Itoa": constant(lambda value: str(value)), "Quote": MYSTERY}),
    "context": Module(
        "context",
        {
            "Background": MYSTERY,
            "TODO": MYSTERY,
            "WithTimeout": Builtin(lambda run, given: [MYSTERY, MYSTERY]),
            "WithCancel": Builtin(lambda run, given: [MYSTERY, MYSTERY]),
        },
    ),
    "net/http/httputil": Inert("httputil"),
}


def _string(value: Any) -> str:
    if isinstance(value, bytes):
        return sending.octets_text(value)
    return text_of(value)


def _range(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    if isinstance(value, Mystery):
        return MYSTERY
    if isinstance(value, dict):
        return [[name, member] for name, member in value.items()]
    if isinstance(value, list):
        return [[index, member] for index, member in enumerate(value)]
    raise Unreadable("a range over such a value")


def _append(run: Evaluation, given: Arguments) -> list[Any]:
    first, *others = given.positional
    return [*(first or []), *others]


class Go(Dialect):
    """Values are of one type; errors are nil, since a request that arrives has none."""

    must_declare = True
    names: Mapping[str, Any] = {
        "struct of": Builtin(lambda run, given: Struct(given.positional[0])),
        "bytes of": constant(lambda value: value if isinstance(value, bytes) else value.encode()),
        "range of": Builtin(_range),
        "string": constant(_string),
        "int": constant(lambda value: int(value)),
        "len": constant(lambda value: len(value)),
        "append": Builtin(_append),
        "panic": Builtin(leave),
        "println": MYSTERY,
        "print": MYSTERY,
        "recover": MYSTERY,
    }
    modules = PACKAGES

    def __init__(self, has_imports: bool) -> None:
        if not has_imports:
            packages = {path.rpartition("/")[2]: package for path, package in PACKAGES.items()}
            self.names = {**packages, **self.names}

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no bool")
        return value

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if new and isinstance(callee, Struct | BufferType):
            return callee.make(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        if owner is None:
            raise Unreadable("a field of nil")
        super().set_member(run, owner, name, value)
