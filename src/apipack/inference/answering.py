"""The outputs of a model for prompts, each stored when its batch is done: a killed evaluation goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apipack.errors import UserError
from apipack.inference.backends.base import Backend, Completion, Failure, Prompt, Sampling
from apipack.inference.backends.local import OpenLocal, open_local
from apipack.inference.recorded import Recorded
from apipack.io import cache_folder
from apipack.models.loading import out_of_memory
from apipack.models.store import Store
from apipack.progress import progress
from apipack.records import Output

if TYPE_CHECKING:
    from apipack.evaluation.params import Evaluate
    from apipack.inference.params import Served

STORE = "outputs.sqlite"
SYSTEM = "You write API calls. Answer with the code of the one call that is asked for, and with nothing else."
ABSTAINING = (
    "You write API calls. Answer with the code of the one call that is asked for, or as you are told where none is."
)
THINKING = 8_192
"""Tokens that a reasoning model may use before it answers."""


EMPTY = ("refusal", "grammar", "malformed")
"""Kinds of failure that leave an empty output."""
AGAIN = "what was generated is kept, run again to go on"
WHAT_TO_DO = {
    "timeout": f"{AGAIN}; a slow server needs fewer requests at once or a longer timeout",
    "too_long": "shorten what is asked, or take a model that reads more",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """generated: outputs of this run, not of the store. unusable: outputs whose grammar cannot be used. mask_seconds,
    mask_tokens: what keeping to grammars took in this run, for how many tokens."""

    generated: int
    unusable: int = 0
    mask_seconds: float = 0.0
    mask_tokens: int = 0


def answer(
    model: str,
    adapter: Path | None,
    prompts: Sequence[str],
    p: Evaluate,
    stop: str,
    store: Path | None = None,
    open_model: OpenLocal = open_local,
    grammars: Sequence[str | None] | None = None,
) -> tuple[list[Output], Answered]:
    """Greedy outputs in the order of `prompts`, and what making them took in this process.

    What is not generated now comes from the store (by default in `io.cache_folder()`), by hash of model, adapter,
    prompt, grammar and limits; the model is loaded only if something is missing. grammars: of each output, None for
    any text. One that cannot be used gives an empty output and is counted. Raises `ModelError`, `UserError`.
    """
    sampling = Sampling(0.0, 1.0, p.new_tokens)
    backend = open_model(p.backend, model, sampling, p.batch, adapter=adapter, raw=True, stop=(stop,))
    try:
        answers = _ask(backend, model, prompts, "", p.new_tokens, store, grammars)
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not out_of_memory(error):
            raise
        raise UserError(
            f"out of memory at a batch of {p.batch} prompts and {p.new_tokens} new tokens: lower evaluate.batch"
            "; what was generated is kept"
        ) from error
    finally:
        backend.close()  # the next model may have no room beside it
    seconds, tokens = getattr(backend, "mask_seconds", 0.0), getattr(backend, "mask_tokens", 0)
    return answers.outputs, Answered(answers.generated, answers.refused, seconds, tokens)


def ask_served(
    served: Served,
    prompts: Sequence[str],
    p: Evaluate,
    stop: str,
    store: Path | None = None,
    tools: Sequence[str] | None = None,
    system: str = SYSTEM,
) -> tuple[list[Output], dict[str, Any]]:
    """Greedy outputs of a served model in the order of `prompts`, and what they took.

    prompt_tokens, completion_tokens and cost are of all outputs, stored ones too; generated, faults and spent of this
    run. A refusal is an empty output and counted, and so is an answer that is none. Raises `UserError` where other
    prompts have no output after all attempts; what was generated is kept. tools: of each prompt, JSON in OpenAI's
    format; a call of one is a line of JSON in the output. system: what is said first in a chat.
    """
    from apipack.inference.backends.openai import OpenAIBackend

    sampling = Sampling(0.0, 1.0, p.new_tokens)
    thinking = THINKING if served.reasoning and served.chat else 0
    backend = OpenAIBackend(
        served.model,
        sampling,
        served,
        served.attempts,
        raw=not served.chat,
        stop=() if served.chat else (stop,),
        thinking=thinking,
    )
    name = f"{served.model} at {served.base_url}" if served.base_url else served.model
    turn = system if served.chat else ""
    answers = _ask(backend, name, prompts, turn, p.new_tokens + thinking, store, tools=tools)
    cost = (answers.prompt_tokens * served.price_in + answers.completion_tokens * served.price_out) / 1e6
    return answers.outputs, {
        "model": served.model,
        "prompt_tokens": answers.prompt_tokens,
        "completion_tokens": answers.completion_tokens,
        "cost": round(cost, 6),
        "refused": answers.refused,
        "generated": answers.generated,
        "faults": dict(sorted(backend.faults.items())),
        "spent": round(backend.cost, 6),
    }


@dataclass(frozen=True, slots=True)
class _Made:
    outputs: list[Output]
    generated: int
    refused: int
    prompt_tokens: int
    completion_tokens: int


def _ask(
    backend: Backend,
    name: str,
    prompts: Sequence[str],
    system: str,
    new_tokens: int,
    store: Path | None,
    grammars: Sequence[str | None] | None = None,
    tools: Sequence[str] | None = None,
) -> _Made:
    none = [None] * len(prompts)
    each = zip(prompts, grammars or none, tools or none, strict=True)
    asked = [Prompt(system, prompt, grammar=grammar, tools=of) for prompt, grammar, of in each]
    distinct = list(dict.fromkeys(asked))
    done: dict[int, Completion] = {}
    failed: dict[int, Failure] = {}
    with Store(store or cache_folder() / STORE) as kept:
        recorded = Recorded(backend, kept, Sampling(0.0, 1.0, new_tokens))
        outcomes = recorded.generate(distinct)
        for at, outcome in progress(outcomes, len(distinct), name):
            if isinstance(outcome, Completion):
                done[at] = outcome
            else:
                failed[at] = outcome
    if lost := [failure for failure in failed.values() if failure.kind not in EMPTY]:
        last = lost[-1]
        raise UserError(
            f"{name}: {len(lost)} of {len(distinct)} prompts have no output, the last for "
            f"{last.kind}: {last.detail}; {WHAT_TO_DO.get(last.kind, AGAIN)}"
        )
    outputs = {prompt: Output("", False) for prompt in distinct}  # a refusal is empty
    outputs |= {
        distinct[at]: Output(completion.text, completion.completion_tokens >= new_tokens)
        for at, completion in done.items()
    }
    return _Made(
        [outputs[prompt] for prompt in asked],
        recorded.generated,
        len(failed),
        sum(completion.prompt_tokens for completion in done.values()),
        sum(completion.completion_tokens for completion in done.values()),
    )
