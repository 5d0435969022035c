"""What prompts are made with: how many examples, how they are chosen, and how long a prompt may be."""

from __future__ import annotations

from dataclasses import dataclass

from apipack.models.places import token_counter
from apipack.prompting.prompts import Budget
from apipack.retrieval.params import Retrieve


@dataclass(frozen=True, slots=True)
class Context:
    """model: the language model whose tokens count."""

    p: Retrieve
    model: str
    budget: Budget
    seed: int

    @classmethod
    def open(cls, p: Retrieve, model: str, tokens: int, seed: int) -> Context:
        """model: the language model whose tokens count. tokens: most that a prompt may have."""
        return cls(p, model, Budget(tokens, token_counter(model)), seed)
