"""Python with http.client: one connection, one request.

Limits: headers are a dict, so a name appears once; a str body is sent as Latin-1, so any other is encoded.
The reader walks the syntax tree: any names, quotes and order of assignments will do, calculation will not. Code in
the writer's own form whose literals have no escapes needs no tree: it is read by its templates.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from apipack.languages.literals import Literals
from apipack.languages.wire import HOST, Unreadable, Unrepresentable, repeated
from apipack.records import Request

LITERALS = Literals(point=lambda code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}", forms=(), simple={})
"""Only for writing: `ast` reads."""

START = "import http.client\n\nconn = http.client.%(connection)s(%(host)s)\n\n"
PAYLOAD = "payload = %(payload)s\n\n"
HEADERS = "headers = {%(fields)s}\n\n"
REQUEST = "conn.request(%(arguments)s)\n"
END = '\nres = conn.getresponse()\ndata = res.read()\n\nprint(data.decode("utf-8"))'

ENCODE = '.encode("utf-8")'

SCHEMES = {"HTTPSConnection": "https", "HTTPConnection": "http"}
CODE_OUTSIDE_STRINGS = 20_000
_STRING = re.compile(r"\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'", re.DOTALL)
_TEXT = r"(?:\"[^\"\\\r\n\0]*+\"|'[^'\\\r\n\0]*+')"
_FIELD = rf"({_TEXT}): ({_TEXT})"
_FIELDS = rf"(?P<fields>[\n ]*+{_FIELD}(?:,[\n ]++{_FIELD})*[\n ]*+)"
_PAYLOAD = rf"(?P<payload>{_TEXT})(?P<encoded>{re.escape(ENCODE)})?"
_ARGUMENTS = rf'"(?P<method>[A-Z]++)", (?P<target>{_TEXT})(?P<others>[a-z, =]*+)'


def _verbatim(template: str, **slots: str) -> str:
    """The expression of a template as it is written; slots: expressions of its placeholders."""
    text = re.escape(template)
    for name, slot in slots.items():
        text = text.replace(rf"%\({name}\)s", slot)
    return text


_AS_WRITTEN = re.compile(
    _verbatim(START, connection=rf"(?P<connection>{'|'.join(SCHEMES)})", host=rf"(?P<host>{_TEXT})")
    + rf"(?:{_verbatim(PAYLOAD, payload=_PAYLOAD)})?(?:{_verbatim(HEADERS, fields=_FIELDS)})?"
    + _verbatim(REQUEST, arguments=_ARGUMENTS)
    + _verbatim(END)
)


def render(request: Request) -> str:
    headers = _headers(request.headers)
    scheme, _, rest = request.url.partition("://")
    host, target = _split(rest)
    parts = [START % {"connection": "HTTPSConnection" if scheme == "https" else "HTTPConnection", "host": f'"{host}"'}]
    arguments = [f'"{request.method}"', _quoted(target)]
    if request.body is not None:
        encode = "" if request.body.isascii() else ENCODE
        parts.append(PAYLOAD % {"payload": LITERALS.shortest(request.body, '"') + encode})
        arguments.append("payload")
    if headers:
        parts.append(headers)
        arguments.append("headers" if request.body is not None else "headers=headers")
    parts.append(REQUEST % {"arguments": ", ".join(arguments)})
    return "".join((*parts, END))


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    """The dict of the headers, empty where there are none."""
    if reason := repeated(headers):
        raise Unrepresentable(reason)
    fields = [f"{_quoted(name)}: {_quoted(value)}" for name, value in headers]
    inner = fields[0] if len(fields) == 1 else "\n    " + ",\n    ".join(fields) + "\n"
    return HEADERS % {"fields": inner} if fields else ""


def _split(rest: str) -> tuple[str, str]:
    """Host and request target of a URL after its scheme; an empty path is `/` on the wire."""
    host, _, target = rest.partition("/")
    if "?" in host:
        host, mark, query = rest.partition("?")
        return host, f"/{mark}{query}"
    return host, f"/{target}"


def _quoted(text: str) -> str:
    return LITERALS.quote(text)


def read(code: str) -> Request:
    if len(code) > CODE_OUTSIDE_STRINGS and len(_STRING.sub("", code)) > CODE_OUTSIDE_STRINGS:
        raise Unreadable("too much code")
    if request := _read_as_written(code):
        return request
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"syntax: {error}"[:100]) from None
    program = Program()
    for statement in module.body:
        program.run(statement)
    if program.request is None:
        raise Unreadable("no request is made")
    return program.request


def _read_as_written(code: str) -> Request | None:
    """The request of code in the writer's form, None where only the tree tells."""
    match = _AS_WRITTEN.fullmatch(code)
    if not match:
        return None
    payload, fields, target = match["payload"], match["fields"], match["target"][1:-1]
    headers = tuple((name[1:-1], value[1:-1]) for name, value in re.findall(_FIELD, fields or ""))
    others = (", payload" if payload else "") + (", headers" if payload else ", headers=headers") * bool(fields)
    if match["others"] != others or not target.startswith("/") or repeated(headers):
        return None
    if payload and not (match["encoded"] or payload.isascii()):
        return None
    if not HOST.fullmatch(match["host"][1:-1]):
        return None
    url = f"{SCHEMES[match['connection']]}://{match['host'][1:-1]}{target}"
    return Request(match["method"], url, headers, payload and payload[1:-1])


