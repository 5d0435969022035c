"""The engines that run a model in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from apipack.inference.backends.base import Backend, Sampling


class LocalBackend(Backend, Protocol):
    def close(self) -> None:
        """Give back the memory of the model. Another prompt would load it again."""
        ...


OpenLocal = Callable[..., LocalBackend]
"""`open_local`, or what stands for it."""


def open_local(
    engine: str,
    model: str,
    sampling: Sampling,
    batch: int,
    *,
    adapter: Path | None = None,
    raw: bool = False,
    stop: Sequence[str] = (),
) -> LocalBackend:
    """engine: vllm, or transformers. adapter: what `finetune.tune` wrote. The rest: see the backends. No model is
    loaded before the first prompt. Raises `ModelError`, `UserError`."""
    options: dict[str, Any] = {"raw": raw, "stop": stop}
    if engine == "vllm":
        from apipack.inference.backends.vllm import VllmBackend
        from apipack.inference.serving import merged

        return VllmBackend(str(merged(model, adapter)) if adapter else model, sampling, batch, **options)
    from apipack.inference.backends.transformers import TransformersBackend

    return TransformersBackend(model, sampling, batch, adapter=adapter, **options)
