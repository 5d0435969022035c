"""The backends that params.yaml names."""

from __future__ import annotations

from apipack.inference.backends.base import Backend, Sampling
from apipack.instructions.params import Instruct


def open_backend(p: Instruct) -> Backend:
    """The backend that generates. Raises `UserError` where it cannot be had."""
    return _open(p.backend, p.model, p)


def open_likelihood(p: Instruct, generating: Backend) -> Backend:
    """The backend that scores: the generating one for `same`."""
    if p.likelihood == "same" or (p.likelihood == p.backend and p.likelihood_model == p.model):
        return generating
    return _open(p.likelihood, p.likelihood_model, p)


def _open(kind: str, model: str, p: Instruct) -> Backend:
    sampling = Sampling(p.temperature, p.top_p, p.new_tokens)
    if kind in ("transformers", "vllm"):
        from apipack.inference.backends.local import open_local

        return open_local(kind, model, sampling, p.batch)
    if kind == "openai":
        from apipack.inference.backends.openai import OpenAIBackend

        return OpenAIBackend(model, sampling, p.server, p.attempts)
    from apipack.instructions.template_backend import TemplateBackend

    return TemplateBackend(p.description_words)
