"""Causal attention in bfloat16 on a CPU, as plain products in pieces.

torch's own attention does its products in float32 there, and takes two to four times as long.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import AttentionInterface, PreTrainedModel

from apipack.models import causal_attention
from apipack.models.causal_attention import apart, pieces, together

NAME = "apipack_cpu"
LONGEST = 1024
"""Tokens: scores of longer rows, which are kept for the backward pass, would fill the memory."""


class _Causal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float) -> torch.Tensor:
        chances: list[torch.Tensor] = []
        output = causal_attention.attend(query, key, value, scale, chances)
        ctx.save_for_backward(query, key, value, *chances)
        ctx.scale = scale
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        query, key, value, *chances = ctx.saved_tensors
        (gradient,) = gradients
        heads, groups = query.shape[1], key.shape[1]
        scaled, turned = (key * ctx.scale).contiguous(), value.transpose(2, 3).contiguous()
        of_query, of_key, of_value = torch.empty_like(query), torch.zeros_like(scaled), torch.zeros_like(scaled)
        for (start, end), seen in zip(pieces(query.shape[2]), chances, strict=True):
            given = together(gradient[:, start:end].transpose(1, 2), groups)
            of_value[:, :, :end] += seen.transpose(2, 3) @ given
            of_scores = torch._softmax_backward_data(given @ turned[..., :end], seen, -1, seen.dtype)
            of_query[:, :, start:end] = apart(of_scores @ scaled[:, :, :end], heads)
            of_key[:, :, :end] += of_scores.transpose(2, 3) @ together(query[:, :, start:end], groups)
        return of_query, of_key * ctx.scale, of_value, None


def attend(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """query (rows, heads, tokens, size), key and value (rows, groups of heads, tokens, size) → (rows, tokens, heads,
    size). The rows start at their first token; there is no mask but the causal one."""
    scale = query.shape[3] ** -0.5 if scaling is None else scaling
    if query.shape[2] > LONGEST:
        output = nn.functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, scale=scale, enable_gqa=True
        )
        return output.transpose(1, 2).contiguous(), None
    return _Causal.apply(query, key, value, scale), None


def use_cpu_attention(model: PreTrainedModel) -> bool:
    """Train the model with `attend` where that is faster and the same: on a CPU, in bfloat16, where every layer looks
    at all tokens before."""
    if model.dtype != torch.bfloat16 or not causal_attention.stands_in(model):
        return False
    AttentionInterface.register(NAME, attend)
    model.set_attn_implementation(NAME)
    return True
