"""What a curl command sends: its options as curl's manual has them (curl 7.88 and later)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.curl_config import config_words
from apipack.languages.reading.curl_handle import curl_url
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.shell import Command, curl_commands
from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.uploads import uploaded
from apipack.languages.reading.values import Mystery
from apipack.languages.wire import Unreadable, curl_method, parse_header_lines
from apipack.records import Request

LONG = {
    "s": "silent", "S": "show-error", "v": "verbose", "i": "include", "k": "insecure", "L": "location", "f": "fail",
    "g": "globoff", "I": "head", "G": "get", "N": "no-buffer", "#": "progress-bar", "4": "ipv4", "6": "ipv6",
    "O": "remote-name", "J": "remote-header-name", "q": "disable", "X": "request", "H": "header", "d": "data",
    "F": "form", "u": "user", "A": "user-agent", "e": "referer", "b": "cookie", "o": "output", "w": "write-out",
    "D": "dump-header", "c": "cookie-jar", "m": "max-time", "y": "speed-time", "Y": "speed-limit",
}  # fmt: skip
FLAGS = frozenset(
    [
        "silent",
        "show-error",
        "verbose",
        "include",
        "insecure",
        "location",
        "location-trusted",
        "fail",
        "fail-with-body",
        "globoff",
        "head",
        "get",
        "no-buffer",
        "progress-bar",
        "no-progress-meter",
        "ipv4",
        "ipv6",
        "remote-name",
        "remote-header-name",
        "disable",
        "compressed",
        "basic",
        "http1.1",
        "http2",
        "http2-prior-knowledge",
        "tlsv1",
        "tlsv1.0",
        "tlsv1.1",
        "tlsv1.2",
        "tlsv1.3",
        "path-as-is",
        "post301",
        "post302",
        "post303",
        "retry-connrefused",
        "retry-all-errors",
        "tcp-nodelay",
        "no-keepalive",
        "no-sessionid",
        "create-dirs",
        "ssl-no-revoke",
    ]
)
HARMLESS = frozenset(
    [
        "output",
        "write-out",
        "dump-header",
        "cookie-jar",
        "max-time",
        "connect-timeout",
        "retry",
        "retry-delay",
        "retry-max-time",
        "max-redirs",
        "limit-rate",
        "keepalive-time",
        "trace",
        "trace-ascii",
        "stderr",
        "speed-time",
        "speed-limit",
        "output-dir",
    ]
)
VALUED = HARMLESS | frozenset(
    [
        "request",
        "header",
        "data",
        "data-ascii",
        "data-raw",
        "data-binary",
        "data-urlencode",
        "json",
        "form",
        "form-string",
        "user",
        "user-agent",
        "referer",
        "cookie",
        "url",
        "oauth2-bearer",
        "url-query",
    ]
)
DATA = {"data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json"}
Files = Mapping[str, Value]
"""What can be read by its name; "-" is the standard input."""
_KINDS = {
    **{name: f"image/{name}" for name in ("gif", "jpeg", "png")},
    **{"jpg": "image/jpeg", "svg": "image/svg+xml", "txt": "text/plain", "pdf": "application/pdf"},
    **{"htm": "text/html", "html": "text/html", "xml": "application/xml"},
}
"""Types that libcurl gives a file by its name."""
SPACES = " \t\n\v\f\r"
_PART = re.compile(
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<content>(?!")[^;]*))'
    r'(?:;[ \t]*type=(?P<type>[\w.+-]+/[\w.+-]+)|;[ \t]*filename=(?:"(?P<named>[^"\\]+)"|(?P<bare>[^";,\\]+))){0,2}',
    re.DOTALL,
)


@dataclass
class Given:
    """Options by long name, in order; data and parts hold pieces of the body with the option that gave each."""

    options: dict[str, list[str]] = field(default_factory=dict)
    data: list[tuple[str, str]] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.options

    def all(self, name: str) -> list[str]:
        return self.options.get(name, [])

    def last(self, name: str) -> str | None:
        return self.options[name][-1] if name in self.options else None


def read(code: str) -> Request:
    """The request of a snippet; where it may be sent again, it must be the same."""
    requests = [_request_of(command) for command in curl_commands(code)]
    if any(request != requests[0] for request in requests):
        raise Unreadable("it is not certain that the request is sent")
    return requests[0]


def _request_of(command: Command) -> Request:
    given = Given()
    for name, value in _options(_configured(command)):
        if name in DATA:
            given.data.append((name, value))
        if name in ("form", "form-string"):
            given.parts.append((name, value))
        given.options.setdefault(name, []).append(value)
    return _request(given, command)


def _configured(command: Command) -> list[str]:
    """Words of a command, with those of its config, which it reads from its standard input or a file."""
    words: list[str] = []
    rest = iter(command.words)
    for word in rest:
        if word not in ("-K", "--config"):
            words.append(word)
            continue
        name = next(rest, "")
        text = command.files.get(name) if name != "-" else command.stdin
        if not isinstance(text, str) or words[-1:] == ["--"]:
            raise Unreadable(f"{name[:40]} is a config that is not known here")
        command.stdin = None if name == "-" else command.stdin
        words += config_words(text)
    return words


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    rest = iter(words)
    only_urls = False
    for word in rest:
        if only_urls or not word.startswith("-") or word == "-":
            yield "url", word
        elif word == "--":
            only_urls = True
        elif word.startswith("--"):
            yield _option(word[2:], word, rest)
        else:
            yield from _short(word, rest)


def _option(name: str, word: str, rest: Iterator[str]) -> tuple[str, str]:
    if name in FLAGS:
        return name, ""
    if name not in VALUED:
        raise Unreadable(f"option {word[:40]} is not known here")
    value = next(rest, None)
    if value is None:
        raise Unreadable(f"{word} without its value")
    return name, value


def _short(word: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Options of one letter, as many as stand together; what follows one that takes a value is its value."""
    for end, letter in enumerate(word[1:], 2):
        name = LONG.get(letter)
        if name is None:
            raise Unreadable(f"option -{letter} is not known here")
        if name in VALUED and end < len(word):
            yield name, word[end:]
            return
        yield _option(name, f"-{letter}", rest)


