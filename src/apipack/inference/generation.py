"""Batched greedy generation: prompts sorted by length, stop at EOS or a stop string."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

from tqdm import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from apipack.inference.decoding import complete
from apipack.records import Output

log = logging.getLogger(__name__)


def generate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: list[str],
    new_tokens: int,
    batch: int,
    stop: Sequence[str] = (),
    on_batch: Callable[[dict[str, Output]], None] = lambda _: None,
) -> list[str]:
    """Greedy completion of each prompt, in the order of `prompts`, without EOS and from a stop string on cut off.

    new_tokens: most tokens a completion; batch: prompts at once, or fewer where an accelerator has no room for them.
    Equal prompts are generated once. on_batch: is given each batch's prompts and outputs as soon as they are there.
    """
    model.eval()
    encoded = {prompt: tokenizer(prompt)["input_ids"] for prompt in dict.fromkeys(prompts)}
    ordered = sorted(encoded, key=lambda prompt: (-len(encoded[prompt]), prompt))
    outputs: dict[str, str] = {}
    with tqdm(total=len(ordered), unit="prompt", desc="generate", disable=not sys.stderr.isatty()) as bar:
        for start in range(0, len(ordered), batch):
            chosen = ordered[start : start + batch]
            made = complete(
                model,
                [encoded[prompt] for prompt in chosen],
                new_tokens,
                lambda logits, _: logits.argmax(-1),
                lambda tokens: _ended(tokenizer, tokens, stop),
            )
            cut = [len(row) == new_tokens and not _ended(tokenizer, row, stop) for row in made]
            texts = [_text(tokenizer, row, stop) for row in made]
            done = dict(zip(chosen, map(Output, texts, cut), strict=True))
            on_batch(done)
            outputs |= {prompt: output.text for prompt, output in done.items()}
            bar.update(len(chosen))
            log.info("generated %d of %d", len(outputs), len(ordered))
    return [outputs[prompt] for prompt in prompts]


def _ended(tokenizer: PreTrainedTokenizerBase, tokens: list[int], stop: Sequence[str]) -> bool:
    """Whether the last token is EOS or ends a stop string (none has more tokens than characters)."""
    if tokens[-1:] == [tokenizer.eos_token_id]:
        return True
    tail = tokenizer.decode(tokens[-max(map(len, stop), default=0) :], clean_up_tokenization_spaces=False)
    return any(mark in tail for mark in stop)


def _text(tokenizer: PreTrainedTokenizerBase, tokens: list[int], stop: Sequence[str]) -> str:
    if tokenizer.eos_token_id in tokens:
        tokens = tokens[: tokens.index(tokenizer.eos_token_id)]
    text = str(tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
    return text[: min((text.index(mark) for mark in stop if mark in text), default=len(text))]
