"""A local model in this process, batched: SmolLM2-135M-Instruct by default, or any folder or hub id.

Completions are drawn with one random number a token and row from the row's own seed, so a completion does not
depend on the batch it was made in (but for rounding), and a run that was killed goes on with the same draws.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch

from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.decoding import complete
from apipack.inference.packed_linear import pack
from apipack.models.loading import fingerprint, load_lm, resolve

_CANDIDATES = 256


class TransformersBackend:
    """model: `embedded`, folder or hub id. batch: completions, or pairs to score, at once."""

    def __init__(self, model: str, sampling: Sampling, batch: int) -> None:
        self._name, self._sampling, self._batch = model, sampling, batch
        lm, self._tokenizer = load_lm(model)
        self._model = pack(lm).eval()
        self._longest = int(getattr(self._model.config, "max_position_embeddings", 0) or 1 << 30)

    @property
    def identity(self) -> str:
        return f"transformers:{self._name}:{fingerprint(resolve(self._name))}"

    @torch.inference_mode()
    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        encoded = [self._encode(prompt) for prompt in prompts]
        room = self._longest - self._sampling.new_tokens
        order = sorted(range(len(prompts) * n), key=lambda at: (-len(encoded[at // n]), encoded[at // n], at))
        for at in [at for at in order if len(encoded[at // n]) > room]:
            yield at, Failure("too_long", f"the prompt has {len(encoded[at // n])} tokens, room is for {room}")
        order = [at for at in order if len(encoded[at // n]) <= room]
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            rows = [encoded[at // n] for at in chosen]
            seeds = [prompts[at // n].seed + at % n for at in chosen]
            for at, row, made in zip(chosen, rows, self._complete(rows, seeds), strict=True):
                text = str(self._tokenizer.decode(made, skip_special_tokens=True)).strip()
                yield at, Completion(text, len(row), len(made))

    @torch.inference_mode()
    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        asked = [self._encode(prompt) for prompt, _ in pairs]
        answers = [self._tokenizer(text, add_special_tokens=False)["input_ids"] for _, text in pairs]
        whole = [[*question, *answer] for question, answer in zip(asked, answers, strict=True)]
        order = sorted(range(len(pairs)), key=lambda at: (-len(whole[at]), at))
        for at in [at for at in order if len(whole[at]) > self._longest or not answers[at]]:
            yield at, Failure("too_long" if answers[at] else "malformed", f"{len(whole[at])} tokens to score")
        order = [at for at in order if len(whole[at]) <= self._longest and answers[at]]
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            ids, mask = self._padded([whole[at] for at in chosen])
            keep = max(len(answers[at]) for at in chosen) + 1
            output = self._model(input_ids=ids, attention_mask=mask, position_ids=_positions(mask), logits_to_keep=keep)
            chances = output.logits[:, :-1].float().log_softmax(-1)
            of_tokens = chances.gather(-1, ids[:, -(keep - 1) :].unsqueeze(-1)).squeeze(-1)
            for row, at in enumerate(chosen):
                count = len(answers[at])
                yield at, LogLikelihood(float(of_tokens[row, -count:].double().sum()), count)

    def _encode(self, prompt: Prompt) -> list[int]:
        if self._tokenizer.chat_template is None:
            return list(self._tokenizer(f"{prompt.system}\n\n{prompt.user}\n\n")["input_ids"])
        messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _complete(self, rows: list[list[int]], seeds: list[int]) -> list[list[int]]:
        end = self._tokenizer.eos_token_id
        choose = _Draw(seeds, self._sampling) if self._sampling.temperature > 0 else _greedy
        made = complete(self._model, rows, self._sampling.new_tokens, choose, lambda tokens: tokens[-1] == end)
        return [tokens[:-1] if tokens[-1] == end else tokens for tokens in made]

    def _padded(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Left-padded token ids and mask, both (batch, longest), on the model's device."""
        longest = max(map(len, rows))
        filler = self._tokenizer.pad_token_id
        ids = torch.tensor([[filler] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        return ids.to(self._model.device), mask.to(self._model.device)


def _positions(mask: torch.Tensor) -> torch.Tensor:
    return (mask.cumsum(-1) - 1).clamp(min=0)


def _greedy(logits: torch.Tensor, _: list[int]) -> torch.Tensor:
    return logits.argmax(-1)


class _Draw:
    """Nucleus sampling by inverse distribution function, with each row's own generator."""

    def __init__(self, seeds: list[int], sampling: Sampling) -> None:
        self._rngs = [random.Random(seed) for seed in seeds]
        self._temperature, self._top_p = sampling.temperature, sampling.top_p

    def __call__(self, logits: torch.Tensor, rows: list[int]) -> torch.Tensor:
        top, places = (logits.float() / self._temperature).topk(min(_CANDIDATES, logits.shape[-1]), dim=-1)
        chances = top.softmax(-1)
        before = chances.cumsum(-1) - chances
        chances = chances.masked_fill(before >= self._top_p, 0)
        bounds = chances.cumsum(-1)
        point = torch.tensor([[self._rngs[row].random()] for row in rows], device=logits.device) * bounds[:, -1:]
        at = (bounds < point).sum(-1, keepdim=True).clamp(max=bounds.shape[-1] - 1)
        return places.gather(-1, at).squeeze(-1)
