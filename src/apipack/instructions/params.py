"""Parameters of the stage instruct."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from apipack.inference.params import Server
from apipack.section import Name, Positive, Real, Section

CHOICE = ("optional", "max_values", "description_words")
"""What variants are made by."""


class Instruct(Section):
    """backend, model: what writes. likelihood, likelihood_model: what scores; `same` is the backend itself.

    values: `spoken` instructions say every value of their call, `none` say none, as the paper's. variants: of an
    operation, each with its own values, that training may draw; there is one beside them for tests. optional: as many
    optional arguments a variant at most. max_values: a variant that would say more has none of the optional ones.
    description_words: words of an operation's description that an instruction may use. candidates: an operation.
    max_similarity: of the two wordings, where a candidate allows it. judge: what accepts candidates. batch:
    prompts at once in this process. attempts: of one request. rewrites: rounds in which rejected, refused or
    malformed completions are asked for again with other seeds. server: for the backend openai.
    """

    values: Literal["spoken", "none"]
    variants: Positive
    optional: Annotated[int, Field(ge=0, le=10)]
    max_values: Annotated[int, Field(ge=1, le=16)]
    backend: Literal["template", "transformers", "openai", "vllm"]
    model: Name
    likelihood: Literal["same", "template", "transformers", "openai", "vllm"]
    likelihood_model: Name
    judge: Literal["rules", "model", "llm"]
    description_words: Positive
    candidates: Annotated[int, Field(ge=2, le=20)]
    max_similarity: Annotated[Real, Field(gt=0, le=1)]
    temperature: Annotated[Real, Field(ge=0, le=2)]
    top_p: Annotated[Real, Field(gt=0, le=1)]
    new_tokens: Positive
    batch: Positive
    attempts: Positive
    rewrites: Annotated[int, Field(ge=0, le=10)]
    server: Server
