"""vLLM in this process, where it is installed (`pip install vllm`; it needs a GPU that it supports)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from apipack.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.errors import UserError
from apipack.models import fingerprint, resolve


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

        return LLM(model=self._place, enable_prefix_caching=True)

    @cached_property
    def _tokenizer(self) -> Any:
        return self._engine.get_tokenizer()

    @property
    def identity(self) -> str:
        mode = f":raw:{self._stop}" if self._raw else ""
        return f"vllm:{fingerprint(self._place)}{mode}"

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        from vllm import SamplingParams

        for start in range(0, len(prompts) * n, self._batch):
            chosen = range(start, min(start + self._batch, len(prompts) * n))
            settings = [
                SamplingParams(
                    temperature=self._sampling.temperature,
                    top_p=self._sampling.top_p,
                    max_tokens=self._sampling.new_tokens,
                    seed=prompts[at // n].seed + at % n,
                    stop=self._stop or None,
                )
                for at in chosen
            ]
            texts = [self._text(prompts[at // n]) for at in chosen]
            for at, made in zip(chosen, self._engine.generate(texts, settings, use_tqdm=False), strict=True):
                answer = made.outputs[0]
                text = answer.text if self._raw else answer.text.strip()
                yield at, Completion(text, len(made.prompt_token_ids), len(answer.token_ids))

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        from vllm import SamplingParams

        settings = SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0)
        for start in range(0, len(pairs), self._batch):
            chosen = range(start, min(start + self._batch, len(pairs)))
            ids = []
            for at in chosen:
                prompt, text = pairs[at]
                asked = self._tokenizer(self._text(prompt), add_special_tokens=False)["input_ids"]
                answer = self._tokenizer(text, add_special_tokens=False)["input_ids"]
                ids.append((asked, answer))
            inputs = [{"prompt_token_ids": asked + answer} for asked, answer in ids]
            for at, (asked, answer), made in zip(
                chosen, ids, self._engine.generate(inputs, settings, use_tqdm=False), strict=True
            ):
                chances = made.prompt_logprobs[len(asked) :]
                total = sum(entry[token].logprob for entry, token in zip(chances, answer, strict=True))
                yield at, LogLikelihood(total, len(answer))

    def _text(self, prompt: Prompt) -> str:
        if self._raw:
            return prompt.user
        messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
        return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
