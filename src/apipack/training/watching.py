"""What a run says and does while it trains: its loss, how long it will take, a checkpoint now and then."""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from transformers import TrainerCallback

from apipack.errors import UserError
from apipack.training.collation import Collator

log = logging.getLogger(__name__)

Losses = list[tuple[int, float]]
Tell = Callable[[Losses], None]
Last = Callable[[], torch.Tensor | None]
STEPS_TO_TELL = 5
STEPS_TO_LOOK = 8
LONG = 600
"""Seconds: a run that takes longer is told how long, and writes a checkpoint at least that often."""


class FinetuneError(UserError):
    """Training cannot start or go on; the message is one line that says what to change."""


class Watch(TrainerCallback):
    """Stops on a loss that is not a number, each few steps and before a checkpoint is written. alone: whether this is
    the only process; several must agree on when a checkpoint is written, which clocks do not. tell: is given the losses
    so far, with their steps, after each. last: the loss of the last batch."""

    def __init__(self, collator: Collator, alone: bool, tell: Tell | None = None, last: Last = lambda: None) -> None:
        self.collator, self.alone, self.tell, self.last = collator, alone, tell, last
        self.started = self.saved = time.monotonic()
        self.first = self.seen = 0

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if not self.seen:
            self.started, self.first = time.monotonic(), state.global_step
            self.seen = max(1, self.collator.tokens)  # of the batch at hand, which is not trained on yet

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        now = time.monotonic()
        done = state.global_step - self.first
        if done == STEPS_TO_TELL and state.is_world_process_zero:
            self._tell((now - self.started) / done * (state.max_steps - state.global_step), now)
        if self.alone and args.save_strategy != "no" and now - self.saved > LONG:
            control.should_save, self.saved = True, now
        looks = control.should_save or state.global_step % STEPS_TO_LOOK == 0
        if looks and (loss := self.last()) is not None:
            check_loss(loss.item(), state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        check_loss(loss, state.global_step)
        log.info("step %d of %d: loss %.4f, lr %.2e", state.global_step, state.max_steps, loss, logs["learning_rate"])  # type: ignore[index]
        if self.tell and state.is_world_process_zero:
            self.tell(losses(state.log_history))

    def _tell(self, left: float, now: float) -> None:
        if left < LONG:
            return
        speed = (self.collator.tokens - self.seen) / (now - self.started)
        print(
            f"finetune: about {_spelled(left)} at {speed:,.0f} tokens/s; it goes on after a kill, and"
            " `-S finetune.max_steps=…` is for less",
            file=sys.stderr,
            flush=True,
        )


def _spelled(seconds: float) -> str:
    hours = seconds / 3600
    return (
        f"{hours:,.0f} hours" if hours >= 10 else f"{hours:.1f} hours" if hours >= 1 else f"{seconds / 60:.0f} minutes"
    )


def losses(history: Iterable[Mapping[str, Any]]) -> Losses:
    """(step, loss) of a trainer's log."""
    return [(row["step"], round(row["loss"], 4)) for row in history if "loss" in row]


def check_loss(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        raise FinetuneError(f"the loss is {loss} at step {step}: lower finetune.lr or raise finetune.warmup")
