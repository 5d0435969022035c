"""The files of tasks in object storage, so that the nodes of a cluster need no shared folder.

A task names the files that it reads under `file` or `files`, and those that it writes under `out`. The driver sends
what a task reads, a node fetches it, runs the task in a folder of its own and sends what the task wrote, and the driver
fetches that to where a local run would have written it. A file lies under the digest of its content: it is sent once,
a result of one stage is there for the next, and nodes that make the same part twice agree.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
from botocore.exceptions import BotoCoreError

from apipack.errors import UserError

Task = dict[str, Any]
READ, WRITTEN = ("file", "files"), "out"
AT_ONCE = 16


class StorageError(UserError):
    """The storage is out of reach, refuses, or holds another content than its name says."""


class Storage:
    """A folder of any file system that fsspec knows, as `s3://bucket/prefix`; keys and endpoint are the environment's,
    on each node its own."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        with self._told():
            self.files, self.root = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
            if "file" in self.files.protocol:  # elsewhere it would make a bucket of a typo
                self.files.makedirs(self.root, exist_ok=True)

    def sent(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks with references in place of the files that they read, which are in the storage afterwards."""
        paths = {path for task in tasks for key in READ for path in _listed(task.get(key))}
        references = dict(zip(sorted(paths), self._each(self._put, sorted(paths)), strict=True))
        return [_referring(task, references) for task in tasks]

    def run(self, function: Callable[..., Any], task: Task) -> dict[str, Any]:
        """On a node: `value` of the function, and `written`, references of what it wrote, in the order of `out`."""
        with tempfile.TemporaryDirectory(prefix="apipack-task-") as name:
            scratch = Path(name)
            here = dict(task)
            for key in READ:
                references = _listed(task.get(key))
                places = [str(scratch / key / f"{at}" / Path(of).name) for at, of in enumerate(references)]
                self._each(self._get, references, places)
                if key in task:
                    here[key] = _like(task[key], dict(zip(references, places, strict=True)).get)
            outs = _listed(task.get(WRITTEN))
            written = {path: str(scratch / WRITTEN / f"{at}" / Path(path).name) for at, path in enumerate(outs)}
            if WRITTEN in task:
                here[WRITTEN] = _like(task[WRITTEN], written.get)
            value = function(**here)
            return {"value": value, "written": list(self._each(self._put, written.values()))}

    def receive(self, task: Task, written: Sequence[str]) -> None:
        """Fetch what a task wrote to where it says. written: of `run`."""
        self._each(self._get, written, _listed(task.get(WRITTEN)))

    def _put(self, path: str) -> str:
        """Send a file unless it is there; its reference, `DIGEST/NAME`."""
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with self._told():
            key = f"{self.root}/{digest}"
            if not self.files.exists(key) or self.files.size(key) != os.path.getsize(path):
                self.files.put_file(path, key)
        return f"{digest}/{Path(path).name}"

    def _get(self, reference: str, path: str) -> None:
        digest = reference.partition("/")[0]
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        partial = f"{path}.{os.getpid()}.part"
        try:
            with self._told():
                self.files.get_file(f"{self.root}/{digest}", partial)
            with open(partial, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise StorageError(f"ray.storage {self.url}: {digest} has another content than its name says")
            os.replace(partial, path)
        finally:
            Path(partial).unlink(missing_ok=True)

    def _each(self, function: Callable[..., Any], *arguments: Iterable[str]) -> list[Any]:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(function, *arguments))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """One line for whatever the storage, its client or the way there says."""
        try:
            yield
        except (OSError, BotoCoreError, ValueError, ImportError) as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())
            raise StorageError(f"ray.storage {self.url}: {said[:300]}") from error


def _referring(task: Task, references: Mapping[str, str]) -> Task:
    return task | {key: _like(task[key], references.get) for key in READ if key in task}


def _listed(value: str | Sequence[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _like(value: str | Sequence[str], replaced: Callable[[str], Any]) -> Any:
    """The replacements, as one or as a list, as the value is."""
    return replaced(value) if isinstance(value, str) else [replaced(text) for text in value]
