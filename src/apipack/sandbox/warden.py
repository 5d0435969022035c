"""The process between us and the jail, alone in its network namespace: sets up the network, records, passes jobs on.

Started as `unshare --net … python -m apipack.sandbox.warden CONFIG`; job lines come on standard input, answers with
the requests that arrived leave on standard output. Once everything is in place it gives up its privileges.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from apipack.sandbox import jail, network
from apipack.sandbox.authority import Authority
from apipack.sandbox.recorder import Recorder

NOBODY = 65534
MEMORY, STACK = 1024 * 1024 * 1024, 512 * 1024


def main(config: dict[str, object]) -> None:
    users = bool(config["users"])
    folder = Path(str(config["folder"]))
    folder.chmod(0o755)
    network.configure()
    authority = Authority(folder)
    mounts = {jail.TRUST_STORE: str(_trust_store(authority, folder))}
    recorder = Recorder(authority)
    inner = subprocess.Popen(
        jail.command(folder, authority.certificate_file, mounts, users, str(config["root"])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        preexec_fn=lambda: _enter(config["group"]),
    )
    if users:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _bound()
    recorder.start()
    print(json.dumps({"ready": True}), flush=True)
    _pass_on(recorder, inner)


def _pass_on(recorder: Recorder, inner: subprocess.Popen[str]) -> None:
    assert inner.stdin is not None and inner.stdout is not None
    for line in sys.stdin:
        recorder.begin()
        inner.stdin.write(line)
        inner.stdin.flush()
        answer = inner.stdout.readline()
        if not answer:
            break
        print(json.dumps({**json.loads(answer), "records": recorder.take()}), flush=True)
    inner.stdin.close()


def _bound() -> None:
    """What clients do to the recorder takes no more than MEMORY, and writes nothing to standard error: that pipe is
    read at the end only. (`ssl` reports there what it cannot raise, such as a server name that is not ASCII.)"""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    threading.stack_size(STACK)
    sys.unraisablehook = lambda _: None


def _trust_store(authority: Authority, folder: Path) -> Path:
    """The root as a Java trust store; Java loads none without a password."""
    root = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    path = folder / "truststore.p12"
    store = pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(root, b"apipack")], BestAvailableEncryption(jail.TRUST_STORE_PASSWORD.encode())
    )
    path.write_bytes(store)
    path.chmod(0o644)
    return path


def _enter(group: object) -> None:
    if group is not None:
        (Path(str(group)) / "cgroup.procs").write_text(str(os.getpid()))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
