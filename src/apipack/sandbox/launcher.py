"""Runs one job after the other inside the jail; the only trusted process there. Standard library only.

A job is a JSON line on standard input: id, user, files {name, or folder/name: text}, steps [[name, command, seconds]],
limits.
Every job has its own folder and, as far as the kernel lets us, its own user; when its steps are over, everything
that runs is killed and its folder removed. The answer is a JSON line: steps run, with status and output.

This is the first process of its namespace: no signal of a job stops or kills it, `kill(-1)` reaches all others at
once, and whoever loses its parent becomes its child, so that it knows when none is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import stat
import sys
import time

TMP = "/tmp"
SHOWN = 4000
OUTPUT = ".output"
SWEEP_SECONDS = 10.0
PR_SET_DUMPABLE = 4
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def main(users: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # with a handler of Python's even the first process can be reached
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # for sigtimedwait
    dumpable(False)
    outside = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    for line in os.fdopen(os.dup(0), encoding="utf-8"):
        os.dup2(null, 0)
        outside.write(json.dumps(work(json.loads(line), users)) + "\n")
        outside.flush()


def dumpable(yes: bool) -> None:
    """Whether others of this user may trace this process and open its memory (prctl(2)). A program that it starts may
    be again."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, int(yes), 0, 0, 0)


def work(job: dict, users: bool) -> dict:
    """Steps in order until one fails; a step named `check` runs only after a failure, to tell its kind."""
    home = f"{TMP}/job{job['id']}"
    os.mkdir(home, 0o700)
    os.mkdir(f"{home}/tmp", 0o700)
    done: list[dict] = []
    try:
        for name, text in job["files"].items():
            if folder := os.path.dirname(name):
                os.makedirs(f"{home}/{folder}", 0o755, exist_ok=True)
            with open(f"{home}/{name}", "w", encoding="utf-8", newline="") as file:
                file.write(text)
        if users:
            os.chown(home, job["user"], job["user"])
            for name in ("tmp", *job["files"], *filter(None, map(os.path.dirname, job["files"]))):
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
        sweep()
        remove(home)
        if any(map(left, ("shm", "msg", "sem"))):
            sys.exit("launcher: a call left System V memory, queues or semaphores, which die with the sandbox only")


def run(command: list[str], seconds: float, job: dict, home: str, users: bool) -> dict:
    """One process, its status (ok, failed, timeout, killed, output) and the ends of what it wrote."""
    output = os.open(f"{TMP}/{OUTPUT}", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    started = time.monotonic()
    child = os.fork()
    if not child:
        become(command, job, home, output, users)
    state = reap(started + seconds, child)
    late = state is None
    killed = sweep(child if late else 0)
    code = os.waitstatus_to_exitcode(killed if state is None else state)
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
        dumpable(True)  # else its own files in /proc are root's
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
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
            (resource.RLIMIT_MSGQUEUE, 0),
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
    """What the job's harness wrote to the file `report`, if a file is what stands there."""
    try:
        descriptor = os.open(f"{home}/report", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        return file.read(job["limits"]["output"])


def sweep(child: int = 0) -> int:
    """Kill everything else in the namespace, however it detached itself, and wait for it; the wait status of `child`.

    kill(-1) leaves no gap for a fork bomb. Where something does not die, this process ends, and all others with it.
    """
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    deadline = time.monotonic() + SWEEP_SECONDS
    state = reap(deadline, child) if child else None
    reap(deadline)
    if time.monotonic() > deadline:
        sys.exit(f"launcher: processes of a call are still there {SWEEP_SECONDS:.0f} s after they were killed")
    return state or 0


def reap(deadline: float, child: int = 0) -> int | None:
    """Wait until `child` or, without one, every process has ended, or for the deadline; the child's wait status."""
    while (seconds := deadline - time.monotonic()) > 0:
        try:
            process, state = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if process and process == child:
            return state
        if not process:
            signal.sigtimedwait({signal.SIGCHLD}, seconds)
    return None


def remove(home: str) -> None:
    """Of any depth: folders are moved up and emptied one after the other; `shutil.rmtree` recurses."""
    folders, moved = [home], 0
    while folders:
        folder = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    moved += 1
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, f"{TMP}/.removed{moved}")
                    folders.append(f"{TMP}/.removed{moved}")
                else:
                    os.unlink(entry.path)
        os.rmdir(folder)


def left(kind: str) -> bool:
    """Whether there is System V IPC, which outlives processes; a line for each after the table's head."""
    try:
        with open(f"/proc/sysvipc/{kind}", encoding="ascii") as table:
            return len(table.readlines()) > 1
    except FileNotFoundError:  # a kernel without it
        return False


if __name__ == "__main__":
    main(sys.argv[1] == "users")
