"""What each model writes for the tests: generated now, or in an earlier run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.params import Evaluate
from apipack.inference.answering import answer, ask_served
from apipack.prompting.prompts import STOP
from apipack.records import Output

Row = dict[str, Any]
COPY = "copy"
"""The baseline that answers with the last example of the prompt."""


def write(tests: Sequence[Row], model: str, adapter: Path, p: Evaluate) -> tuple[dict[str, list[Output]], Row]:
    """Each model's outputs for the tests, the copy baseline's among them, and what that took."""
    prompts = [test["prompt"] for test in tests]
    outputs = {COPY: [Output(test["last_example"] or "", False) for test in tests]}
    generated, served = 0, {}
    local = [] if p.backend == "openai" else ["base", "tuned"] if p.base else ["tuned"]
    for name in local:
        weights = adapter if name == "tuned" else None
        outputs[name], new = answer(model, weights, prompts, p, STOP)
        generated += new
    for name, server in p.served.items():
        outputs[name], served[name] = ask_served(server, prompts, p, STOP)
        generated += served[name]["generated"]
    return outputs, {"generated": generated} | ({"served": served} if served else {})


def earlier(predictions: Sequence[Row], tests: Sequence[Row]) -> dict[str, list[Output]]:
    """What each model of earlier predictions (schema PREDICTIONS) wrote for these tests, by the hash of the prompt.
    Raises `UserError` where there is none."""
    written = {(row["model"], row["prompt_sha256"]): Output(row["output"], row.get("cut")) for row in predictions}
    hashes = [prompt_hash(test) for test in tests]
    outputs = {}
    for model in dict.fromkeys(row["model"] for row in predictions):
        if missing := sum((model, prompt) not in written for prompt in hashes):
            raise UserError(
                f"the predictions lack {model}'s outputs for {missing} of {len(tests)} tests: generate them"
            )
        outputs[model] = [written[model, prompt] for prompt in hashes]
    return outputs


def prompt_hash(test: Row) -> str:
    """sha256 of a test's prompt, by which its output is found again."""
    return hashlib.sha256(test["prompt"].encode()).hexdigest()
