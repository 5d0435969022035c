"""Python: its built-ins over constants, and what http.client, urllib.request, requests and httpx send."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, applied, constant, ignoring, leave, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.python_tree import lower
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Inert,
    Module,
    Mystery,
    Thing,
    known,
)
from apipack.languages.wire import FORM, Unreadable, repeated
from apipack.records import Request

PLAIN = (str, int, float, bool, type(None), bytes)
VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
PRODUCT = 4_000_000


def read(code: str) -> Request:
    return Evaluation(Python()).run(lower(code))


# Built-ins


def _str(value: Any = "") -> str:
    if not _is_plain(value):
        raise Unreadable("the text of an object")
    return str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    return all(map(_is_plain, value)) if isinstance(value, list) else isinstance(value, PLAIN)


def _format(pattern: str, *values: Any, **named: Any) -> str:
    if re.search(r"\{[^{}]*[:!.\[][^{}]*\}", pattern):
        raise Unreadable("a format with more than names")
    return pattern.format(*map(_str, values), **{name: _str(value) for name, value in named.items()})


def _percent(pattern: str, values: Any) -> str:
    if re.search(r"%(?!s|d|%)", pattern):
        raise Unreadable("a format with more than %s")
    given = values if isinstance(values, list) else [values]
    return pattern % tuple(value if isinstance(value, int) else _str(value) for value in given)


def _replace(text: str, old: str, new: str) -> str:
    if len(text) * max(len(new), 1) > PRODUCT:
        raise Unreadable("a text too long")
    return text.replace(old, new)


def _join(joint: str, parts: list[str]) -> str:
    if len(joint) * len(parts) > PRODUCT:
        raise Unreadable("a text too long")
    return joint.join(parts)


def _encode(text: str, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1"):
        raise Unreadable(f"the encoding {encoding[:20]}")
    return text.encode(encoding, errors)


def _decode(octets: bytes, encoding: str = "utf-8") -> str:
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii"):
        raise Unreadable(f"the encoding {encoding[:20]}")
    return octets.decode(encoding)


def _dumps(value: Any, **options: Any) -> str:
    if not set(options) <= {"indent", "ensure_ascii", "separators", "sort_keys"} or not _is_json(value):
        raise Unreadable("json.dumps of more than data")
    indent = options.get("indent")
    if isinstance(indent, int) and indent > 16:
        raise Unreadable("a text too long")
    if isinstance(options.get("separators"), list):
        options["separators"] = tuple(options["separators"])
    return json.dumps(value, allow_nan=False, **options)


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str | int) for key in value) and all(map(_is_json, value.values()))
    return all(map(_is_json, value)) if isinstance(value, list) else isinstance(value, str | int | float | None)


def _urlencode(query: Any, doseq: bool = False, quote_via: Any = None, safe: str = "") -> str:
    if quote_via is not None:
        raise Unreadable("urlencode with another quoting")
    pairs = query.items() if isinstance(query, dict) else [tuple(pair) for pair in query]
    return urllib.parse.urlencode(list(pairs), bool(doseq), safe)


JSON = Module("json", {"dumps": constant(_dumps), "loads": constant(lambda text: json.loads(text))})
BASE64 = Module(
    "base64",
    {
        "b64encode": constant(lambda octets: base64.b64encode(octets)),
        "urlsafe_b64encode": constant(lambda octets: base64.urlsafe_b64encode(octets)),
    },
)
PARSE = Module(
    "urllib.parse",
    {
        "urlencode": constant(_urlencode),
        "quote": constant(lambda text, safe="/": urllib.parse.quote(text, safe)),
        "quote_plus": constant(lambda text, safe="": urllib.parse.quote_plus(text, safe)),
        "urljoin": constant(lambda base, url: urllib.parse.urljoin(base, url)),
    },
)

# http.client


class Connection(Thing):
    """http.client.HTTP(S)Connection."""

    inert = frozenset({"getresponse", "close", "set_debuglevel", "connect"})

    def __init__(self, scheme: str, given: Arguments) -> None:
        secure = ("key_file", "cert_file", "timeout", "source_address", "context")
        others = secure if scheme == "https" else ("timeout", "source_address")
        host, port, *_ = given.take("host", "port", *others, "blocksize", required=1)
        self.origin = f"{scheme}://{sending.authority(host, optional(port))}"

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method, target, body, headers = given.take("method", "url", "body", "headers", required=2)
        target = known(target)
        if not isinstance(target, str) or not target.startswith("/"):
            raise Unreadable("not a path")
        fields = _fields(optional(headers, {}) or {})
        return run.send(sent(method, f"{self.origin}{target}", fields, _latin(optional(body))))


def _fields(headers: Any) -> Fields:
    if not isinstance(headers, dict):
        raise Unreadable("headers are not a dict")
    fields = Fields()
    for name, value in headers.items():
        fields.add(name, value.decode("latin-1") if isinstance(value, bytes) else value)
    if reason := repeated(tuple(fields.pairs)):
        raise Unreadable(reason)
    return fields


def _latin(body: Any) -> bytes | None:
    """The octets that http.client sends: text as Latin-1."""
    body = known(body)
    if body is None or isinstance(body, bytes):
        return body
    if not isinstance(body, str):
        raise Unreadable("the body is not text")
    try:
        return body.encode("latin-1")
    except UnicodeEncodeError:
        raise Unreadable("the body is not Latin-1") from None


HTTP_CLIENT = Module(
    "http.client",
    {
        f"{name}Connection": Builtin(lambda run, given, scheme=scheme: Connection(scheme, given))  # type: ignore[misc]
        for name, scheme in (("HTTP", "http"), ("HTTPS", "https"))
    },
)

# urllib.request


class UrlRequest(Thing):
    """urllib.request.Request."""

    settable = frozenset({"get_method"})

    def __init__(self, given: Arguments) -> None:
        url, data, headers, _, _, method = given.take(
            "url", "data", "headers", "origin_req_host", "unverifiable", "method", required=1
        )
        self.url, self.at_data, self.at_method = url, optional(data), optional(method)
        self.fields = Fields()
        for name, value in _fields(optional(headers, {})).pairs:
            self.fields.set(name, value)

    def do_add_header(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set(*given.take("key", "val", required=2))

    do_add_unredirected_header = do_add_header

    def set_data(self, run: Evaluation, value: Any) -> None:
        self.at_data = value

    def set_method(self, run: Evaluation, value: Any) -> None:
        self.at_method = value

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name not in ("data", "method"):
            raise Unreadable(f"{name} of a Request is set")
        super().set(run, name, value)


def _urlopen(run: Evaluation, given: Arguments) -> Any:
    url, data, *_ = given.take("url", "data", "timeout", "context", required=1)
    request = url if isinstance(url, UrlRequest) else UrlRequest(Arguments([url]))
    body = known(request.at_data if optional(data) is None else data)
    if body is not None and not isinstance(body, bytes):
        raise Unreadable("data of urllib is not bytes")
    fields = Fields(request.fields.pairs)
    if body is not None:
        fields.default("Content-Type", FORM)
    method = request.at_method or ("GET" if body is None else "POST")
    return run.send(sent(method, sending.plain_url(request.url), fields, body))


URL_REQUEST = Module(
    "urllib.request",
    {
        "Request": Builtin(lambda run, given: UrlRequest(given)),
        "urlopen": Builtin(_urlopen),
    },
)

# requests

IGNORED = ("timeout", "allow_redirects", "verify", "stream", "hooks")
KEYWORDS = ("params", "data", "json", "headers", "cookies", "auth", "files", *IGNORED)


class BasicAuth(Thing):
    """requests.auth.HTTPBasicAuth, httpx.BasicAuth."""

    def __init__(self, given: Arguments) -> None:
        self.user, self.password = given.take("username", "password", required=2)


class Session(Thing):
    """requests.Session; the module itself is one that keeps nothing."""

    inert = frozenset({"close", "mount"})
    settable = frozenset({"verify", "trust_env", "max_redirects", "stream", "timeout"})

    def __init__(self) -> None:
        self.at_headers: dict[Any, Any] = {}
        self.at_params: dict[Any, Any] = {}
        self.at_auth: Any = None

    def get(self, run: Evaluation, name: str) -> Any:
        if name in VERBS:
            return Builtin(lambda run, given: self.verb(run, name, given))
        return super().get(run, name)

    def set_headers(self, run: Evaluation, value: Any) -> None:
        self.at_headers = value

    def set_params(self, run: Evaluation, value: Any) -> None:
        self.at_params = value

    def set_auth(self, run: Evaluation, value: Any) -> None:
        self.at_auth = value

    def verb(self, run: Evaluation, name: str, given: Arguments) -> Any:
        leading = {"get": ("url", "params"), "post": ("url", "data", "json"), "put": ("url", "data")}
        leading["patch"] = leading["put"]
        if type(self) is Session and name == "get":
            leading["get"] = ("url",)
        options = _options(given, leading.get(name, ("url",)))
        return self.send(run, name.upper(), options.pop("url", UNDEFINED), options)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        leading = ("method", "url", "params", "data", "headers", "cookies", "files", "auth")
        options = _options(given, leading if type(self) is Session else ("method", "url"))
        method = known(options.pop("method", UNDEFINED))
        if not isinstance(method, str):
            raise Unreadable("the method is not text")
        return self.send(run, method.upper(), options.pop("url", UNDEFINED), options)

    def send(self, run: Evaluation, method: str, url: Any, options: dict[str, Any]) -> Any:
        return run.send(self.request(method, url, options))

    def request(self, method: str, url: Any, options: dict[str, Any]) -> Request:
        fields = Fields()
        for name, value in [*_dict(self.at_headers).items(), *_dict(options.get("headers") or {}).items()]:
            if known(value) is None:
                fields.remove(name)
            else:
                fields.set(name, value.decode("latin-1") if isinstance(value, bytes) else value)
        body = _requests_body(options, fields)
        pairs = [*_pairs(self.at_params), *_pairs(options.get("params"))]
        if isinstance(options.get("params"), str | bytes):
            query = known(options["params"])
            pairs, query = [], query.decode() if isinstance(query, bytes) else query
        else:
            query = sending.form(pairs)
        url = known(url)
        if not isinstance(url, str):
            raise Unreadable("the URL is not text")
        _add_auth(fields, options.get("auth") or self.at_auth)
        _add_cookies(fields, options.get("cookies"))
        return sent(method, sending.encoded_url(sending.with_query(url, query), _requoted), fields, body)


def _options(given: Arguments, leading: tuple[str, ...]) -> dict[str, Any]:
    names = (*leading, *[name for name in KEYWORDS if name not in leading])
    if len(given.positional) > len(leading):
        raise Unreadable("too many arguments")
    values = given.take(*names)
    return {name: value for name, value in zip(names, values, strict=True) if value is not UNDEFINED}


def _dict(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise Unreadable("not a dict" if not isinstance(value, Mystery) else "headers that are not constant")
    return value


def _requests_body(options: dict[str, Any], fields: Fields) -> bytes | str | None:
    data, document = known(options.get("data")), options.get("json")
    if options.get("files"):
        return _files(known(options["files"]), data, fields)
    if not data and document is not None:
        fields.default("Content-Type", sending.JSON)
        return _known_text(applied(_dumps, [document]))
    if not data:
        return None
    if isinstance(data, str | bytes):
        return data
    fields.default("Content-Type", FORM)
    return sending.form(_pairs(data))


def _known_text(text: Any) -> str:
    return str(known(text))


def _pairs(data: Any) -> list[tuple[str, str]]:
    """Of a dict or a list of pairs, with lists spread and None left out."""
    data = known(data)
    if data is None or data == {} or isinstance(data, str | bytes):
        return []
    pairs = list(data.items()) if isinstance(data, dict) else data
    spread: list[tuple[str, str]] = []
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Unreadable("not pairs of a name and a value")
        name, value = pair
        if isinstance(value, dict):
            raise Unreadable("a dict inside of a form")
        members = value if isinstance(value, list) else [value]
        spread += [(_text(name), _text(member)) for member in members if member is not None]
    return spread


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else _str(value)


def _files(files: Any, data: Any, fields: Fields) -> str:
    parts: list[tuple[str, str, str | None, str | None]] = [(name, value, None, None) for name, value in _pairs(data)]
    for name, value in files.items() if isinstance(files, dict) else files:
        if isinstance(value, str | bytes):
            raise Unreadable("a file that requests names after its field")
        file, content, *kind = value
        if not isinstance(content, str) or not (file is None or isinstance(file, str)):
            raise Unreadable("a file that is no text")
        parts.append((name, content, file, kind[0] if kind else None))
    if fields.get("Content-Type") is not None:
        raise Unreadable("a type without the boundary")
    return sending.multipart(parts, fields)


def _add_auth(fields: Fields, auth: Any) -> None:
    if auth is None:
        return
    if isinstance(auth, list) and len(auth) == 2:
        auth = BasicAuth(Arguments(auth))
    if not isinstance(auth, BasicAuth):
        raise Unreadable("credentials that are not known here")
    fields.set("Authorization", sending.basic(auth.user, auth.password, "latin-1"))


def _add_cookies(fields: Fields, cookies: Any) -> None:
    if not cookies:
        return
    if not isinstance(known(cookies), dict) or fields.get("Cookie") is not None:
        raise Unreadable("cookies of two kinds")
    pairs = [f"{name}={value}" for name, value in cookies.items()]
    if not all(re.fullmatch(r"[\w!#$&'*+.^`|~%/:-]+=[\w!#$&'*+.^`|~%/:=-]*", pair, re.ASCII) for pair in pairs):
        raise Unreadable("cookies that are quoted")
    fields.set("Cookie", "; ".join(pairs))


def _requoted(rest: str) -> str:
    """requests.utils.requote_uri."""
    return urllib.parse.quote(rest, safe="!#$%&'()*+,/:;=?@[]~")


# httpx


class Client(Session):
    """httpx.Client; the module itself is one that keeps nothing."""

    settable = frozenset({"timeout", "follow_redirects"})

    def __init__(self, given: Arguments | None = None) -> None:
        super().__init__()
        names = ("headers", "params", "auth", "base_url", "timeout", "follow_redirects", "verify", "http2")
        headers, params, auth, base, *_ = (given or Arguments([])).take(*names)
        self.at_headers, self.at_params = dict(optional(headers, {})), optional(params, {})
        self.at_auth, self.base = optional(auth), optional(base, "")

    def verb(self, run: Evaluation, name: str, given: Arguments) -> Any:
        refused = () if name in ("post", "put", "patch") else ("data", "json", "content", "files")
        return self.go(run, name.upper(), given, ("url",), refused)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method = known(given.positional.pop(0) if given.positional else given.named.pop("method", None))
        if not isinstance(method, str):
            raise Unreadable("the method is not text")
        return self.go(run, method.upper(), given, ("url",), ())

    def go(
        self, run: Evaluation, method: str, given: Arguments, leading: tuple[str, ...], refused: tuple[str, ...]
    ) -> Any:
        names = (*leading, "content", "data", "json", "params", "headers", "cookies", "auth", "timeout",
                 "follow_redirects", "verify")  # fmt: skip
        if len(given.positional) > len(leading) or any(name in given.named for name in refused):
            raise Unreadable(f"an argument that httpx does not take with {method}")
        options = {name: value for name, value in zip(names, given.take(*names), strict=True) if value is not UNDEFINED}
        fields = Fields()
        for name, value in [*_dict(self.at_headers).items(), *_dict(options.get("headers") or {}).items()]:
            fields.set(name, value)
        pairs = [*_httpx_pairs(self.at_params), *_httpx_pairs(options.get("params"))]
        url = known(self.base) + known(options.get("url"))
        if pairs and "?" in url:
            raise Unreadable("params of httpx for a URL that has a query")
        body = _httpx_body(options, fields)
        _add_auth(fields, options.get("auth") or self.at_auth)
        _add_cookies(fields, options.get("cookies"))
        url = sending.plain_url(sending.with_query(url, sending.form(pairs)))
        return run.send(sent(method, url, fields, body))


def _httpx_body(options: dict[str, Any], fields: Fields) -> str | bytes | None:
    content, data, document = (options.get(name) for name in ("content", "data", "json"))
    if sum(value is not None for value in (content, data, document)) > 1:
        raise Unreadable("two bodies")
    if document is not None:
        fields.default("Content-Type", sending.JSON)
        return _known_text(applied(lambda value: _dumps(value, separators=(",", ":"), ensure_ascii=False), [document]))
    if isinstance(data, dict):
        fields.default("Content-Type", FORM)
        return sending.form(_httpx_pairs(data))
    body = known(content if content is not None else data)
    if body is not None and not isinstance(body, str | bytes):
        raise Unreadable("a body of httpx that is no text")
    return body or None


def _httpx_pairs(data: Any) -> list[tuple[str, str]]:
    data = known(data)
    if data is None:
        return []
    if not isinstance(data, dict):
        raise Unreadable("pairs that are no dict")
    written = {True: "true", False: "false", None: ""}
    return [
        (str(name), written[member] if isinstance(member, bool | None) else _str(member))
        for name, value in data.items()
        for member in (value if isinstance(value, list) else [value])
    ]


class Library(Module):
    """A module whose functions are those of a client that keeps nothing."""

    def __init__(self, name: str, members: dict[str, Any], client: Callable[[], Thing]) -> None:
        super().__init__(name, members)
        self.client = client

    def get(self, run: Any, name: str) -> Any:
        if name in VERBS or name == "request":
            client = self.client()
            if type(client) is Session:
                return Builtin(lambda run, given: _module_call(run, name, given))
            return client.get(run, name)
        return super().get(run, name)


class Functions(Session):
    """The functions of the module requests, whose positional arguments are fewer than a Session's."""


