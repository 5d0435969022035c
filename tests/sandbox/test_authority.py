import socket
import ssl
import threading
from pathlib import Path

import pytest

from apipack.sandbox.authority import Authority

NO_IDNA_2008 = ["my_api.example.com", "_v1.example.com", "ab--cd.example", "my-.example"]
NAMES = ["api.example.com", "api.example.com.", "xn--mnchen-3ya.example", "localhost", *NO_IDNA_2008]
ADDRESSES = ["127.0.0.1", "10.1.2.3", "::1"]


@pytest.mark.parametrize(("host", "connected_to"), [(n, "10.0.0.7") for n in NAMES] + [(a, a) for a in ADDRESSES])
def test_a_client_that_checks_names_trusts_any_host(tmp_path: Path, host: str, connected_to: str) -> None:
    authority = Authority(tmp_path)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with authority.context(connected_to).wrap_socket(ours, server_side=True) as stream:
            stream.sendall(stream.recv(5))

    thread = threading.Thread(target=serve)
    thread.start()
    client = ssl.create_default_context(cafile=str(authority.certificate_file))
    with client.wrap_socket(theirs, server_hostname=host) as stream:
        stream.sendall(b"hello")
        assert stream.recv(5) == b"hello"
    thread.join()


def test_a_host_has_one_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    assert authority.context("a.example") is authority.context("a.example") is not authority.context("b.example")
