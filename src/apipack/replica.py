"""A loopback HTTP server that serves a snapshot in a hub's own contract, for crawls without the hub.

    with Replica(tarball) as replica:
        ...  # GET {replica.url}/v2/list.json

A hub is one class that answers requests; `Replica` does the HTTP: conditional requests, gzip, HEAD. A `fault`
sees every answer before it is sent and may return another one, or sleep.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
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
from urllib.parse import quote, unquote, urlsplit

import orjson
from tqdm import tqdm

from apipack.snapshot import SnapshotError, specs

MODIFIED = datetime(1985, 10, 26, 8, 15, tzinfo=UTC)
"""The one date of everything served: the time npm stamps on every packed file."""

GZIP_FROM = 1024
"""Bytes below which a body is sent as it is."""

BLANK = re.compile(r"[ \t\r\n]*")

_decode = json.JSONDecoder().raw_decode

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came. path: percent-encoded, without the query; query: as sent, without `?`."""

    method: str
    path: str
    query: str
    headers: Message


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


Fault = Callable[[Call, Answer], Answer]


class Hub(Protocol):
    """A hub's contract over a snapshot; made once the server knows its own base URL."""

    def __init__(self, tarball: Path, folder: Path, base: str) -> None: ...

    def answer(self, call: Call) -> Answer | None:
        """The answer, None where the hub has nothing. Called from many threads at once."""


class ApisGuru:
    """APIs.guru: `/v2/list.json`, and below `/v2/specs/` each document and each API's entry.

    Documents are unpacked into `folder` under numbers and found by a table of whole paths, so no id or
    version of the snapshot ever becomes part of a file name. JSON is YAML too: `.yaml` serves the same bytes.
    """

    def __init__(self, tarball: Path, folder: Path, base: str) -> None:
        self._answers: dict[str, Answer] = {}
        entries = {}
        for number, (api_id, body) in enumerate(tqdm(specs(tarball), "unpack", unit="spec", disable=None)):
            file = folder / f"{number}.json"
            file.write_bytes(body)
            facts = _facts(body, f"{tarball.name}: {api_id}")
            version = facts["info"]["version"]
            path = f"/v2/specs/{'/'.join(quote(part, safe='') for part in [*api_id.split(':', 1), version])}"
            etag = hashlib.sha256(body).hexdigest()
            self._answers[f"{path}/openapi.json"] = Answer(file, etag=etag)
            self._answers[f"{path}/openapi.yaml"] = Answer(file, "application/yaml; charset=utf-8", etag=etag)
            entries[api_id] = _entry(version, facts, base + path)
            self._answers[f"{path}.json"] = _json(entries[api_id])
        self._answers["/v2/list.json"] = _json(dict(sorted(entries.items())))

    def answer(self, call: Call) -> Answer | None:
        return self._answers.get("/".join(quote(unquote(part), safe="") for part in call.path.split("/")))


class Replica:
    """Context manager: a hub on 127.0.0.1, on a free port, until the block ends. `url` has no final slash."""

    url: str

    def __init__(self, tarball: Path, hub: type[Hub] = ApisGuru, fault: Fault | None = None) -> None:
        self._tarball, self._hub, self._fault = tarball, hub, fault

    def __enter__(self) -> Replica:
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="apipack-replica-"))
            server = stack.enter_context(_Server(("127.0.0.1", 0), _Handler))
            self.url = f"http://127.0.0.1:{server.server_port}"
            server.hub, server.fault = self._hub(self._tarball, Path(folder), self.url), self._fault
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: Nagle would hold back the second for 40 ms
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        call = Call(self.command, parts.path, parts.query, self.headers)
        if parts.path == "/robots.txt":
            answer = Answer(b"User-agent: *\nDisallow:\n", "text/plain; charset=utf-8")
        else:
            answer = self.server.hub.answer(call) or Answer(b'{"error":"not found"}', status=404)
        if self.server.fault is not None:
            answer = self.server.fault(call, answer)
        self._send(answer)

    do_HEAD = do_GET

    def _send(self, answer: Answer) -> None:
        headers = {"Content-Type": answer.media_type, "Vary": "Accept-Encoding", "Cache-Control": "max-age=0"}
        status, body = answer.status, b""
        if answer.etag is not None:  # weak: the same for the plain and the gzip coding
            headers |= {"ETag": f'W/"{answer.etag}"', "Last-Modified": format_datetime(MODIFIED, usegmt=True)}
        if status == 200 and "ETag" in headers and self._is_current(headers["ETag"]):
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


def _facts(body: bytes, name: str) -> dict[str, Any]:
    """What the hub's list copies from a document: `info`, and `openapi` or `swagger` as `openapiVer`.

    Top-level members are decoded only until both are found: a whole parse of the largest takes 260 MB.
    """
    found: dict[str, Any] = {}
    try:
        for key, value in _members(body.decode()):
            found["openapiVer" if key in ("openapi", "swagger") else key] = value
            if "info" in found and "openapiVer" in found:
                break
        facts = {"info": found["info"], "openapiVer": found["openapiVer"]}
        if not isinstance(facts["info"]["version"], str):
            raise TypeError("info.version is not text")
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{name} is not an OpenAPI document: {error!r}") from error
    return facts


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """Key and value of each top-level member of a JSON object, decoded one by one; ValueError where it is none."""
    end = _expect("{", text, 0)
    while True:
        key, end = _decode(text, _blank(text, end))
        value, end = _decode(text, _blank(text, _expect(":", text, end)))
        yield key, value
        if text[_blank(text, end)] == "}":
            return
        end = _expect(",", text, end)


def _blank(text: str, start: int) -> int:
    """Where the white space at `start` ends; ValueError at the end of the text."""
    end = BLANK.match(text, start).end()  # type: ignore[union-attr]  # it matches the empty string
    if end == len(text):
        raise ValueError("the JSON text ends early")
    return end


def _expect(character: str, text: str, start: int) -> int:
    position = _blank(text, start)
    if text[position] != character:
        raise ValueError(f"{character!r} expected at character {position}")
    return position + 1


def _entry(version: str, facts: dict[str, Any], url: str) -> dict[str, Any]:
    """The hub's `API` object with its one `ApiVersion`."""
    date = MODIFIED.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    urls = {"swaggerUrl": f"{url}/openapi.json", "swaggerYamlUrl": f"{url}/openapi.yaml", "link": f"{url}.json"}
    return {
        "added": date,
        "preferred": version,
        "versions": {version: {"added": date, "updated": date, **facts, **urls}},
    }


def _json(value: Any) -> Answer:
    body = orjson.dumps(value)
    return Answer(body, etag=hashlib.sha256(body).hexdigest())
