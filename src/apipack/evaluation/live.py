"""The loss of a training while it trains: into a file that DVC plots, and into MLflow where it is installed.

A stage that only looks on with this module does not depend on it: `tasks.code` leaves it out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.io import write_text

History = Sequence[tuple[int, float]]


def live_loss(file: Path, params: Mapping[str, Any]) -> Callable[[History], None]:
    """What is to be told the whole history of (step, loss) after each point. params: the run's, of params.yaml.

    A tracking server that cannot be reached is one line, and no end of the training.
    """
    logs = _mlflow(params) if find_spec("mlflow") else []

    def tell(history: History) -> None:
        write_text(file, "step,loss\n" + "".join(f"{step},{loss}\n" for step, loss in history))
        for log in list(logs) if history else ():
            if not _reached(partial(log, *history[-1])):
                logs.clear()

    return tell


def _mlflow(params: Mapping[str, Any]) -> list[Callable[[int, float], None]]:
    """What logs one loss; nothing where the server is not there."""
    from apipack.evaluation.tracking import log_loss, start_training

    runs: list[str] = []
    _reached(lambda: runs.append(start_training(params["report"]["experiment"], params)))
    return [partial(log_loss, run_id) for run_id in runs]


def _reached(call: Callable[[], None]) -> bool:
    try:
        call()
    except (UserError, OSError) as error:
        print(f"finetune: no loss is logged to MLflow: {' '.join(str(error).split())[:200]}", file=sys.stderr)
        return False
    return True
