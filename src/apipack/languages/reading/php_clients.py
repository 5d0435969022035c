"""PHP: its functions over constants, and what curl, streams and Guzzle send."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urljoin

from apipack.languages.reading import sending
from apipack.languages.reading.curl_handle import Handle
from apipack.languages.reading.dialect import Dialect, constant, copied, leave, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.php_tree import APPEND, lower
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request

FLAGS = {
    "JSON_FORCE_OBJECT": 16,
    "JSON_UNESCAPED_SLASHES": 64,
    "JSON_PRETTY_PRINT": 128,
    "JSON_UNESCAPED_UNICODE": 256,
    "JSON_PRESERVE_ZERO_FRACTION": 1024,
    "JSON_THROW_ON_ERROR": 4194304,
    "PHP_QUERY_RFC1738": 1,
    "PHP_QUERY_RFC3986": 2,
}
DIGITS = 14
VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


def read(code: str) -> Request:
    return Evaluation(Php(re.search(r"^\s*use\s|autoload|\bnamespace\b", code, re.MULTILINE) is None)).run(lower(code))


# Data


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and len(repr(value).strip("-").replace(".", "")) <= DIGITS and "e" not in repr(value):
        return str(int(value)) if value == int(value) else repr(value)
    raise Unreadable("the text of no plain value")


def _is_list(value: dict[Any, Any]) -> bool:
    return list(value) == list(range(len(value)))


class Object(Thing):
    """stdClass, and an array that is cast to an object."""

    def __init__(self, members: dict[Any, Any]) -> None:
        self.members = members

    def set(self, run: Any, name: str, value: Any) -> None:
        self.members[name] = value


def _jsonable(value: Any, flags: int) -> Any:
    if isinstance(value, Object):
        return {str(key): _jsonable(member, flags) for key, member in value.members.items()}
    if isinstance(value, dict):
        if _is_list(value) and not flags & FLAGS["JSON_FORCE_OBJECT"]:
            return [_jsonable(member, flags) for member in value.values()]
        return {str(key): _jsonable(member, flags) for key, member in value.items()}
    if isinstance(value, float):
        text(value)
        return value if flags & FLAGS["JSON_PRESERVE_ZERO_FRACTION"] or value != int(value) else int(value)
    if not isinstance(value, str | int | None):
        raise Unreadable("JSON of more than data")
    return value


def json_encode(value: Any, flags: int = 0, depth: int = 512) -> str:
    if flags & ~sum(FLAGS[name] for name in FLAGS if name.startswith("JSON_")):
        raise Unreadable("flags of json_encode")
    pretty = bool(flags & FLAGS["JSON_PRETTY_PRINT"])
    written = json.dumps(
        _jsonable(value, flags),
        ensure_ascii=not flags & FLAGS["JSON_UNESCAPED_UNICODE"],
        separators=(",", ": ") if pretty else (",", ":"),
        indent=4 if pretty else None,
    )
    return written if flags & FLAGS["JSON_UNESCAPED_SLASHES"] else written.replace("/", "\\/")


def urlencode(value: Any) -> str:
    return quote_plus(text(value)).replace("~", "%7E")


def rawurlencode(value: Any) -> str:
    return quote(text(value), safe="-_.~")


def http_build_query(data: Any, prefix: str = "", separator: str | None = "&", kind: int = 1) -> str:
    if prefix or separator not in (None, "&"):
        raise Unreadable("http_build_query with a prefix or separator")
    encode = rawurlencode if kind == FLAGS["PHP_QUERY_RFC3986"] else urlencode
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in _flat(data))


def _flat(data: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(data, dict):
        members = [(f"{name}[{key}]" if name else str(key), value) for key, value in data.items()]
        return [pair for key, value in members for pair in _flat(value, key)]
    if data is None:
        return []
    return [(name, str(int(data)) if isinstance(data, bool) else text(data))]


def _sprintf(pattern: str, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        if verb[1] not in "sd" or (verb[1] == "d" and not isinstance(rest[0], int)):
            raise Unreadable(f"{verb[0]} of such a value")
        return text(rest.pop(0))

    return re.sub("%(.)", written, pattern)


def _implode(first: Any, second: Any) -> str:
    joint, parts = (first, second) if isinstance(first, str) else (second, first)
    if len(joint) * len(parts) > 4_000_000:
        raise Unreadable("a text too long")
    return str(joint).join(map(text, parts.values()))


def _merged(*arrays: dict[Any, Any]) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for array in arrays:
        for key, value in array.items():
            merged[len([taken for taken in merged if isinstance(taken, int)]) if isinstance(key, int) else key] = value
    return merged


# curl


class Curl(Thing):
    """A handle of curl_init."""

    def __init__(self, url: Any) -> None:
        self.handle = Handle()
        if url is not UNDEFINED and url is not None:
            self.handle.set("URL", url)

    def option(self, name: Any, value: Any) -> None:
        name = text_of(name, "an option").removeprefix("CURLOPT_")
        if name == "POSTFIELDS" and isinstance(value, dict):
            self.handle.form([(str(key), text(known(member)), None, None) for key, member in value.items()])
            return
        if name == "HTTPHEADER":
            if not isinstance(value, dict):
                raise Unreadable("header lines that are no array")
            value = list(value.values())
        if name in ("CUSTOMREQUEST", "URL") and isinstance(value, bool):
            raise Unreadable(f"{name} is no text")
        self.handle.set(name, text(known(value)) if name == "POSTFIELDS" else value)


def _curl(given: Arguments, *names: str) -> tuple[Curl, list[Any]]:
    handle, *others = given.take("handle", *names, required=1 + len(names))
    if not isinstance(handle, Curl):
        raise Unreadable("not a handle of curl")
    return handle, others


def _setopt(run: Evaluation, given: Arguments) -> bool:
    run.certain()
    handle, (name, value) = _curl(given, "option", "value")
    handle.option(name, value)
    return True


def _setopt_array(run: Evaluation, given: Arguments) -> bool:
    run.certain()
    handle, (options,) = _curl(given, "options")
    if not isinstance(options, dict):
        raise Unreadable("options that are no array")
    for name, value in options.items():
        handle.option(name, value)
    return True


def _exec(run: Evaluation, given: Arguments) -> Any:
    handle, _ = _curl(given)
    return run.send(handle.handle.request())


# Streams


class Context(Thing):
    """What stream_context_create gives."""

    def __init__(self, given: Arguments) -> None:
        (options,) = given.take("options")
        self.http = dict(optional(options, {}).get("http", {}))
        allowed = {"method", "header", "content", "ignore_errors", "timeout", "protocol_version", "user_agent",
                   "follow_location", "max_redirects"}  # fmt: skip
        if not set(self.http) <= allowed or not set(optional(options, {})) <= {"http", "ssl"}:
            raise Unreadable("a stream context with more than a request")


def _stream(run: Evaluation, url: Any, context: Any) -> Any:
    options = known(context.http) if isinstance(context, Context) else {}
    lines = options.get("header", {})
    lines = list(lines.values()) if isinstance(lines, dict) else re.split("\r\n", lines)
    if any("\n" in line for line in lines):
        raise Unreadable("header lines that end in a line feed alone")
    fields = Fields()
    for line in filter(str.strip, lines):
        name, colon, value = line.partition(":")
        if not colon:
            raise Unreadable(f"{line[:40]!r} is not a header line")
        fields.add(name, value)
    if agent := options.get("user_agent"):
        fields.default("User-Agent", agent)
    body = options.get("content")
    if body is not None:
        fields.default("Content-Type", FORM)
    return run.send(sent(options.get("method", "GET"), sending.plain_url(url), fields, body))


def _file_get_contents(run: Evaluation, given: Arguments) -> Any:
    url, _, context = given.take("filename", "use_include_path", "context", required=1)
    return _stream(run, url, context)


def _fopen(run: Evaluation, given: Arguments) -> Any:
    url, mode, _, context = given.take("filename", "mode", "use_include_path", "context", required=2)
    if not isinstance(url, str) or not url.startswith("http") or mode not in ("r", "rb"):
        raise Unreadable("a file")
    return _stream(run, url, context)


# Guzzle

OPTIONS = frozenset(
    [
        "headers",
        "json",
        "form_params",
        "query",
        "body",
        "auth",
        "multipart",
        "timeout",
        "verify",
        "http_errors",
        "allow_redirects",
        "debug",
        "connect_timeout",
        "decode_content",
        "stream",
        "read_timeout",
        "base_uri",
    ]
)


class Guzzle(Thing):
    """GuzzleHttp\\Client."""

    def __init__(self, given: Arguments) -> None:
        (config,) = given.take("config")
        self.config = _options(optional(config, {}))

    def get(self, run: Evaluation, name: str) -> Any:
        verb = name.removesuffix("Async")
        if verb in VERBS:
            return Builtin(lambda run, given: self.verb(run, verb, given))
        return super().get(run, name)

    def verb(self, run: Evaluation, verb: str, given: Arguments) -> Any:
        uri, options = given.take("uri", "options", required=1)
        return self.send(run, verb.upper(), uri, Fields(), None, _options(optional(options, {})))

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method, uri, options = given.take("method", "uri", "options", required=1)
        method = text_of(method, "the method").upper()
        return self.send(run, method, optional(uri, ""), Fields(), None, _options(optional(options, {})))

    do_requestAsync = do_request

    def do_send(self, run: Evaluation, given: Arguments) -> Any:
        request, options = given.take("request", "options", required=1)
        if not isinstance(request, Psr):
            raise Unreadable("not a request of Guzzle")
        fields = Fields(request.fields.pairs)
        return self.send(run, request.method, request.uri, fields, request.body, _options(optional(options, {})))

    do_sendAsync = do_send

    def send(
        self, run: Evaluation, method: str, uri: Any, fields: Fields, body: str | None, options: dict[str, Any]
    ) -> Any:
        headers = {**self.config.get("headers", {}), **options.get("headers", {})}
        options = {**self.config, **options}
        named = {name.lower() for name, _ in fields.pairs}
        for name, value in headers.items():
            if str(name).lower() in named:
                raise Unreadable("a header of the request and of the options")
            fields.set(name, ", ".join(map(text, value.values())) if isinstance(value, dict) else text(value))
        url = text_of(known(uri), "the URI")
        if "base_uri" in options:
            url = urljoin(text(options["base_uri"]), url)
        if (query := options.get("query")) is not None:
            written = query if isinstance(query, str) else http_build_query(query, kind=FLAGS["PHP_QUERY_RFC3986"])
            url = url.partition("?")[0] + (f"?{written}" if written else "")
        body = _guzzle_body(options, body, fields)
        if auth := options.get("auth"):
            if len(auth) != 2:
                raise Unreadable("credentials that are not Basic")
            fields.set("Authorization", sending.basic(auth[0], auth[1]))
        return run.send(sent(method, sending.encoded_url(url), fields, body))


def _options(options: Any) -> dict[str, Any]:
    if not isinstance(options, dict):
        raise Unreadable("options that are no array")
    shaping = {name: value for name, value in options.items() if name in OPTIONS}
    if len(shaping) != len(options):
        raise Unreadable("an option of Guzzle that is not known here")
    return dict(known(shaping))


def _guzzle_body(options: dict[str, Any], body: str | None, fields: Fields) -> str | None:
    given = [name for name in ("json", "form_params", "body", "multipart") if name in options]
    if len(given) + (body is not None) > 1:
        raise Unreadable("two bodies")
    if "json" in options:
        fields.default("Content-Type", sending.JSON)
        return json_encode(options["json"])
    if "form_params" in options:
        fields.default("Content-Type", FORM)
        return http_build_query(options["form_params"])
    if "multipart" in options:
        if fields.get("Content-Type") is not None:
            raise Unreadable("a type without the boundary")
        parts = [_part(part) for part in options["multipart"].values()]
        return sending.multipart(parts, fields)
    return text(options["body"]) if options.get("body") is not None else body


def _part(part: Any) -> tuple[str, str, str | None, str | None]:
    if not set(part) <= {"name", "contents", "filename"}:
        raise Unreadable("a part with headers")
    return text(part["name"]), text(part["contents"]), part.get("filename"), None


class Psr(Thing):
    """GuzzleHttp\\Psr7\\Request."""

    def __init__(self, given: Arguments) -> None:
        method, uri, headers, body, _ = given.take("method", "uri", "headers", "body", "version", required=2)
        self.method, self.uri = text_of(method).upper(), text_of(known(uri), "the URI")
        self.fields = Fields()
        for name, value in known(optional(headers, {})).items():
            self.fields.set(name, text(value))
        body = known(optional(body))
        self.body = None if body is None else text_of(body, "the body")


def _require(run: Evaluation, given: Arguments) -> Any:
    """Composer's autoloader alone declares what is known here."""
    (path,) = given.positional
    if not isinstance(path, Mystery) and "autoload" not in path:
        raise Unreadable("another file is required")
    return MYSTERY


