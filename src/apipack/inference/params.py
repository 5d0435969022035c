"""Parameters of models behind servers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from apipack.section import Name, Positive, Real, Section, like


class Server(Section):
    """An OpenAI-compatible server. key_variable: environment variable with the key. concurrency: requests at once.

    timeout: seconds without an answer. price_in, price_out: of a million tokens, in any currency.
    """

    base_url: Annotated[str, like(r"https?://[^\s?#]+", "an http or https address without a query")] | None = None
    key_variable: Annotated[str, like(r"[A-Za-z_][A-Za-z0-9_]*", "an environment variable's name")] = "OPENAI_API_KEY"
    concurrency: Annotated[int, Field(ge=1, le=256)] = 16
    timeout: Annotated[Real, Field(gt=0)] = 120.0
    price_in: Annotated[Real, Field(ge=0)] = 0.0
    price_out: Annotated[Real, Field(ge=0)] = 0.0


class Served(Server):
    """A model behind an OpenAI-compatible server. model: the server's name for it. chat: ask it in chat turns; without,
    it goes on with the prompt at /completions, as a model in this process does. attempts: of one request. reasoning:
    the model thinks before it answers: it has tokens for that too, and draws as its server does, since OpenAI's take
    no temperature."""

    model: Name
    chat: bool = True
    attempts: Positive = 5
    reasoning: bool = False
