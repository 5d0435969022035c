"""What a training takes: seconds, memory, and joules where they are told, of all the processes that it took."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from apipack.io import read_json, write_json
from apipack.training.energy import POWERCAP, Meter

FILE = "spent.json"
BETWEEN_READINGS = 60
"""Seconds between two readings of the energy counters, which begin anew after some minutes at the least."""


class Spending(TrainerCallback):
    """Counts from when it is made, and writes what was spent beside each checkpoint. What was spent between the last
    one and a kill is lost, as what was learnt is."""

    def __init__(self, checkpoints: Path | None, powercap: Path = POWERCAP) -> None:
        self._file = checkpoints / FILE if checkpoints else None
        self._meter, self._started = Meter(powercap), time.monotonic()
        self._read = self._started
        self._before: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """Of this process."""
        return time.monotonic() - self._started

    def go_on(self) -> None:
        """Count from what the process had spent that wrote the last checkpoint; nothing where that is not known."""
        try:
            self._before = read_json(self._file) if self._file else {}
        except (OSError, ValueError):
            self._before = {}

    def figures(self) -> dict[str, Any]:
        """seconds, peak_memory_mb; joules where every process could read them; seconds_before: of the processes before
        this one, where there were any."""
        before, joules = self._before, self._meter.joules()
        spent = {
            "seconds": round(before.get("seconds", 0) + self.seconds, 2),
            "peak_memory_mb": max(before.get("peak_memory_mb", 0), _peak_memory_mb()),
        }
        if before:
            spent["seconds_before"] = before["seconds"]
        if joules is not None and (not before or "joules" in before):
            spent["joules"] = round(before.get("joules", 0) + joules, 1)
        return spent

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if (now := time.monotonic()) - self._read >= BETWEEN_READINGS:
            self._meter.joules()
            self._read = now

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._file and state.is_world_process_zero:
            write_json(self._file, self.figures())


def _peak_memory_mb() -> int:
    """Peak of the accelerator where there is one, else of this process."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated() // 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
