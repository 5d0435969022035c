"""The embedded model really runs: batches give what one at a time gives, likelihoods are the model's."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import torch
from transformers import GenerationConfig

from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling, encode
from apipack.inference.backends.transformers import TransformersBackend
from apipack.models.loading import load_lm
from tests.tiny import save_tiny

ASKED = [
    Prompt("You answer in one word.", f"What is the capital of {country}?", seed)
    for seed, country in enumerate(("France", "Italy", "the very old and rather small country of Portugal"))
]


@pytest.fixture(scope="module")
def backend() -> TransformersBackend:
    return TransformersBackend("embedded", Sampling(0.8, 0.95, 8), 4)


def texts(backend: TransformersBackend, asked: list[Prompt], n: int = 1) -> list[str]:
    made = dict(backend.generate(asked, n))
    assert sorted(made) == list(range(len(asked) * n))
    return [outcome.text for _, outcome in sorted(made.items()) if isinstance(outcome, Completion)]


def test_completions_depend_on_prompt_and_seed_not_on_the_batch(backend: TransformersBackend) -> None:
    together = texts(backend, ASKED, 2)
    alone = [text for prompt in ASKED for text in texts(backend, [prompt], 2)]
    assert len(together) == 6 and together == texts(backend, ASKED, 2)
    assert sum(one == other for one, other in zip(together, alone, strict=True)) >= 5  # padding moves last bits
    shifted = texts(backend, [Prompt(ASKED[0].system, ASKED[0].user, 1)])
    assert shifted == [alone[1]]  # the second completion of seed 0 is the first of seed 1


def test_greedy_knows_the_capital() -> None:
    greedy = TransformersBackend("embedded", Sampling(0.0, 1.0, 8), 4)
    assert "Paris" in texts(greedy, ASKED[:1])[0]


def test_log_likelihood_is_the_sum_over_the_answer_alone(backend: TransformersBackend) -> None:
    pairs = [(ASKED[0], "Paris"), (ASKED[0], "Purple elephants"), (ASKED[2], "Lisbon is the capital"), (ASKED[1], "")]
    found = dict(backend.loglikelihood(pairs))
    likely, unlikely, longer, nothing = (found[i] for i in range(4))
    assert isinstance(likely, LogLikelihood) and isinstance(unlikely, LogLikelihood)
    assert isinstance(longer, LogLikelihood) and isinstance(nothing, Failure)
    assert 0 > likely.mean > unlikely.mean
    model, tokenizer = load_lm("embedded")
    ids = torch.tensor([[*encode(tokenizer, ASKED[2], raw=False), *tokenizer("Lisbon is the capital")["input_ids"]]])
    with torch.inference_mode():
        chances = model(input_ids=ids).logits.float().log_softmax(-1)
    start = ids.shape[1] - longer.tokens
    alone = sum(float(chances[0, at - 1, ids[0, at]]) for at in range(start, ids.shape[1]))
    assert longer.total == pytest.approx(alone, rel=0.02)


def test_a_prompt_that_does_not_fit_is_a_failure(backend: TransformersBackend) -> None:
    ((_, outcome),) = backend.generate([Prompt("s", "word " * 9000)])
    assert isinstance(outcome, Failure) and outcome.kind == "too_long"


RAW = [
    "The capital of France is",
    "**lang**: curl\n**instruction**: list all pets of the store https://pets.test/v1/pets\n**api_call**:",
    "1, 2, 3, 4,",
    "Water is made of hydrogen and",
]


def raw(model: str, new_tokens: int, batch: int, stop: tuple[str, ...] = ()) -> TransformersBackend:
    """Greedy, and in float32: in bfloat16 rounding differs with the batch, and near ties flip."""
    return TransformersBackend(model, Sampling(0.0, 1.0, new_tokens), batch, raw=True, stop=stop, dtype=torch.float32)


def prompts(*users: str) -> list[Prompt]:
    return [Prompt("", user) for user in users]


def test_raw_prompts_are_gone_on_with_and_batches_equal_one_at_a_time() -> None:
    backend = raw("embedded", 12, 3)
    together = texts(backend, prompts(*RAW, RAW[0]))
    assert together == [text for prompt in (*RAW, RAW[0]) for text in texts(backend, prompts(prompt))]
    assert together[0].startswith(" Paris") and together[0] == together[4]
    assert texts(backend, []) == []


def test_a_completion_ends_before_a_stop_string() -> None:
    assert texts(raw("embedded", 12, 1, (" 7", "9")), prompts("1, 2, 3, 4,")) == [" 5, 6,"]


@pytest.mark.parametrize(("new_tokens", "stop", "used"), [(3, (), 3), (12, (" 7",), 7), (8, (" 7",), 7), (12, (), 12)])
def test_only_what_the_limit_cut_has_used_all_its_tokens(new_tokens: int, stop: tuple[str, ...], used: int) -> None:
    ((_, outcome),) = raw("embedded", new_tokens, 1, stop).generate(prompts("1, 2, 3, 4,"))
    assert isinstance(outcome, Completion) and outcome.completion_tokens == used


def test_rows_that_have_ended_leave_the_batch(tmp_path: Path) -> None:
    place = str(save_tiny(tmp_path))
    model, tokenizer = load_lm(place, dtype=torch.float32)
    asked = [f"{number} {RAW[number % 4]}" for number in range(12)]
    settings = GenerationConfig(max_new_tokens=20, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    generate = cast(Callable[..., torch.Tensor], model.generate)  # transformers types it as a tensor
    whole = [generate(**tokenizer(one, return_tensors="pt"), generation_config=settings)[0] for one in asked]
    made = [tokenizer.decode(ids[len(tokenizer(one)["input_ids"]) :]) for one, ids in zip(asked, whole, strict=True)]
    backend = raw(place, 20, 12, ("a", "n"))
    rows: list[int] = []
    backend._loaded[0].register_forward_pre_hook(
        lambda _, __, given: rows.append(len(given["input_ids"])), with_kwargs=True
    )
    assert texts(backend, prompts(*asked)) == [re.split("[an]", str(text))[0] for text in made]
    assert rows[0] == 12 and rows[-1] <= 9 and rows == sorted(rows, reverse=True)


def test_another_mode_stop_string_or_type_is_another_identity(tmp_path: Path) -> None:
    place = str(save_tiny(tmp_path))
    others = [raw(place, 5, 1, stop).identity for stop in ((), ("a",), ("b",))]
    others += [TransformersBackend(place, Sampling(0.0, 1.0, 5), 1, raw=raw).identity for raw in (False,)]
    half = TransformersBackend(place, Sampling(0.0, 1.0, 5), 1, raw=True, dtype=torch.bfloat16)
    assert len({*others, half.identity}) == 5


@pytest.mark.slow
def test_batches_have_five_times_the_throughput_of_one_at_a_time() -> None:
    from benchmarks.generation import measure

    rates = measure(prompts=7, new_tokens=12, batches=(1, 32))
    assert rates[32] >= 5 * rates[1], rates