def refuse(node: ast.AST, what: str) -> NoReturn:
    raise Unreadable(f"line {getattr(node, 'lineno', 1)}: {what}")


@dataclass(frozen=True)
class Connection:
    """`http.client.HTTPSConnection(host)`: scheme and authority of its requests."""

    origin: str


class Response:
    """What getresponse returns."""


class Content:
    """What a response's read returns."""


class Program:
    """The variables of a straight program, and the request that it makes."""

    def __init__(self) -> None:
        self.imported = False
        self.request: Request | None = None
        self.names: dict[str, object] = {}

    def run(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Import(names=[ast.alias(name="http.client", asname=None)]):
                self.imported = True
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in ("http", "print"):
                self.names[name] = self.value(value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="request")) as call):
                self.send(call, name)
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=arguments, keywords=[])):
                for argument in arguments:
                    self.value(argument)
            case ast.Expr(value=ast.Call() as call):
                self.value(call)
            case _:
                refuse(statement, f"{type(statement).__name__} is not part of a call")

    def value(self, node: ast.expr) -> object:
        match node:
            case ast.Constant(value=str() | bytes() | int() | None as value):
                return value
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.Dict(keys=keys, values=values):
                return self.headers(node, keys, values)
            case ast.Attribute(value=ast.Name(id=name), attr="status" | "reason") if self.is_response(name):
                return None
            case ast.Call(func=ast.Attribute(value=owner, attr=method), args=arguments, keywords=keywords):
                return self.call(node, owner, method, arguments, keywords)
        refuse(node, "not a value known here")

    def headers(self, node: ast.AST, keys: list[ast.expr | None], values: list[ast.expr]) -> object:
        pairs: list[tuple[str, str]] = []
        for key, value in zip(keys, values, strict=True):
            name, content = self.value(key) if key else None, self.value(value)
            if not isinstance(name, str) or not isinstance(content, str):
                refuse(node, "headers are not text")
            pairs.append((name, content))
        if reason := repeated(tuple(pairs)):
            refuse(node, reason)
        return tuple(pairs)

    def call(
        self, node: ast.AST, owner: ast.expr, method: str, arguments: list[ast.expr], keywords: list[ast.keyword]
    ) -> object:
        if isinstance(owner, ast.Attribute) and method in SCHEMES and not keywords:
            return self.connect(node, owner, method, arguments)
        if keywords:
            refuse(node, f"keywords of {method}")
        subject = self.value(owner)
        given = [self.value(argument) for argument in arguments]
        match method, subject, given:
            case "encode", str(), [] | ["utf-8" | "utf8" | "UTF-8"]:
                return subject.encode("utf-8", "surrogatepass")
            case "close", Connection(), []:
                return None
            case "getresponse", Connection(), [] if self.request is not None:
                return Response()
            case "read", Response(), []:
                return Content()
            case "decode", Content(), [] | ["utf-8" | "utf8" | "UTF-8"]:
                return None
        refuse(node, f"{method} is not part of a call")

    def connect(self, node: ast.AST, owner: ast.Attribute, name: str, arguments: list[ast.expr]) -> Connection:
        match owner:
            case ast.Attribute(value=ast.Name(id="http"), attr="client") if self.imported:
                pass
            case _:
                refuse(node, "http.client is not imported")
        match [self.value(argument) for argument in arguments]:
            case [str(host), *_] if not HOST.fullmatch(host):
                refuse(node, f"{host[:60]!r} is no host")
            case [str(host)]:
                return Connection(f"{SCHEMES[name]}://{host}")
            case [str(host), int(port)] if ":" not in host:
                return Connection(f"{SCHEMES[name]}://{host}:{port}")
        refuse(node, "not a host and port")

    def send(self, call: ast.Call, name: str) -> None:
        connection = self.names.get(name)
        given = dict(zip(("method", "url", "body", "headers"), map(self.value, call.args), strict=False))
        for keyword in call.keywords:
            if keyword.arg in given or keyword.arg not in ("method", "url", "body", "headers"):
                refuse(call, f"argument {keyword.arg} of request")
            given[keyword.arg] = self.value(keyword.value)
        method, target = given.get("method"), given.get("url")
        if not isinstance(connection, Connection) or self.request is not None or len(call.args) > 4:
            refuse(call, "not one request on a connection")
        if not isinstance(method, str) or not isinstance(target, str) or not target.startswith("/"):
            refuse(call, "not a method and a path")
        headers = given.get("headers", ())
        if not isinstance(headers, tuple):
            refuse(call, "headers are not a dict")
        self.request = Request(method, f"{connection.origin}{target}", headers, _body(call, given.get("body")))

    def is_response(self, name: str) -> bool:
        return isinstance(self.names.get(name), Response)


def _body(node: ast.AST, body: object) -> str | None:
    """The text that http.client sends for a body: octets as they are, text as Latin-1."""
    if body is None:
        return None
    try:
        octets = body.encode("latin-1") if isinstance(body, str) else body
        if isinstance(octets, bytes):
            return octets.decode("utf-8")
    except UnicodeError:
        refuse(node, "the body is not UTF-8 on the wire")
    refuse(node, "the body is not text")
