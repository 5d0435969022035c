"""Parameters of the stage finetune."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from apipack.section import Name, Positive, Real, Section, Seed


class Lora(Section):
    """layers: how many of the last layers are adapted, None for all. Gradients stop below them, so half the
    layers train about 1.7 times as fast."""

    r: Positive
    alpha: Positive
    dropout: Annotated[Real, Field(ge=0, lt=1)]
    layers: Positive | None


class Finetune(Section):
    """model: hub id, folder, or `embedded`. batch: rows of a micro-batch on each device, accumulate: micro-batches a
    step. save_every: share of all steps (or steps, from 1) after which a checkpoint is written, null for none. seed: of
    weights, dropout and the order of the rows; null for that of params.yaml."""

    model: Name
    method: Literal["lora", "qlora", "full"]
    lora: Lora
    lr: Annotated[Real, Field(gt=0, lt=1)]
    epochs: Annotated[Real, Field(gt=0)]
    max_steps: Positive | None
    batch: Positive
    accumulate: Positive
    max_tokens: Positive
    warmup: Annotated[Real, Field(ge=0, lt=1)]
    gradient_checkpointing: bool
    compile: bool
    save_every: Annotated[Real, Field(gt=0)] | None
    bf16: Literal["auto", "yes", "no"]
    seed: Seed | None

    def own_seed(self, seed: int) -> int:
        """What training draws from. seed: of params.yaml."""
        return seed if self.seed is None else self.seed
