"""What every backend takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """One chat turn to complete. seed: of its first completion; the k-th of n uses seed + k.

    facts: the operation's row, for a backend that needs no model; a model sees `system` and `user` alone. grammar: of
    what may be written (`prompting.call_grammar`), where a backend can constrain; None for anything. tools: JSON of
    what may be called, in OpenAI's format, for a server; None for no tools.
    """

    system: str
    user: str
    seed: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)
    grammar: str | None = None
    tools: str | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """temperature 0 is greedy. new_tokens: most tokens a completion."""

    temperature: float
    top_p: float
    new_tokens: int

    def key(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Completion:
    """completion_tokens: as many as the sampling allows only where the text was cut; one that ends itself has fewer."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class LogLikelihood:
    """Sum of the natural logs of a continuation's token probabilities, and how many tokens those are."""

    total: float
    tokens: int

    @property
    def mean(self) -> float:
        return self.total / max(1, self.tokens)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a backend could not do, after its retries. kind: timeout, rate_limit, server, connection, malformed,
    refusal, too_long or grammar, one that cannot be used."""

    kind: str
    detail: str


def encode(tokenizer: Any, prompt: Prompt, raw: bool) -> list[int]:
    """Token ids of a prompt; raw: of the user's text alone, to go on with.

    A chat template writes the begin-of-text mark itself, so no special tokens are added to what it gives.
    """
    if raw:
        marked = bool(tokenizer.bos_token) and prompt.user.startswith(tokenizer.bos_token)  # by a chat template
        return list(tokenizer(prompt.user, add_special_tokens=not marked)["input_ids"])
    if tokenizer.chat_template is None:
        return list(tokenizer(f"{prompt.system}\n\n{prompt.user}\n\n")["input_ids"])
    messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


class Backend(Protocol):
    """identity: the model's name as the store's key has it: the same identity must give the same text."""

    @property
    def identity(self) -> str: ...

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        """Yield (i * n + k, outcome) for completion k of prompt i, in any order, each as soon as it is made."""
        ...

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        """Yield (i, log-likelihood of the text of pair i as the answer to its prompt), in any order."""
        ...
