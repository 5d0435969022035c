"""Batched greedy generation that wastes little: prompts sorted by length, stop at EOS or a stop string."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

import torch
from tqdm import tqdm
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

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
    settings = GenerationConfig(
        max_new_tokens=new_tokens,
        do_sample=False,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        stop_strings=list(stop) or None,
    )
    model.eval()
    encoded = {prompt: tokenizer(prompt)["input_ids"] for prompt in dict.fromkeys(prompts)}
    ordered = sorted(encoded, key=lambda prompt: (-len(encoded[prompt]), prompt))
    outputs: dict[str, str] = {}
    with tqdm(total=len(ordered), unit="prompt", desc="generate", disable=not sys.stderr.isatty()) as bar:
        for start in range(0, len(ordered), batch):
            chosen = ordered[start : start + batch]
            ids, mask = _left_padded([encoded[prompt] for prompt in chosen], tokenizer.pad_token_id)
            made = model.generate(  # type: ignore[operator]
                input_ids=ids.to(model.device),
                attention_mask=mask.to(model.device),
                generation_config=settings,
                tokenizer=tokenizer if stop else None,
            )
            texts = (_text(tokenizer, row, stop) for row in made[:, ids.shape[1] :].tolist())
            done = dict(zip(chosen, texts, strict=True))
            on_batch(done)
            outputs |= done
            bar.update(len(chosen))
            log.info("generated %d of %d", len(outputs), len(ordered))
    return [outputs[prompt] for prompt in prompts]


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
