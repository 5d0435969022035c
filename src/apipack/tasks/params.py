"""Where data stages run."""

from __future__ import annotations

import os
from typing import Literal

from apipack.section import Positive, Section


class Ray(Section):
    """address: of the cluster that `engine: ray` uses, `auto` for the one that runs on this machine."""

    address: str


class Engine(Section):
    """engine: where data stages run; workers: processes on this machine, None for all cores; neither changes a byte of
    what is made."""

    engine: Literal["local", "ray"]
    workers: Positive | None
    ray: Ray

    def cores(self) -> int:
        """Processes or threads of this machine that a stage may use."""
        return self.workers or os.cpu_count() or 1
