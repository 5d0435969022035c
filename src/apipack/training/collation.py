"""Rows of prompt and completion as a model trains on them: the loss is on the completion and its EOS only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import pyarrow as pa
import torch
import transformers
from datasets import Dataset
from datasets.table import InMemoryTable
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Sampler
from transformers import PreTrainedTokenizerBase
from transformers.trainer_pt_utils import get_length_grouped_indices
from trl import SFTTrainer

from apipack.training.frozen_head import FrozenHead

log = logging.getLogger(__name__)

Pair = tuple[str, str]
"""(prompt, completion)."""
IGNORED = -100
ROWS = pa.schema(
    {
        "input_ids": pa.list_(pa.int32()),
        "labels": pa.list_(pa.int32()),
        "length": pa.int32(),
        "answer": pa.int32(),
        "row": pa.int64(),
    }
)
"""What `encode` makes of a row; answer: tokens that carry loss; row: its number among those that are kept."""
CHUNK = 4096


def encode(tokenizer: PreTrainedTokenizerBase, prompt: str, completion: str) -> dict[str, Any]:
    """input_ids, labels (prompt positions ignored, EOS last), and the tokens of a row and of its completion."""
    before = tokenizer(prompt)["input_ids"]
    after = [*tokenizer(completion, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    return {
        "input_ids": before + after,
        "labels": [IGNORED] * len(before) + after,
        "length": len(before) + len(after),
        "answer": len(after),
    }


def encode_rows(
    tokenizer: PreTrainedTokenizerBase, rows: Sequence[Pair], max_tokens: int, chunk: int = CHUNK
) -> Dataset:
    """The rows of at most max_tokens tokens in their order, as schema ROWS in Arrow's memory.

    chunk: how many rows are Python lists at a time, where a token takes 36 bytes; in Arrow it takes 4.
    """
    tables = [ROWS.empty_table()]
    count = 0
    for start in range(0, len(rows), chunk):
        examples = [encode(tokenizer, *row) for row in rows[start : start + chunk]]
        kept = [example for example in examples if example["length"] <= max_tokens]
        for row, example in enumerate(kept, count):
            example["row"] = row
        tables.append(pa.Table.from_pylist(kept, ROWS))
        count += len(kept)
    # without a fingerprint of ours, datasets would pickle all rows for one
    return Dataset(InMemoryTable(pa.concat_tables(tables)), fingerprint="rows")


class Collator:
    """Examples to right-padded tensors (batch, longest). No mask is needed: causal attention looks to the left.

    hidden: for each row its states (tokens, hidden size) after the frozen layers, which become inputs_embeds.
    tokens, answers: how many it has seen, of rows and of their completions.
    """

    def __init__(self, pad_token_id: int, hidden: Sequence[torch.Tensor] = ()) -> None:
        self.pad_token_id, self.hidden = pad_token_id, hidden
        self.tokens = self.answers = 0

    def __call__(self, examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        def pad(key: str, filler: int) -> torch.Tensor:
            rows = [torch.tensor(example[key]) for example in examples]
            return pad_sequence(rows, batch_first=True, padding_value=filler)

        self.tokens += sum(len(example["input_ids"]) for example in examples)
        self.answers += sum(example["answer"] for example in examples)
        batch = {"input_ids": pad("input_ids", self.pad_token_id), "labels": pad("labels", IGNORED)}
        if self.hidden:
            states = [self.hidden[example["row"]] for example in examples]
            batch["inputs_embeds"] = pad_sequence(states, batch_first=True)
        return batch


class ByLength(Sampler[int]):
    """Rows of like length together, in an order that the seed and the number of the epoch alone decide.

    transformers' own sampler draws from the global generator: a run that went on in the midst of an epoch had another
    order from there, with rows twice and rows never. group: how many rows a step takes. epoch: a function that returns
    the current epoch. We ask for it because accelerate does not call `set_epoch` when several processes skip batches
    after a resume.
    """

    def __init__(self, lengths: list[int], group: int, seed: int, epoch: Callable[[], int]) -> None:
        self.lengths, self.group, self.seed, self.epoch = lengths, group, seed, epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed + self.epoch())
        return iter(get_length_grouped_indices(self.lengths, self.group, generator=generator))


class CompletionTrainer(SFTTrainer):
    """SFTTrainer that computes logits of the completions, instead of all of them, and goes on with the same rows after
    it was killed.

    The hook for the sampler is private to transformers; a release that does not ask for it trains on, with a log line.
    TRL's fused head skips ignored positions with Triton only; on a CPU it projects every prompt token
    to the vocabulary. The loss is the same.
    """

    asked_for_sampler = False
    lengths: list[int] | None = None
    """What tells long rows from short ones; the column `length` where nothing else is set."""
    head: FrozenHead | None = None
    """What `take_head` took out of the model, which then returns states."""
    last_loss: torch.Tensor | None = None
    """Of the last batch, where it is."""

    def get_train_dataloader(self) -> DataLoader[Any]:
        loader = super().get_train_dataloader()
        if not self.asked_for_sampler:
            log.warning(
                "transformers %s draws the rows with a sampler of its own: a run that is killed goes on with others",
                transformers.__version__,
            )
        return loader

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> ByLength:
        self.asked_for_sampler = True
        lengths = self.lengths
        if lengths is None:
            lengths = cast(Dataset, train_dataset or self.train_dataset).data.column("length").to_pylist()
        group = self.args.train_batch_size * self.args.gradient_accumulation_steps
        return ByLength(lengths, group, self.args.seed, lambda: int(self.state.epoch or 0))

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        inputs = dict(inputs)
        labels = inputs.pop("labels")
        if "inputs_embeds" in inputs:
            del inputs["input_ids"]
        chosen = labels[:, 1:] != IGNORED
        target = labels[:, 1:][chosen]
        if self.head is not None:
            outputs = model(**inputs, use_cache=False)
            loss = self.head.loss(outputs.logits[:, :-1][chosen], target)
        else:
            columns = chosen.any(dim=0).nonzero().flatten()
            outputs = model(**inputs, logits_to_keep=columns, use_cache=False)
            logits = outputs.logits[chosen[:, columns]].float()
            loss = torch.nn.functional.cross_entropy(logits, target, reduction="sum")
        loss = loss / (len(target) if num_items_in_batch is None else num_items_in_batch)
        self.last_loss = loss.detach()
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            # the count is over all processes, whose gradients are averaged
            loss = loss * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss
