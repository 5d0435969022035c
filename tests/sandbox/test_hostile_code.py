"""Whatever code does, it is stopped, its end has a name, and the next call in the same sandbox is not disturbed."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from apipack.languages.codec import Reading
from apipack.sandbox import FIRST_USER, USERS, Sandbox, SandboxError, jail
from apipack.sandbox.execution import execute
from apipack.sandbox.launcher import TMP
from apipack.sandbox.network import BURST, NEW_A_SECOND
from apipack.sandbox.recorder import MAX_BYTES, MAX_NAMES
from apipack.sandbox.warden import NOBODY
from tests.sandbox.conftest import SMALL, python, shell

pytestmark = pytest.mark.usefixtures("neighbour")
MANY_FILES = replace(SMALL, files=256)
LEAVES_MEMORY = "import ctypes\nprint(ctypes.CDLL(None).shmget(1, 1000, 0o1666))"


def test_fork_bomb(sandbox: Sandbox) -> None:
    done = shell(sandbox, "bomb() { bomb | bomb & }; bomb; sleep 60", seconds=2.0)
    assert done.steps[0].status in ("timeout", "failed") and done.steps[0].seconds < 8


def test_fork_bomb_that_never_waits(sandbox: Sandbox) -> None:
    done = python(
        sandbox, "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError: pass\n", seconds=2.0
    )
    assert done.steps[0].status == "timeout" and done.steps[0].seconds < 8


def test_reading_secrets(sandbox: Sandbox) -> None:
    done = shell(
        sandbox, "cat /etc/shadow /root/.ssh/id_rsa /proc/1/environ /proc/1/root/etc/shadow; ls /root /home /work"
    )
    assert done.steps[0].status == "failed" and "root:" not in done.steps[0].output


def test_it_is_nobody_without_capabilities(sandbox: Sandbox) -> None:
    status = shell(sandbox, "cat /proc/self/status; sudo id; su -c id").steps[0].output
    assert "NoNewPrivs:\t1" in status and "CapEff:\t0000000000000000" in status and "CapBnd:" in status
    assert "uid=0" not in status and "Uid:\t0" not in status


def test_writing_outside(sandbox: Sandbox) -> None:
    """The jail's own folders, and files in them."""
    places = f"/x /usr/x /etc/x /etc/hosts {TMP}/x /dev/shm/x /apipack/launcher.py /usr/bin/curl /var/x"
    done = shell(
        sandbox, f"for place in {places}; do (echo broken > $place) 2>/dev/null && echo wrote $place; done; true"
    )
    assert done.steps[0].output == ""


