"""Test prompts a second, batched beside one at a time, and whether the greedy outputs stay the same.

    python -m benchmarks.decoding [prompts] [batch] [setting]

Needs the prompts of `dvc repro retrieve`, of which it draws as many of each setting, or all of the one named. One at a
time is the authors' way: `model.generate`, stopped at the same string. Prints a JSON line a setting and one of all.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

import torch

from apipack.inference.backends.base import Completion, Prompt, Sampling
from apipack.inference.backends.transformers import TransformersBackend
from apipack.io import read_table
from apipack.models.loading import load_lm
from apipack.params import load
from apipack.prompting.prompts import STOP


def one_at_a_time(model: Any, tokenizer: Any, prompts: list[str], new_tokens: int) -> list[str]:
    made = []
    settings = {"max_new_tokens": new_tokens, "do_sample": False, "pad_token_id": tokenizer.pad_token_id}
    for prompt in prompts:
        ids = tokenizer(prompt, return_tensors="pt").to(model.device)
        with torch.inference_mode():
            whole = model.generate(**ids, **settings, stop_strings=[STOP], tokenizer=tokenizer)
        text = tokenizer.decode(whole[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
        made.append(text.partition(STOP)[0])
    return made


def together(backend: TransformersBackend, prompts: list[str]) -> list[str]:
    outcomes = sorted(backend.generate([Prompt("", prompt) for prompt in prompts]))
    return [outcome.text for _, outcome in outcomes if isinstance(outcome, Completion)]


def main() -> None:
    p = load()
    batch = p.evaluate.batch
    numbers = [int(argument) for argument in sys.argv[1:3]]
    count, batch = numbers + [batch, batch][len(numbers) :]
    rows = read_table("data/prompts/tests.parquet", ["prompt", "language", "setting"]).to_pylist()
    rows = [row for row in rows if row["language"] in p.evaluate.languages]
    by_setting = {
        name: sorted({row["prompt"] for row in rows if row["setting"] == name})
        for name in sys.argv[3:] or p.evaluate.settings
    }
    share = count // len(by_setting)
    drawn = {name: random.Random(p.seed).sample(of, min(share, len(of))) for name, of in by_setting.items()}
    model, tokenizer = load_lm(p.finetune.model)
    backend = TransformersBackend(
        p.finetune.model, Sampling(0.0, 1.0, p.evaluate.new_tokens), batch, raw=True, stop=(STOP,)
    )
    one_at_a_time(model, tokenizer, ["warm"], 2)
    alone: dict[str, tuple[list[str], float]] = {}
    for name, prompts in drawn.items():
        started = time.perf_counter()
        outputs = one_at_a_time(model, tokenizer, prompts, p.evaluate.new_tokens)
        alone[name] = outputs, time.perf_counter() - started
    del model
    together(backend, ["warm"])
    for name, prompts in drawn.items():
        started = time.perf_counter()
        outputs = together(backend, prompts)
        show(name, alone[name], (outputs, time.perf_counter() - started))
    if len(drawn) == 1:
        return
    expected = [text for outputs, _ in alone.values() for text in outputs], sum(spent for _, spent in alone.values())
    started = time.perf_counter()
    every = [prompt for prompts in drawn.values() for prompt in prompts]
    outputs = together(backend, every)
    show("all", expected, (outputs, time.perf_counter() - started))
    for one, other in zip(expected[0], outputs, strict=True):
        if one != other:
            print(json.dumps({"alone": one, "batched": other}))


def show(name: str, alone: tuple[list[str], float], batched: tuple[list[str], float]) -> None:
    same = sum(one == other for one, other in zip(alone[0], batched[0], strict=True))
    figures = {
        "setting": name,
        "prompts": len(alone[0]),
        "alone_per_second": round(len(alone[0]) / alone[1], 3),
        "batched_per_second": round(len(alone[0]) / batched[1], 3),
        "times": round(alone[1] / batched[1], 2),
        "identical": round(same / len(alone[0]), 4),
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
