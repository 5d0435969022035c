"""Parameters of the stages rerank and retrieve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from apipack.section import Name, Once, Positive, Real, Section


class Retrieve(Section):
    """shots: examples a prompt. model: sentence-transformers id, folder, or `embedded`.

    description_words: of the API description that a prompt carries. output: fields of a completion. documented:
    operations that a prompt of `spec_retrieved` or `spec_distractors` documents, in documentation_tokens together.
    abstain: prompts with documentation say how to write that no call is right.
    """

    model: Name
    shots: Annotated[int, Field(ge=1, le=8)]
    batch: Positive
    description_words: Annotated[int, Field(ge=0)]
    documented: Annotated[int, Field(ge=2, le=16)]
    documentation_tokens: Positive
    abstain: bool
    output: Annotated[list[Literal["domain", "api_call", "api_provider", "lang"]], Field(min_length=1), Once]

    @model_validator(mode="after")
    def _has_call(self) -> Retrieve:
        if "api_call" not in self.output:
            raise ValueError("output must contain api_call")
        return self


class Rerank(Section):
    """kind: of cross-encoder: none, generic (any, as it is) or api (tuned here). depth: retrieved examples it orders.

    generic: hub id or folder. model: what `api` starts from, hub id, folder, or `embedded`. queries: training
    operations; examples: of each. max_tokens: of a pair. batch: pairs at once.
    """

    kind: Literal["none", "generic", "api"]
    depth: Positive
    generic: Name
    model: Name
    queries: Positive
    examples: Annotated[int, Field(ge=2)]
    epochs: Annotated[Real, Field(gt=0)]
    lr: Annotated[Real, Field(gt=0, lt=1)]
    batch: Positive
    max_tokens: Positive
