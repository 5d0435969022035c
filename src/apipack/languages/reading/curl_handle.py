"""A handle of libcurl, as C and PHP set its options one after another, and the request that it performs."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from apipack.languages.reading import sending
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import known, text_of
from apipack.languages.wire import Unreadable, curl_method, parse_header_lines
from apipack.records import Request

HARMLESS = frozenset(
    [
        "FOLLOWLOCATION",
        "MAXREDIRS",
        "TIMEOUT",
        "TIMEOUT_MS",
        "CONNECTTIMEOUT",
        "CONNECTTIMEOUT_MS",
        "RETURNTRANSFER",
        "SSL_VERIFYPEER",
        "SSL_VERIFYHOST",
        "HEADER",
        "VERBOSE",
        "FAILONERROR",
        "DEFAULT_PROTOCOL",
        "WRITEFUNCTION",
        "WRITEDATA",
        "HEADERFUNCTION",
        "HEADERDATA",
        "NOPROGRESS",
        "NOSIGNAL",
        "TCP_KEEPALIVE",
        "TCP_KEEPIDLE",
        "TCP_KEEPINTVL",
        "POSTREDIR",
        "IPRESOLVE",
        "ERRORBUFFER",
        "STDERR",
        "BUFFERSIZE",
        "ENCODING",
        "ACCEPT_ENCODING",
        "AUTOREFERER",
        "FRESH_CONNECT",
        "FORBID_REUSE",
        "LOW_SPEED_LIMIT",
        "LOW_SPEED_TIME",
        "CAINFO",
        "SSLVERSION",
        "HTTP_VERSION",
        "MAXCONNECTS",
        "DNS_CACHE_TIMEOUT",
        "FILETIME",
        "PRIVATE",
        "COOKIESESSION",
        "CERTINFO",
        "SHARE",
        "PATH_AS_IS",
    ]
)
_AUTHORITY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)?([^/?#]*@)?([^/?#]*)(.*)", re.DOTALL)


def curl_url(url: str, path_as_is: bool = False) -> tuple[str, str | None]:
    """The URL as curl requests it, and the user:password that stands in it."""
    match = _AUTHORITY.fullmatch(url)
    if not match:
        raise Unreadable("the URL is not understood")
    scheme, user, host, rest = match.groups()
    if scheme is None:
        if re.match("(?i)(ftp|dict|ldap|imap|smtp|pop3)[.]", host):
            raise Unreadable("another protocol")
        scheme = "http://"
    if scheme.lower() not in ("http://", "https://"):
        raise Unreadable("another protocol")
    path, mark, query = rest.partition("#")[0].partition("?")
    path = path if path_as_is else _without_dots(path)
    return f"{scheme.lower()}{sending.authority(host)}{sending.raw(f'{path}{mark}{query}')}", unquote(
        user[:-1]
    ) if user else None


def _ported(url: str, port: str) -> str:
    """The URL with CURLOPT_PORT, which takes the place of its own port."""
    if not re.fullmatch("[0-9]{1,5}", port):
        raise Unreadable("not a port")
    return re.sub(r"^(https?://(?:\[[^\]]*\]|[^/?:]*))(?::[0-9]+)?", rf"\g<1>:{port}", url)


def _without_dots(path: str) -> str:
    """A path without its dot segments (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    done: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        if segment == ".." and done:
            done.pop()
        elif segment not in (".", ".."):
            done.append(segment)
        if segment in (".", "..") and index == len(segments) - 1:
            done.append("")
    return "/" + "/".join(done)


class Handle:
    """Options by name without CURLOPT_; a later one takes the place of an earlier."""

    def __init__(self) -> None:
        self.kind = "GET"
        self.options: dict[str, Any] = {}
        self.body: str | None = None
        self.parts: list[tuple[str, str, str | None, str | None]] | None = None

    def set(self, name: str, value: Any) -> None:
        """Set an option; raises Unreadable for one that may change the request in a way that is not known here."""
        if name in HARMLESS:
            return
        known(value)
        if name in ("POST", "HTTPGET", "NOBODY"):
            kind = {"POST": "POST", "HTTPGET": "GET", "NOBODY": "HEAD"}[name]
            if not isinstance(value, int):
                raise Unreadable(f"{name} is neither on nor off")
            if value:
                self.kind = kind
            elif self.kind == kind:
                self.kind = "GET"
        elif name in ("POSTFIELDS", "COPYPOSTFIELDS"):
            self.kind, self.parts = "POST", None
            self.body = None if value is None else text_of(value, "the body")
        elif name in ("URL", "CUSTOMREQUEST", "USERPWD", "USERNAME", "PASSWORD", "USERAGENT", "REFERER", "COOKIE",
                      "XOAUTH2_BEARER", "HTTPAUTH", "PORT", "POSTFIELDSIZE", "POSTFIELDSIZE_LARGE",
                      "HTTPHEADER"):  # fmt: skip
            self.options[name] = value
        else:
            raise Unreadable(f"the option {name[:40]} is not known here")

    def form(self, parts: list[tuple[str, str, str | None, str | None]]) -> None:
        """Set a multipart body."""
        self.kind, self.parts, self.body = "POST", parts, None

    def request(self) -> Request:
        """The request of curl_easy_perform or curl_exec."""
        url, user = curl_url(text_of(self.options.get("URL"), "the URL"))
        if "PORT" in self.options:
            url = _ported(url, str(self.options["PORT"]))
        body = self.body if self.kind == "POST" else None
        if self.kind == "POST" and body is None and self.parts is None:
            raise Unreadable("a POST whose body libcurl asks for")
        size = next((self.options[key] for key in ("POSTFIELDSIZE", "POSTFIELDSIZE_LARGE") if key in self.options), -1)
        if body is not None and size not in (-1, len(body.encode())):
            raise Unreadable("another size than the body's")
        if body is not None and size == -1:
            body = body.partition("\0")[0]
        lines = [text_of(line, "a header line") for line in self.options.get("HTTPHEADER") or []]
        if self.parts is not None and self.kind == "POST":
            fields = Fields(parse_header_lines(lines, None))
            if fields.get("Content-Type") not in (None, "multipart/form-data"):
                raise Unreadable("a form together with another type")
            body = sending.multipart(self.parts, fields)
        else:
            fields = Fields(parse_header_lines(lines, body))
        custom = self.options.get("CUSTOMREQUEST")
        method = curl_method(None if custom is None else text_of(custom), self.kind == "HEAD", body)
        return sent(method, url, self._credentials(fields, user), body)

    def _credentials(self, fields: Fields, user: str | None) -> Fields:
        options = self.options
        if options.get("HTTPAUTH") not in (None, "CURLAUTH_BASIC", "CURLAUTH_BEARER"):
            raise Unreadable("credentials that are sent once they are asked for")
        user = options.get("USERPWD", user)
        if "USERNAME" in options:
            user = f"{text_of(options['USERNAME'])}:{text_of(options.get('PASSWORD', ''))}"
        bearer = options.get("XOAUTH2_BEARER")
        if user is not None and bearer is None:
            name, _, password = text_of(user).partition(":")
            fields.default("Authorization", sending.basic(name, password))
        if bearer is not None:
            if options.get("HTTPAUTH") != "CURLAUTH_BEARER":
                raise Unreadable("a bearer without its way of authentication")
            fields.default("Authorization", f"Bearer {text_of(bearer)}")
        for option, name in (("USERAGENT", "User-Agent"), ("REFERER", "Referer"), ("COOKIE", "Cookie")):
            if options.get(option):
                if option == "COOKIE" and fields.get(name) is not None:
                    raise Unreadable("cookies of two kinds")
                fields.default(name, text_of(options[option]))
        return fields
