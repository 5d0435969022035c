"""Data stages as Daft programs: one function over many tasks, on this machine's cores or on a Ray cluster.

The only place that knows about processes and engines. A task is a JSON object that names the files to read (`file`,
`files`) and to write (`out`); its function writes them and returns figures, so rows never pass through the driver and
memory does not grow with the corpus. With `ray.storage` the files pass through object storage. A task that a dead
worker left is run again: files are written atomically and hold the same bytes whoever wrote them.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import daft
import orjson

import apipack
from apipack.errors import UserError
from apipack.progress import progress
from apipack.tasks.params import Engine
from apipack.tasks.storage import Storage

Task = dict[str, Any]
_DIED = re.compile(r"closed the connection|has terminated|Broken pipe|Connection reset", re.I)
PARTITIONS_A_CORE = 3  # on Ray: a dead node costs what its partitions had done, and starting one costs a second


class EngineError(UserError):
    """The engine, not the data, failed: a worker died, a cluster is out of reach."""


def map_tasks(
    function: Callable[..., Any], tasks: Sequence[Task], p: Engine, what: str, sizes: Sequence[int] = ()
) -> list[Any]:
    """`function(**task)` for each task, in the tasks' order whatever ran where. Put long tasks first, or give `sizes`:
    the largest then start first.

    function: module-level; keyword arguments and result of JSON types. A UserError or OSError of a task ends
    the map with that one line; a worker that dies is an `EngineError` (Ray runs its tasks again first).
    """
    if not tasks:
        return []
    storage = Storage(p.ray.storage) if p.engine == "ray" and p.ray.storage else None
    call = _on_ray(function, p) if p.engine == "ray" else _local(function, p, len(tasks))
    sent = storage.sent(tasks) if storage else tasks
    order = sorted(range(len(tasks)), key=lambda number: -sizes[number]) if sizes else list(range(len(tasks)))
    frame = daft.from_pydict({"number": order, "task": [orjson.dumps(sent[number]) for number in order]})
    if p.engine == "ray":
        frame = frame.into_partitions(min(len(tasks), PARTITIONS_A_CORE * _cluster_cores()))
    else:
        frame = frame.into_batches(1)
    results: list[Any] = [None] * len(tasks)
    rows = frame.select(frame["number"], call(frame["task"]).alias("result")).iter_rows()
    try:
        for row in progress(rows, len(tasks), what):
            result = orjson.loads(row["result"])
            if "error" in result:
                raise UserError(result["error"])
            results[row["number"]] = result["value"]
            if storage:
                storage.receive(tasks[row["number"]], result["written"])
    except RuntimeError as error:
        atexit.register(os._exit, 1)  # after a failed run Daft's threads abort Python's own way out
        if not _DIED.search(str(error)):
            raise
        raise EngineError(
            f"{what}: a worker process died, most likely for want of memory; lower `workers` ({_first_line(error)})"
        ) from error
    return results


def _guarded(function: Callable[..., Any], storage: str | None = None) -> Callable[[bytes], bytes]:
    """The function from and to JSON, with the errors that a user can mend as values: engines wrap exceptions."""

    def guarded(task: bytes) -> bytes:
        try:
            if storage:
                return orjson.dumps(Storage(storage).run(function, orjson.loads(task)))
            return orjson.dumps({"value": function(**orjson.loads(task))})
        except (UserError, OSError) as error:
            return orjson.dumps({"error": str(error)})

    return guarded


def _local(function: Callable[..., Any], p: Engine, tasks: int) -> Any:
    daft.get_or_create_runner()  # its own engine, unless something chose Ray before
    daft.set_execution_config(maintain_order=False)  # in order, the idle worker waits for the busy one
    processes = min(p.cores(), tasks)

    @daft.cls(use_process=processes > 1, max_concurrency=processes)
    class Worker:
        def __init__(self) -> None:
            self.call = _guarded(function)

        @daft.method(return_dtype=daft.DataType.binary())
        def __call__(self, task: bytes) -> bytes:
            return self.call(task)

    return Worker()


def _on_ray(function: Callable[..., Any], p: Engine) -> Any:
    import ray

    if not ray.is_initialized():
        _reachable(p.ray.address)
        # Workers import this code from the shared file system, as the driver does, or Ray sends it to them.
        shared = {"env_vars": {"PYTHONPATH": os.pathsep.join(_source_folders())}}
        environment = {"py_modules": [str(Path(apipack.__file__).parent)]} if p.ray.storage else shared
        try:
            ray.init(p.ray.address, runtime_env=environment, log_to_driver=False, logging_level=logging.ERROR)
        except ConnectionError as error:
            raise EngineError(f"no Ray cluster at ray.address {p.ray.address}: {_first_line(error)}") from error
    daft.set_runner_ray(noop_if_initialized=True)
    # A plain function and no actors: Daft runs it again elsewhere when a node dies.
    return daft.func(return_dtype=daft.DataType.binary(), use_process=True)(_guarded(function, p.ray.storage))


def _reachable(address: str) -> None:
    """Raise `EngineError` at once for an address that nobody listens on; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=10).close()
        except OSError as error:
            raise EngineError(f"no Ray cluster at ray.address {address}: {error}") from error


def _cluster_cores() -> int:
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _source_folders() -> list[str]:
    source = Path(__file__).resolve().parents[2]
    return [str(source), str(source.parent)]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
