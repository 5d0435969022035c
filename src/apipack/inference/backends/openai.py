"""Any server with OpenAI's HTTP interface: vLLM, `transformers serve`, a hosted model.

The key is read from the environment variable that params.yaml names and is never written anywhere. Requests
run side by side; what a server fails at for the moment is tried again after a growing, random wait, or after the
time that the server asks for. The official client does the HTTP.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

import openai
import tenacity

from apipack.errors import UserError
from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.params import Server

LONGEST_WAIT = 60.0
GIVE_UP_AFTER = 20
_Result = TypeVar("_Result")


class Malformed(Exception):
    """A response without the text that was asked for."""


class Refused(Exception):
    """The server's own filter withheld the answer."""


class OpenAIBackend:
    """model: the server's name for it. attempts: how often one request is tried in all. raw: prompts are texts to go
    on with, at /completions, not chat turns. stop: texts before which a completion ends. thinking: tokens of a chat's
    answer beside those of `sampling`, for a model that takes no other settings of it.

    faults: failed attempts by kind. prompt_tokens, completion_tokens: of all answers, as the server counts them.
    Raises `UserError` where going on makes no sense: wrong key, no such model, a server that fails always.
    """

    def __init__(
        self,
        model: str,
        sampling: Sampling,
        server: Server,
        attempts: int,
        *,
        raw: bool = False,
        stop: Sequence[str] = (),
        thinking: int = 0,
    ) -> None:
        self._thinking = thinking
        self._model, self._sampling, self._server, self._attempts = model, sampling, server, attempts
        self._raw, self._stop = raw, list(stop)
        self._lock = threading.Lock()
        self._failed_in_a_row = 0
        self.faults: Counter[str] = Counter()
        self.prompt_tokens = self.completion_tokens = 0

    @cached_property
    def _client(self) -> openai.OpenAI:
        server = self._server
        key = os.environ.get(server.key_variable)
        if server.base_url is None and not key:
            raise UserError(
                f"the environment variable {server.key_variable} is not set, and the server of {self._model} has no "
                "base_url; set the key, or name a server of your own"
            )
        return openai.OpenAI(base_url=server.base_url, api_key=key or "none", timeout=server.timeout, max_retries=0)

    @property
    def identity(self) -> str:
        mode = f":{'raw' if self._raw else 'chat'}:{self._stop}" if self._raw or self._stop else ""
        where = urlsplit(self._server.base_url or "")
        server = f"@{where.netloc.rpartition('@')[2]}{where.path}" if where.netloc else ""
        thinking = f":{self._thinking}" if self._thinking else ""
        return f"openai:{self._model}{server}{mode}{thinking}"

    @property
    def cost(self) -> float:
        """What the tokens of this run cost, in the currency of `server.price_in` and `price_out` (a million tokens)."""
        server = self._server
        return (self.prompt_tokens * server.price_in + self.completion_tokens * server.price_out) / 1e6

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        def work(at: int) -> Completion:
            prompt = prompts[at // n]
            return (self._continue if self._raw else self._chat)(prompt, prompt.seed + at % n)

        yield from self._side_by_side(work, len(prompts) * n)

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        """Needs a server that echoes a prompt's log-probabilities at /completions, as vLLM does."""

        def work(at: int) -> LogLikelihood:
            prompt, text = pairs[at]
            return self._echo(f"{prompt.system}\n\n{prompt.user}\n\n", text)

        yield from self._side_by_side(work, len(pairs))

    def _chat(self, prompt: Prompt, seed: int) -> Completion:
        answer = self._client.chat.completions.create(
            model=self._model,
            messages=[{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            **({"max_completion_tokens": self._most} if self._thinking else self._limits(seed)),
            **({} if prompt.tools is None else {"tools": json.loads(prompt.tools)}),
        )
        usage = self._count(answer)
        choice = _first_choice(answer)
        if choice.finish_reason == "content_filter" or getattr(choice.message, "refusal", None):
            raise Refused(str(choice.message.refusal or "content filter"))
        if prompt.tools is not None and choice.message.tool_calls:
            return Completion(_calls(choice.message.tool_calls), *usage)
        if choice.message.content is None and choice.finish_reason == "length":
            return Completion("", *usage)
        if not isinstance(choice.message.content, str):
            raise Malformed("no content")
        return Completion(choice.message.content.strip(), *usage)

    def _continue(self, prompt: Prompt, seed: int) -> Completion:
        answer = self._client.completions.create(model=self._model, prompt=prompt.user, **self._limits(seed))
        usage = self._count(answer)
        text = _first_choice(answer).text
        if not isinstance(text, str):
            raise Malformed("no text")
        return Completion(text[: min((text.index(mark) for mark in self._stop if mark in text), default=None)], *usage)

    @property
    def _most(self) -> int:
        return self._sampling.new_tokens + self._thinking

    def _limits(self, seed: int) -> dict[str, Any]:
        sampling = self._sampling
        stop = {"stop": self._stop} if self._stop else {}
        limits = {"max_tokens": sampling.new_tokens, "temperature": sampling.temperature, "top_p": sampling.top_p}
        return {**limits, "seed": seed, **stop}

    def _echo(self, context: str, text: str) -> LogLikelihood:
        answer = self._client.completions.create(
            model=self._model, prompt=context + text, max_tokens=1, temperature=0, echo=True, logprobs=1
        )
        self._count(answer)
        logprobs = answer.choices[0].logprobs if answer.choices else None
        if logprobs is None or not logprobs.text_offset or not logprobs.token_logprobs:
            raise UserError(
                f"the server of {self._model} gives no log-probabilities of a prompt; set instruct.likelihood to "
                "transformers or template"
            )
        inside = [
            chance
            for start, chance in zip(logprobs.text_offset, logprobs.token_logprobs, strict=True)
            if len(context) <= start < len(context) + len(text) and chance is not None
        ]
        return LogLikelihood(sum(inside), len(inside))

    def _count(self, answer: Any) -> tuple[int, int]:
        usage = getattr(answer, "usage", None)
        counts = (getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0)
        with self._lock:
            self.prompt_tokens += counts[0]
            self.completion_tokens += counts[1]
        return counts

    def _side_by_side(self, work: Callable[[int], _Result], count: int) -> Iterator[tuple[int, _Result | Failure]]:
        """Yield (place, result or failure) as they come; no more requests are begun than there are threads."""
        _ = self._client  # a missing key shows before a thread starts
        waiting: dict[Future[_Result | Failure], int] = {}
        pool = ThreadPoolExecutor(self._server.concurrency, thread_name_prefix="openai")
        try:
            for at in range(count):
                if len(waiting) >= self._server.concurrency:
                    yield from self._finished(waiting)
                waiting[pool.submit(self._persist, work, at)] = at
            while waiting:
                yield from self._finished(waiting)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _finished(self, waiting: dict[Future[_Result | Failure], int]) -> Iterator[tuple[int, _Result | Failure]]:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            at, outcome = waiting.pop(future), future.result()
            self._failed_in_a_row = self._failed_in_a_row + 1 if isinstance(outcome, Failure) else 0
            yield at, outcome
            if isinstance(outcome, Failure) and self._failed_in_a_row >= GIVE_UP_AFTER:
                raise UserError(
                    f"{GIVE_UP_AFTER} requests in a row failed at {self._client.base_url}, the last with "
                    f"{outcome.kind}: {outcome.detail}; what was generated is kept, run again to go on"
                )

    def _persist(self, work: Callable[[int], _Result], at: int) -> _Result | Failure:
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._attempts),
            wait=_wait,
            retry=tenacity.retry_if_exception(lambda error: _kind(error) is not None),
            before_sleep=self._note,
            reraise=True,
        )
        try:
            return retrying(work, at)
        except Exception as error:
            kind = _kind(error)
            if kind is None and isinstance(error, openai.OpenAIError):
                raise _hopeless(error, self._model) from error
            if kind is None:
                raise
            self._note_kind(kind)
            return Failure(kind, " ".join(str(error).split())[:200])

    def _note(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            self._note_kind(_kind(error) or "other")

    def _note_kind(self, kind: str) -> None:
        with self._lock:
            self.faults[kind] += 1


def _calls(tool_calls: Sequence[Any]) -> str:
    """A line for each call of a tool: JSON of its name and, as a text, of its arguments, which the model wrote."""
    functions = [call.function for call in tool_calls if getattr(call, "function", None) is not None]
    said = ({"name": function.name, "arguments": function.arguments} for function in functions)
    return "\n".join(json.dumps(call, ensure_ascii=False) for call in said)


def _first_choice(answer: Any) -> Any:
    if not getattr(answer, "choices", None):
        raise Malformed("no choices")
    return answer.choices[0]


def _kind(error: BaseException) -> str | None:
    """The kind of a fault that may pass, or None for one that will not."""
    if isinstance(error, openai.APITimeoutError):
        return "timeout"
    if isinstance(error, openai.RateLimitError):
        return "rate_limit"
    if isinstance(error, openai.APIConnectionError):
        return "connection"
    if isinstance(error, openai.APIStatusError):
        return "server" if error.status_code >= 500 or error.status_code in (408, 409, 425) else None
    if isinstance(error, Refused):
        return "refusal"
    if isinstance(error, (Malformed, openai.APIResponseValidationError, json.JSONDecodeError)):
        return "malformed"
    return None


def _hopeless(error: openai.OpenAIError, model: str) -> UserError:
    said = error.response.text if isinstance(error, openai.APIStatusError) else ""
    more = "; `reasoning: true` asks it as it wants" if "max_completion_tokens" in said else ""
    return UserError(f"the server refuses requests for {model}: {' '.join(f'{error} {said}'.split()):.300}{more}")


_backoff = tenacity.wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)


def _wait(state: tenacity.RetryCallState) -> float:
    """Seconds to wait: what the server asks for in Retry-After (RFC 9110, in seconds), else random and growing."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.response.headers.get("retry-after") if isinstance(error, openai.APIStatusError) else None
    if asked and asked.strip().isdigit():
        return min(float(asked), LONGEST_WAIT)
    return float(_backoff(state))
