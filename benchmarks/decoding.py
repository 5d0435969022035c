"""Test prompts a second through `apipack.generation`, by batch, and whether the greedy outputs stay the same.

    python -m benchmarks.decoding [prompts] [batch]

Needs the prompts of `dvc repro retrieve`. The first line is one prompt at a time, the authors' way.
"""

from __future__ import annotations

import json
import random
import sys
import time

from apipack.generation import generate
from apipack.io import read_table
from apipack.models import load_lm
from apipack.params import load
from apipack.prompts import STOP


def main() -> None:
    p = load()
    count, batch = [int(argument) for argument in sys.argv[1:]] + [48, p.evaluate.batch][len(sys.argv) - 1 :]
    rows = read_table("data/prompts/tests.parquet", ["prompt", "language"]).to_pylist()
    prompts = sorted({row["prompt"] for row in rows if row["language"] in p.evaluate.languages})
    prompts = random.Random(p.seed).sample(prompts, min(count, len(prompts)))
    model, tokenizer = load_lm(p.finetune.model)
    generate(model, tokenizer, prompts[:1], 2, 1, (STOP,))
    made, rates = {}, {}
    for size in (1, batch):
        started = time.perf_counter()
        made[size] = generate(model, tokenizer, prompts, p.evaluate.new_tokens, size, (STOP,))
        rates[size] = len(prompts) / (time.perf_counter() - started)
        print(
            json.dumps({"batch": size, "prompts": len(prompts), "prompts_per_second": round(rates[size], 3)}),
            flush=True,
        )
    same = sum(one == other for one, other in zip(made[1], made[batch], strict=True))
    print(json.dumps({"times": round(rates[batch] / rates[1], 2), "identical": round(same / len(prompts), 4)}))
    for one, other in zip(made[1], made[batch], strict=True):
        if one != other:
            print(json.dumps({"alone": one, "batched": other}))


if __name__ == "__main__":
    main()
