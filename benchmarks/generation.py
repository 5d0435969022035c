"""Throughput of the backend `transformers` on the embedded model, by batch.

    python -m benchmarks.generation [prompts] [new_tokens]

Prints a JSON line a batch: completion tokens a second, and how many times the first batch's. The work is the recipe's:
prompts with three examples, CANDIDATES completions each, at a temperature that hardly ever ends one early.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from apipack.inference.backends.base import Prompt, Sampling
from apipack.inference.backends.transformers import TransformersBackend
from apipack.instructions import asking

BATCHES = (1, 32)
CANDIDATES = 5
ROW = {
    "api_name": "Pet Store",
    "functionality": "List every pet of a store",
    "description": "Returns each pet of the store with its number, its name and its owner.",
    "endpoint": "list_pets",
}


def measure(prompts: int, new_tokens: int, batches: Sequence[int]) -> dict[int, float]:
    """Completion tokens a second by batch (completions at once); the model is loaded and warmed up before."""
    examples = [(ROW, "How can I list every pet of a store with the Pet Store API?")] * 3
    asked = [
        asking.candidate({**ROW, "endpoint": f"list_pets_{number}"}, examples, 100 * number, 24)
        for number in range(prompts)
    ]
    rates = {}
    for batch in batches:
        backend = TransformersBackend("embedded", Sampling(1.5, 1.0, new_tokens), batch)
        list(backend.generate([Prompt("s", "u")]))
        started = time.perf_counter()
        made = sum(getattr(outcome, "completion_tokens", 0) for _, outcome in backend.generate(asked, CANDIDATES))
        rates[batch] = made / (time.perf_counter() - started)
    return rates


if __name__ == "__main__":
    counts = [int(argument) for argument in sys.argv[1:]] + [7, 12][len(sys.argv) - 1 :]
    rates = measure(counts[0], counts[1], BATCHES)
    for batch, rate in rates.items():
        times = round(rate / rates[BATCHES[0]], 2)
        print(json.dumps({"batch": batch, "tokens_per_second": round(rate, 1), "times": times}))
