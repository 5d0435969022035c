"""How many tokens a call may take that somebody asks for."""

from __future__ import annotations

from apipack.evaluation.params import Evaluate

NEW_TOKENS = 300
"""The least: Python of an operation with a body takes some 200. An evaluation's own tests are short."""


def roomy(p: Evaluate) -> Evaluate:
    """With room for a call in every language."""
    return p.model_copy(update={"new_tokens": max(p.new_tokens, NEW_TOKENS)})
