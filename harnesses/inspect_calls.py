"""The tests of data/prompts in Inspect, with the verdict of the sandbox: docs/harnesses.md says how to run it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import TaskState, generate

from apipack.evaluation.accuracy import MATCHES
from apipack.evaluation.harness import chosen_of, judged_by, matches
from apipack.prompting.prompts import STOP

ROOT = Path(__file__).absolute().parents[1]


@scorer(metrics={name: [mean()] for name in MATCHES})
def verdict() -> Scorer:
    """Executes calls in this repository's sandbox where it runs their language, and reads the others."""
    p, apis = judged_by(ROOT)
    one = asyncio.Lock()

    async def score(state: TaskState, target: Target) -> Score:
        async with one:
            flags = await asyncio.to_thread(matches, state.metadata, state.output.completion, p, apis)
        return Score(value=dict(flags), answer=state.output.completion)

    return score


@task
def apipack_calls() -> Task:
    tests = chosen_of(ROOT)
    samples = [Sample(input=test["prompt"], target=test["reference"], metadata=test) for test in tests]
    p, _ = judged_by(ROOT)
    config = GenerateConfig(max_tokens=p.new_tokens, stop_seqs=[STOP])
    return Task(dataset=samples, solver=generate(), scorer=verdict(), config=config)