def _request(given: Given, command: Command) -> Request:
    url, user = _url(given)
    stdin: Value | None = command.stdin
    files = command.files if stdin is None else {**command.files, "-": stdin}
    pieces = [_piece(name, value, files) for name, value in given.data]
    body = _joined(given.data, pieces)
    head, lines = given.has("head"), given.all("header")
    if any(line.startswith("@") for line in lines):
        raise Unreadable("header lines from a file")
    for query in given.all("url-query"):
        url = sending.with_query(url, sending.raw(query[1:]) if query.startswith("+") else _urlencoded(query, {}))
    if given.has("get"):
        url, body = sending.with_query(url, sending.raw(body or "")), None
        if given.has("form") or given.has("form-string"):
            raise Unreadable("--get with a form")
    if given.has("form") or given.has("form-string"):
        return _with_form(given, url, user, body, command)
    if head and body is not None:
        raise Unreadable("HEAD with a body")
    method = curl_method(given.last("request"), head, body)
    fields = Fields(parse_header_lines(lines, body if not given.has("json") else None))
    if given.has("json") and body is not None:
        fields = _json_fields(lines)
    return sending.sent(method, url, _credentials(given, fields, user), body)


def _json_fields(lines: list[str]) -> Fields:
    fields = Fields(parse_header_lines(lines, None))
    named = {re.split("[:;]", line)[0].strip().lower() for line in lines}
    for name in ("Content-Type", "Accept"):
        if name.lower() not in named:
            fields.add(name, sending.JSON)
    return fields


def _with_form(given: Given, url: str, user: str | None, body: str | None, command: Command) -> Request:
    fields = Fields(parse_header_lines(given.all("header"), None))
    kind = fields.get("Content-Type")
    if body is not None or given.has("head") or (kind is not None and kind.lower() != "multipart/form-data"):
        raise Unreadable("a form together with another body or type")
    parts = [_part(value, name == "form-string", command.stdin, command.files) for name, value in given.parts]
    text = sending.multipart(parts, fields)
    return sending.sent(given.last("request") or "POST", url, _credentials(given, fields, user), text)