def _shell(run: Evaluation, given: Arguments) -> Any:
    (command,) = given.take("command", required=1)
    if not isinstance(command, str) or not command.startswith("composer config"):
        raise Unreadable("a command of the shell")
    return MYSTERY


INERT = [
    "curl_close",
    "curl_error",
    "curl_errno",
    "curl_getinfo",
    "curl_version",
    "print_r",
    "var_dump",
    "json_decode",
    "json_last_error",
    "json_last_error_msg",
    "getenv",
    "isset",
    "empty",
    "is_string",
    "is_array",
    "is_null",
    "in_array",
    "header",
    "error_log",
    "http_response_code",
    "stream_get_contents",
    "fclose",
    "feof",
    "fgets",
    "error_get_last",
    "set_time_limit",
    "ini_set",
    "error_reporting",
    "date",
    "time",
    "microtime",
    "uniqid",
    "md5",
    "sha1",
    "hash",
    "rand",
    "mt_rand",
    "random_bytes",
    "bin2hex",
    "var_export",
    "printf",
    "usleep",
    "sleep",
    "substr",
    "strpos",
    "explode",
    "htmlspecialchars",
    "nl2br",
    "is_numeric",
    "intval",
    "array_key_exists",
]
CLASSES: Mapping[str, Any] = {
    "GuzzleHttp\\Client": Builtin(lambda run, given: Guzzle(given)),
    "GuzzleHttp\\Psr7\\Request": Builtin(lambda run, given: Psr(given)),
}


