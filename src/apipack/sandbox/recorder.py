"""The server that stands for every host of the sandbox's network, and the DNS that leads every name to it.

Each name gets an address of its own, so that the name is known even where a client sends neither SNI nor a
truthful Host. HTTP/1.1 only (RFC 9112), with or without TLS on every port. A request is recorded *before* it is
answered, under the job that was running when its connection was made. What a job can make us keep is bounded.
"""

from __future__ import annotations

import _thread
import base64
import contextlib
import ipaddress
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any

import h11

from apipack.sandbox.authority import Authority

PORT, DNS_PORT = 8443, 53
ORIGINAL_DESTINATION = 80  # linux/netfilter_ipv4.h and ip6_tables.h
TLS_HANDSHAKE = b"\x16"
IDLE_SECONDS = 20.0
BACKLOG = 4096
A_RECORD, REFUSED = 1, 5
MAX_RECORDS, MAX_BYTES = 4_000, 64_000_000  # of a job: the requests of 250 calls are a tenth of it
MAX_CONNECTIONS = 256  # of a job, at a time
MAX_NAMES = 1_000  # of a job
HEADER_BYTES = 256  # that a header takes in memory besides its text


class Excess(Exception):
    """A job sent more than we keep of one."""


class Log:
    """What one job sent. records: one mapping a request, in order of arrival. names: address → DNS name."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.names: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._open = self._bytes = self._dropped = 0
        self._changed = threading.Condition()

    def open(self) -> bool:
        """A connection more; False where there are too many."""
        with self._changed:
            if self._open >= MAX_CONNECTIONS:
                self._dropped += 1
                return False
            self._open += 1
            return True

    def close(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def idle(self, patience: float) -> bool:
        """Wait until no connection is open, no longer than patience, in seconds; whether none is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, max(0.0, patience))

    def spend(self, count: int) -> None:
        """Raises Excess where the job has no `count` bytes left."""
        with self._changed:
            self._bytes += count
            if self._bytes > MAX_BYTES:
                raise Excess

    def add(self, record: dict[str, Any]) -> None:
        with self._changed:
            if len(self.records) < MAX_RECORDS:
                self.records.append(record)
            else:
                self._dropped += 1

    def drop(self) -> None:
        with self._changed:
            self._dropped += 1

    def address(self, name: str) -> str | None:
        """The address of a name, or None for one name too many."""
        if name not in self._addresses:
            if len(self._addresses) >= MAX_NAMES:
                self.drop()
                return None
            address = str(ipaddress.IPv4Address(0x0A000100 + len(self._addresses)))
            self._addresses[name], self.names[address] = address, name
        return self._addresses[name]

    def taken(self) -> list[dict[str, Any]]:
        """The records; where that is not all the job sent, one at the end says so."""
        with self._changed:
            if lost := self._dropped + self._open:
                error = f"{lost} requests, connections or names more than are kept of a call, or not at their end"
                self.records.append(_record(False, "", 0, error=error))
            return self.records


