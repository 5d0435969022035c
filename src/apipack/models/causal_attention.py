"""Causal attention of plain products, in pieces: tokens look together at those before them and at nothing else.

On a CPU it is faster than torch's own from some 200 tokens on, and most of what is masked is never multiplied. Keys and
values are read once for all query heads of their group.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

PIECE = 64
"""Tokens that look at once."""


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float, kept: list[torch.Tensor] | None = None
) -> torch.Tensor:
    """query (rows, heads, tokens, size), key and value (rows, groups of heads, tokens, size) → (rows, tokens, heads,
    size). kept: receives the chances of each piece, (rows, groups, heads of a group * tokens of the piece, columns).
    """
    rows, heads, tokens, size = query.shape
    groups = key.shape[1]
    turned = (key * scale).transpose(2, 3).contiguous()
    value = value.contiguous()
    future = torch.full((PIECE, PIECE), -torch.inf, dtype=query.dtype, device=query.device).triu(1)
    output = query.new_empty(rows, tokens, heads, size)
    for start, end in pieces(tokens):
        width = end - start
        scores = (together(query[:, :, start:end], groups) @ turned[..., :end]).unflatten(2, (-1, width))
        scores[..., start:] += future[:width, :width]
        chances = scores.softmax(-1).flatten(2, 3)
        if kept is not None:
            kept.append(chances)
        output[:, start:end] = apart(chances @ value[:, :, :end], heads).transpose(1, 2)
    return output


def pieces(tokens: int) -> Iterator[tuple[int, int]]:
    """Where each piece starts and ends."""
    return ((start, min(start + PIECE, tokens)) for start in range(0, tokens, PIECE))


def together(states: torch.Tensor, groups: int) -> torch.Tensor:
    """(rows, heads, tokens, size) → (rows, groups, heads of a group * tokens, size)."""
    return states.unflatten(1, (groups, -1)).flatten(2, 3)


def apart(states: torch.Tensor, heads: int) -> torch.Tensor:
    """The reverse of `together`."""
    rows, _, _, size = states.shape
    return states.reshape(rows, heads, -1, size)


def looks_at_all(model: PreTrainedModel) -> bool:
    """Whether every layer keeps and looks at all tokens before; those of a sliding window do not."""
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)


def stands_in(model: PreTrainedModel) -> bool:
    """Whether `attend` gives what the model's own attention does, and is worth it: on a CPU."""
    return model.device.type == "cpu" and model.config._attn_implementation == "sdpa" and looks_at_all(model)
