"""The tests and the verdicts of this repository for other harnesses, which ask one output at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apipack.evaluation.accuracy import MATCHES, select
from apipack.evaluation.params import Evaluate
from apipack.evaluation.predictions import judge_all, predictions_of, specifications
from apipack.io import read_table
from apipack.params import load
from apipack.records import Output

if TYPE_CHECKING:
    from apipack.evaluation.apis import Apis

Row = dict[str, Any]
MODEL = "harness"
HERE = Path()


def chosen(tests: Iterable[Row], root: Path = HERE) -> list[Row]:
    """Of tests (schema TESTS) those that params.yaml asks for, as `evaluate` chooses them. root: of the repository."""
    p = load(root / "params.yaml")
    return select(list(tests), p.evaluate, p.seed)


def chosen_of(root: Path) -> list[Row]:
    """Those of its data/prompts."""
    return chosen(read_table(root / "data/prompts/tests.parquet").to_pylist(), root)


def matches(test: Row, output: str, p: Evaluate | None = None, apis: Apis | None = None) -> dict[str, float]:
    """1 for each of MATCHES that an output has, else 0: the mean over tests is what `evaluate` says of them. apis: the
    specifications, with which calls are executed where params ask for it; without, they are read."""
    predictions = predictions_of([test], {MODEL: [Output(output, None)]})
    ((_, verdict),) = judge_all(predictions, apis, p or load(HERE / "params.yaml").evaluate, 1)
    return {name: float(getattr(verdict, name) is True) for name in MATCHES}


def judged_by(root: Path) -> tuple[Evaluate, Apis | None]:
    """What verdicts by execution need: the parameters of `evaluate`, and the specifications."""
    return load(root / "params.yaml").evaluate, specifications(root / "data")
