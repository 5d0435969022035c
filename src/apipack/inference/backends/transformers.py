"""A local model in this process, batched: SmolLM2-135M-Instruct by default, or any folder or hub id.

Completions are drawn with one random number a token and row from the row's own seed, so a completion does not
depend on the batch it was made in (but for rounding), and a run that was killed goes on with the same draws.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from apipack.inference.attention import use_attention
from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling, encode
from apipack.inference.constrained import Constrained, Vocabulary
from apipack.inference.decoding import Choose, complete
from apipack.inference.packed_linear import pack
from apipack.models.loading import best_dtype, load_lm
from apipack.models.places import fingerprint, resolve

_CANDIDATES = 256


class TransformersBackend:
    """model: `embedded`, folder or hub id, loaded for the first prompt; adapter: is merged into it. batch: completions,
    or pairs to score, at once. raw: prompts are texts to go on with, not chat turns. stop: texts before which a
    completion ends. dtype: None for the best one of this machine. mask_seconds, mask_tokens: what keeping to grammars
    took, for how many tokens."""

    def __init__(
        self,
        model: str,
        sampling: Sampling,
        batch: int,
        *,
        adapter: Path | None = None,
        raw: bool = False,
        stop: Sequence[str] = (),
        dtype: torch.dtype | None = None,
    ) -> None:
        self._name, self._adapter, self._sampling, self._batch = model, adapter, sampling, batch
        self._raw, self._stop, self._dtype = raw, list(stop), dtype or best_dtype()
        self.mask_seconds, self.mask_tokens = 0.0, 0

    @property
    def identity(self) -> str:
        adapter = f":{fingerprint(self._adapter)}" if self._adapter else ""
        mode = f":{'raw' if self._raw else 'chat'}:{self._stop}:{self._dtype}" if self._raw or self._stop else ""
        return f"transformers:{self._name}:{fingerprint(resolve(self._name))}{adapter}{mode}"

    @cached_property
    def _loaded(self) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        model, tokenizer = load_lm(self._name, self._adapter, self._dtype)
        use_attention(model)
        return pack(model).eval(), tokenizer

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        model, tokenizer = self._loaded
        return Vocabulary(tokenizer, int(model.config.get_text_config().vocab_size))

    def close(self) -> None:
        """Give back the model's memory. Another prompt would load it again."""
        for name in ("_loaded", "_vocabulary"):
            self.__dict__.pop(name, None)

    @property
    def _longest(self) -> int:
        """Tokens of prompt and completion together."""
        return int(getattr(self._loaded[0].config, "max_position_embeddings", 0) or 1 << 30)

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        encoded = self._encode(prompts)
        room = self._longest - self._sampling.new_tokens
        order = sorted(range(len(prompts) * n), key=lambda at: (-len(encoded[at // n]), prompts[at // n].user, at))
        for at in [at for at in order if len(encoded[at // n]) > room]:
            yield at, Failure("too_long", f"the prompt has {len(encoded[at // n])} tokens, room is for {room}")
        order = [at for at in order if len(encoded[at // n]) <= room]
        unusable = self._vocabulary.failures(prompts, n) if any(prompt.grammar for prompt in prompts) else {}
        yield from ((at, unusable[at]) for at in order if at in unusable)
        order = [at for at in order if at not in unusable]
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            rows = [encoded[at // n] for at in chosen]
            seeds = [prompts[at // n].seed + at % n for at in chosen]
            grammars = [prompts[at // n].grammar for at in chosen]
            for at, row, completion in zip(chosen, rows, self._complete(rows, seeds, grammars), strict=True):
                if isinstance(completion, Failure):
                    yield at, completion
                else:
                    ended = self._ended(completion)
                    yield at, Completion(self._text(completion), len(row), len(completion) - ended)

    @torch.inference_mode()
    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        model, tokenizer = self._loaded
        asked = self._encode([prompt for prompt, _ in pairs])
        answers = [tokenizer(text, add_special_tokens=False)["input_ids"] for _, text in pairs]
        whole = [[*question, *answer] for question, answer in zip(asked, answers, strict=True)]
        order = sorted(range(len(pairs)), key=lambda at: (-len(whole[at]), at))
        for at in [at for at in order if len(whole[at]) > self._longest or not answers[at]]:
            yield at, Failure("too_long" if answers[at] else "malformed", f"{len(whole[at])} tokens to score")
        order = [at for at in order if len(whole[at]) <= self._longest and answers[at]]
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            ids, mask = self._padded([whole[at] for at in chosen])
            keep = max(len(answers[at]) for at in chosen) + 1
            output = model(input_ids=ids, attention_mask=mask, position_ids=_positions(mask), logits_to_keep=keep)
            chances = output.logits[:, :-1].float().log_softmax(-1)
            of_tokens = chances.gather(-1, ids[:, -(keep - 1) :].unsqueeze(-1)).squeeze(-1)
            for row, at in enumerate(chosen):
                count = len(answers[at])
                yield at, LogLikelihood(float(of_tokens[row, -count:].double().sum()), count)

    def _encode(self, prompts: Sequence[Prompt]) -> list[list[int]]:
        return [encode(self._loaded[1], prompt, self._raw) for prompt in prompts]

    def _complete(
        self, rows: list[list[int]], seeds: list[int], grammars: Sequence[str | None]
    ) -> Sequence[list[int] | Failure]:
        choose: Choose = _Draw(seeds, self._sampling) if self._sampling.temperature > 0 else _greedy
        if not any(grammars):
            return complete(self._loaded[0], rows, self._sampling.new_tokens, choose, self._ended)
        constrained = Constrained(self._vocabulary, grammars, choose)
        completions = complete(self._loaded[0], rows, self._sampling.new_tokens, constrained, self._ended)
        self.mask_seconds += constrained.seconds
        self.mask_tokens += constrained.tokens
        return [
            Failure("grammar", problem) if problem else completion
            for completion, problem in zip(completions, constrained.problems(), strict=True)
        ]

    def _ended(self, tokens: list[int]) -> bool:
        """Whether the last token is EOS or ends a stop string (none has more tokens than characters)."""
        tokenizer = self._loaded[1]
        if tokens[-1] == tokenizer.eos_token_id:
            return True
        if not self._stop:
            return False
        tail = str(tokenizer.decode(tokens[-max(map(len, self._stop)) :], clean_up_tokenization_spaces=False))
        return any(mark in tail for mark in self._stop)

    def _text(self, tokens: list[int]) -> str:
        """Without EOS, which is the last token if at all, and from a stop string on cut off."""
        tokenizer = self._loaded[1]
        body = tokens[:-1] if tokens[-1] == tokenizer.eos_token_id else tokens
        text = str(tokenizer.decode(body, skip_special_tokens=True, clean_up_tokenization_spaces=False))
        text = text[: min((text.index(mark) for mark in self._stop if mark in text), default=len(text))]
        return text if self._raw else text.strip()

    def _padded(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Left-padded token ids and mask, both (batch, longest), on the model's device."""
        longest = max(map(len, rows))
        model, tokenizer = self._loaded
        ids = torch.tensor([[tokenizer.pad_token_id] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        return ids.to(model.device), mask.to(model.device)


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
