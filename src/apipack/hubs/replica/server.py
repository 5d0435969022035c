"""The HTTP of a replica: one hub on loopback, with conditional requests, gzip, HEAD and faults."""

from __future__ import annotations

import gzip
import hashlib
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson

from apipack.hubs.replica.content import Spec, unpack

MODIFIED = datetime(1985, 10, 26, 8, 15, tzinfo=UTC)
"""The one date of everything served: the time npm stamps on every packed file."""

GZIP_FROM = 1024
"""Bytes below which a body is sent as it is."""

MOST_BODY = 2**20
"""Bytes of a request's body that are read; the largest GraphQL query has two thousand."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came. path: percent-encoded, without the query; query: as sent, without `?`."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes = b""

    @property
    def parts(self) -> list[str]:
        """Decoded segments of the path."""
        return [unquote(part) for part in self.path.split("/")[1:]]

    @property
    def arguments(self) -> dict[str, str]:
        """The query's names and values, the last of each name."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. body: bytes, or the file that holds them. etag: opaque; without one there is no 304.

    media_type names the charset: without it Scrapy guesses one from the gzipped bytes, 6 ms a document.
    headers are added last, so they also replace what the server would send (a wrong Content-Length, say).
    """

    body: bytes | Path
    media_type: str = "application/json; charset=utf-8"
    status: int = 200
    etag: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def read(self) -> bytes:
        return self.body.read_bytes() if isinstance(self.body, Path) else self.body


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    """Compact JSON under the hash of its bytes; underscores in the names of headers stand for hyphens."""
    body = orjson.dumps(value)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(body, status=status, etag=hashlib.sha256(body).hexdigest(), headers=named)


def path_of(*parts: str) -> str:
    """The absolute path of these segments, each percent-encoded."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


Fault = Callable[[Call, Answer], Answer]


class Hub(Protocol):
    """A hub's contract over a snapshot."""

    def answer(self, call: Call) -> Answer | None:
        """The answer, None where the hub has nothing. Called from many threads at once."""


MakeHub = Callable[[list[Spec], str], Hub]
"""Specs in order of their ids, and the server's own base URL without a final slash."""


class Replica:
    """Context manager: a hub on 127.0.0.1 until the block ends. `url` has no final slash. port: 0 for a free one."""

    url: str

    def __init__(self, tarball: Path, hub: MakeHub, fault: Fault | None = None, port: int = 0) -> None:
        self._tarball, self._hub, self._fault, self._port = tarball, hub, fault, port

    def __enter__(self) -> Replica:
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="apipack-replica-"))
            server = stack.enter_context(_Server(("127.0.0.1", self._port), _Handler))
            self.url = f"http://127.0.0.1:{server.server_port}"
            server.hub, server.fault = self._hub(unpack(self._tarball, Path(folder)), self.url), self._fault
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    hub: Hub
    fault: Fault | None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of ours, and of no interest."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: Nagle would hold back the second for 40 ms
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > MOST_BODY:
            self.close_connection = True
            self._send(Answer(b'{"error":"too large"}', status=413))
            return
        call = Call(self.command, parts.path, parts.query, self.headers, self.rfile.read(int(length)))
        if parts.path == "/robots.txt":
            answer = Answer(b"User-agent: *\nDisallow:\n", "text/plain; charset=utf-8")
        else:
            answer = self.server.hub.answer(call) or Answer(b'{"error":"not found"}', status=404)
        if self.server.fault is not None:
            answer = self.server.fault(call, answer)
        self._send(answer)

    do_HEAD = do_GET
    do_POST = do_GET

    def _send(self, answer: Answer) -> None:
        headers = {"Content-Type": answer.media_type, "Vary": "Accept-Encoding", "Cache-Control": "max-age=0"}
        status, body = answer.status, b""
        if answer.etag is not None:  # weak: the same for the plain and the gzip coding
            headers |= {"ETag": f'W/"{answer.etag}"', "Last-Modified": format_datetime(MODIFIED, usegmt=True)}
        if status == 200 and "ETag" in headers and self.command != "POST" and self._is_current(headers["ETag"]):
            status = 304
        else:
            body = answer.read()
            if len(body) >= GZIP_FROM and "gzip" in self.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body, compresslevel=1, mtime=0)
                headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if int((headers | answer.headers).get("Content-Length", 0)) != len(body):
            self.close_connection = True

    def _is_current(self, etag: str) -> bool:
        """RFC 9110, 13.2.2: If-None-Match decides; If-Modified-Since counts only without it."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return tags.strip() == "*" or etag in [tag.strip() for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and parsedate_to_datetime(since) >= MODIFIED
        except (ValueError, TypeError):  # not a date, or one without a zone: the header is ignored
            return False

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)
