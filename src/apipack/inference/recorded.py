"""A backend whose results are kept: each is written to disk before the next is asked for."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from apipack.inference.backends.base import Backend, Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.models.store import Store

Result = TypeVar("Result", Completion, LogLikelihood)


def key_of(*parts: Any) -> str:
    """sha256 of the parts as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Recorded:
    """A backend behind a store: what the store has is not generated again; what is generated is stored at once.

    Failures are not stored: the next run tries them again. generated, reused, scored: completions and likelihoods of
    this object; failures: by kind; prompt_tokens, completion_tokens: of what was generated, as far as the backend
    counts.
    """

    def __init__(self, backend: Backend, store: Store, sampling: Sampling) -> None:
        self._backend, self._store, self._sampling = backend, store, sampling
        self._identity = backend.identity
        self.generated = self.reused = self.scored = 0
        self.prompt_tokens = self.completion_tokens = 0
        self.failures: Counter[str] = Counter()

    @property
    def identity(self) -> str:
        return self._identity

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        single = [replace(prompt, seed=prompt.seed + k) for prompt in prompts for k in range(n)]
        keys = [self._key(prompt) for prompt in single]
        return self._through(Completion, keys, lambda rows: self._backend.generate([single[row] for row in rows]))

    def _key(self, prompt: Prompt) -> str:
        further = [text for text in (prompt.grammar, prompt.tools) if text is not None]
        return key_of(
            "generate", self._identity, prompt.system, prompt.user, self._sampling.key(), prompt.seed, *further
        )

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        keys = [key_of("loglikelihood", self._identity, prompt.system, prompt.user, text) for prompt, text in pairs]
        return self._through(
            LogLikelihood, keys, lambda rows: self._backend.loglikelihood([pairs[row] for row in rows])
        )

    def _through(
        self,
        kind: type[Result],
        keys: Sequence[str],
        ask: Callable[[list[int]], Iterator[tuple[int, Result | Failure]]],
    ) -> Iterator[tuple[int, Result | Failure]]:
        """Outcomes by position in `keys`; ask: is given the first position of each key that has no result yet."""
        positions: dict[str, list[int]] = {}
        for position, key in enumerate(keys):
            positions.setdefault(key, []).append(position)
        kept = self._store.get(list(positions))
        for key in [key for key in positions if key in kept]:
            self.reused += kind is Completion
            result = kind(**json.loads(kept[key]))
            yield from ((position, result) for position in positions[key])
        missing = [key for key in positions if key not in kept]
        for at, outcome in ask([positions[key][0] for key in missing]) if missing else ():
            if isinstance(outcome, Failure):
                self.failures[outcome.kind] += 1
            else:
                self._store.put(self._identity, {missing[at]: json.dumps(asdict(outcome), ensure_ascii=False)})
                self._count(outcome)
            yield from ((position, outcome) for position in positions[missing[at]])

    def _count(self, outcome: Completion | LogLikelihood) -> None:
        if isinstance(outcome, LogLikelihood):
            self.scored += 1
        else:
            self.generated += 1
            self.prompt_tokens += outcome.prompt_tokens
            self.completion_tokens += outcome.completion_tokens
