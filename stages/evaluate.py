"""Generate the tests' calls with the tuned and the base model, and score them.  python -m stages.evaluate"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from apipack.answering import answer
from apipack.evaluation import CELL, accuracy, flat_metrics, judge, select
from apipack.execution import skipped
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.prompts import STOP
from apipack.proof import Apis, agreement, prove
from apipack.records import PREDICTIONS
from stages import run

ADAPTER = Path("models/adapter")
APIS = ["id", "spec_sha256", "method", "path", "template"]


def main(p: Params) -> dict[str, Any]:
    tests = select(read_table("data/prompts/tests.parquet").to_pylist(), p.evaluate, p.seed)
    prompts = [test["prompt"] for test in tests]
    outputs = {"copy": [test["last_example"] or "" for test in tests]}
    generated = 0
    for name in ("base", "tuned") if p.evaluate.base else ("tuned",):
        adapter = ADAPTER if name == "tuned" else None
        outputs[name], made = answer(p.finetune.model, adapter, prompts, p.evaluate, STOP)
        generated += made
    rows = [row for name, texts in outputs.items() for row in judge(name, tests, texts, p.evaluate.threshold)]
    operations = read_table("data/operations", APIS).to_pylist()
    specs = read_table("data/specs/index.parquet", ["sha256", "file"]).to_pylist()
    apis = Apis(operations, {spec["sha256"]: Path("data/specs", spec["file"]) for spec in specs})
    missing = skipped(p.evaluate.languages) if p.evaluate.execute else {}
    for line in dict.fromkeys(missing.values()):
        print(f"evaluate: {line}; verdicts are static", file=sys.stderr)
    rows = prove(rows, tests * len(outputs), apis, run=p.evaluate.execute, workers=p.cores())
    with fresh_folder("data/predictions") as folder:
        write_table(folder / "predictions.parquet", rows_table(rows, PREDICTIONS))
    frame = pd.DataFrame(rows)
    by_language = [*CELL, "language"]
    return {
        "tests": len(tests),
        "generated": generated,
        "verdicts": dict(sorted(frame.groupby("language")["verdict"].first().items())),
        "static_agreement": agreement(rows),
        "accuracy": flat_metrics(accuracy(frame, CELL, p.seed), CELL),
        "accuracy_by_language": flat_metrics(accuracy(frame, by_language, p.seed), by_language),
    }


if __name__ == "__main__":
    run("evaluate", main)
