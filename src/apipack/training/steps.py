"""How many steps a training has, how often it tells its loss, and whether it sees its rows again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pydantic is not needed to train
    from apipack.training.params import Finetune

MOST_POINTS, FEW_POINTS = 200, 20
"""Points of a curve of losses: at most, and at least where there are as many steps."""
USUAL = 8
"""Steps between two losses of a training between these."""


def steps_of(rows: int, p: Finetune, processes: int = 1) -> int:
    """Steps of a training on so many rows, as transformers counts them."""
    if p.max_steps is not None:
        return p.max_steps
    batches = math.ceil(rows / (p.batch * processes))
    return math.ceil(p.epochs * math.ceil(batches / p.accumulate))


def steps_between_losses(steps: int) -> int:
    """Each point is an entry of a log, a file that is written anew, and a call to a tracking server."""
    return max(1, min(USUAL, steps // FEW_POINTS), steps // MOST_POINTS)


def rows_come_back(rows: int, p: Finetune, processes: int = 1) -> bool:
    """Whether the steps see more rows than there are."""
    if p.max_steps is None:
        return p.epochs > 1
    return p.max_steps * p.batch * p.accumulate * processes > rows
