"""The judge of instructions: rules first, then a small logistic model on MiniLM similarity and the rules' evidence.

`python -m apipack.instructions.training LABELS.jsonl` fits the model and writes `judge.json` beside this file;
nothing of the labels is in it but six weights.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from apipack.errors import UserError
from apipack.instructions.rules import HARD, reasons

Row = dict[str, Any]
Embed = Callable[[list[str]], np.ndarray]

FIELDS = ("api_name", "functionality", "description", "endpoint", "candidate")
WEIGHTS = "judge.json"
FEATURES = ("form", "leak", "query", "log_words", "new_words", "similarity")
_EVIDENCE = (
    {"preamble", "role_label", "answer", "several_texts", "placeholder"},
    {"leaks_endpoint", "leaks_path"},
    {"talks_about_a_query"},
)
_WORD = re.compile(r"[a-z0-9]+")
_FILLER = frozenset(
    "a about an and as at be by can could d do does for from guide help how i if in is it know like me my "  # noqa: SIM905
    "need of on or please provide s show that the this through to use using via want what which with would you".split()
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """label: `good` or `bad`. score: probability of bad, 0 to 1. reasons: rules broken, and `model` where the
    model alone decides."""

    label: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: `weights` on features standardised by `mean` and `scale`, each of len(FEATURES)."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    threshold: float

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """(rows, len(FEATURES)) → (rows,) probabilities of bad."""
        standard = (features - np.asarray(self.mean)) / np.asarray(self.scale)
        return 1 / (1 + np.exp(-(standard @ np.asarray(self.weights) + self.intercept)))


@cache
def shipped() -> Model:
    """The model that comes with the package."""
    raw = json.loads(files("apipack.instructions").joinpath(WEIGHTS).read_text(encoding="utf-8"))
    if tuple(raw["features"]) != FEATURES:
        raise UserError(f"{WEIGHTS} was trained on other features; run `make judge`")
    lists = {name: tuple(raw[name]) for name in ("mean", "scale", "weights")}
    return Model(**lists, intercept=raw["intercept"], threshold=raw["threshold"])


def judge(rows: Sequence[Row], embed: Embed, model: Model | None = None) -> list[Verdict]:
    """A verdict for each row of FIELDS, in order. embed: texts → unit vectors. A null
    field is an empty one, but for the candidate. Raises `UserError` for a row that lacks a field."""
    model = model or shipped()
    rows = [_without_nulls(row) for row in rows]
    for number, row in enumerate(rows, 1):
        if missing := [name for name in FIELDS if not isinstance(row.get(name), str)]:
            raise UserError(f"row {number} has no text in {', '.join(missing)}; a row needs {', '.join(FIELDS)}")
    broken = [reasons(row) for row in rows]
    scores = model.probabilities(features(broken, measures(rows, embed))).tolist() if rows else []
    return [_verdict(why, score, model.threshold) for why, score in zip(broken, scores, strict=True)]


def features(broken: Sequence[list[str]], measured: np.ndarray) -> np.ndarray:
    """(rows, len(FEATURES)): which kinds of rules each row breaks, and its `measures`."""
    evidence = np.array([_evidence(why) for why in broken])
    return np.hstack([evidence, measured])


def _evidence(why: Sequence[str]) -> list[float]:
    return [float(not group.isdisjoint(why)) for group in _EVIDENCE]


def _without_nulls(row: Row) -> Row:
    return {**row, **{name: "" for name in FIELDS[:-1] if row.get(name, "") is None}}


def measures(rows: Sequence[Row], embed: Embed) -> np.ndarray:
    """(rows, 3): the log of a candidate's words, its share of words that the operation does not have, and the
    similarity of the candidate, without the API's name, to the operation's text."""
    lengths = [[math.log(1 + len(row["candidate"].split())), _new_words(row)] for row in rows]
    vectors = embed([_without_name(row) for row in rows] + [_operation_text(row) for row in rows])
    alike = (vectors[: len(rows)] * vectors[len(rows) :]).sum(axis=1, keepdims=True)
    return np.hstack([np.array(lengths), alike])


def _verdict(why: list[str], score: float, threshold: float) -> Verdict:
    if any(name in HARD for name in why):
        return Verdict("bad", round(max(score, threshold), 4), tuple(why))
    if score >= threshold:
        return Verdict("bad", round(score, 4), (*why, "model"))
    return Verdict("good", round(score, 4), tuple(why))


def _new_words(row: Row) -> float:
    """Share of a candidate's telling words that begin like no word of the operation."""
    beginnings = {word[:5] for word in _WORD.findall(f"{_operation_text(row)} {row['api_name']}".lower())}
    said = [word for word in _WORD.findall(row["candidate"].lower()) if word not in _FILLER]
    return sum(word[:5] not in beginnings for word in said) / max(1, len(said))


def _operation_text(row: Row) -> str:
    return f"{row['functionality']}. {row['description']}"


def _without_name(row: Row) -> str:
    name = row["api_name"].strip()
    return re.sub(re.escape(name), "the service", row["candidate"], flags=re.I) if name else str(row["candidate"])
