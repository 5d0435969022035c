"""Completions of many rows of token ids at little waste.

Each different prompt is read once, in groups of like length that stay in the processor's cache. Then all rows take
each step together. The key/value cache is allocated once at full length, so a step writes in place; `DynamicCache`
copies all of it at every step. Finished rows are removed from the batch once they have taken as many steps in vain as
removing them costs; `GenerationMixin.generate` goes on computing them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from apipack.models.causal_attention import looks_at_all

READ_TOKENS_CPU = 1024
"""Tokens that are read at once."""
READ_TOKENS_ELSEWHERE = 1 << 15
SHARE = 0.8
"""Of an accelerator's free memory; what attention takes for itself and the allocator's gaps have the rest."""

Choose = Callable[[torch.Tensor, list[int]], torch.Tensor]
"""Logits (rows, vocabulary) and the numbers of these rows → token ids (rows,)."""

Ended = Callable[[list[int]], bool]
"""Whether a row ends with the last of the token ids made so far."""


def free_bytes(device: torch.device) -> int | None:
    """What an accelerator has for new tensors, those that torch holds in reserve among them; None elsewhere."""
    if device.type != "cuda":
        return None
    return torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


@torch.inference_mode()
def complete(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    new_tokens: int,
    choose: Choose,
    ended: Ended,
    read_tokens: int = READ_TOKENS_CPU,
    free: Callable[[torch.device], int | None] = free_bytes,
) -> list[list[int]]:
    """Token ids made for each prompt of token ids, the one with which it ended among them.

    new_tokens: most a row. read_tokens: those read at once on a CPU. Models that keep less than every key and value
    (sliding windows) read all prompts at once and use a cache of their own. Rows that an accelerator has no room for,
    by the bytes that are free, are completed after the others.
    """
    plain = looks_at_all(model)
    completed: list[list[int]] = []
    while len(completed) < len(prompts):
        rest = prompts[len(completed) :]
        rows, read = room(model, max(map(len, rest)), new_tokens, plain, free(model.device), read_tokens)
        completed += _together(
            model, rest[:rows], new_tokens, _from(len(completed), choose), ended, read if plain else None
        )
    return completed


def room(
    model: PreTrainedModel,
    longest: int,
    new_tokens: int,
    plain: bool,
    free: int | None,
    read_tokens: int = READ_TOKENS_CPU,
) -> tuple[int | None, int]:
    """How many prompts of at most `longest` tokens can be completed together in `free` bytes, None for all, and how
    many tokens can be read at once."""
    if free is None:
        return None, read_tokens if model.device.type == "cpu" else READ_TOKENS_ELSEWHERE
    config: Any = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    cached = 2 * config.num_hidden_layers * heads * size  # numbers a token: keys and values
    inner = getattr(config, "intermediate_size", None) or 4 * config.hidden_size
    passing = 3 * inner + 8 * config.hidden_size + config.vocab_size  # those of a layer at work, and logits
    budget = SHARE * free / model.dtype.itemsize
    if not plain:
        return max(1, int(budget // ((longest + new_tokens) * cached + longest * passing))), longest
    # a group is read beside the cache of all rows, into a cache of its own: it gets a quarter, or its one prompt's need
    read = min(READ_TOKENS_ELSEWHERE, max(longest, int(budget / 4 / (cached + passing))))
    left = budget - read * (cached + passing)
    return max(1, int(left // ((longest + new_tokens) * cached + 2 * config.vocab_size))), read


def _from(start: int, choose: Choose) -> Choose:
    """The same choice for rows that are numbered from a later one on."""
    return lambda logits, rows: choose(logits, [start + row for row in rows])


def _together(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    new_tokens: int,
    choose: Choose,
    ended: Ended,
    read: int | None,
) -> list[list[int]]:
    """read: tokens to read at once, None for all in one piece."""
    lengths = [len(prompt) for prompt in prompts]
    if read is None:
        logits, cache = _read_padded(model, prompts)
    else:
        logits, cache = _read(model, prompts, max(lengths) + new_tokens, read)
    columns = torch.arange(max(lengths) + new_tokens, device=model.device)
    starts = max(lengths) - torch.tensor(lengths, device=model.device)
    completed: list[list[int]] = [[] for _ in prompts]
    over = [False] * len(prompts)
    running = list(range(len(prompts)))
    in_vain = 0
    for step in range(new_tokens):
        ids = choose(logits, running)
        for row, token in zip(running, ids.tolist(), strict=True):
            if not over[row]:
                completed[row].append(token)
                over[row] = ended(completed[row])
        going = [index for index, row in enumerate(running) if not over[row]]
        if not going or step == new_tokens - 1:
            break
        in_vain += len(running) - len(going)
        if in_vain >= len(running):  # a copy of the cache takes about as long as a step of all rows
            in_vain = 0
            kept = torch.tensor(going, device=model.device)
            cache.batch_select_indices(kept)
            ids, starts, running = ids[kept], starts[kept], [running[index] for index in going]
        end = cache.get_seq_length()
        output = model(
            input_ids=ids[:, None],
            attention_mask=(columns[: end + 1] >= starts[:, None]).long(),
            position_ids=(end - starts)[:, None],
            past_key_values=cache,
            use_cache=True,
        )
        logits = output.logits[:, -1]
    return completed


class _RoomyLayer(DynamicLayer):
    """Keys and values (rows, heads, room, size), of which the first `used` columns are there."""

    keys: Any
    values: Any

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, used: int) -> None:
        super().__init__()
        self.keys, self.values, self.used = keys, values, used
        self.dtype, self.device, self.is_initialized = keys.dtype, keys.device, True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        start, self.used = self.used, self.used + key_states.shape[-2]
        self.keys[:, :, start : self.used] = key_states
        self.values[:, :, start : self.used] = value_states
        return self.keys[:, :, : self.used], self.values[:, :, : self.used]

    def get_seq_length(self) -> int:
        return self.used


def _read(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], columns: int, tokens: int
) -> tuple[torch.Tensor, DynamicCache]:
    """Logits after each prompt (rows, vocabulary), and a cache of all with room for `columns`, each prompt's end in the
    same one. tokens: read at once.

    Groups are padded on the right, where causal attention does not look: no mask is needed.
    """
    rows: dict[tuple[int, ...], list[int]] = {}
    for row, prompt in enumerate(prompts):
        rows.setdefault(tuple(prompt), []).append(row)
    longest = max(map(len, rows))
    logits: list[torch.Tensor] = [torch.empty(0)] * len(prompts)
    layers: list[_RoomyLayer] = []
    for group in _groups(sorted(rows, key=len, reverse=True), tokens):
        ends = sorted({len(prompt) - 1 for prompt in group})
        ids = torch.tensor([[*prompt, *[0] * (len(group[0]) - len(prompt))] for prompt in group], device=model.device)
        cache = DynamicCache(config=model.config)
        output = model(
            input_ids=ids,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=torch.tensor(ends, device=model.device),
        )
        parts: list[Any] = cache.layers
        if not layers:
            for part in parts:
                shape = len(prompts), part.keys.shape[1], columns, part.keys.shape[3]
                layers.append(_RoomyLayer(part.keys.new_zeros(shape), part.values.new_zeros(shape), longest))
        for index, prompt in enumerate(group):
            length = len(prompt)
            for row in rows[prompt]:
                logits[row] = output.logits[index, ends.index(length - 1)].clone()  # the others' memory is free again
                for layer, part in zip(layers, parts, strict=True):
                    layer.keys[row, :, longest - length : longest] = part.keys[index, :, :length]
                    layer.values[row, :, longest - length : longest] = part.values[index, :, :length]
    whole = DynamicCache(config=model.config)
    whole.layers = list(layers)
    return torch.stack(logits), whole


def _read_padded(model: PreTrainedModel, prompts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, DynamicCache]:
    """The same in one piece, padded on the left, into the cache that the model makes itself."""
    longest = max(map(len, prompts))
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device)
    output = model(
        input_ids=torch.tensor([[*[0] * (longest - len(prompt)), *prompt] for prompt in prompts], device=model.device),
        attention_mask=mask,
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
        use_cache=True,
        logits_to_keep=1,
    )
    return output.logits[:, -1], output.past_key_values


def _groups(prompts: list[tuple[int, ...]], tokens: int) -> Iterator[list[tuple[int, ...]]]:
    """Neighbours of falling length that have at most this many tokens together, padding among them; or one prompt."""
    group: list[tuple[int, ...]] = []
    for prompt in prompts:
        if group and len(group[0]) * (len(group) + 1) > tokens:
            yield group
            group = []
        group.append(prompt)
    if group:
        yield group