def _part(text: str, literal: bool, stdin: str | None, files: Files) -> tuple[str, str, str | None, str | None]:
    name, equals, content = text.partition("=")
    if not equals or not name:
        raise Unreadable("a part without a value, or without a name")
    if literal:
        return name, content, None, None
    match = _PART.fullmatch(content.strip(SPACES))
    if not match or content[:1] in ("<", "("):
        raise Unreadable("a part from a file, of several parts, or with parameters")
    title, kind = match["named"] or (match["bare"] or "").rstrip(SPACES) or None, match["type"]
    if content[:1] == "@":
        return name, *_held_part(match["content"].rstrip(SPACES)[1:], title, kind, stdin, files)
    kind = kind or kind_of(title)
    if match["quoted"] is not None:
        return name, re.sub(r'\\(["\\])', r"\1", match["quoted"]), title, kind
    return name, match["content"].rstrip(SPACES), title, kind


def _held_part(
    held: str, title: str | None, kind: str | None, stdin: str | None, files: Files
) -> tuple[str, str, str | None]:
    """Content, name and type of a part that stands in a file, or is piped into curl."""
    if held in files:
        known = kind or kind_of(title) or kind_of(held) or "application/octet-stream"
        return _file(f"@{held}", files), title or held, known
    if held != "-" and "," not in held:
        content, name = uploaded(held, kind)
        return content, title or name, kind or kind_of(title) or kind_of(held) or "application/octet-stream"
    if held != "-" or stdin is None or title is None:
        raise Unreadable("a part from a file, of several parts, or with parameters")
    return stdin, title, kind or kind_of(title)


def kind_of(title: str | None) -> str | None:
    _, dot, ending = (title or "").rpartition(".")
    return _KINDS.get(ending.lower()) if dot else None


def _credentials(given: Given, fields: Fields, user: str | None) -> Fields:
    """Fields of -u, --oauth2-bearer, -A, -e and -b; a header line of the same name wins."""
    user = given.last("user") if given.has("user") else user
    bearer = given.last("oauth2-bearer")
    if user is not None and bearer is None:
        name, colon, password = user.partition(":")
        if not colon:
            raise Unreadable("a user whose password curl asks for")
        fields.default("Authorization", sending.basic(name, password))
    if bearer is not None:
        fields.default("Authorization", f"Bearer {bearer}")
    for option, name in (("user-agent", "User-Agent"), ("referer", "Referer")):
        if value := given.last(option):
            if option == "referer" and ";auto" in value:
                raise Unreadable("a referer that curl sets")
            fields.default(name, value)
    cookies = given.all("cookie")
    if any("=" not in cookie for cookie in cookies) or (cookies and fields.get("Cookie") is not None):
        raise Unreadable("cookies from a file, or of two kinds")
    if cookies:
        fields.add("Cookie", "; ".join(cookies))
    return fields


def _url(given: Given) -> tuple[str, str | None]:
    """The URL, and the user:password that stands in it."""
    urls = given.all("url")
    if len(urls) != 1:
        raise Unreadable(f"{len(urls)} URLs")
    rest = urls[0].partition("://")[2].lstrip("[")
    if not given.has("globoff") and re.search(r"[\[\]{}]", rest):
        raise Unreadable("brackets in the URL are a glob")
    return curl_url(urls[0], given.has("path-as-is"))


def _piece(option: str, value: str, files: Files) -> str:
    """What one data option adds to the body."""
    if option == "data-urlencode":
        return _urlencoded(value, files)
    if option == "data-raw" or not value.startswith("@"):
        return value
    text = _file(value, files)
    return text if option in ("data-binary", "json") else re.sub("[\r\n\0]", "", text)


def _file(name: str, files: Files) -> str:
    text = files.get(name[1:])
    if text is None or isinstance(text, Mystery):
        raise Unreadable(f"{name[:40]} reads a file")
    return text


def _urlencoded(value: str, files: Files) -> str:
    """A value of --data-urlencode: content, =content, name=content, @file or name@file."""
    mark = re.match("[^=@]*[=@]", value)
    name, content = ("", value) if not mark else (mark[0][:-1], value[mark.end() :])
    if mark and mark[0].endswith("@"):
        content = _file(f"@{content}", files)
    encoded = quote(content, safe="-._~").replace("%20", "+")
    return f"{name}={encoded}" if name else encoded


def _joined(data: list[tuple[str, str]], pieces: list[str]) -> str | None:
    if not pieces:
        return None
    body = pieces[0]
    for (option, _), piece in zip(data[1:], pieces[1:], strict=True):
        body += piece if option == "json" else f"&{piece}"
    return body
