"""Decoding that cannot leave a grammar: at each step the tokens that it does not allow have no chance (llguidance)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from apipack.errors import UserError
from apipack.inference.backends.base import Failure, Prompt
from apipack.inference.decoding import Choose

MAX_LEXER_STATES = 50_000
"""States of a grammar's automaton; each takes memory, and a hostile grammar asks for many."""


class Vocabulary:
    """A tokenizer as grammars read it. size: tokens that the model has logits for. Raises `UserError`."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, size: int) -> None:
        if find_spec("llguidance") is None:
            raise UserError("constrained decoding needs llguidance: pip install '.[train]' in the clone")
        from llguidance import LLMatcher, LLParserLimits
        from llguidance.hf import from_tokenizer

        try:
            self._tokenizer = from_tokenizer(tokenizer, size)  # type: ignore[arg-type]
        except ValueError as error:  # no fast tokenizer
            raise UserError(f"no constrained decoding with this model's tokenizer: {error}") from error
        self._match, self._limits = LLMatcher, LLParserLimits(max_lexer_states=MAX_LEXER_STATES)
        self.size = size

    def matcher(self, grammar: str) -> Any:
        """What follows one text along a grammar. `is_error` where it does not compile or is too large."""
        return self._match(self._tokenizer, grammar, limits=self._limits)

    def problems(self, grammars: Iterable[str | None]) -> dict[str, str]:
        """Why some of the grammars cannot be used, in short."""
        distinct = dict.fromkeys(grammar for grammar in grammars if grammar is not None)
        found = {grammar: _problem(self.matcher(grammar)) for grammar in distinct}
        return {grammar: problem for grammar, problem in found.items() if problem}

    def failures(self, prompts: Sequence[Prompt], n: int) -> dict[int, Failure]:
        """The outputs, n of each prompt, whose grammar cannot be used."""
        problems = self.problems(prompt.grammar for prompt in prompts)
        refused = [(at, problems.get(prompt.grammar or "")) for at, prompt in enumerate(prompts)]
        return {at * n + one: Failure("grammar", why) for at, why in refused if why for one in range(n)}


def _problem(matcher: Any) -> str:
    return " ".join(matcher.get_error().split())[:200] if matcher.is_error() else ""


class Constrained:
    """`choose` among the tokens that each row's grammar allows; one instance for one batch of rows. grammars: of each
    row, None for a row that is free. seconds, tokens: what masks took, for how many tokens of rows with a grammar."""

    def __init__(self, vocabulary: Vocabulary, grammars: Sequence[str | None], choose: Choose) -> None:
        self._matchers = [None if grammar is None else vocabulary.matcher(grammar) for grammar in grammars]
        self._choose, self._words = choose, (vocabulary.size + 31) // 32
        self.seconds, self.tokens = 0.0, 0

    def __call__(self, logits: torch.Tensor, rows: list[int]) -> torch.Tensor:
        started = time.perf_counter()
        masks = np.full((len(rows), self._words), -1, dtype=np.int32)
        for index, row in enumerate(rows):
            if (matcher := self._matchers[row]) is not None:
                matcher.unsafe_compute_mask_ptr(masks[index].ctypes.data, masks[index].nbytes)
        allowed = np.unpackbits(masks.view(np.uint8), axis=1, bitorder="little")[:, : logits.shape[-1]].astype(bool)
        logits = logits.masked_fill(~torch.from_numpy(allowed).to(logits.device), float("-inf"))
        self.seconds += time.perf_counter() - started
        chosen = self._choose(logits, rows)
        started = time.perf_counter()
        for row, token in zip(rows, chosen.tolist(), strict=True):
            matcher = self._matchers[row]
            if matcher is not None and not matcher.is_stopped():
                matcher.consume_token(token)
                self.tokens += 1
        self.seconds += time.perf_counter() - started
        return chosen

    def problems(self) -> list[str]:
        """Of each row why its grammar could not be followed to the end, empty where it was: it was too large."""
        return ["" if matcher is None else _problem(matcher) for matcher in self._matchers]