class Php(Dialect):
    """Functions see no variables around them, and arrays are copied when they are assigned. A fragment that names no
    import means the known classes by their short names."""

    block_scope = False
    closed_functions = True
    creates_arrays = True
    assigns_local = True
    modules = CLASSES
    names: Mapping[str, Any] = {
        **{f"class {name}": value for name, value in CLASSES.items()},
        **dict.fromkeys((f"class {name}" for name in ("Exception", "RuntimeException", "DateTime")), MYSTERY),
        "class stdClass": Builtin(lambda run, given: Object({})),
        **dict.fromkeys(INERT, MYSTERY),
        **FLAGS,
        "PHP_EOL": "\n",
        "__DIR__": MYSTERY,
        "STDERR": MYSTERY,
        "json_encode": constant(json_encode),
        "http_build_query": constant(http_build_query),
        "urlencode": constant(urlencode),
        "rawurlencode": constant(rawurlencode),
        "base64_encode": constant(lambda value: base64.b64encode(text(value).encode()).decode()),
        "strlen": constant(lambda value: len(text(value).encode())),
        "trim": constant(lambda value: text(value).strip(" \t\n\r\0\x0b")),
        "strtoupper": constant(lambda value: text(value).upper()),
        "strtolower": constant(lambda value: text(value).lower()),
        "sprintf": constant(_sprintf),
        "implode": constant(_implode),
        "join": constant(_implode),
        "array_merge": constant(_merged),
        "array_values": constant(lambda value: list(value.values())),
        "pairs of": constant(lambda value: [[key, member] for key, member in value.items()]),
        "count": constant(lambda value: len(value)),
        "strval": constant(text),
        "cast to string": constant(text),
        "cast to object": constant(lambda value: Object(value)),
        "cast to array": constant(lambda value: value if isinstance(value, dict) else {0: value}),
        "cast to int": constant(lambda value: int(value)),
        "require": Builtin(_require),
        "shell_exec": Builtin(_shell),
        "exit": Builtin(leave),
        "die": Builtin(leave),
        "curl_init": Builtin(lambda run, given: Curl(*given.take("url"))),
        "curl_setopt": Builtin(_setopt),
        "curl_setopt_array": Builtin(_setopt_array),
        "curl_exec": Builtin(_exec),
        "stream_context_create": Builtin(lambda run, given: Context(given)),
        "file_get_contents": Builtin(_file_get_contents),
        "fopen": Builtin(_fopen),
    }

    def __init__(self, is_fragment: bool) -> None:
        if is_fragment:
            short = {f"class {name.rpartition(chr(92))[2]}": value for name, value in CLASSES.items()}
            self.names = {**short, **self.names}

    def is_local(self, name: str) -> bool:
        return name.startswith("$")

    def bound_value(self, value: Any) -> Any:
        return copied(value)

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        return bool(value) and value != "0" if not isinstance(value, Thing) else True

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, bool) or isinstance(right, bool):
            return left is right
        return super().equal(left, right)

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator == "|" and isinstance(left, int) and isinstance(right, int):
            return left | right
        if operator == "+" and isinstance(left, dict) and isinstance(right, dict):
            return {**right, **left}
        return super().binary(operator, left, right)

    def item(self, run: Any, value: Any, key: Any) -> Any:
        if isinstance(value, dict) and isinstance(key, str | int) and key in value:
            return value[key]
        return super().item(run, value, key)

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        if isinstance(owner, dict) and key == APPEND.encode():
            owner[max((taken for taken in owner if isinstance(taken, int)), default=-1) + 1] = value
        else:
            super().set_item(run, owner, key, value)

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        return super().member(run, value, name)
