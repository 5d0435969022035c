"""The embedded model really runs: batches give what one at a time gives, likelihoods are the model's."""

from pathlib import Path

import pytest
import torch

from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.backends.transformers import TransformersBackend
from apipack.models.loading import fingerprint, resolve

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
    ids = torch.tensor([[*backend._encode(ASKED[2]), *backend._tokenizer("Lisbon is the capital")["input_ids"]]])
    with torch.inference_mode():
        chances = backend._model(input_ids=ids).logits.float().log_softmax(-1)
    start = ids.shape[1] - longer.tokens
    alone = sum(float(chances[0, at - 1, ids[0, at]]) for at in range(start, ids.shape[1]))
    assert longer.total == pytest.approx(alone, rel=0.02)


def test_a_prompt_that_does_not_fit_is_a_failure(backend: TransformersBackend) -> None:
    ((_, outcome),) = backend.generate([Prompt("s", "word " * 9000)])
    assert isinstance(outcome, Failure) and outcome.kind == "too_long"


def test_the_fingerprint_tells_contents_apart(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "config.json").write_text("{}")
    first = fingerprint(tmp_path / "a")
    (tmp_path / "a" / "config.json").write_text("[]")
    assert fingerprint(tmp_path / "a") != first and fingerprint("some/model") == "some/model"
    assert fingerprint(resolve("embedded")) == fingerprint(resolve("embedded"))


@pytest.mark.slow
def test_batches_have_five_times_the_throughput_of_one_at_a_time() -> None:
    from benchmarks.generation import measure

    rates = measure(prompts=7, new_tokens=12, batches=(1, 32))
    assert rates[32] >= 5 * rates[1], rates
