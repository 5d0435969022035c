"""The outputs of a model for prompts, each stored when its batch is done: a killed evaluation goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from apipack.backends.transformers import fingerprint
from apipack.generation import generate
from apipack.generations import Store, key_of
from apipack.models import bf16_pays, cache_folder, load_lm, resolve
from apipack.params import Evaluate

STORE = "outputs.sqlite"


def answer(
    model: str, adapter: Path | None, prompts: Sequence[str], p: Evaluate, stop: str, store: Path | None = None
) -> tuple[list[str], int]:
    """Greedy outputs in the order of `prompts`, and how many of them were generated now.

    The rest comes from the store (by default in `models.cache_folder()`), by hash of model, adapter, prompt and limits;
    the model is loaded only if something is missing. Raises `ModelError`, `UserError`.
    """
    identity = [fingerprint(resolve(model)), _weights(adapter) if adapter else None, bf16_pays(), p.new_tokens, stop]
    keys = {prompt: key_of("answer", identity, prompt) for prompt in prompts}
    with Store(store or cache_folder() / STORE) as kept:
        known = {prompt: found["text"] for prompt, key in keys.items() if (found := kept.get(key)) is not None}
        missing = [prompt for prompt in keys if prompt not in known]

        def keep(made: dict[str, str]) -> None:
            for prompt, text in made.items():
                kept.put(keys[prompt], model, {"text": text})

        if missing:
            lm, tokenizer = load_lm(model, adapter)
            known |= zip(missing, generate(lm, tokenizer, missing, p.new_tokens, p.batch, (stop,), keep), strict=True)
    return [known[prompt] for prompt in prompts], len(missing)


def _weights(folder: Path) -> str:
    """sha256 of an adapter's or a model's weights and configuration."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("*config.json")]):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