def _module_call(run: Evaluation, name: str, given: Arguments) -> Any:
    session = Functions()
    return session.do_request(run, given) if name == "request" else session.verb(run, name, given)


AUTH = Module("requests.auth", {"HTTPBasicAuth": Builtin(lambda run, given: BasicAuth(given))})
REQUESTS = Library(
    "requests",
    {
        "Session": Builtin(lambda run, given: Session()),
        "session": Builtin(lambda run, given: Session()),
        "auth": AUTH,
        "exceptions": Inert("requests.exceptions"),
        "RequestException": MYSTERY,
        "HTTPError": MYSTERY,
        "codes": MYSTERY,
    },
    Session,
)
HTTPX = Library(
    "httpx",
    {
        "Client": Builtin(lambda run, given: Client(given)),
        "AsyncClient": Builtin(lambda run, given: Client(given)),
        "BasicAuth": Builtin(lambda run, given: BasicAuth(given)),
        "HTTPError": MYSTERY,
        "HTTPStatusError": MYSTERY,
        "RequestError": MYSTERY,
        "Timeout": MYSTERY,
    },
    Client,
)

INERT = ("logging", "datetime", "time", "uuid", "random", "pprint", "typing", "ssl", "traceback", "__future__", "html")
ERRORS = ("Exception", "ValueError", "KeyError", "RuntimeError", "OSError", "ConnectionError", "TimeoutError")
OS = Module("os", {"environ": MYSTERY, "getenv": Builtin(lambda run, given: MYSTERY)})
SYS = Module("sys", {"exit": Builtin(leave), "argv": MYSTERY, "stderr": MYSTERY, "stdout": MYSTERY})


