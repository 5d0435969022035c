"""A local model in this process, batched: SmolLM2-135M-Instruct by default, or any folder or hub id.

Completions are drawn with one random number a token and row from the row's own seed, so a completion does not
depend on the batch it was made in (but for rounding), and a run that was killed goes on with the same draws.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from apipack.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.models import fingerprint, load_lm, resolve

_CANDIDATES = 256


class TransformersBackend:
    """model: `embedded`, folder or hub id. batch: completions, or pairs to score, at once."""

    def __init__(self, model: str, sampling: Sampling, batch: int) -> None:
        self._name, self._sampling, self._batch = model, sampling, batch
        self._model, self._tokenizer = load_lm(model)
        self._model.eval()
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
        """A prompt that occurs more than once is read once: its cache is copied to each of its completions."""
        distinct = list(dict.fromkeys(map(tuple, rows)))
        place = {row: at for at, row in enumerate(distinct)}
        where = torch.tensor([place[tuple(row)] for row in rows], device=self._model.device)
        ids, mask = self._padded([list(row) for row in distinct])
        read = self._model(
            input_ids=ids[:, :-1],
            attention_mask=mask[:, :-1],
            position_ids=_positions(mask[:, :-1]),
            use_cache=True,
            logits_to_keep=1,
        )
        read.past_key_values.batch_select_indices(where)
        ids, mask = ids[where], mask[where]
        settings = GenerationConfig(
            max_new_tokens=self._sampling.new_tokens,
            do_sample=False,
            eos_token_id=self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
        )
        draw = [_Draw(seeds, self._sampling)] if self._sampling.temperature > 0 else []
        made = self._model.generate(  # type: ignore[operator]
            input_ids=ids,
            attention_mask=mask,
            past_key_values=read.past_key_values,
            generation_config=settings,
            logits_processor=LogitsProcessorList(draw),
        )
        end = self._tokenizer.eos_token_id
        tails = [row[ids.shape[1] :].tolist() for row in made]
        return [tail[: tail.index(end)] if end in tail else tail for tail in tails]

    def _padded(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Left-padded token ids and mask, both (batch, longest), on the model's device."""
        longest = max(map(len, rows))
        filler = self._tokenizer.pad_token_id
        ids = torch.tensor([[filler] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        return ids.to(self._model.device), mask.to(self._model.device)


def _positions(mask: torch.Tensor) -> torch.Tensor:
    return (mask.cumsum(-1) - 1).clamp(min=0)


class _Draw(LogitsProcessor):
    """Leaves each row one token: nucleus sampling by inverse distribution function, with the row's own generator."""

    def __init__(self, seeds: list[int], sampling: Sampling) -> None:
        self._rngs = [random.Random(seed) for seed in seeds]
        self._temperature, self._top_p = sampling.temperature, sampling.top_p

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        top, places = (scores.float() / self._temperature).topk(min(_CANDIDATES, scores.shape[-1]), dim=-1)
        chances = top.softmax(-1)
        before = chances.cumsum(-1) - chances
        chances = chances.masked_fill(before >= self._top_p, 0)
        bounds = chances.cumsum(-1)
        point = torch.tensor([[rng.random()] for rng in self._rngs], device=scores.device) * bounds[:, -1:]
        chosen = places.gather(-1, (bounds < point).sum(-1, keepdim=True).clamp(max=bounds.shape[-1] - 1))
        return torch.full_like(scores, float("-inf")).scatter(-1, chosen, 0.0)
