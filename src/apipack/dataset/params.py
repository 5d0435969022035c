"""Parameters of the stages dedupe, filter, split, release and sample."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from apipack.languages.params import Form, Language
from apipack.section import Name, Once, Positive, Real, Section


class Dedupe(Section):
    """threshold: rapidfuzz similarity from which two operations of a block are one."""

    threshold: Annotated[Real, Field(gt=0, le=1)]


class Filter(Section):
    """Bounds in characters (max_request: URL, headers and body together; of instructions: of both wordings); english:
    least share of a wording written with the characters of plain English."""

    min_instruction: Positive
    max_instruction: Positive
    max_request: Positive
    max_call: Positive
    english: Annotated[Real, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _lets_something_through(self) -> Filter:
        if self.min_instruction > self.max_instruction:
            raise ValueError("min_instruction is more than max_instruction, so that no instruction is left")
        return self


class Split(Section):
    """tests: operations a level. unseen_apis / unseen_endpoints: share held out for levels 3 and 2. similarity:
    from which on an operation is too like a trained one to be a level 3 test. held_out_sources: hubs, or beginnings of
    `source_url`s, of which nothing is trained on: level 4 tests come from there."""

    tests: Positive
    unseen_apis: Annotated[Real, Field(gt=0, lt=1)]
    unseen_endpoints: Annotated[Real, Field(gt=0, lt=1)]
    similarity: Annotated[Real, Field(gt=0, le=1)]
    held_out_sources: Annotated[list[Name], Once] = []


class Release(Section):
    """paper_json: also write JSON lines in the schema of the paper's dataset. variants: language → how many variants of
    each operation that no test asks for are released, each with its own values; one where a language is not named.
    tools: also write each operation as a tool and its call, in chat messages (`dataset.tool_calls`)."""

    paper_json: bool
    tools: bool
    variants: dict[Language, Positive]


Shown = Literal[
    "random_3shot", "retrieved_3shot",
    "spec", "spec_retrieved", "spec_distractors", "spec_3shot", "spec_retrieved_3shot", "spec_distractors_3shot",
]  # fmt: skip


class Sample(Section):
    """few_shot: share of instances that also appear in one of `settings`, with examples or documentation, each in turn;
    the paper's half without and half with examples is 1. sources: hubs, or beginnings of `source_url`s, that alone are
    trained on; none for all. positional: languages that are split apart from the tested ones, as the paper splits each
    language by position: the operations that levels 2 and 3 test are trained on in them, and first. abstain: share of
    instances that appear in a setting in which no call is right instead (`prompting.abstention`). form: of calls, as in
    `evaluation.params.Evaluate`; in that of tools, `spec` stands for `0shot`. max_request: most characters of a request
    that is trained on (URL, headers and body), None for all. strict: an error where a language has fewer instances than
    its weight asks for; otherwise the rest is shared among the others."""

    few_shot: Annotated[Real, Field(ge=0, le=1)]
    sources: Annotated[list[Name], Once]
    positional: Annotated[list[Language], Once]
    settings: Annotated[list[Shown], Field(min_length=1), Once]
    abstain: Annotated[Real, Field(ge=0, le=1)]
    form: Form
    max_request: Positive | None
    strict: bool
