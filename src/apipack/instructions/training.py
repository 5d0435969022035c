"""Fit the judge on labels of people and say how well it does on groups it has not seen.

    python -m apipack.instructions.training LABELS.jsonl     (make judge LABELS=…)

Rows are {group, api_name, functionality, description, endpoint, candidate, label: good|bad}. Candidates for one
operation share a group, and no group is in training and test at once. The threshold of every fold is chosen inside
its training part (nested). The rules were written with labels in view, which no fold undoes; so the figures come twice:
as shipped, and `strict`, where each fold has but the hard rules that its training part bears out (`borne_out`).
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from apipack.errors import UserError
from apipack.instructions.judging import FEATURES, WEIGHTS, Embed, Model, Row, features, measures
from apipack.instructions.rules import HARD, reasons
from apipack.io import write_json
from apipack.models.embedding import embed

FOLDS = 5
LEAST_PRECISION = 0.6
STRENGTH = 0.03
LEAST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows as the judge sees them. broken: rules that each breaks; measured: (rows, 3) of `judging.measures`;
    bad, groups: (rows,)."""

    broken: list[list[str]]
    measured: np.ndarray
    bad: np.ndarray
    groups: np.ndarray

    @property
    def x(self) -> np.ndarray:
        return features(self.broken, self.measured)

    @property
    def hard(self) -> np.ndarray:
        return np.array([not set(HARD).isdisjoint(why) for why in self.broken])

    def part(self, at: np.ndarray) -> Labelled:
        return Labelled([self.broken[i] for i in at], self.measured[at], self.bad[at], self.groups[at])

    def within(self, rules: frozenset[str]) -> Labelled:
        """The same rows judged by these rules alone."""
        kept = [list(filter(rules.__contains__, why)) for why in self.broken]
        return Labelled(kept, self.measured, self.bad, self.groups)


def read_rows(path: Path) -> list[Row]:
    """JSON lines; raises `UserError` with the line that is not an object."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise UserError(f"{path}:{number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise UserError(f"{path}:{number}: not a JSON object")
            rows.append(row)
    return rows


def train(rows: list[Row], encode: Embed, by: str = "group", repeats: int = 5) -> tuple[Model, dict[str, Any]]:
    """The model fitted on all rows, and its cross-validated figures (means over `repeats` shuffles of the folds)."""
    data = Labelled(
        [reasons(row) for row in rows],
        measures(rows, encode),
        np.array([row["label"] == "bad" for row in rows]),
        np.array([str(row[by]) for row in rows]),
    )
    counts = {"rows": len(rows), "bad": int(data.bad.sum()), "groups": len(set(data.groups)), "by": by}
    fitted = _pipeline().fit(data.x, data.bad)
    scaler, logistic = fitted[0], fitted[1]
    model = Model(
        mean=tuple(scaler.mean_.tolist()),
        scale=tuple(scaler.scale_.tolist()),
        weights=tuple(logistic.coef_[0].tolist()),
        intercept=float(logistic.intercept_[0]),
        threshold=_threshold(data, 0),
    )
    return model, {**counts, **_figures(data, repeats, False), "strict": _figures(data, repeats, True)}


def borne_out(data: Labelled) -> frozenset[str]:
    """Rules that call as many bad rows bad as good ones or more, the bad ones in LEAST_GROUPS groups or more."""
    rules = set()
    for name in {name for why in data.broken for name in why}:
        breaks = np.array([name in why for why in data.broken])
        groups = set(data.groups[breaks & data.bad])
        if len(groups) >= LEAST_GROUPS and 2 * (breaks & data.bad).sum() >= breaks.sum():
            rules.add(name)
    return frozenset(rules)


def _figures(data: Labelled, repeats: int, strict: bool) -> dict[str, float]:
    runs = [_cross_validate(data, seed, strict) for seed in range(repeats)]
    figures = {}
    for name in runs[0]:
        figures[name] = round(float(np.mean([run[name] for run in runs])), 3)
    return figures | {"worst_balanced_accuracy": round(min(run["balanced_accuracy"] for run in runs), 3)}


def _pipeline() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000))


def _folds(seed: int) -> StratifiedGroupKFold:
    return StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)


def _threshold(data: Labelled, seed: int) -> float:
    """The score from which the model alone calls a row bad: best balanced accuracy at LEAST_PRECISION or better."""
    y, folds = data.bad, _folds(seed)
    scores = cross_val_predict(_pipeline(), data.x, y, groups=data.groups, cv=folds, method="predict_proba")[:, 1]
    steps = np.append(np.unique(scores), 1.0)
    verdicts = (scores >= steps[:, None]) | data.hard
    caught, wrong = (verdicts & y).sum(axis=1), (verdicts & ~y).sum(axis=1)
    accuracy = (caught / max(1, y.sum()) + 1 - wrong / max(1, (~y).sum())) / 2
    precise = caught / np.maximum(1, caught + wrong) >= LEAST_PRECISION
    return float(steps[np.argmax(np.where(precise, accuracy, -1.0))]) if precise.any() else 1.0


def _cross_validate(data: Labelled, seed: int, strict: bool) -> dict[str, float]:
    y = data.bad
    scores, verdicts, ruled = np.zeros(len(y)), np.zeros(len(y), bool), np.zeros(len(y), bool)
    for inside, outside in _folds(seed).split(data.measured, y, data.groups):
        seen, unseen = data.part(inside), data.part(outside)
        if strict:
            rules = borne_out(seen)
            seen, unseen = seen.within(rules), unseen.within(rules)
        scores[outside] = _pipeline().fit(seen.x, seen.bad).predict_proba(unseen.x)[:, 1]
        ruled[outside] = unseen.hard
        verdicts[outside] = (scores[outside] >= _threshold(seen, seed)) | unseen.hard
    return {
        "recall_of_bad": recall_score(y, verdicts),
        "precision_of_bad": precision_score(y, verdicts),
        "balanced_accuracy": balanced_accuracy_score(y, verdicts),
        "auc_of_model": roc_auc_score(y, scores),
        "balanced_accuracy_of_rules": balanced_accuracy_score(y, ruled),
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
    except (UserError, OSError, UnicodeDecodeError, KeyError, IndexError) as error:
        sys.exit(f"judge: {type(error).__name__}: {error}")
