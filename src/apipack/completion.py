"""Rows of prompt and completion as a model trains on them: the loss is on the completion and its EOS only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedTokenizerBase
from trl import SFTTrainer

IGNORED = -100


def encode(tokenizer: PreTrainedTokenizerBase, prompt: str, completion: str) -> dict[str, Any]:
    """input_ids, labels (prompt positions ignored, EOS last) and length of one row, in tokens."""
    before = tokenizer(prompt)["input_ids"]
    after = [*tokenizer(completion, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    return {"input_ids": before + after, "labels": [IGNORED] * len(before) + after, "length": len(before) + len(after)}


class Collator:
    """Examples to left-padded tensors (batch, longest), so that all completions end in the same column.

    hidden: for each row its states (tokens, hidden size) after the frozen layers, which become inputs_embeds.
    """

    def __init__(self, pad_token_id: int, hidden: Sequence[torch.Tensor] = ()) -> None:
        self.pad_token_id, self.hidden = pad_token_id, hidden

    def __call__(self, examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        longest = max(len(example["input_ids"]) for example in examples)

        def pad(key: str, filler: int) -> torch.Tensor:
            return torch.tensor([[filler] * (longest - len(one[key])) + one[key] for one in examples])

        real = [[0] * (longest - len(one["input_ids"])) + [1] * len(one["input_ids"]) for one in examples]
        batch = {"input_ids": pad("input_ids", self.pad_token_id), "labels": pad("labels", IGNORED)}
        if self.hidden:
            states = [self.hidden[one["row"]] for one in examples]
            batch["inputs_embeds"] = pad_sequence(states, batch_first=True, padding_side="left")
        return {**batch, "attention_mask": torch.tensor(real)}


class CompletionTrainer(SFTTrainer):
    """SFTTrainer that computes logits from the first completion token on, instead of all of them.

    TRL's fused head skips ignored positions with Triton only; on a CPU it projects every prompt token
    to the vocabulary. The loss is the same.
    """

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        inputs = dict(inputs)
        labels = inputs.pop("labels")
        if "inputs_embeds" in inputs:
            del inputs["input_ids"]
        columns = int((labels != IGNORED).any(dim=0).sum())  # left padding: the completions' columns are the last
        outputs = model(**inputs, logits_to_keep=columns + 1, use_cache=False)
        logits, target = outputs.logits[:, :-1], labels[:, -columns:]
        chosen = target != IGNORED
        loss = torch.nn.functional.cross_entropy(logits[chosen].float(), target[chosen], reduction="sum")
        loss = loss / (chosen.sum() if num_items_in_batch is None else num_items_in_batch)
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            loss = (
                loss * self.accelerator.num_processes
            )  # the count is over all processes, whose gradients are averaged
        return (loss, outputs) if return_outputs else loss
