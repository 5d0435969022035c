"""Which tests to run, and the tables of how many are passed."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from apipack.evaluation.params import Evaluate
from apipack.evaluation.verdicts import RATES
from apipack.intervals import clustered, clustered_ratio
from apipack.languages.params import written_in

Row = dict[str, Any]
MATCHES = ("endpoint_match", "call_match", "request_match", "exact_match")
SHARES = {**{name: name for name in MATCHES}, **RATES, "unreadable_rate": "unreadable"}
"""Name of a metric → the column of PREDICTIONS that it is the share of; what is null there is not counted for it."""
RATIOS = {
    "argument_precision": ("predicted_arguments",),
    "argument_recall": ("reference_arguments",),
    "argument_f1": ("predicted_arguments", "reference_arguments"),
}
"""Name of a metric → the columns of whose mean the right arguments are a part, over all tests of a cell."""
METRICS = (*SHARES, *RATIOS)
CELL = ["model", "level", "setting"]


def select(tests: Sequence[Row], p: Evaluate, seed: int) -> list[Row]:
    """The tests that params ask for: the same operations in every language and setting, nested in `tests`."""
    chosen: set[tuple[int, str]] = set()
    longest, languages = p.max_request or sys.maxsize, written_in(p.form, p.languages)
    for level in p.levels:
        ids = {test["id"] for test in tests if test["level"] == level and len(test["request"]) <= longest}
        ranked = sorted(ids, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
        chosen |= {(level, key) for key in ranked[: p.tests]}
    wanted = [
        test
        for test in tests
        if (test["level"], test["id"]) in chosen and test["language"] in languages and test["setting"] in p.settings
    ]
    return sorted(wanted, key=lambda test: (test["level"], test["setting"], test["language"], test["id"]))


def asked_for(tests: Sequence[Row], p: Evaluate) -> dict[str, dict[str, int]]:
    """Of each level how many operations there are to test, and how many of them have a request that is short enough."""
    longest = p.max_request or sys.maxsize
    lengths = {(test["level"], test["id"]): len(test["request"]) for test in tests if test["level"] in p.levels}
    operations = Counter(level for level, _ in lengths)
    short_enough = Counter(level for (level, _), length in lengths.items() if length <= longest)
    return {
        f"level{level}": {"operations": operations[level], "short_enough": short_enough[level]}
        for level in sorted(p.levels)
    }


def metrics_of(predictions: pd.DataFrame) -> list[str]:
    """Those of METRICS that the predictions tell."""
    columns = {**{name: (column,) for name, column in SHARES.items()}, **RATIOS}
    return [name for name in METRICS if set(columns[name]) <= set(predictions)]


def accuracy(
    predictions: pd.DataFrame, by: Sequence[str], seed: int, metrics: Sequence[str] | None = None
) -> pd.DataFrame:
    """Each metric, by default all that the predictions tell, for each cell: columns `by`, n, apis, and METRIC,
    METRIC_low, METRIC_high (95 %, bootstrap over APIs, `intervals`: tests of one API succeed and fail together)."""
    metrics = metrics_of(predictions) if metrics is None else metrics
    shares, ratios = [name for name in metrics if name in SHARES], [name for name in metrics if name in RATIOS]
    rows = []
    for key, cell in predictions.groupby(list(by), sort=True):
        row: Row = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)) | {"n": len(cell)}
        apis = pd.factorize(cell["api"], sort=True)[0]
        row["apis"] = int(apis.max()) + 1
        hits = cell[[SHARES[name] for name in shares]].eq(True).to_numpy()
        values = dict(zip(shares, clustered(hits, apis, seed), strict=True)) if shares else {}
        values |= {name: _ratio(cell, RATIOS[name], apis, seed) for name in ratios}
        for metric in metrics:
            row |= dict(zip((metric, f"{metric}_low", f"{metric}_high"), values[metric], strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def _ratio(cell: pd.DataFrame, columns: Sequence[str], apis: np.ndarray, seed: int) -> tuple[float, float, float]:
    asked = cell["reference_arguments"].notna().to_numpy()
    right, whole = cell["right_arguments"][asked], cell[list(columns)][asked].mean(axis=1)
    return clustered_ratio(right.to_numpy(float), whole.to_numpy(float), apis[asked], seed)


def over_budget(
    tests: Sequence[Row], by: Sequence[Sequence[str]], count: Callable[[str], int], new_tokens: int
) -> dict[str, int]:
    """Tests of each cell (named as in `flat_metrics`, without a model; `all`: of every one) whose reference has more
    tokens than an output may have: no model can be right there. Cells without any are left out.

    by: the columns of each table; count: tokens of a text.
    """
    references = {test["reference"] for test in tests}
    lengths = {text: count(text) for text in references}
    long = [test for test in tests if lengths[test["reference"]] > new_tokens]
    counts = Counter(_name(test, columns) for columns in by for test in long)
    return {"all": len(long), **dict(sorted(counts.items()))}


def _name(row: Mapping[Any, Any], by: Sequence[str]) -> str:
    return ".".join(f"level{row[name]}" if name == "level" else str(row[name]) for name in by)


def flat_metrics(table: pd.DataFrame, by: Sequence[str]) -> dict[str, float]:
    """`tuned.level1.0shot.call_match` (and `…_low`, `…_high`) → value: names in metrics/accuracy.json and MLflow."""
    flat: dict[str, float] = {}
    for row in table.to_dict("records"):
        prefix = _name(row, by)
        for metric in (name for name in METRICS if name in row):
            flat |= {f"{prefix}.{metric}{bound}": row[f"{metric}{bound}"] for bound in ("", "_low", "_high")}
    return flat
