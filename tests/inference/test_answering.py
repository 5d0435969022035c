"""Outputs are stored batch by batch: after a crash only the rest is generated, and a second time nothing."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from weakref import WeakSet

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from apipack.errors import UserError
from apipack.evaluation.params import Evaluate
from apipack.inference.answering import Answered, answer
from apipack.inference.backends.base import Failure
from apipack.inference.backends.transformers import TransformersBackend
from apipack.models.loading import load_lm
from apipack.records import Output
from apipack.training.finetune import tune
from tests.parameters import PARAMS
from tests.tiny import PAIRS, finetune_params, save_tiny

PROMPTS = [f"prompt {'x ' * number}" for number in range(6)] + ["prompt "]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def limits() -> Evaluate:
    return PARAMS.evaluate.model_copy(update={"batch": 2, "new_tokens": 5})


Grammars = Sequence[str | None]
Tokens = Sequence[list[int] | Failure]


class Counting(TransformersBackend):
    """Dies, if that is told, before its second batch."""

    dies = False
    batches = 0

    def _complete(self, rows: list[list[int]], seeds: list[int], grammars: Grammars) -> Tokens:
        self.batches += 1
        if self.dies and self.batches == 2:
            raise KeyboardInterrupt
        return super()._complete(rows, seeds, grammars)


def test_a_crash_costs_one_batch(tiny: str, limits: Evaluate, tmp_path: Path) -> None:
    opened: list[Counting] = []

    def open_dying(engine: str, *given: Any, **options: Any) -> Counting:
        opened.append(Counting(*given, **options))
        opened[-1].dies = len(opened) == 1
        return opened[-1]

    whole, made = answer(tiny, None, PROMPTS, limits, "\n\n", tmp_path / "whole.sqlite")
    assert made.generated == len(set(PROMPTS)) and len(whole) == len(PROMPTS)
    with pytest.raises(KeyboardInterrupt):
        answer(tiny, None, PROMPTS, limits, "\n\n", tmp_path / "store.sqlite", open_dying)
    rest, made_then = answer(tiny, None, PROMPTS, limits, "\n\n", tmp_path / "store.sqlite", open_dying)
    assert rest == whole and made_then.generated == made.generated - 2
    assert opened[1].batches == 2  # of the three


def test_nothing_is_generated_twice_and_no_model_is_loaded(tiny: str, limits: Evaluate, tmp_path: Path) -> None:
    loaded: list[bool] = []

    class Watched(Counting):
        def close(self) -> None:
            loaded.append("_loaded" in vars(self))

    def opened(engine: str, *given: Any, **options: Any) -> Watched:
        return Watched(*given, **options)

    first, _ = answer(tiny, None, PROMPTS, limits, "\n\n", tmp_path / "store.sqlite", opened)
    assert answer(tiny, None, PROMPTS, limits, "\n\n", tmp_path / "store.sqlite", opened) == (first, Answered(0))
    other = limits.model_copy(update={"new_tokens": 6})
    assert answer(tiny, None, PROMPTS, other, "\n\n", tmp_path / "store.sqlite", opened)[1].generated > 0
    assert loaded == [True, False, True]


def test_vllm_that_is_not_installed_is_one_line(tiny: str, limits: Evaluate, tmp_path: Path) -> None:
    if find_spec("vllm") is None:
        with pytest.raises(UserError, match="the backend vllm is not installed: pip install vllm, or choose another"):
            answer(tiny, None, PROMPTS, limits.model_copy(update={"backend": "vllm"}), "\n\n", tmp_path / "s.sqlite")


def test_vllm_is_given_the_raw_prompts_and_its_outputs_are_kept(
    tiny: str, limits: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in with vLLM's interface; tests/backends/test_vllm.py runs the real one where it is installed."""
    loaded: list[str] = []
    alive: WeakSet[object] = WeakSet()
    _, tokenizer = load_lm(tiny)

    class Engine:
        def __init__(self, model: str, **_: object) -> None:
            assert not alive  # two engines have no room beside each other
            self.itself = self  # like the real one, it does not go without the garbage collector
            alive.add(self)
            loaded.append(model)

        llm_engine = SimpleNamespace(model_config=SimpleNamespace(max_model_len=512))

        def get_tokenizer(self) -> PreTrainedTokenizerBase:
            return tokenizer

        def generate(
            self, inputs: list[dict[str, list[int]]], settings: list[SimpleNamespace], use_tqdm: bool
        ) -> list[SimpleNamespace]:
            assert all((one.temperature, one.max_tokens, one.stop) == (0.0, 5, ["\n\n"]) for one in settings)
            asked = [one["prompt_token_ids"] for one in inputs]
            made = [
                SimpleNamespace(text=f" {tokenizer.decode(ids)}!", token_ids=range(5 - len(ids) % 2)) for ids in asked
            ]
            return [SimpleNamespace(outputs=[one], prompt_token_ids=[1]) for one in made]

    stand_in = ModuleType("vllm")
    stand_in.__spec__ = ModuleSpec("vllm", None)
    stand_in.LLM, stand_in.SamplingParams = Engine, SimpleNamespace  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", stand_in)
    p, store = limits.model_copy(update={"backend": "vllm"}), tmp_path / "store.sqlite"
    made = answer(tiny, None, PROMPTS, p, "\n\n", store)
    lengths = [len(tokenizer(prompt)["input_ids"]) for prompt in PROMPTS]
    cut = [length % 2 == 0 for length in lengths]
    assert made == (list(map(Output, [f" {prompt}!" for prompt in PROMPTS], cut)), Answered(len(set(PROMPTS))))
    assert answer(tiny, None, PROMPTS, p, "\n\n", store) == (made[0], Answered(0))
    assert loaded == [tiny]  # not for what is kept
    other = str(save_tiny(tmp_path / "other", layers=1))
    answer(other, None, PROMPTS, p, "\n\n", store)
    assert loaded == [tiny, other] and not alive


