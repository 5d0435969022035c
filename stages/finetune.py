"""Tune the model on the training rows.  python -m stages.finetune  (needs torch, transformers, peft, trl only)

Many GPUs: accelerate launch --config_file configs/fsdp.yaml -m stages.finetune
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from apipack.io import fresh_folder, read_table, write_text
from apipack.params import Params
from apipack.training.finetune import tune
from stages import run

CHECKPOINTS = Path("models/checkpoints")
FIRST = os.environ.get("RANK", "0") == "0"  # only the first process of several publishes


def main(p: Params) -> dict[str, Any]:
    table = read_table("data/train/train.parquet", ["prompt", "completion"])
    rows = list(zip(table["prompt"].to_pylist(), table["completion"].to_pylist(), strict=True))
    if not FIRST:
        with tempfile.TemporaryDirectory() as unused:
            tune(rows, Path(unused), p.finetune, p.seed, CHECKPOINTS)
        return {}
    with fresh_folder("models/adapter") as folder:
        metrics = tune(rows, folder, p.finetune, p.seed, CHECKPOINTS)
    history = metrics.pop("loss_history")
    write_text("metrics/plots/loss.csv", "step,loss\n" + "".join(f"{step},{loss}\n" for step, loss in history))
    return metrics


if __name__ == "__main__":
    run("finetune", main)
    if FIRST:  # not before the metrics are written: whoever kills it until then finds the trained weights again
        shutil.rmtree(CHECKPOINTS, ignore_errors=True)
