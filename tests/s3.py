"""S3 on loopback, as moto serves it: buckets, users with keys, refusals; and a line that breaks on the way."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from botocore.session import get_session
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
BUCKET = "shared"
ALL_OF_S3 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


@dataclass(frozen=True)
class Store:
    """A server with the bucket `shared` and one user, whose keys alone open it."""

    port: int
    key: str
    secret: str

    def environment(self, key: str | None = None, secret: str | None = None, port: int | None = None) -> dict[str, str]:
        """What a user exports. key, secret: others than the right ones; port: of a line to the server."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": key or self.key,
            "AWS_SECRET_ACCESS_KEY": secret or self.secret,
        }

    def objects(self) -> dict[str, int]:
        """Keys and bytes of what the bucket holds."""
        client = _client("s3", self.port, self.key, self.secret)
        return {entry["Key"]: entry["Size"] for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


@contextmanager
def store() -> Iterator[Store]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        _client("s3", port).create_bucket(Bucket=BUCKET)
        iam = _client("iam", port)
        iam.create_user(UserName="reader")
        access = iam.create_access_key(UserName="reader")["AccessKey"]
        iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=json.dumps(ALL_OF_S3))
        _checks_keys(port)
        yield Store(port, access["AccessKeyId"], access["SecretAccessKey"])
    finally:
        server.stop()


@contextmanager
def breaking(port: int, after: int) -> Iterator[int]:
    """A line to the port, itself a port: it carries `after` bytes towards the server, then drops every connection."""
    left = [after]
    lock = threading.Lock()
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(65_536):
                with lock:
                    left[0] -= len(data) if counted else 0
                    if left[0] < 0:
                        break
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if left[0] < 0:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", port))
            for ends in ((client, server, True), (server, client, False)):
                threading.Thread(target=carry, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _client(service: str, port: int, key: str = "root", secret: str = "root") -> Any:
    return get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def _checks_keys(port: int) -> None:
    """From the next request on, moto asks IAM."""
    url, headers = f"http://127.0.0.1:{port}/moto-api/reset-auth", {"Content-Type": "text/plain"}
    urlopen(Request(url, data=b"0", headers=headers, method="POST")).close()
