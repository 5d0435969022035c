"""Which tests to run, the verdicts on what a model wrote, and the accuracy tables."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from apipack.errors import UserError
from apipack.evaluation.metrics import score
from apipack.evaluation.params import Evaluate
from apipack.evaluation.schemas import RATES
from apipack.intervals import clustered
from apipack.prompting.prompts import extract_call
from apipack.records import Output, Request

Row = dict[str, Any]
MATCHES = ("endpoint_match", "call_match", "request_match")
METRICS = (*MATCHES, *RATES)
CELL = ["model", "level", "setting"]
PREDICTION_KEYS = ("id", "api", "level", "language", "setting", "reference")


def select(tests: Sequence[Row], p: Evaluate, seed: int) -> list[Row]:
    """The tests that params ask for: the same operations in every language and setting, nested in `tests`."""
    chosen: set[tuple[int, str]] = set()
    for level in p.levels:
        ids = {test["id"] for test in tests if test["level"] == level}
        ranked = sorted(ids, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
        chosen |= {(level, key) for key in ranked[: p.tests]}
    wanted = [
        test
        for test in tests
        if (test["level"], test["id"]) in chosen and test["language"] in p.languages and test["setting"] in p.settings
    ]
    return sorted(wanted, key=lambda test: (test["level"], test["setting"], test["language"], test["id"]))


def outputs_of(predictions: Sequence[Row], tests: Sequence[Row]) -> dict[str, list[Output]]:
    """What each model of earlier predictions (schema PREDICTIONS) wrote for these tests, by the hash of the prompt.
    Raises `UserError` where there is none."""
    known = {(row["model"], row["prompt_sha256"]): Output(row["output"], row.get("cut")) for row in predictions}
    hashes = [_sha256(test["prompt"]) for test in tests]
    outputs = {}
    for model in dict.fromkeys(row["model"] for row in predictions):
        if missing := sum((model, one) not in known for one in hashes):
            raise UserError(
                f"the predictions lack {model}'s outputs for {missing} of {len(tests)} tests: generate them"
            )
        outputs[model] = [known[model, one] for one in hashes]
    return outputs


def judge(model: str, tests: Sequence[Row], outputs: Sequence[Output], threshold: float) -> list[Row]:
    """Rows of schema PREDICTIONS without what `verdicts` adds, one a test, in order."""
    return [_judge_one(model, test, output, threshold) for test, output in zip(tests, outputs, strict=True)]


def _judge_one(model: str, test: Row, output: Output, threshold: float) -> Row:
    call = extract_call(output.text)
    request = Request.from_json(test["request"])
    verdict = score(
        test["language"], call, test["reference"], request, test["template"], json.loads(test["arguments"]), threshold
    )
    return {
        "model": model,
        **{key: test[key] for key in PREDICTION_KEYS},
        "prompt_sha256": _sha256(test["prompt"]),
        "output": output.text,
        "cut": output.cut,
        "call": call,
        **{metric: getattr(verdict, metric) for metric in MATCHES},
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def accuracy(predictions: pd.DataFrame, by: Sequence[str], seed: int, metrics: Sequence[str] = METRICS) -> pd.DataFrame:
    """Share of each metric that the predictions have, for each cell: columns `by`, n, apis, and METRIC, METRIC_low,
    METRIC_high (95 %, `intervals.clustered` by API: tests of one API succeed and fail together)."""
    metrics = [name for name in metrics if name in predictions]
    rows = []
    for key, cell in predictions.groupby(list(by), sort=True):
        row: Row = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)) | {"n": len(cell)}
        apis = pd.factorize(cell["api"], sort=True)[0]
        row["apis"] = int(apis.max()) + 1
        for metric, found in zip(metrics, clustered(cell[metrics].to_numpy(), apis, seed), strict=True):
            row |= dict(zip((metric, f"{metric}_low", f"{metric}_high"), found, strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def over_budget(
    tests: Sequence[Row], by: Sequence[Sequence[str]], count: Callable[[str], int], new_tokens: int
) -> dict[str, int]:
    """Tests of each cell (named as in `flat_metrics`, without a model; `all`: of every one) whose reference has more
    tokens than an output may have: no model can be right there. Cells without any are left out.

    by: the columns of each table; count: tokens of a text.
    """
    lengths = {text: count(text) for text in {test["reference"] for test in tests}}
    long = [test for test in tests if lengths[test["reference"]] > new_tokens]
    found = Counter(_name(test, columns) for columns in by for test in long)
    return {"all": len(long), **dict(sorted(found.items()))}


def _name(row: Mapping[Any, Any], by: Sequence[str]) -> str:
    return ".".join(f"level{row[name]}" if name == "level" else str(row[name]) for name in by)


def flat_metrics(table: pd.DataFrame, by: Sequence[str]) -> dict[str, float]:
    """`tuned.level1.0shot.call_match` (and `…_low`, `…_high`) → value: names in metrics/evaluate.json and MLflow."""
    flat: dict[str, float] = {}
    for row in table.to_dict("records"):
        prefix = _name(row, by)
        for metric in (name for name in METRICS if name in row):
            flat |= {f"{prefix}.{metric}{bound}": row[f"{metric}{bound}"] for bound in ("", "_low", "_high")}
    return flat