def _collected(run: Evaluation, given: Arguments) -> Any:
    values, function = given.positional
    if isinstance(values, Mystery):
        return MYSTERY
    members = run.dialect.members(values)
    if members is None or len(members) > 1000:
        raise Unreadable("a comprehension over what is no small list")
    return [run.apply(function, Arguments([member])) for member in members]


def _collected_dict(run: Evaluation, given: Arguments) -> Any:
    pairs = _collected(run, given)
    return MYSTERY if isinstance(pairs, Mystery) else dict(known(pairs))


class Python(Dialect):
    """Assignments are local to their function; nothing is hoisted."""

    hoists = False
    block_scope = False
    assigns_local = True
    names: Mapping[str, Any] = {
        **ignoring("print", "isinstance", "type", "repr", "hasattr", "getattr", *ERRORS),
        "str": constant(_str),
        "int": constant(lambda value: int(value)),
        "len": constant(lambda value: len(value)),
        "dict": Builtin(lambda run, given: {**(dict(given.positional[0]) if given.positional else {}), **given.named}),
        "list": constant(lambda value=(): list(value)),
        "exit": Builtin(leave),
        "quit": Builtin(leave),
        "await": Builtin(lambda run, given: run.awaited(given.positional[0])),
        "list of": Builtin(_collected),
        "dict of": Builtin(_collected_dict),
        "slice of": Builtin(lambda run, given: MYSTERY),
        "__name__": "__main__",
    }
    modules: Mapping[str, Any] = {
        "json": JSON,
        "base64": BASE64,
        "http.client": HTTP_CLIENT,
        "http": Module("http"),
        "top of http.client": Module("http", {"client": HTTP_CLIENT}),
        "urllib.parse": PARSE,
        "urllib.request": URL_REQUEST,
        "urllib.error": Inert("urllib.error"),
        "urllib": Module("urllib", {"parse": PARSE, "request": URL_REQUEST}),
        "top of urllib.parse": Module("urllib", {"parse": PARSE}),
        "top of urllib.error": Module("urllib", {"error": Inert("urllib.error")}),
        "top of urllib.request": Module(
            "urllib", {"parse": PARSE, "request": URL_REQUEST, "error": Inert("urllib.error")}
        ),
        "requests": REQUESTS,
        "requests.auth": AUTH,
        "requests.exceptions": Inert("requests.exceptions"),
        "httpx": HTTPX,
        "os": OS,
        "sys": SYS,
        "asyncio": Module("asyncio", {"run": Builtin(lambda run, given: run.awaited(given.positional[0]))}),
        **{name: Inert(name) for name in INERT},
    }
    methods: Mapping[type, Mapping[str, Any]] = {
        str: {
            "format": _format,
            "join": _join,
            "replace": _replace,
            "encode": _encode,
            **{name: getattr(str, name) for name in ("strip", "lstrip", "rstrip", "lower", "upper", "startswith")},
        },
        bytes: {"decode": _decode},
        dict: {
            "items": lambda value: [list(pair) for pair in value.items()],
            "keys": lambda value: list(value),
            "values": lambda value: list(value.values()),
            "copy": lambda value: dict(value),
            "get": lambda value, key, default=None: value.get(key, default),
        },
    }
    changing: Mapping[type, Mapping[str, Any]] = {
        dict: {"update": lambda value, other=(), **named: value.update(other, **named)},
        list: {"append": list.append},
    }

    def merged(self, before: Any, module: Any) -> Any:
        if isinstance(before, Module) and isinstance(module, Module) and before.name == module.name == "urllib":
            return Module(module.name, before.members | module.members)
        return module

    def text(self, value: Any) -> str:
        return _str(value)

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator in ("is", "is not"):
            same = left is right if left is None or right is None or isinstance(left, bool) else MYSTERY
            return same if isinstance(same, Mystery) or isinstance(left, Mystery) else same == (operator == "is")
        if operator in ("in", "not in"):
            return MYSTERY
        if operator == "%" and isinstance(left, str):
            return applied(_percent, [left, right])
        if operator == "|" and isinstance(left, dict) and isinstance(right, dict):
            return left | right
        return super().binary(operator, left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, PLAIN) and isinstance(right, PLAIN):
            return bool(left == right)
        return super().equal(left, right)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
