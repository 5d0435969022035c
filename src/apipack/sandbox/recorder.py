"""The server that stands for every host of the sandbox's network, and the DNS that leads every name to it.

Each name gets an address of its own, so that the name is known even where a client sends neither SNI nor a
truthful Host. HTTP/1.1 only (RFC 9112), with or without TLS on every port. A request is recorded *before* it is
answered, under the job that was running when its connection was made.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import socket
import ssl
import struct
import threading
import time
from typing import Any

import h11

from apipack.sandbox.authority import Authority

PORT, DNS_PORT = 8443, 53
ORIGINAL_DESTINATION = 80  # linux/netfilter_ipv4.h and ip6_tables.h
TLS_HANDSHAKE = b"\x16"
IDLE_SECONDS = 20.0
MAX_BODY = 8_000_000
MAX_CONNECTIONS = 256
A_RECORD = 1


class Recorder:
    """records: one mapping a request, in order of arrival, with the keys of `_record`. job: the running job."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.job = -1
        self.records: list[dict[str, Any]] = []
        self._names: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._open = 0
        self._lock = threading.Lock()
        self._sockets = [_listen(socket.AF_INET, "0.0.0.0"), *_listen_ipv6()]
        self._dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._dns.bind(("127.0.0.1", DNS_PORT))

    def start(self) -> None:
        for listener in self._sockets:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        threading.Thread(target=self._resolve, daemon=True).start()

    def take(self, patience: float = 1.0) -> list[dict[str, Any]]:
        """The running job's records, once its connections are closed; the list starts anew."""
        deadline = time.monotonic() + patience
        while self._open and time.monotonic() < deadline:
            time.sleep(0.001)
        with self._lock:
            taken = [record for record in self.records if record.pop("job") == self.job]
            self.records.clear()
        return taken

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, peer = listener.accept()
            with self._lock:
                refused = self._open >= MAX_CONNECTIONS
                self._open += not refused
            if refused:
                connection.close()
            else:
                threading.Thread(target=self._serve, args=(connection, self.job), daemon=True).start()

    def _serve(self, connection: socket.socket, job: int) -> None:
        try:
            with connection, contextlib.suppress(OSError):  # a client that goes away is its own affair
                connection.settimeout(IDLE_SECONDS)
                self._speak(connection, job)
        finally:
            with self._lock:
                self._open -= 1

    def _speak(self, connection: socket.socket, job: int) -> None:
        address, port = _destination(connection)
        host = self._names.get(address, address)
        secure = connection.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE
        stream: socket.socket = connection
        if secure:
            try:
                stream = self.authority.context(host).wrap_socket(connection, server_side=True)
            except ssl.SSLError as error:
                self._record(job, secure, host, port, error=f"TLS: {error.reason}")
                return
        with stream:
            self._answer(stream, job, secure, host, port)

    def _answer(self, stream: socket.socket, job: int, secure: bool, host: str, port: int) -> None:
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=256 * 1024)
        request: h11.Request | None = None
        body = bytearray()
        while True:
            try:
                event = parser.next_event()
            except h11.RemoteProtocolError as error:
                self._record(job, secure, host, port, error=f"HTTP: {error}")
                return
            if event is h11.NEED_DATA:
                if parser.they_are_waiting_for_100_continue:
                    stream.sendall(parser.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                parser.receive_data(stream.recv(65_536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data) and len(body) < MAX_BODY:
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                break
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                return
        self._record(job, secure, host, port, request, bytes(body))
        headers = [("Content-Type", "application/json"), ("Content-Length", "2"), ("Connection", "close")]
        stream.sendall(parser.send(h11.Response(status_code=200, headers=headers)) or b"")
        if request.method != b"HEAD":
            stream.sendall(parser.send(h11.Data(data=b"{}")) or b"")
        with contextlib.suppress(OSError):
            stream.shutdown(socket.SHUT_WR)

    def _record(
        self,
        job: int,
        secure: bool,
        host: str,
        port: int,
        request: h11.Request | None = None,
        body: bytes = b"",
        error: str | None = None,
    ) -> None:
        record = {
            "job": job,
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
        with self._lock:
            self.records.append(record)

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
            answer = b""
            if wanted:
                address = self._address(".".join(labels).lower())
                answer = b"\xc0\x0c" + struct.pack("!HHIH", A_RECORD, 1, 60, 4) + socket.inet_aton(address)
            header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, int(wanted), 0, 0)
            self._dns.sendto(header + question + answer, client)

    def _address(self, name: str) -> str:
        if name not in self._addresses:
            address = str(ipaddress.IPv4Address(0x0A000100 + len(self._addresses)))
            self._addresses[name], self._names[address] = address, name
        return self._addresses[name]


def _listen(family: int, host: str) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((host, PORT))
    listener.listen(128)
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
