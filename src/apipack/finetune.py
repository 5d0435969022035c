"""Fine-tune a causal LM on (prompt, completion) rows: TRL's SFTTrainer with a peft adapter, or all weights.

The loss is on the completion and its EOS only, each completion token weighing the same. Prompt and
completion are tokenised apart, so the model trains on the very prompt tokens it is given at inference.
"""

from __future__ import annotations

import logging
import math
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from peft import LoraConfig
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

from apipack.errors import UserError
from apipack.models import bf16_pays, load_lm

if TYPE_CHECKING:  # pydantic is not needed to train
    from apipack.params import Finetune, Lora

log = logging.getLogger(__name__)
IGNORED = -100


class FinetuneError(UserError):
    """Training cannot start or go on; the message is one line that says what to change."""


def tune(rows: list[tuple[str, str]], folder: Path, p: Finetune, seed: int) -> dict[str, Any]:
    """Train on rows (prompt, completion) and save the adapter (lora) or model (full) with tokenizer into `folder`.

    Rows of more than p.max_tokens tokens are dropped and counted, never cut. Returns counts, losses,
    seconds and memory in MB. Raises `FinetuneError`, `ModelError`. The same seed gives the same run.
    """
    half = bf16_pays(p.bf16)
    # bf16 weights alone lose small updates: only the adapter (kept in fp32 by peft) may stand on them
    model, tokenizer = load_lm(p.model, dtype=torch.bfloat16 if half and p.method == "lora" else torch.float32)
    examples = [encode(tokenizer, prompt, completion) for prompt, completion in rows]
    kept = [example for example in examples if example["length"] <= p.max_tokens]
    if not kept:
        raise FinetuneError(f"no row has at most {p.max_tokens} tokens of {len(rows)} rows: raise finetune.max_tokens")
    trainer = CompletionTrainer(
        model=model,
        args=_settings(folder, p, seed, half),
        train_dataset=Dataset.from_list(kept),
        processing_class=tokenizer,
        data_collator=Collator(tokenizer.pad_token_id),
        peft_config=_lora(model, p.lora) if p.method == "lora" else None,
        callbacks=[_Watch()],
    )
    trainer.remove_callback(PrinterCallback)
    start = time.monotonic()
    try:
        result = trainer.train()
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not _out_of_memory(error):
            raise
        raise FinetuneError(
            f"out of memory at batch {p.batch} x {p.max_tokens} tokens: lower finetune.batch or finetune.max_tokens"
            " and raise finetune.accumulate"
        ) from error
    seconds = time.monotonic() - start
    trainer.save_model(str(folder))
    tokenizer.save_pretrained(folder)
    epochs = float(trainer.state.epoch or 0)
    tokens = sum(example["length"] for example in kept)
    return {
        "rows": len(kept),
        "dropped": len(rows) - len(kept),
        "tokens": tokens,
        "completion_tokens": sum(sum(label != IGNORED for label in example["labels"]) for example in kept),
        "steps": trainer.state.global_step,
        "epochs": round(epochs, 3),
        "train_loss": round(result.training_loss, 4),
        "loss_history": [[row["step"], round(row["loss"], 4)] for row in trainer.state.log_history if "loss" in row],
        "seconds": round(seconds, 2),
        "tokens_per_second": round(tokens * epochs / seconds, 1),
        "trainable_parameters": sum(
            weight.numel() for weight in cast(torch.nn.Module, trainer.model).parameters() if weight.requires_grad
        ),
        "peak_memory_mb": _peak_memory_mb(),
    }


def encode(tokenizer: PreTrainedTokenizerBase, prompt: str, completion: str) -> dict[str, Any]:
    """input_ids, labels (prompt positions ignored, EOS last) and length of one row, in tokens."""
    before = tokenizer(prompt)["input_ids"]
    after = [*tokenizer(completion, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    return {"input_ids": before + after, "labels": [IGNORED] * len(before) + after, "length": len(before) + len(after)}


def _lora(model: PreTrainedModel, p: Lora) -> LoraConfig:
    """Adapters on every linear map of the last `p.layers` layers, or of all."""
    total = model.config.num_hidden_layers
    linear = {name.rpartition(".")[2] for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    return LoraConfig(
        r=p.r,
        lora_alpha=p.alpha,
        lora_dropout=p.dropout,
        target_modules=sorted(linear - {"lm_head"}),
        layers_to_transform=None if p.layers is None else list(range(max(0, total - p.layers), total)),
        task_type="CAUSAL_LM",
    )


class Collator:
    """Examples to left-padded tensors (batch, longest), so that all completions end in the same column."""

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id

    def __call__(self, examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        longest = max(len(example["input_ids"]) for example in examples)

        def pad(key: str, filler: int) -> torch.Tensor:
            return torch.tensor([[filler] * (longest - len(one[key])) + one[key] for one in examples])

        real = [[0] * (longest - len(one["input_ids"])) + [1] * len(one["input_ids"]) for one in examples]
        batch = {"input_ids": pad("input_ids", self.pad_token_id), "labels": pad("labels", IGNORED)}
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


class _Watch(TrainerCallback):
    """A log line now and then; stops on a loss that is not a number."""

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        if not math.isfinite(loss):
            raise FinetuneError(
                f"the loss is {loss} at step {state.global_step}: lower finetune.lr or raise finetune.warmup"
            )
        log.info("step %d of %d: loss %.4f, lr %.2e", state.global_step, state.max_steps, loss, logs["learning_rate"])  # type: ignore[index]


def _settings(folder: Path, p: Finetune, seed: int, half: bool) -> SFTConfig:
    quiet = not sys.stderr.isatty()
    if quiet:
        disable_progress_bar()
    return SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=p.batch,
        gradient_accumulation_steps=p.accumulate,
        num_train_epochs=p.epochs,
        max_steps=p.max_steps or -1,
        learning_rate=p.lr,
        lr_scheduler_type="cosine",
        warmup_steps=p.warmup,  # below 1: a share of all steps
        optim="adamw_torch_fused",
        bf16=half,
        train_sampling_strategy="group_by_length",
        max_length=None,
        gradient_checkpointing=False,  # TRL turns it on, which costs a third of the speed
        logging_steps=8,
        logging_nan_inf_filter=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=quiet,
        dataloader_pin_memory=torch.cuda.is_available(),
        seed=seed,
        data_seed=seed,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )


def _out_of_memory(error: BaseException) -> bool:
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def _peak_memory_mb() -> int:
    """Peak of the accelerator where there is one, else of this process."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated() // 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
