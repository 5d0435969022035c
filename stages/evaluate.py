"""Generate the tests' calls with every model that params.yaml names, and score them.  python -m stages.evaluate

Needs torch, transformers and peft, data/prompts and models/adapter. The rates that need specifications or execution
are left out, with a line that says so, where the packages or the data for them are missing (a bare GPU box); later and
elsewhere, `--rescore` judges the outputs that data/predictions has, generates nothing, and adds them.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

from apipack.evaluation.params import Evaluate
from apipack.evaluation.predictions import evaluate
from apipack.evaluation.schemas import PREDICTIONS
from apipack.io import METRICS, fresh_folder, rows_table, write_json, write_table
from apipack.section import Only, Seed
from apipack.tasks.params import Engine
from apipack.training.params import Finetune
from stages import run


class Reads(Engine):
    seed: Seed
    evaluate: Evaluate
    finetune: Annotated[Finetune, Only("model")]


def main(p: Reads) -> dict[str, Any]:
    data, adapter, rescore = Path("data"), Path("models/adapter"), "--rescore" in sys.argv
    rows, metrics, tables = evaluate(p.evaluate, p.finetune.model, data, adapter, p.seed, p.cores(), rescore)
    with fresh_folder("data/predictions") as folder:
        write_table(folder / "predictions.parquet", rows_table(rows, PREDICTIONS))
    write_json(METRICS / "accuracy.json", tables)
    return metrics


if __name__ == "__main__":
    run("evaluate", Reads, main, ["--rescore"])
