"""Tune the model on the training rows.  python -m stages.finetune  (needs torch, transformers, peft, trl only)

Many GPUs: accelerate launch --config_file configs/fsdp.yaml -m stages.finetune
"""

import shutil
from pathlib import Path
from typing import Any

from apipack.evaluation.live import live_loss
from apipack.section import Section, Seed, read
from apipack.training.finetune import FIRST, publish
from apipack.training.params import Finetune
from apipack.training.rows import mapped
from stages import run

CHECKPOINTS = Path("models/checkpoints")
LOSS = Path("metrics/plots/loss.csv")


class Reads(Section):
    seed: Seed
    finetune: Finetune


def main(p: Reads) -> dict[str, Any]:
    with mapped(Path("data/train")) as rows:
        tell = live_loss(LOSS, read()) if FIRST else None
        seed = p.finetune.own_seed(p.seed)
        metrics = publish(rows, Path("models/adapter"), p.finetune, seed, CHECKPOINTS, tell)
    if metrics and tell:
        tell(metrics.pop("loss_history"))
    return metrics


if __name__ == "__main__":
    run("finetune", Reads, main)
    if FIRST:  # not before the metrics are written: whoever kills it until then finds the trained weights again
        shutil.rmtree(CHECKPOINTS, ignore_errors=True)
