"""Inside the jail: runs one command a call and tells the recorder where each begins.

plan.json: marker, the path that begins a mark; commands by number; seconds, the most a call may take; loaded, a folder
of packages and those of them that are imported before the forks. A command
that names a file of Python is forked from this process instead of started anew: the libraries are loaded once.
Each line of `report` is a JSON list: number, status, detail.
"""

import gc
import http.client
import importlib
import json
import os
import signal
import ssl  # noqa: F401  loaded before the forks
import sys
import time

MARKS = "100.64.0.1"


def mark(path: str) -> None:
    connection = http.client.HTTPConnection(MARKS, timeout=10)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()


def execute(file: str) -> None:
    with open(file, encoding="utf-8") as source:
        code = compile(source.read(), file, "exec")
    exec(code, {"__name__": "__main__"})


def fork(file: str, output: int, seconds: float) -> int:
    child = os.fork()
    if not child:
        status = 1
        try:
            os.dup2(output, 1)
            os.dup2(output, 2)
            signal.alarm(int(seconds))
            execute(file)
            status = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def spawn(command: list[str], output: int, seconds: float) -> int | str:
    """Is told of the end by a signal: `subprocess` looks for it in growing intervals, of up to 50 ms."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    actions = [(os.POSIX_SPAWN_DUP2, output, descriptor) for descriptor in (1, 2)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions, setsigmask=())
    deadline = time.monotonic() + seconds
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if (left := deadline - time.monotonic()) <= 0:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        signal.sigtimedwait({signal.SIGCHLD}, left)
    return os.waitstatus_to_exitcode(ended[1])


def main() -> None:
    with open("plan.json", encoding="utf-8") as file:
        plan = json.load(file)
    folder, *packages = plan["loaded"] or [None]
    if folder:
        sys.path.append(folder)
    for name in packages:
        importlib.import_module(name)
    gc.freeze()  # the forks share what is there as long as nobody counts it
    with open("report", "w", encoding="utf-8") as report:
        for number, command in plan["commands"].items():
            output = os.open("output", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            mark(f"{plan['marker']}{number}")
            seconds = plan["seconds"]
            code = fork(command[0], output, seconds) if command[0].endswith(".py") else spawn(command, output, seconds)
            detail = "" if code == 0 else os.pread(output, 2000, 0).decode("utf-8", "replace")
            os.close(output)
            status = "ok" if code == 0 else code if code == "timeout" else "failed"
            report.write(json.dumps([int(number), status, detail]) + "\n")
            report.flush()


if __name__ == "__main__":
    main()
