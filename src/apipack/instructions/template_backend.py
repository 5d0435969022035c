"""The backend without a model: wordings from the grammar, likelihoods from a smoothed unigram model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt
from apipack.instructions.grammar import candidates

_WORD = re.compile(r"[a-z0-9]+")
_VOCABULARY = 50_000
_SMOOTHING = 0.1


class TemplateBackend:
    """Completes prompts that carry an operation as `facts`."""

    def __init__(self, description_words: int) -> None:
        self._words = description_words

    @property
    def identity(self) -> str:
        return f"template:{self._words}"

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        for number, prompt in enumerate(prompts):
            texts = candidates(dict(prompt.facts), prompt.seed, n, self._words)
            for k in range(n):
                yield number * n + k, Completion(texts[k]) if k < len(texts) else Failure("malformed", "no more frames")

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        """Query likelihood (Ponte and Croft, 1998): unigrams of the prompt, smoothed with a uniform vocabulary."""
        for number, (prompt, text) in enumerate(pairs):
            counts = Counter(_WORD.findall(prompt.user.lower()))
            length = sum(counts.values()) or 1
            words = _WORD.findall(text.lower())
            total = sum(math.log((1 - _SMOOTHING) * counts[word] / length + _SMOOTHING / _VOCABULARY) for word in words)
            yield number, LogLikelihood(total, len(words))
