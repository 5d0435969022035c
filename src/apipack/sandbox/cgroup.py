"""A memory limit for a whole sandbox, in control groups of version 1 or 2 where this user may make one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PLACES = ((ROOT / "memory", "memory.limit_in_bytes"), (ROOT, "memory.max"))


@contextlib.contextmanager
def limited(memory: int) -> Iterator[Path | None]:
    """Yield the group's folder, or None where there is none to be had; `memory` in bytes, tmpfs included."""
    group = _make(memory)
    try:
        yield group
    finally:
        if group is not None:
            _remove(group)


def _make(memory: int) -> Path | None:
    for parent, limit in PLACES:
        group = parent / f"apipack-{os.getpid()}-{time.monotonic_ns()}"
        try:
            if not (parent / "cgroup.procs").exists():
                continue
            _remove_orphans(parent)
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(memory))
        except OSError:
            group.rmdir()
            continue
        return group
    return None


def _remove_orphans(parent: Path) -> None:
    """The groups of processes that were killed before they could remove them."""
    for group in parent.glob("apipack-*-*"):
        if not Path("/proc", group.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):  # something in it is still on its way out
                group.rmdir()


def _remove(group: Path) -> None:
    for _ in range(200):  # the kernel lets go of a group a moment after its last process
        try:
            group.rmdir()
            return
        except OSError:
            time.sleep(0.01)
