"""Generate the tests' calls with the tuned and the base model, and score them.  python -m stages.evaluate"""

from pathlib import Path
from typing import Any

import pandas as pd

from apipack.evaluation import CELL, accuracy, flat_metrics, judge, select
from apipack.generation import generate
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.models import load_lm
from apipack.params import Params
from apipack.prompts import STOP
from apipack.records import PREDICTIONS
from stages import run

ADAPTER = Path("models/adapter")


def main(p: Params) -> dict[str, Any]:
    tests = select(read_table("data/prompts/tests.parquet").to_pylist(), p.evaluate, p.seed)
    prompts = [test["prompt"] for test in tests]
    outputs = {"copy": [test["last_example"] or "" for test in tests]}
    for name in ("base", "tuned") if p.evaluate.base else ("tuned",):
        model, tokenizer = load_lm(p.finetune.model, ADAPTER if name == "tuned" else None)
        outputs[name] = generate(model, tokenizer, prompts, p.evaluate.new_tokens, p.evaluate.batch, (STOP,))
        del model
    rows = [row for name, texts in outputs.items() for row in judge(name, tests, texts, p.evaluate.threshold)]
    with fresh_folder("data/predictions") as folder:
        write_table(folder / "predictions.parquet", rows_table(rows, PREDICTIONS))
    frame = pd.DataFrame(rows)
    by_language = [*CELL, "language"]
    return {
        "tests": len(tests),
        "accuracy": flat_metrics(accuracy(frame, CELL), CELL),
        "accuracy_by_language": flat_metrics(accuracy(frame, by_language), by_language),
    }


if __name__ == "__main__":
    run("evaluate", main)
