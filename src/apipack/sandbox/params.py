"""Parameters of the stage verify."""

from __future__ import annotations

from apipack.section import Positive, Section


class Verify(Section):
    """operations: at most so many, drawn over strata, each in every rendered language (1000 for the full proof)."""

    operations: Positive
