"""Training tokens a second, padding not counted, beside the authors' way of training on the same rows in one run.

    python -m benchmarks.training [rows] [--epochs N] [--write FILE]

Theirs: transformers' plain Trainer, one row a micro-batch, padded to the longest row of all, logits and loss for every
token. Ours: `apipack.training.finetune`. Both tune the same weights (params' `finetune.method`: an adapter, or all) in
the same precision on the same rows for the same epochs; on a GPU both do a few rows before, so that its
start is not counted. Needs the training rows of `dvc repro sample`. Prints a JSON line each and the ratio. Where all
weights are tuned, utilisation is model FLOPs a second against the rate of a plain matrix product, measured here.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import get_peft_model
from transformers import PrinterCallback, Trainer, TrainingArguments

from apipack.io import read_table, write_json
from apipack.models.loading import bf16_pays, device, device_name, load_lm
from apipack.params import load
from apipack.training.collation import encode
from apipack.training.finetune import lora_config, tune
from apipack.training.params import Finetune
from benchmarks.gpu.peak import matmul_rate, settle

Rows = list[tuple[str, str]]
Way = Callable[[Rows, Finetune, int], dict[str, Any]]


def ours(rows: Rows, p: Finetune, seed: int) -> dict[str, Any]:
    """What `tune` measures."""
    with tempfile.TemporaryDirectory() as folder:
        return tune(rows, Path(folder), p, seed)


def theirs(rows: Rows, p: Finetune, seed: int) -> dict[str, Any]:
    """Tokens a second of the authors' configuration, on the rows that `tune` takes."""
    half = bf16_pays(p.bf16)
    dtype = torch.bfloat16 if half and p.method != "full" else torch.float32  # as `tune`
    model, tokenizer = load_lm(p.model, dtype=dtype, four_bit=p.method == "qlora")
    examples = [encode(tokenizer, prompt, completion) for prompt, completion in rows]
    examples = [example for example in examples if example["length"] <= p.max_tokens]
    longest = max(example["length"] for example in examples)
    started = time.monotonic()
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
        tuned = model if p.method == "full" else get_peft_model(model, lora_config(model, p.lora))
        trainer = Trainer(tuned, settings, train_dataset=Dataset.from_list(padded))
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    seconds = time.monotonic() - started
    return {
        "tokens_per_second": round(sum(example["length"] for example in examples) * p.epochs / seconds, 1),
        "trainable_parameters": sum(weight.numel() for weight in tuned.parameters() if weight.requires_grad),
    }


def compare(rows: Rows, p: Finetune, seed: int, warm_up: int) -> dict[str, Any]:
    """Both ways on the same rows. warm_up: rows that each does before."""

    def measure(way: Way) -> dict[str, Any]:
        for some in [rows[:warm_up], rows] if warm_up else [rows]:
            found = way(some, p, seed)
            _free()
        return found

    us, them, peak = measure(ours), measure(theirs), matmul_rate()
    flops = us.get("model_flops_per_second", 0) / us["tokens_per_second"]  # a token; the rows are the same

    def told(one: dict[str, Any]) -> dict[str, Any]:
        used = round(flops * one["tokens_per_second"] / peak, 4) if flops else None
        return {key: one[key] for key in ("tokens_per_second", "trainable_parameters")} | {"utilisation": used}

    return {
        "device": device_name(),
        "method": p.method,
        "rows": us["rows"],
        "epochs": p.epochs,
        "ours": told(us),
        "theirs": told(them),
        "times": round(us["tokens_per_second"] / them["tokens_per_second"], 2),
        "matmul_flops_per_second": round(peak),
        "peak_memory_mb": us["peak_memory_mb"],
    }


def _free() -> None:
    """The last model lies in cycles of the trainer's: `tune` checks the memory that is free."""
    gc.collect()
    settle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=2_000 if torch.cuda.is_available() else 32)
    parser.add_argument("--epochs", type=float, help="instead of finetune.epochs")
    parser.add_argument("--write", type=Path, help="also write the figures into this JSON file")
    given, params = parser.parse_args(), load()
    p = params.finetune.model_copy(update={"epochs": given.epochs or params.finetune.epochs, "max_steps": None})
    table = read_table("data/train", ["prompt", "completion"]).to_pylist()
    step = max(1, len(table) // given.rows)
    rows = [(row["prompt"], row["completion"]) for row in table[::step][: given.rows]]
    found = compare(rows, p, params.seed, 4 * p.batch if torch.cuda.is_available() else 0)
    for name in ("ours", "theirs"):
        print(json.dumps({"way": name, "rows": found["rows"], "epochs": p.epochs, **found[name]}))
    print(json.dumps({"times": found["times"], "peak_memory_mb": found["peak_memory_mb"]}))
    if given.write:
        write_json(given.write, found)


if __name__ == "__main__":
    main()
