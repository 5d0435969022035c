"""Training tokens a second, padding not counted, beside the authors' way of training on the same rows in one run.

    python -m benchmarks.training [rows]

Theirs: transformers' plain Trainer, one row a micro-batch, padded to the longest row of all, logits and loss for every
token. Ours: `apipack.finetune`. Both tune the same LoRA weights in the same precision for the same number of epochs.
Needs the training rows of `dvc repro sample`. Prints a JSON line each and the ratio.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import torch
from datasets import Dataset
from peft import get_peft_model
from transformers import PrinterCallback, Trainer, TrainingArguments

from apipack.completion import encode
from apipack.finetune import lora_config, tune
from apipack.io import read_table
from apipack.models import bf16_pays, device, load_lm
from apipack.params import Finetune, load


def theirs(rows: list[tuple[str, str]], p: Finetune, seed: int) -> float:
    """Tokens a second of the authors' configuration."""
    half = bf16_pays(p.bf16)
    model, tokenizer = load_lm(p.model, dtype=torch.bfloat16 if half else torch.float32)
    examples = [encode(tokenizer, prompt, completion) for prompt, completion in rows]
    longest = max(example["length"] for example in examples)
    padded = [
        {
            "input_ids": example["input_ids"] + [tokenizer.pad_token_id] * (longest - example["length"]),
            "attention_mask": [1] * example["length"] + [0] * (longest - example["length"]),
            "labels": example["input_ids"] + [-100] * (longest - example["length"]),
        }
        for example in examples
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=1, num_train_epochs=p.epochs, learning_rate=p.lr, seed=seed,
            bf16=half, use_cpu=half and device().type == "cpu",
            save_strategy="no", report_to="none", disable_tqdm=True, logging_steps=10**6,
        )  # fmt: skip
        trainer = Trainer(
            get_peft_model(model, lora_config(model, p.lora)), settings, train_dataset=Dataset.from_list(padded)
        )
        trainer.remove_callback(PrinterCallback)
        started = time.monotonic()
        trainer.train()
    return sum(example["length"] for example in examples) * p.epochs / (time.monotonic() - started)


def main() -> None:
    params = load()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 32
    table = read_table("data/train/train.parquet", ["prompt", "completion"]).to_pylist()
    step = max(1, len(table) // count)
    rows = [(row["prompt"], row["completion"]) for row in table[::step][:count]]
    with tempfile.TemporaryDirectory() as folder:
        ours = tune(rows, Path(folder), params.finetune, params.seed)
    rates = {"ours": ours["tokens_per_second"], "theirs": round(theirs(rows, params.finetune, params.seed), 1)}
    for name, rate in rates.items():
        print(json.dumps({"way": name, "rows": len(rows), "epochs": params.finetune.epochs, "tokens_per_second": rate}))
    print(json.dumps({"times": round(rates["ours"] / rates["theirs"], 2), "peak_memory_mb": ours["peak_memory_mb"]}))


if __name__ == "__main__":
    main()
