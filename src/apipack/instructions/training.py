"""Fit the judge on labels of people and say how well it does on groups it has not seen.

    python -m apipack.instructions.training LABELS.jsonl     (make judge LABELS=…)

Rows are {group, api_name, functionality, description, endpoint, candidate, label: good|bad}. Candidates for one
operation share a group, and no group is in training and test at once. The threshold of every fold is chosen inside
its training part (nested), so the figures are of the whole procedure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from apipack.embedding import embed
from apipack.errors import UserError
from apipack.instructions.judging import FEATURES, WEIGHTS, Embed, Model, Row, features
from apipack.instructions.rules import HARD, reasons
from apipack.io import write_json

FOLDS = 5
LEAST_PRECISION = 0.6
STRENGTH = 0.03


def read_rows(path: Path) -> list[Row]:
    """JSON lines; raises `UserError` with the line that is not an object."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise UserError(f"{path}:{number}: not JSON: {error.msg}") from error
            if not isinstance(row, dict):
                raise UserError(f"{path}:{number}: not a JSON object")
            rows.append(row)
    return rows


def train(rows: list[Row], encode: Embed, by: str = "group", repeats: int = 5) -> tuple[Model, dict[str, Any]]:
    """The model fitted on all rows, and its cross-validated figures (means over `repeats` shuffles of the folds)."""
    broken = [reasons(row) for row in rows]
    x = features(rows, broken, encode)
    y = np.array([row["label"] == "bad" for row in rows])
    hard = np.array([any(name in HARD for name in why) for why in broken])
    groups = np.array([str(row[by]) for row in rows])
    runs = [_cross_validate(x, y, hard, groups, seed) for seed in range(repeats)]
    figures = {name: round(float(np.mean([run[name] for run in runs])), 3) for name in runs[0]}
    figures |= {"worst_balanced_accuracy": round(min(run["balanced_accuracy"] for run in runs), 3)}
    fitted = _pipeline().fit(x, y)
    scaler, logistic = fitted[0], fitted[1]
    model = Model(
        mean=tuple(scaler.mean_.tolist()),
        scale=tuple(scaler.scale_.tolist()),
        weights=tuple(logistic.coef_[0].tolist()),
        intercept=float(logistic.intercept_[0]),
        threshold=_threshold(x, y, hard, groups, 0),
    )
    return model, {"rows": len(rows), "bad": int(y.sum()), "groups": len(set(groups)), "by": by, **figures}


def _pipeline() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000))


def _folds(seed: int) -> StratifiedGroupKFold:
    return StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)


def _threshold(x: np.ndarray, y: np.ndarray, hard: np.ndarray, groups: np.ndarray, seed: int) -> float:
    """The score from which the model alone calls a row bad: best balanced accuracy at LEAST_PRECISION or better."""
    scores = cross_val_predict(_pipeline(), x, y, groups=groups, cv=_folds(seed), method="predict_proba")[:, 1]
    steps = np.append(np.unique(scores), 1.0)
    verdicts = (scores >= steps[:, None]) | hard
    found, wrong = (verdicts & y).sum(axis=1), (verdicts & ~y).sum(axis=1)
    accuracy = (found / max(1, y.sum()) + 1 - wrong / max(1, (~y).sum())) / 2
    precise = found / np.maximum(1, found + wrong) >= LEAST_PRECISION
    return float(steps[np.argmax(np.where(precise, accuracy, -1.0))]) if precise.any() else 1.0


def _cross_validate(x: np.ndarray, y: np.ndarray, hard: np.ndarray, groups: np.ndarray, seed: int) -> dict[str, float]:
    scores, verdicts = np.zeros(len(y)), np.zeros(len(y), bool)
    for inside, outside in _folds(seed).split(x, y, groups):
        threshold = _threshold(x[inside], y[inside], hard[inside], groups[inside], seed)
        scores[outside] = _pipeline().fit(x[inside], y[inside]).predict_proba(x[outside])[:, 1]
        verdicts[outside] = (scores[outside] >= threshold) | hard[outside]
    return {
        "recall_of_bad": recall_score(y, verdicts),
        "precision_of_bad": precision_score(y, verdicts),
        "balanced_accuracy": balanced_accuracy_score(y, verdicts),
        "auc_of_model": roc_auc_score(y, scores),
        "balanced_accuracy_of_rules": balanced_accuracy_score(y, hard),
    }


def _rounded(value: float | tuple[float, ...]) -> Any:
    """Five decimals: the same file from another machine's last bits."""
    return [round(item, 5) for item in value] if isinstance(value, tuple) else round(value, 5)


def main(path: Path) -> None:
    rows = read_rows(path)

    def encode(texts: list[str]) -> np.ndarray:
        return embed(texts, "embedded", 64)

    model, figures = train(rows, encode)
    weights = {"features": FEATURES, **{name: _rounded(getattr(model, name)) for name in Model.__slots__}}
    write_json(Path(__file__).with_name(WEIGHTS), weights)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except (UserError, OSError, KeyError, IndexError) as error:
        sys.exit(f"judge: {type(error).__name__}: {error}")