class Recorder:
    """`begin` before a job and `take` after it, when its processes are dead."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._log = Log()
        self._lock = threading.Lock()
        self._sockets = [_listen(socket.AF_INET, "0.0.0.0"), *_listen_ipv6()]
        self._dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._dns.bind(("127.0.0.1", DNS_PORT))

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._resolve, daemon=True).start()

    def begin(self) -> None:
        """A job starts. Connections that came since `take` are nobody's."""
        with self._lock:
            self._accept_all()
            self._log = Log()

    def take(self, patience: float = 5.0) -> list[dict[str, Any]]:
        """The job's records, once every connection that it made is accepted and closed, or after patience seconds."""
        deadline = time.monotonic() + patience
        log = self._log
        while True:
            with self._lock:
                self._accept_all()
                if log.idle(0) or time.monotonic() > deadline:
                    self._log = Log()
                    return log.taken()
            log.idle(deadline - time.monotonic())

    def _accept(self) -> None:
        poll = select.poll()
        by_descriptor = {listener.fileno(): listener for listener in self._sockets}
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = poll.poll()
            with self._lock:
                self._accept_all([by_descriptor[descriptor] for descriptor, _ in ready])

    def _accept_all(self, listeners: Sequence[socket.socket] = ()) -> None:
        """With the lock held: credit all that wait in the queues of `listeners`, or of all, to the running job."""
        for listener in listeners or self._sockets:
            with contextlib.suppress(BlockingIOError):
                while True:
                    connection, _ = listener.accept()
                    if self._log.open():
                        # one for each request: the objects of threading.Thread cost more than the thread
                        _thread.start_new_thread(self._serve, (connection, self._log))
                    else:
                        connection.close()

    def _serve(self, connection: socket.socket, log: Log) -> None:
        try:
            with connection, contextlib.suppress(OSError):  # a client that goes away is its own affair
                connection.settimeout(IDLE_SECONDS)
                self._speak(connection, log)
        except Excess:
            log.drop()
        except Exception as error:  # whatever hostile bytes break is on record, and not on a pipe that nobody reads
            log.add(_record(False, "", 0, error=f"recorder: {error!r}"))
        finally:
            log.close()

    def _speak(self, connection: socket.socket, log: Log) -> None:
        address, port = _destination(connection)
        host = log.names.get(address, address)
        secure = connection.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE
        stream: socket.socket = connection
        if secure:
            try:
                stream = self.authority.context(host).wrap_socket(connection, server_side=True)
            except ssl.SSLError as error:
                log.add(_record(secure, host, port, error=f"TLS: {error.reason}"))
                return
        with stream:
            self._answer(stream, log, secure, host, port)

    def _answer(self, stream: socket.socket, log: Log, secure: bool, host: str, port: int) -> None:
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=256 * 1024)
        request: h11.Request | None = None
        body = bytearray()
        while True:
            try:
                event = parser.next_event()
            except h11.RemoteProtocolError as error:
                log.add(_record(secure, host, port, error=f"HTTP: {error}"))
                return
            if event is h11.NEED_DATA:
                if parser.they_are_waiting_for_100_continue:
                    stream.sendall(parser.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                parser.receive_data(stream.recv(65_536))
            elif isinstance(event, h11.Request):
                request = event
                log.spend(len(event.target) + sum(len(n) + len(v) + HEADER_BYTES for n, v in event.headers))
            elif isinstance(event, h11.Data):
                log.spend(len(event.data))
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                break
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                return
        log.add(_record(secure, host, port, request, bytes(body)))
        headers = [("Content-Type", "application/json"), ("Content-Length", "2"), ("Connection", "close")]
        stream.sendall(parser.send(h11.Response(status_code=200, headers=headers)) or b"")
        if request.method != b"HEAD":
            stream.sendall(parser.send(h11.Data(data=b"{}")) or b"")
        with contextlib.suppress(OSError):
            stream.shutdown(socket.SHUT_WR)

    def _resolve(self) -> None:
        """RFC 1035, one question a message: A for any name, no data for other types."""
        while True:
            query, client = self._dns.recvfrom(2048)
            end, labels = 12, []
            while end < len(query) and query[end]:
                labels.append(query[end + 1 : end + 1 + query[end]].decode("latin-1"))
                end += query[end] + 1
            question = query[12 : end + 5]
            if len(question) < 5 or len(query) < end + 5:
                continue
            wanted = struct.unpack("!H", question[-4:-2])[0] == A_RECORD
            answer, status = b"", 0
            if wanted and (address := self._log.address(".".join(labels).lower())):
                answer = b"\xc0\x0c" + struct.pack("!HHIH", A_RECORD, 1, 60, 4) + socket.inet_aton(address)
            elif wanted:
                status = REFUSED
            header = query[:2] + struct.pack("!HHHHH", 0x8180 | status, 1, int(bool(answer)), 0, 0)
            with contextlib.suppress(OSError):  # who asked cannot be answered
                self._dns.sendto(header + question + answer, client)


def _record(
    secure: bool,
    host: str,
    port: int,
    request: h11.Request | None = None,
    body: bytes = b"",
    error: str | None = None,
) -> dict[str, Any]:
    return {
        "scheme": "https" if secure else "http",
        "host": host,
        "port": port,
        "method": request.method.decode("latin-1") if request else "",
        "target": request.target.decode("latin-1") if request else "",
        "headers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in request.headers.raw_items()]
        if request
        else [],
        "body": base64.b64encode(body).decode(),
        "error": error,
    }


def _listen(family: int, host: str) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host, PORT))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _listen_ipv6() -> list[socket.socket]:
    try:
        return [_listen(socket.AF_INET6, "::")]
    except OSError:  # a kernel without IPv6
        return []


def _destination(connection: socket.socket) -> tuple[str, int]:
    """Address and port that the client meant, before the redirection."""
    try:
        if connection.family == socket.AF_INET6:
            data = connection.getsockopt(socket.IPPROTO_IPV6, ORIGINAL_DESTINATION, 28)
            return str(ipaddress.IPv6Address(data[8:24])), struct.unpack("!H", data[2:4])[0]
        data = connection.getsockopt(socket.SOL_IP, ORIGINAL_DESTINATION, 16)
        return socket.inet_ntoa(data[4:8]), struct.unpack("!H", data[2:4])[0]
    except OSError:
        return connection.getsockname()[:2]
