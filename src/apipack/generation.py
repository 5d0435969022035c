"""Batched greedy generation that wastes little: prompts sorted by length, stop at EOS or a stop string.

A batch takes as many steps as its longest completion. Rows that have ended leave it when they are a quarter of it, with
their part of the cache; `GenerationMixin.generate` computes them to the end.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

import torch
from tqdm import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

log = logging.getLogger(__name__)


@torch.inference_mode()
def generate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: list[str],
    new_tokens: int,
    batch: int,
    stop: Sequence[str] = (),
    on_batch: Callable[[dict[str, str]], None] = lambda _: None,
) -> list[str]:
    """Greedy completion of each prompt, in the order of `prompts`, without EOS and from a stop string on cut off.

    new_tokens: most tokens a completion; batch: prompts at once. Equal prompts are generated once. on_batch: is given
    each batch's prompts and completions as soon as they are there.
    """
    model.eval()
    encoded = {prompt: tokenizer(prompt)["input_ids"] for prompt in dict.fromkeys(prompts)}
    ordered = sorted(encoded, key=lambda prompt: (-len(encoded[prompt]), prompt))
    outputs: dict[str, str] = {}
    with tqdm(total=len(ordered), unit="prompt", desc="generate", disable=not sys.stderr.isatty()) as bar:
        for start in range(0, len(ordered), batch):
            chosen = ordered[start : start + batch]
            made = _greedy(model, tokenizer, [encoded[prompt] for prompt in chosen], new_tokens, stop)
            texts = (_text(tokenizer, row, stop) for row in made)
            done = dict(zip(chosen, texts, strict=True))
            on_batch(done)
            outputs |= done
            bar.update(len(chosen))
            log.info("generated %d of %d", len(outputs), len(ordered))
    return [outputs[prompt] for prompt in prompts]


def _greedy(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: list[list[int]],
    new_tokens: int,
    stop: Sequence[str],
) -> list[list[int]]:
    """Token ids made for each row of prompt token ids, EOS or the tokens of a stop string the last ones."""
    ids, mask = (one.to(model.device) for one in _left_padded(prompts, tokenizer.pad_token_id))
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    made: list[list[int]] = [[] for _ in prompts]
    running, cache = list(range(len(prompts))), None
    for _ in range(new_tokens):
        output = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache = output.past_key_values
        ids = output.logits[:, -1].argmax(-1, keepdim=True)
        for row, token in zip(running, ids[:, 0].tolist(), strict=True):
            if not _ended(tokenizer, made[row], stop):
                made[row].append(token)
        going = [place for place, row in enumerate(running) if not _ended(tokenizer, made[row], stop)]
        if not going:
            break
        if len(going) <= 0.75 * len(running):
            kept = torch.tensor(going, device=model.device)
            cache.batch_select_indices(kept)
            ids, mask, positions = ids[kept], mask[kept], positions[kept]
            running = [running[place] for place in going]
        positions = positions[:, -1:] + 1
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=-1)
    return made


def _ended(tokenizer: PreTrainedTokenizerBase, tokens: list[int], stop: Sequence[str]) -> bool:
    """Whether the last token is EOS or ends a stop string (none has more tokens than characters)."""
    if tokens[-1:] == [tokenizer.eos_token_id]:
        return True
    tail = tokenizer.decode(tokens[-max(map(len, stop), default=0) :], clean_up_tokenization_spaces=False)
    return any(mark in tail for mark in stop)


def _left_padded(rows: list[list[int]], filler: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, both (batch, longest)."""
    longest = max(map(len, rows))
    ids = [[filler] * (longest - len(row)) + row for row in rows]
    mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
    return torch.tensor(ids), torch.tensor(mask)


def _text(tokenizer: PreTrainedTokenizerBase, tokens: list[int], stop: Sequence[str]) -> str:
    if tokenizer.eos_token_id in tokens:
        tokens = tokens[: tokens.index(tokenizer.eos_token_id)]
    text = str(tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
    return text[: min((text.index(mark) for mark in stop if mark in text), default=len(text))]
