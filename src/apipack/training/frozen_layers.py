"""Layers below the first tuned one run once a row, not once an epoch: nothing that trains changes what they compute."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

MOST_BYTES = 2**30
READ_TOKENS = 1024
"""Tokens that run together; their states stay in a processor's cache."""
ROUNDING = {torch.bfloat16: 2**-4, torch.float16: 2**-7}
"""Norm of the difference beside the norm of the logits, up to which layers are the same: in bfloat16 .011 to .017 was
measured where rows were padded otherwise, as between bfloat16 and float32. Single logits differ by far more."""


def run_frozen(
    model: PreTrainedModel,
    rows: list[list[int]],
    count: int,
    batch_tokens: int = READ_TOKENS,
    most_bytes: int = MOST_BYTES,
) -> list[torch.Tensor]:
    """Run the first `count` decoder layers over each row of token ids and take them out of the model.

    Returns a row's hidden states, (tokens, hidden size) each, on the CPU: from now on they are the model's
    `inputs_embeds`. Returns nothing, and leaves the model as it was, where they would need more than
    most_bytes of memory or would not give the same logits (a model that rescales its embeddings, say).
    """
    decoder = model.get_decoder()
    size = model.config.get_text_config().hidden_size * model.dtype.itemsize
    if count < 1 or not isinstance(getattr(decoder, "layers", None), nn.ModuleList):
        return []
    if sum(map(len, rows)) * size > most_bytes:
        return []
    layers, norm = decoder.layers, decoder.norm
    probe = torch.tensor([min(rows, key=len)], device=model.device)
    with torch.inference_mode():
        expected = model(probe, use_cache=False).logits
    decoder.layers, decoder.norm = layers[:count], nn.Identity()
    hidden = _hidden_states(decoder, rows, batch_tokens, model.device)
    decoder.layers, decoder.norm = nn.ModuleList([*[Passed() for _ in range(count)], *layers[count:]]), norm
    with torch.inference_mode():
        start = hidden[min(range(len(rows)), key=lambda row: len(rows[row]))].to(model.device)
        got = model(inputs_embeds=start[None], use_cache=False).logits
    if (got - expected).norm() <= ROUNDING.get(model.dtype, 1e-4) * expected.norm():
        return hidden
    decoder.layers = layers
    return []


class Passed(nn.Module):
    """Stands for a layer whose work is done, so that the later layers keep their numbers."""

    def forward(self, hidden_states: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
        return hidden_states


@torch.no_grad()
def _hidden_states(decoder: Any, rows: list[list[int]], batch_tokens: int, device: torch.device) -> list[torch.Tensor]:
    hidden: dict[int, torch.Tensor] = {}
    ordered = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    while ordered:
        longest = len(rows[ordered[-1]])
        chosen = [ordered.pop() for _ in range(min(len(ordered), max(1, batch_tokens // longest)))]
        ids = torch.tensor([rows[row] + [0] * (longest - len(rows[row])) for row in chosen], device=device)
        states = decoder(input_ids=ids, use_cache=False).last_hidden_state
        hidden |= {row: states[index, : len(rows[row])].cpu().clone() for index, row in enumerate(chosen)}
    return [hidden[row] for row in range(len(rows))]
