"""Parameters of the stage render."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from apipack.records import LANGUAGES, TOOLS
from apipack.section import Once, Real, Section

Language = Literal["curl", "libcurl", "java", "node", "python", "go", "ruby", "php", "swift", "javascript"]


Form = Literal["code", "tools"]
"""Of calls: code in a language, or calls of tools, in `records.TOOLS`."""


def written_in(form: Form, languages: Sequence[str]) -> list[str]:
    """What calls of a form are written in, of these languages."""
    return [TOOLS] if form == "tools" else list(languages)


class Render(Section):
    languages: Annotated[list[Language], Field(min_length=1), Once]


def _weighed(mix: object) -> object:
    return {mix: 1} if isinstance(mix, str) else mix


def _of_languages(mix: dict[str, float]) -> dict[str, float]:
    if unknown := sorted(set(mix) - {*LANGUAGES, OTHER}):
        raise ValueError(f"there is no language {', '.join(unknown)}; there are {', '.join(LANGUAGES)}, and {OTHER}")
    return mix


OTHER = "other"
Weight = Annotated[Real, Field(ge=0)]
Mix = Annotated[dict[str, Weight], BeforeValidator(_weighed), AfterValidator(_of_languages)]
"""Language → weight; `other` is each language that is not named. A language alone has all the weight."""


def weights(mix: Mapping[str, float], languages: Sequence[str]) -> dict[str, float]:
    """Weight of every rendered language, in the order of `records.LANGUAGES`."""
    return {name: mix.get(name, mix.get(OTHER, 0.0)) for name in sorted(languages, key=LANGUAGES.index)}
