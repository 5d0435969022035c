"""What prompts are made with: how many examples, how they are chosen, and how long a prompt may be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from apipack.models.embedding import embed
from apipack.models.loading import token_counter
from apipack.prompting.prompts import Budget
from apipack.retrieval.examples import Embed
from apipack.retrieval.params import Retrieve


@dataclass(frozen=True, slots=True)
class Context:
    p: Retrieve
    budget: Budget
    embed: Embed
    seed: int

    @classmethod
    def open(cls, p: Retrieve, model: str, tokens: int, seed: int) -> Context:
        """model: the language model whose tokens count. tokens: most that a prompt may have."""
        return cls(p, Budget(tokens, token_counter(model)), partial(embed, model=p.model, batch=p.batch), seed)
