"""Parameters of the stage parse."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from apipack.section import Section


class Parse(Section):
    """optional: also send the parameters and body members that are not required. max_bytes: of one spec. forms:
    also what instances with values are filled in from; a quarter of the stage's time."""

    optional: bool
    max_bytes: Annotated[int, Field(gt=0, lt=2**31)]
    forms: bool
