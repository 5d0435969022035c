"""What each model writes for the tests: generated now, or in an earlier run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.params import CONSTRAINED, LOCAL, Evaluate, constrained_name
from apipack.inference.answering import ABSTAINING, SYSTEM, Answered, answer, ask_served
from apipack.inference.params import Served
from apipack.prompting.no_call import RULE
from apipack.prompting.prompts import STOP
from apipack.records import Output

Row = dict[str, Any]
Outputs = Sequence[Output | None]
"""One a test; None where a model is not asked."""
COPY = "copy"
"""The baseline that answers with the last example of the prompt."""


def write(tests: Sequence[Row], model: str, adapter: Path, p: Evaluate) -> tuple[dict[str, Outputs], Row]:
    """Each model's outputs for the tests, the copy baseline's among them, and what that took."""
    outputs: dict[str, Outputs] = {COPY: [Output(test["last_example"] or "", False) for test in tests]}
    generated, served, constrained = 0, {}, {}
    keeps = p.constrained and p.backend != "openai" and any(test["grammar"] is not None for test in tests)
    local = [] if p.backend == "openai" else list(LOCAL) if p.base else LOCAL[1:]
    for name in local:
        made, took = _local(tests, model, adapter if name == "tuned" else None, keeps, p)
        outputs[name] = made[0]
        generated += took.generated
        if keeps:
            kept = constrained_name(name)
            outputs[kept] = made[1]
            constrained[kept] = _figures(made[1], took)
    for name, server in p.served.items():
        outputs[name], served[name] = _served(tests, server, p)
        generated += served[name]["generated"]
    figures = {"generated": generated} | ({"constrained": constrained} if constrained else {})
    return outputs, figures | ({"served": served} if served else {})


def _served(tests: Sequence[Row], server: Served, p: Evaluate) -> tuple[Sequence[Output], Row]:
    """In the form of tools, a chat is asked with the tools beside it."""
    if p.form == "code" or not server.chat:
        prompts = [test["prompt"] for test in tests]
        system = ABSTAINING if any(RULE in prompt for prompt in prompts) else SYSTEM
        return ask_served(server, prompts, p, STOP, system=system)
    from apipack.prompting.tool_prompts import system_of  # a bare machine, which asks no servers, lacks what these need
    from apipack.prompting.toolbox import Toolbox

    tools = [json.dumps(Toolbox.from_json(test["toolbox"]).openai) for test in tests]
    questions = [test["question"] for test in tests]
    return ask_served(server, questions, p, STOP, tools=tools, system=system_of("\n".join(questions)))


def _local(
    tests: Sequence[Row], model: str, weights: Path | None, keeps: bool, p: Evaluate
) -> tuple[tuple[Outputs, Outputs], Answered]:
    """Free outputs for the tests; and those that keep to a grammar, None for tests that have none. Both together: a
    prompt is then read once."""
    held = [test for test in tests if keeps and test["grammar"] is not None]
    prompts = [test["prompt"] for test in (*tests, *held)]
    grammars = [*[None] * len(tests), *(test["grammar"] for test in held)]
    written, took = answer(model, weights, prompts, p, STOP, grammars=grammars)
    rest = iter(written[len(tests) :])
    kept = [next(rest) if keeps and test["grammar"] is not None else None for test in tests]
    return (written[: len(tests)], kept), took


def _figures(outputs: Outputs, took: Answered) -> Row:
    figures = {"tests": sum(output is not None for output in outputs), "unusable_grammars": took.unusable}
    if took.mask_tokens:
        return figures | {"mask_ms_per_token": round(1000 * took.mask_seconds / took.mask_tokens, 3)}
    return figures


def earlier(predictions: Sequence[Row], tests: Sequence[Row]) -> dict[str, Outputs]:
    """What each model of earlier predictions (schema PREDICTIONS) wrote for these tests, by the hash of the prompt.
    Raises `UserError` where there is none."""
    written = {(row["model"], row["prompt_sha256"]): Output(row["output"], row.get("cut")) for row in predictions}
    hashes = [prompt_hash(test) for test in tests]
    outputs: dict[str, Outputs] = {}
    for model in dict.fromkeys(row["model"] for row in predictions):
        wanted = [test.get("grammar") is not None or not model.endswith(CONSTRAINED) for test in tests]
        asked = [prompt for prompt, asked in zip(hashes, wanted, strict=True) if asked]
        if missing := sum((model, prompt) not in written for prompt in asked):
            raise UserError(
                f"the predictions lack {model}'s outputs for {missing} of {len(asked)} tests: generate them"
            )
        outputs[model] = [
            written[model, prompt] if asked else None for prompt, asked in zip(hashes, wanted, strict=True)
        ]
    return outputs


def prompt_hash(test: Row) -> str:
    """sha256 of a test's prompt, by which its output is found again."""
    return hashlib.sha256(test["prompt"].encode()).hexdigest()
