"""What a stage's work costs: seconds, and the most memory that its processes had at any time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

INTERVAL = 1.0  # seconds; a reading takes some milliseconds of the kernel's time for each gigabyte


def memory(pid: int | None = None) -> int:
    """Bytes of a process (this one where there is no pid) and its children; pages that they share count once where the
    system tells (Linux: proportional set sizes, which it counts page by page)."""
    total = 0
    try:
        parent = psutil.Process(pid)
        if not (children := parent.children(recursive=True)):
            return int(parent.memory_info().rss)
        for process in (parent, *children):
            used = process.memory_full_info()
            total += getattr(used, "pss", used.rss)
    except psutil.Error:  # one ended while it was asked
        return total
    return total


def with_costs(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The figures of some work, and where it has any, what it cost: seconds (beside those that it tells as
    seconds_before, of processes that were killed), rows_per_second where it counts its rows, and peak_memory_mb of all
    processes, read once a second, where it tells none of its own."""
    readings = [memory()]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(INTERVAL):
            readings.append(memory())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    started = time.perf_counter()
    try:
        figures = work()
    finally:
        ended.set()
        watching.join()
    if figures:
        seconds = round(time.perf_counter() - started, 2)
        figures["seconds"] = round(seconds + figures.pop("seconds_before", 0), 2)
        figures.setdefault("peak_memory_mb", max(readings) >> 20)
        if "rows_out" in figures:
            figures["rows_per_second"] = round(figures["rows_out"] / max(seconds, 0.01))
    return figures
