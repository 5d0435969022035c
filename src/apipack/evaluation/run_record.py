"""A finished run as MLflow gets it: name, parameters, the compared figures, tables, inputs, models, tags."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from ruamel.yaml import YAML, YAMLError

from apipack.evaluation.figures import TUNED, cells, compared
from apipack.evaluation.run_names import commit, committed_params, flatten, run_name
from apipack.io import read_metrics

VERDICTS = ("request_match", "exact_match", "call_match", "hallucinated")
TEST = ["level", "setting", "language", "api", "id"]
INPUTS = {"data/train": "training", "data/prompts": "evaluation", "data/dataset": "source"}
"""Data that a run is of → in which role."""
STAGES = ("sample", "finetune", "evaluate", "accuracy")
INSTRUCTION, OUTPUT = "**instruction**: ", "\n**output**:"


class Input(NamedTuple):
    """path: below the repository's root. digest: DVC's hash of it."""

    path: str
    digest: str
    context: str


@dataclass(frozen=True, slots=True)
class Record:
    """figures: flat, of every stage. tables: name of a JSON file → its rows. curves: metric → (step, value)."""

    name: str
    params: Mapping[str, Any]
    figures: Mapping[str, float]
    tables: Mapping[str, pd.DataFrame]
    inputs: Sequence[Input] = ()
    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    artifacts: Sequence[Path] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, float]:
        return compared(self.figures)

    @property
    def models(self) -> dict[str, dict[str, float]]:
        """Each model that was tested → those of the metrics that are of it; the first is the one that the run is of."""
        names = list(dict.fromkeys(self.tables["accuracy.json"]["model"])) if "accuracy.json" in self.tables else []
        names.sort(key=lambda name: name != TUNED)
        if not names:
            return {}
        of_model: dict[str, dict[str, float]] = {name: {} for name in names}
        for key, value in self.metrics.items():
            owner = key.partition(".")[0]
            of_model[owner if owner in names[1:] else names[0]][key] = value
        return of_model


def record(
    params: Mapping[str, Any],
    figures: Mapping[str, float],
    predictions: pd.DataFrame | None = None,
    prompts: pd.DataFrame | None = None,
    name: str | None = None,
    **more: Any,
) -> Record:
    """What `tracking.log_run` logs. predictions: of schema PREDICTIONS. prompts: of schema TESTS. name: by default
    what differs from the committed params.yaml. more: curves and artifacts of `Record`."""
    tables = {"accuracy.json": cells(figures)}
    if predictions is not None:
        tables |= {"tests.json": by_test(predictions, prompts), "predictions.json": predictions}
    named = name or run_name(params, committed_params())
    return Record(named, params, figures, tables, inputs(Path("dvc.lock")), tags=tags(), **more)


def by_test(predictions: pd.DataFrame, prompts: pd.DataFrame | None = None) -> pd.DataFrame:
    """A row a test: its instruction where prompts are given, its reference, and of each model the call and the verdicts
    `VERDICTS`, to be read, filtered and compared with other runs in MLflow."""
    told = [name for name in VERDICTS if name in predictions]
    wide = predictions.drop_duplicates([*TEST, "model"]).pivot(
        index=[*TEST, "reference"], columns="model", values=["call", *told]
    )
    models = sorted(set(predictions["model"]), key=lambda model: model != TUNED)
    ordered = [(column, model) for model in models for column in ("call", *told)]
    wide = wide[ordered]
    wide.columns = pd.Index([f"{model} {column}" for column, model in ordered])
    table = wide.reset_index()
    if prompts is None:
        return table
    asked = prompts[TEST].assign(instruction=[instruction(prompt) for prompt in prompts["prompt"]])
    return asked.drop_duplicates(TEST).merge(table, on=TEST, how="right")


def instruction(prompt: str) -> str:
    """The last instruction of a prompt: that of the test, after those of its examples."""
    return prompt.rpartition(INSTRUCTION)[2].partition(OUTPUT)[0].strip()


def inputs(lock: Path) -> list[Input]:
    """The data of `INPUTS` with the hashes that DVC's lock file has; none where there is no such file."""
    stages = _locked(lock)
    digests = {out["path"]: out.get("md5", "") for stage in stages.values() for out in stage.get("outs", ())}
    return [Input(path, digests[path], context) for path, context in INPUTS.items() if digests.get(path)]


def tags() -> dict[str, str]:
    """Of what code and data a run is, and where it ran."""
    return {
        "commit": commit()[:12],
        "dvc.lock": lock_digest(Path("dvc.lock")),
        "machine": f"{platform.node()} {os.cpu_count()} x {platform.machine()}",
        "dvc.experiment": os.environ.get("DVC_EXP_NAME", ""),
    }


def lock_digest(lock: Path) -> str:
    """Of all stages but `report`, whose entry DVC writes when the run is logged; empty where there is no such file."""
    stages = {name: entry for name, entry in _locked(lock).items() if name != "report"}
    return hashlib.sha256(json.dumps(stages, sort_keys=True).encode()).hexdigest()[:12] if stages else ""


def loss_curve(file: Path) -> dict[str, list[tuple[int, float]]]:
    """The loss by step of a training, as `Record` takes it."""
    loss = pd.read_csv(file)
    return {"train.loss": list(zip(loss["step"].tolist(), loss["loss"].tolist(), strict=True))}


def stage_figures(folder: Path) -> dict[str, float]:
    """The numbers of metrics/: accuracies as they are, others as `finetune.NAME`, for example."""
    figures: dict[str, float] = {}
    for name in STAGES:
        path = folder / f"{name}.json"
        stage = read_metrics(name, folder) if path.is_file() else {}
        stage.pop("arguments", None)  # a table by place, type and number; their totals are among the accuracies
        accuracies = [stage.pop(key) for key in list(stage) if key.startswith("accuracy")]
        numbers = {f"{name}.{key}": value for key, value in flatten(stage).items()}
        for some in (*accuracies, numbers):
            figures |= {key: float(value) for key, value in some.items() if isinstance(value, int | float)}
    return figures


def _locked(lock: Path) -> dict[str, Any]:
    """The stages of a lock file; none of one that is cut off or missing."""
    try:
        return dict(YAML(typ="safe", pure=True).load(lock.read_text(encoding="utf-8"))["stages"])
    except (OSError, YAMLError, TypeError, KeyError):
        return {}
