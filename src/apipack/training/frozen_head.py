"""The loss under a head that does not train: logits of the completions alone, a few rows at a time.

With 49,000 tokens of vocabulary the logits of a batch and their copies fill more memory than all layers. A chunk of
them gives the loss and its gradient before the next one is made. Their chances, in float32, are made for so few rows
that they stay in the processor's cache.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel

CHUNK_ROWS_CPU = 256
CHUNK_ROWS_ELSEWHERE = 1024
CACHED_ROWS = 16


class _Loss(torch.autograd.Function):
    """Sum of cross entropies of states (rows, hidden size) under weight (vocabulary, hidden size)."""

    @staticmethod
    def forward(
        ctx: Any, states: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, target: torch.Tensor
    ) -> torch.Tensor:
        chunk, block = (
            (CHUNK_ROWS_CPU, CACHED_ROWS)
            if states.device.type == "cpu"
            else (CHUNK_ROWS_ELSEWHERE, CHUNK_ROWS_ELSEWHERE)
        )
        loss = torch.zeros((), device=states.device)
        gradients = []
        for part, answers in zip(states.split(chunk), target.split(chunk), strict=True):
            logits = nn.functional.linear(part, weight, bias)
            for rows, places in zip(logits.split(block), answers[:, None].split(block), strict=True):
                chances = rows.log_softmax(-1, dtype=torch.float32)
                loss -= chances.gather(1, places).sum()
                chances.exp_().scatter_add_(1, places, chances.new_full(places.shape, -1.0))
                rows.copy_(chances)
            gradients.append(logits @ weight)
        ctx.save_for_backward(torch.cat(gradients))
        return loss

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (of_states,) = ctx.saved_tensors
        return (of_states * gradients[0]).to(of_states.dtype), None, None, None


class FrozenHead:
    """The head of a model that from now on returns its last states where it returned logits."""

    def __init__(self, head: nn.Linear) -> None:
        self.weight, self.bias = head.weight.detach(), None if head.bias is None else head.bias.detach()

    def loss(self, states: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Sum of the cross entropies of states (rows, hidden size) and token ids (rows,)."""
        return _Loss.apply(states, self.weight, self.bias, target)


def take_head(model: PreTrainedModel, ids: list[int]) -> FrozenHead | None:
    """Take the head out of the model's forward pass, or return None and leave the model as it was.

    ids: a row, by which the model is probed: where logits are not the head's alone (scaled or capped ones, say), or
    where the head trains, it stays.
    """
    head: Any = model.get_output_embeddings()
    if type(head) is not nn.Linear or head.weight.requires_grad:
        return None
    model.eval()
    row = torch.tensor([ids], device=model.device)
    with torch.inference_mode():
        expected = model(row, use_cache=False).logits
        cast(Any, head).forward = _passed
        got = nn.functional.linear(model(row, use_cache=False).logits, head.weight, head.bias)
    if torch.allclose(got, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max())):
        return FrozenHead(head)
    del head.forward
    return None


def _passed(states: torch.Tensor) -> torch.Tensor:
    return states
