"""Parameters of the stage parse."""

from __future__ import annotations

from apipack.section import Positive, Section


class Parse(Section):
    """optional: also send the parameters and body members that are not required. max_bytes: of one spec."""

    optional: bool
    max_bytes: Positive
