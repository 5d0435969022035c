"""Generate the tests' calls with every model that params.yaml names, and score them.  python -m stages.evaluate

Needs torch, transformers and peft, data/prompts and models/adapter. The rates that need specifications or execution
are left out, with a line that says so, where the packages or the data for them are missing (a bare GPU box); later and
elsewhere, `--rescore` judges the outputs that data/predictions has and adds them.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from apipack.evaluation.accuracy import CELL, accuracy, flat_metrics, judge, outputs_of, over_budget, select
from apipack.evaluation.schemas import PREDICTIONS, RATES
from apipack.inference.answering import answer, ask_served
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.models.loading import ModelError, token_counter
from apipack.params import Params
from apipack.prompting.prompts import STOP
from apipack.records import Output
from stages import run

ADAPTER = Path("models/adapter")
PREDICTED = Path("data/predictions/predictions.parquet")
TOGETHER = (["model"], ["model", "setting"], ["model", "setting", "language"])
APIS = ["id", "spec_sha256", "method", "path", "template"]


def main(p: Params) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rescore", action="store_true", help="judge the outputs of data/predictions, generate nothing"
    )
    return evaluate(p, parser.parse_args().rescore)


def evaluate(p: Params, rescore: bool = False) -> dict[str, Any]:
    tests = select(read_table("data/prompts/tests.parquet").to_pylist(), p.evaluate, p.seed)
    if rescore:
        outputs, figures = outputs_of(read_table(PREDICTED).to_pylist(), tests), {"generated": 0}
    else:
        outputs, figures = write(tests, p)
    rows = [row for name, texts in outputs.items() for row in judge(name, tests, texts, p.evaluate.threshold)]
    rows, static_agreement = rated(rows, tests * len(outputs), p)
    by_language = [*CELL, "language"]
    with fresh_folder(PREDICTED.parent) as folder:
        write_table(folder / PREDICTED.name, rows_table(rows, PREDICTIONS))
    frame = pd.DataFrame(rows).dropna(axis="columns", how="all")
    together = {k: v for by in TOGETHER for k, v in flat_metrics(accuracy(frame, by, p.seed), by).items()}
    return {
        "tests": len(tests),
        **figures,
        "cut": {name: int(cut) for name, cut in frame.groupby("model")["cut"].sum().items()} if "cut" in frame else {},
        **out_of_reach(tests, by_language[1:], p),
        "verdicts": dict(sorted(frame.groupby("language")["verdict"].first().items())) if "verdict" in frame else {},
        "static_agreement": static_agreement,
        "accuracy_together": together,
        "accuracy": flat_metrics(accuracy(frame, CELL, p.seed), CELL),
        "accuracy_by_language": flat_metrics(accuracy(frame, by_language, p.seed), by_language),
    }


def write(tests: list[dict[str, Any]], p: Params) -> tuple[dict[str, list[Output]], dict[str, Any]]:
    """Each model's outputs for the tests, the copy baseline among them, and what that took."""
    prompts = [test["prompt"] for test in tests]
    outputs = {"copy": [Output(test["last_example"] or "", False) for test in tests]}
    generated, served = 0, {}
    local = [] if p.evaluate.backend == "openai" else ["base", "tuned"] if p.evaluate.base else ["tuned"]
    for name in local:
        adapter = ADAPTER if name == "tuned" else None
        outputs[name], made = answer(p.finetune.model, adapter, prompts, p.evaluate, STOP)
        generated += made
    for name, one in p.evaluate.served.items():
        outputs[name], served[name] = ask_served(one, prompts, p.evaluate, STOP)
        generated += served[name]["generated"]
    return outputs, {"generated": generated} | ({"served": served} if served else {})


def out_of_reach(tests: list[dict[str, Any]], columns: list[str], p: Params) -> dict[str, Any]:
    """How many tests no output can pass, since their reference is longer than one may be."""
    try:
        count = token_counter(p.finetune.model)
    except ModelError as error:  # served models alone, or outputs of another machine
        print(f"evaluate: no references_over_budget: {error}", file=sys.stderr)
        return {}
    marks = count("")  # of a sequence's begin, which an output does not have
    tables = [columns[:end] for end in range(2, len(columns) + 1)]
    found = over_budget(tests, tables, lambda text: count(text) - marks, p.evaluate.new_tokens)
    return {"references_over_budget": found}


def rated(rows: list[dict[str, Any]], tests: list[dict[str, Any]], p: Params) -> tuple[list[dict[str, Any]], Any]:
    """The rows with the rates of `evaluation.verdicts`; and how often static verdicts on outputs are execution's."""
    try:
        from apipack.evaluation.verdicts import Apis, agreement, prove
        from apipack.sandbox.execution import skipped
    except ModuleNotFoundError as error:
        return unrated(rows, f"{error.name} is not installed"), {}
    if not Path("data/operations").exists():
        return unrated(rows, "data/operations is not here"), {}
    operations = read_table("data/operations", APIS).to_pylist()
    specs = read_table("data/specs/index.parquet", ["sha256", "file"]).to_pylist()
    apis = Apis(operations, {spec["sha256"]: Path("data/specs", spec["file"]) for spec in specs})
    missing = skipped(p.evaluate.languages) if p.evaluate.execute else {}
    for line in dict.fromkeys(missing.values()):
        print(f"evaluate: {line}; verdicts are static", file=sys.stderr)
    rows = prove(rows, tests, apis, run=p.evaluate.execute, workers=p.cores())
    return rows, agreement([row for row in rows if row["model"] != "copy"])


def unrated(rows: list[dict[str, Any]], why: str) -> list[dict[str, Any]]:
    print(f"evaluate: no {', '.join(RATES)}: {why}", file=sys.stderr)
    return [{**row, **dict.fromkeys(RATES), "verdict": None} for row in rows]


if __name__ == "__main__":
    run("evaluate", Params, main)
