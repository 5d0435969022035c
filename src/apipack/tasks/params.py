"""Where data stages run."""

from __future__ import annotations

import os
from typing import Annotated, Literal, Self

from apipack.section import Name, Positive, Section, like


class Ray(Section):
    """address: of the cluster that `engine: ray` uses, `auto` for the one that runs on this machine. storage: a URL as
    `s3://bucket/prefix` through which its nodes read and write; None where they share this folder."""

    address: Name
    storage: Annotated[str, like(r"[a-z0-9]+://.+", "an address such as s3://bucket/prefix")] | None


class Engine(Section):
    """engine: where data stages run; workers: processes on this machine, None for all cores; neither changes a byte of
    what is made."""

    engine: Literal["local", "ray"]
    workers: Positive | None
    ray: Ray

    def here(self) -> Self:
        """The same, but on this machine where the cluster does not see its files."""
        return self.model_copy(update={"engine": "local"}) if self.ray.storage else self

    def cores(self) -> int:
        """Processes or threads of this machine that a stage may use."""
        return self.workers or os.cpu_count() or 1