def test_vllm_keeps_to_the_grammars_that_can_be_used(
    tiny: str, limits: Evaluate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, tokenizer = load_lm(tiny)
    held: list[str | None] = []

    class Engine:
        def __init__(self, model: str, structured_outputs_config: dict[str, str], **_: object) -> None:
            assert structured_outputs_config == {"backend": "guidance"}

        llm_engine = SimpleNamespace(model_config=SimpleNamespace(max_model_len=512))

        def get_tokenizer(self) -> PreTrainedTokenizerBase:
            return tokenizer

        def generate(self, inputs: list[Any], settings: list[SimpleNamespace], **_: object) -> list[SimpleNamespace]:
            held.extend(of.structured_outputs.grammar if hasattr(of, "structured_outputs") else None for of in settings)
            return [SimpleNamespace(outputs=[SimpleNamespace(text="x", token_ids=[1])], prompt_token_ids=[1])] * len(
                inputs
            )

    stand_in, inner = ModuleType("vllm"), ModuleType("vllm.sampling_params")
    stand_in.__spec__ = ModuleSpec("vllm", None)
    stand_in.LLM, stand_in.SamplingParams = Engine, SimpleNamespace  # type: ignore[attr-defined]
    inner.StructuredOutputsParams = SimpleNamespace  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", stand_in)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", inner)
    p, grammar = limits.model_copy(update={"backend": "vllm"}), 'start: "x"\n'
    grammars = [grammar, None, "start: a\na: b\n"]
    outputs, took = answer(tiny, None, PROMPTS[:3], p, "\n\n", tmp_path / "s.sqlite", grammars=grammars)
    assert sorted(held, key=str) == [None, grammar] and took.unusable == 1
    assert [output.text for output in outputs] == ["x", "x", ""]


def test_running_out_of_memory_is_one_line(tiny: str, limits: Evaluate, tmp_path: Path) -> None:
    class Greedy(TransformersBackend):
        def _complete(self, rows: list[list[int]], seeds: list[int], grammars: Grammars) -> Tokens:
            return [torch.empty(10**15).tolist()]  # torch's own error

    with pytest.raises(UserError, match="out of memory at a batch of 2 prompts .* lower evaluate.batch") as error:
        answer(
            *(tiny, None, PROMPTS, limits, "\n\n", tmp_path / "store.sqlite"),
            open_model=lambda _, *given, **options: Greedy(*given, **options),
        )
    assert "\n" not in str(error.value)


def test_another_adapter_is_another_model(tiny: str, limits: Evaluate, tmp_path: Path) -> None:
    counts = []
    for epochs in (1.0, 2.0):
        p = finetune_params(tiny, method="lora", epochs=epochs)
        tune(PAIRS, tmp_path / str(epochs), p, 0)
        _, made = answer(tiny, tmp_path / str(epochs), PROMPTS[:2], limits, "\n\n", tmp_path / "store.sqlite")
        counts.append(made.generated)
    assert counts == [2, 2]
    assert answer(tiny, tmp_path / "1.0", PROMPTS[:2], limits, "\n\n", tmp_path / "store.sqlite")[1] == Answered(0)
