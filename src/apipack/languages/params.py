"""Parameters of the stage render."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from apipack.records import LANGUAGES
from apipack.section import Once, Real, Section

Language = Literal["curl", "libcurl", "java", "node", "python", "go", "ruby", "php", "swift", "javascript"]


class Render(Section):
    languages: Annotated[list[Language], Field(min_length=1), Once]


Mix = dict[Language | Literal["other"], Annotated[Real, Field(ge=0)]]
"""Language → weight; `other` is each language that is not named."""


def weights(mix: Mix, languages: Sequence[Language]) -> dict[str, float]:
    """Weight of every rendered language, in the order of `records.LANGUAGES`."""
    other = mix.get("other", 0.0)
    return {name: mix.get(name, other) for name in sorted(languages, key=LANGUAGES.index)}