def test_sockets_lead_nowhere_but_to_the_recorder(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        done = shell(sandbox, f"curl -sS http://127.0.0.1:{port}/ours; curl -sS http://93.184.216.34/; ip link")
        ours.settimeout(0.2)
        with pytest.raises(TimeoutError):
            ours.accept()
    assert [(record.host, record.port) for record in done.records] == [("127.0.0.1", port), ("93.184.216.34", 80)]
    assert "eth" not in done.steps[0].output


def test_raw_and_unix_sockets(sandbox: Sandbox) -> None:
    code = """
import socket
for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind, 1)
        print("made")
    except PermissionError:
        pass
for path in ("/run/docker.sock", "/var/run/dbus/system_bus_socket"):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("made")
    except OSError:
        pass
"""
    assert python(sandbox, code).steps[0].output == ""


def test_endless_output_by_one_who_ignores_the_signal(sandbox: Sandbox) -> None:
    code = "import os\nwhile True:\n    try:\n        os.write(1, b'x' * 65536)\n    except OSError: pass\n"
    assert python(sandbox, code, seconds=1.0).steps[0].status in ("timeout", "output")


def test_sleeping(sandbox: Sandbox) -> None:
    step = shell(sandbox, "sleep 60", seconds=0.5).steps[0]
    assert step.status == "timeout" and step.seconds < 2


def test_opening_files_without_end(sandbox: Sandbox) -> None:
    step = python(sandbox, "kept = [open('f%d' % i, 'w') for i in range(10_000)]").steps[0]
    assert step.status == "failed" and "Too many open files" in step.output


def test_killing_everyone(sandbox: Sandbox) -> None:
    """The signals reach neither the launcher and what stands around it, nor others of the job's user outside."""
    outer = psutil.Process(sandbox._process.pid)
    family = [outer, *outer.children(recursive=True)]
    user = FIRST_USER + (outer.pid * 61 + sandbox._jobs) % USERS
    as_user: dict[str, Any] = {"user": user, "extra_groups": []} if sandbox.users else {}
    with subprocess.Popen(["sleep", "60"], **as_user) as bystander:
        done = shell(sandbox, "id -u; kill -9 -1; kill -9 1; [ $$ = 2 ] || kill -9 2; kill -9 $PPID; echo still")
        still = bystander.poll() is None
        bystander.kill()
    first, *_, last = done.steps[0].output.splitlines()
    assert (done.steps[0].status, last) == ("ok", "still") and (not sandbox.users or first == str(user)), done
    assert still and all(process.is_running() and _runs(process) for process in family)
    assert [outer, *outer.children(recursive=True)] == family


@pytest.mark.parametrize("signal", ["STOP", "KILL", "CHLD", "INT"])
def test_signalling_everyone_without_end(sandbox: Sandbox, signal: str) -> None:
    """A daemon that does so while it is swept away neither holds that up nor is there afterwards."""
    code = f"""
import os, signal
if os.fork():
    os._exit(0)
os.setsid()
while True:
    for process in (-1, 1):
        try:
            os.kill(process, signal.SIG{signal})
        except OSError:
            pass
"""
    for _ in range(20):
        step = python(sandbox, code, seconds=0.5).steps[0]  # the daemon may stop or kill its parent
        assert step.status in ("ok", "killed", "timeout") and step.seconds < 3
        assert len(shell(sandbox, "echo /proc/[0-9]*").steps[0].output.split()) == 2  # the launcher and this shell


def test_orphans_that_end_do_not_count_as_processes(sandbox: Sandbox) -> None:
    step = shell(sandbox, "for i in $(seq 200); do (sleep 0 &); done; sleep 0.1; (sleep 0 &) && echo made").steps[0]
    assert (step.status, step.output) == ("ok", "made\n")


def test_daemons_do_not_survive(sandbox: Sandbox) -> None:
    late = "sleep 0.3; curl -sS http://late.example/"
    done = shell(sandbox, f"(setsid nohup bash -c 'while :; do {late}; done' >/dev/null 2>&1 &) ; echo away")
    assert (done.steps[0].output, done.records) == ("away\n", [])
    time.sleep(0.5)  # the neighbour's check sees that nothing late arrives


def test_half_a_request_and_nonsense(sandbox: Sandbox) -> None:
    code = """
import socket
START = b"GET / HTTP/1.1\\r\\nHost: a"
for text in (START, b"nonsense\\r\\n\\r\\n", b"\\x16\\x03\\x01", START + b"\\r\\nContent-Length: 99\\r\\n\\r\\nx"):
    client = socket.create_connection(("10.9.8.7", 80))
    client.sendall(text)
    client.close()
"""
    done = python(sandbox, code)
    assert done.steps[0].status == "ok"
    assert all(record.error for record in done.records) and any("HTTP" in str(r.error) for r in done.records)


@pytest.mark.parametrize("port", [80, 443])
def test_requests_whose_sender_does_not_wait_belong_to_its_call(sandbox: Sandbox, port: int) -> None:
    code = """
import os, socket, ssl
trusting = ssl.create_default_context()
trusting.check_hostname = False
for number in range(60):
    client = socket.create_connection(("10.9.8.7", PORT))
    if PORT == 443:
        client = trusting.wrap_socket(client)
    client.sendall(b"GET /ROUND/%d HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" % number)
    client.detach()
os._exit(0)
"""
    for turn in range(15):
        done = python(sandbox, code.replace("PORT", str(port)).replace("ROUND", str(turn)), limits=MANY_FILES)
        assert done.steps[0].status == "ok", done.steps[0]
        assert sorted(record.target for record in done.records) == sorted(f"/{turn}/{n}" for n in range(60))


def test_more_requests_than_are_kept(sandbox: Sandbox) -> None:
    code = """
import socket
for number in range(30):
    client = socket.create_connection(("10.9.8.7", 80))
    client.sendall(b"POST /%d HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 8000000\\r\\n\\r\\n" % number)
    try:
        client.sendall(bytes(8000000))
        client.recv(1)
    except OSError:
        pass
    client.close()
"""
    done = python(sandbox, code)
    assert sum(len(record.body) * 3 // 4 for record in done.records) <= MAX_BYTES
    assert [record.target for record in done.records if not record.error] == [f"/{n}" for n in range(7)]
    assert "more than are kept" in str(done.records[-1].error)


def test_more_names_than_are_kept(sandbox: Sandbox) -> None:
    code = f"""
import socket
for number in range({MAX_NAMES} + 5):
    try:
        socket.getaddrinfo("n%d.example" % number, 80, socket.AF_INET)
    except OSError:
        print(number)
"""
    done = python(sandbox, code)
    assert done.steps[0].output.split() == [str(MAX_NAMES + n) for n in range(5)]
    (record,) = done.records
    assert "names more than are kept" in str(record.error)


def test_server_names_that_are_none(sandbox: Sandbox) -> None:
    """More of them than the standard error of the process that reads them would hold complaints about."""
    code = """
import socket, ssl
trusting = ssl.create_default_context()
for number in range(400):
    incoming, hello = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        trusting.wrap_bio(incoming, hello, server_hostname="name%d.example" % number).do_handshake()
    except ssl.SSLWantReadError:
        pass
    client = socket.create_connection(("10.9.8.7", 443))
    client.sendall(hello.read().replace(b"name", b"n\\xffme"))
    client.recv(100)
    client.close()
"""
    done = python(sandbox, code)
    assert done.steps[0].status == "ok" and [str(r.error)[:4] for r in done.records] == ["TLS:"] * 400


def test_a_program_that_is_not_there(sandbox: Sandbox) -> None:
    assert shell(sandbox, "exec /usr/bin/no-such-program").steps[0].code == 127


def test_files_that_are_traps(sandbox: Sandbox) -> None:
    done = shell(sandbox, "ln -s /etc/passwd report; ln -s / link; mkfifo pipe; mkdir -p a/b/c; chmod 000 a; echo made")
    assert (done.steps[0].output, done.report) == ("made\n", None)


def test_a_folder_where_the_report_should_be(sandbox: Sandbox) -> None:
    done = shell(sandbox, "mkdir report && echo made")
    assert (done.steps[0].output, done.report) == ("made\n", None)


def test_folders_too_deep_to_recurse(sandbox: Sandbox) -> None:
    code = "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chmod('.', 0)\nprint('made')"
    assert python(sandbox, code).steps[0].output == "made\n"


@pytest.mark.heavy
def test_memory_that_outlives_processes_costs_the_sandbox() -> None:
    with Sandbox() as own, pytest.raises(SandboxError, match="System V"):
        python(own, LEAVES_MEMORY)


@pytest.mark.heavy
def test_a_call_that_costs_the_sandbox_is_lost_and_the_next_has_a_new_one(caplog: pytest.LogCaptureFixture) -> None:
    lost, after = execute([Reading.of("python", code) for code in (LEAVES_MEMORY, "print('next')")], 1)
    assert (lost.status, after.status, after.detail) == ("lost", "ok", "next\n")
    (line,) = caplog.messages
    assert line.startswith("a call in python is lost") and "System V" in line


CONNECTIONS = """
import socket, time
count, end = 0, time.monotonic() + {seconds}
while time.monotonic() < end:
    try:
        with socket.create_connection(("192.0.2." + str(count % 250 + 1), 80), timeout=0.2):
            count += 1
    except OSError:
        pass
print(count)
"""


def test_more_connections_than_the_kernel_keeps_records_of(sandbox: Sandbox) -> None:
    done = python(sandbox, CONNECTIONS.format(seconds=2), seconds=8.0)
    assert 0 < int(done.steps[0].output) <= 3 * NEW_A_SECOND + BURST


@pytest.mark.heavy
def test_without_root_the_launcher_s_memory_is_closed_to_its_jobs() -> None:
    """The jail alone, as a user who shares it with the jobs."""
    code = "open('own', 'w').close()\nopen('/proc/self/mem', 'rb')\nopen('/proc/1/mem', 'r+b')"
    steps = [["run", ["/usr/bin/python3", "-c", code], 5.0], ["check", ["/bin/cat", "/proc/1/environ"], 5.0]]
    job = {"id": 0, "user": 0, "files": {}, "steps": steps, "env": {}, "limits": vars(SMALL)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        launcher = shutil.copy(jail.LAUNCHER, folder)
        (folder / "root.pem").touch()
        command = jail.command(folder, folder / "root.pem", {}, False, "/")
        command[command.index(str(jail.LAUNCHER))] = str(launcher)
        folder.chmod(0o755)
        user: dict[str, Any] = {"user": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(command, input=f"{json.dumps(job)}\n", capture_output=True, text=True, **user)
    outputs = [step["output"] for step in json.loads(done.stdout)["steps"]]
    assert ["Permission denied: '/proc/1/mem'" in outputs[0], "Permission denied" in outputs[1]] == [True, True], done


@pytest.mark.heavy
@pytest.mark.parametrize("who", ["warden", "launcher"])
def test_an_answer_that_does_not_come(who: str) -> None:
    with Sandbox(grace=0.3) as own:
        shell(own, "true")
        warden = psutil.Process(own._process.pid)
        inside = warden.children(recursive=True)
        (warden if who == "warden" else inside[-1]).suspend()
        with pytest.raises(SandboxError, match="no answer within"):
            shell(own, "true", seconds=0.2)
        deadline = time.monotonic() + 2
        while left := [process for process in inside if _runs(process)]:
            assert time.monotonic() < deadline, left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
