"""A tuned model as a folder that says nothing of the machine that made it: the same run gives the same bytes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import PreTrainedTokenizerBase, Trainer

from apipack.models.places import published_name

if TYPE_CHECKING:  # pydantic is not needed to train
    from apipack.training.params import Finetune

CARD = """---
base_model: {base}
library_name: {library}
pipeline_tag: text-generation
tags:
- apipack
- code
- {method}
---

# {title} of {base} for API calls

It writes the call of an API that an instruction asks for, from prompts in the form of apipack's `data/prompts`.

- Rows trained on: {rows:,}
- Tokens of a pass: {tokens:,}, of which {answers:,} are answers
- Passes: {epochs:g}
- Learning rate: {lr:g}

Its accuracy stands in the `metrics` folder of the repository that trained it.
"""


@contextmanager
def _nothing_looked_up() -> Iterator[None]:
    """peft asks the hub for the base model's configuration, to see whether its vocabulary is another one: it is not."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Could not find a config file")
            yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before


def save(
    trainer: Trainer, tokenizer: PreTrainedTokenizerBase, folder: Path, p: Finetune, figures: dict[str, Any]
) -> None:
    """Weights as safetensors, tokenizer and model card. figures: of the run (rows, tokens, completion_tokens, epochs).

    The base model is named as others can find it, never by the folder that it was read from. The trainer's own record
    of the run is left out: it is a pickle, and names folders.
    """
    base = published_name(p.model)
    for config in getattr(trainer.accelerator.unwrap_model(trainer.model), "peft_config", {}).values():
        config.base_model_name_or_path = base
        if isinstance(config.target_modules, set):  # written in the order of this process's hashes
            config.target_modules = sorted(config.target_modules)
    with _nothing_looked_up():
        trainer.save_model(str(folder))
    tokenizer.save_pretrained(folder)
    (folder / "training_args.bin").unlink(missing_ok=True)
    for path in folder.iterdir():
        path.chmod(0o644)
    whole = p.method == "full"
    card = CARD.format(
        base=base,
        library="transformers" if whole else "peft",
        method=p.method,
        title="Fine-tuned weights" if whole else "Adapter",
        rows=figures["rows"],
        tokens=figures["tokens"],
        answers=figures["completion_tokens"],
        epochs=figures["epochs"],
        lr=p.lr,
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
