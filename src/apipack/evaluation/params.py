"""Parameters of the stages evaluate and report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from apipack.inference.params import Served
from apipack.languages.params import Form, Language
from apipack.section import Name, Once, Positive, Real, Section, like

Level = Literal[1, 2, 3, 4]
Setting = Literal[
    "0shot", "random_3shot", "retrieved_3shot", "reranked_3shot", "open_3shot", "oracle_3shot",
    "spec", "spec_retrieved", "spec_distractors", "spec_3shot", "spec_retrieved_3shot", "spec_distractors_3shot",
    "spec_other_api", "spec_absent", "spec_missing",
]  # fmt: skip


DOCUMENTED = "spec"
"""How the names of settings with documentation begin."""
LOCAL = ("base", "tuned")
CONSTRAINED = "_constrained"


def constrained_name(model: str) -> str:
    """What tables call a model whose calls keep to the documentation shown."""
    return f"{model}{CONSTRAINED}"


class Evaluate(Section):
    """form: `code`: calls in `languages`; `tools`: calls of the tools that prompts document, in no language of these.
    backend: what runs the tuned and the un-tuned model; with openai none runs here. served: models behind servers,
    by the name that tables give them. base: also evaluate the un-tuned model. tests: operations a level and
    language, None for all. max_request: most characters of a request that is asked for, None for all. batch:
    prompts at once. new_tokens: most tokens a completion. constrained: also a row of each model that runs here
    by transformers whose calls keep to the documentation shown, where some is shown. execute: run what models wrote
    in the sandbox, where there is one; otherwise it is read back."""

    form: Form
    backend: Literal["transformers", "vllm", "openai"]
    served: dict[Annotated[str, like(r"[a-z0-9][a-z0-9_-]*", "a name of small letters, digits, - and _")], Served]
    languages: Annotated[list[Language], Field(min_length=1), Once]
    levels: Annotated[list[Level], Field(min_length=1), Once]
    settings: Annotated[list[Setting], Field(min_length=1), Once]
    tests: Positive | None
    max_request: Positive | None
    base: bool
    batch: Positive
    new_tokens: Positive
    constrained: bool
    execute: bool
    threshold: Annotated[Real, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _has_tools(self) -> Evaluate:
        if self.form == "tools" and (bare := [name for name in self.settings if not name.startswith(DOCUMENTED)]):
            raise ValueError(f"form tools needs settings with documentation, not {', '.join(bare)}")
        return self

    @model_validator(mode="after")
    def _has_models(self) -> Evaluate:
        local = {"copy"} if self.backend == "openai" else {"copy", *LOCAL, *map(constrained_name, LOCAL)}
        if taken := sorted(local & set(self.served)):
            raise ValueError(f"served names {', '.join(taken)}, a row that is made here; take another name")
        if self.backend == "openai" and not self.served:
            raise ValueError("backend openai runs no model here: name at least one in served")
        return self


class Report(Section):
    experiment: Name
