"""Runs one job after the other inside the jail; the only trusted process there. Standard library only.

A job is a JSON line on standard input: id, user, files {name: text}, steps [[name, command, seconds]], limits.
Every job has its own folder and, as far as the kernel lets us, its own user; when its steps are over, every
process of that user is killed and its folder removed. The answer is a JSON line: steps run, with status and output.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import signal
import sys
import time

TMP = "/tmp"
SHOWN = 4000
OUTPUT = ".output"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def main(users: bool) -> None:
    outside = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    for line in os.fdopen(os.dup(0), encoding="utf-8"):
        os.dup2(null, 0)
        outside.write(json.dumps(work(json.loads(line), users)) + "\n")
        outside.flush()


def work(job: dict, users: bool) -> dict:
    """Steps in order until one fails; a step named `check` runs only after a failure, to tell its kind."""
    home = f"{TMP}/job{job['id']}"
    os.mkdir(home, 0o700)
    os.mkdir(f"{home}/tmp", 0o700)
    done: list[dict] = []
    try:
        for name, text in job["files"].items():
            with open(f"{home}/{name}", "w", encoding="utf-8", newline="") as file:
                file.write(text)
        if users:
            os.chown(home, job["user"], job["user"])
            for name in ("tmp", *job["files"]):
                os.chown(f"{home}/{name}", job["user"], job["user"])
        failed = False
        for name, command, seconds in job["steps"]:
            if failed and name != "check":
                continue
            if not failed and name == "check":
                continue
            step = run(command, seconds, job, home, users)
            done.append({"name": name, **step})
            failed = failed or step["status"] != "ok"
        return {"id": job["id"], "steps": done, "report": report(home, job)}
    finally:
        sweep(job["user"], users)
        remove(home)


def run(command: list[str], seconds: float, job: dict, home: str, users: bool) -> dict:
    """One process, its status (ok, failed, timeout, killed, output) and the ends of what it wrote."""
    output = os.open(f"{TMP}/{OUTPUT}", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    started = time.monotonic()
    child = os.fork()
    if not child:
        become(command, job, home, output, users)
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    late = not poll.poll(seconds * 1000)
    sweep(job["user"], users)
    _, state = os.waitpid(child, 0)
    os.close(handle)
    code = os.waitstatus_to_exitcode(state)
    size = os.fstat(output).st_size
    text = os.pread(output, SHOWN, 0) + (os.pread(output, SHOWN, max(size - SHOWN, SHOWN)) if size > SHOWN else b"")
    os.close(output)
    os.unlink(f"{TMP}/{OUTPUT}")
    if late:
        status = "timeout"
    elif code == -signal.SIGXFSZ or size >= job["limits"]["output"]:
        status = "output"
    elif code < 0:
        status = "killed"
    else:
        status = "ok" if code == 0 else "failed"
    return {
        "status": status,
        "code": code,
        "seconds": round(time.monotonic() - started, 3),
        "output": text.decode("utf-8", "replace"),
    }


def become(command: list[str], job: dict, home: str, output: int, users: bool) -> None:
    """In the child: limits, the job's user, the command. Never returns."""
    try:
        limits = job["limits"]
        os.setsid()
        os.chdir(home)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(3, 64)
        with open("/proc/self/oom_score_adj", "w") as file:  # the job goes before the launcher does
            file.write("1000")
        for kind, value in (
            (resource.RLIMIT_FSIZE, limits["output"]),
            (resource.RLIMIT_CPU, limits["cpu"]),
            (resource.RLIMIT_NOFILE, limits["files"]),
            (resource.RLIMIT_DATA, limits["memory"]),
            (resource.RLIMIT_NPROC, limits["processes"]),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (value, value))
        os.umask(0o077)
        if users:
            os.setgroups([])
            os.setresgid(job["user"], job["user"], job["user"])
            os.setresuid(job["user"], job["user"], job["user"])
        os.execve(command[0], command, {**ENVIRONMENT, "HOME": home, "TMPDIR": f"{home}/tmp", **job["env"]})
    except OSError as error:
        os.write(2, f"launcher: {command[0]}: {error}".encode())
    finally:
        os._exit(127)


def report(home: str, job: dict) -> str | None:
    """What the job's harness wrote to the file `report`."""
    try:
        descriptor = os.open(f"{home}/report", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        return file.read(job["limits"]["output"])


def sweep(user: int, users: bool) -> None:
    """Kill every process of the job, however it detached itself, until none is left."""
    if not users:
        everyone()
        return
    child = os.fork()
    if not child:
        try:
            os.setresuid(user, user, user)
            everyone()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def everyone() -> None:
    """kill(-1) spares this process and the namespace's first one, and leaves no gap for a fork bomb."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            return
        if alive() == 0:
            return
        time.sleep(0.001)


def alive() -> int:
    """Processes of this user besides this one that are not zombies."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdecimal() and int(name) not in (1, os.getpid(), os.getppid()):
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    state = file.read().rpartition(b")")[2].split()[0]
                count += state not in (b"Z", b"X") and os.stat(f"/proc/{name}").st_uid == os.geteuid()
            except OSError:
                continue
    return count


def remove(home: str) -> None:
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1] == "users")
