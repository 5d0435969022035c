"""MLflow: one run for each `dvc repro` or `dvc exp run`. The only module that imports mlflow.

The store lies in the main repository (mlflow.db and mlruns/), also for experiments that DVC runs in a
temporary copy of it, unless MLFLOW_TRACKING_URI says otherwise.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.tracking import MlflowClient

TEMPORARY = (".dvc", "tmp", "exps")


def repository_root(start: Path | None = None) -> Path:
    """The main repository: a queued experiment's copy lies in REPO/.dvc/tmp/exps/…"""
    start = (start or Path.cwd()).resolve()
    parts = start.parts
    for index in range(len(parts) - len(TEMPORARY)):
        if parts[index : index + len(TEMPORARY)] == TEMPORARY:
            return Path(*parts[:index])
    return start


def connect() -> str | None:
    """Point MLflow at MLFLOW_TRACKING_URI, or at the repository's own store, whose artifact root is returned."""
    if os.environ.get("MLFLOW_TRACKING_URI"):
        return None
    root = repository_root()
    mlflow.set_tracking_uri(f"sqlite:///{root / 'mlflow.db'}")
    return (root / "mlruns").as_uri()


def log_run(
    experiment: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    curves: Mapping[str, Sequence[tuple[int, float]]],
    artifacts: Sequence[Path],
    table: pd.DataFrame,
) -> str:
    """Log one finished run and return its id. curves: metric name → (step, value). table: the predictions.

    A run that was cut off while it was being logged is taken up again, so a restart makes no second one.
    """
    experiment_id = _experiment(experiment, connect())
    key = hashlib.sha256(json.dumps([params, metrics], sort_keys=True, default=str).encode()).hexdigest()[:16]
    name = os.environ.get("DVC_EXP_NAME")
    with mlflow.start_run(run_id=_unfinished(experiment_id, key), run_name=name or "workspace") as active:
        mlflow.set_tags({"apipack.key": key, "dvc.experiment": name or ""})
        mlflow.log_params({k: str(v)[:500] for k, v in flatten(params).items()})
        mlflow.log_metrics(dict(metrics))
        for curve, points in curves.items():
            for step, value in points:
                mlflow.log_metric(curve, value, step=step)
        for path in artifacts:
            (mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact)(
                str(path), path.name if path.is_dir() else None
            )
        mlflow.log_table(table, "predictions.json")
        return str(active.info.run_id)


def finished_runs(experiment: str) -> pd.DataFrame:
    """A row a finished run, as mlflow.search_runs gives it: params.NAME, metrics.NAME, tags.NAME, start_time."""
    connect()
    if mlflow.get_experiment_by_name(experiment) is None:
        return pd.DataFrame()
    return mlflow.search_runs(experiment_names=[experiment], filter_string="attributes.status = 'FINISHED'")


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings to dotted names."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def _experiment(name: str, artifact_root: str | None) -> str:
    if mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=artifact_root)
    return str(mlflow.set_experiment(name).experiment_id)


def _unfinished(experiment_id: str, key: str) -> str | None:
    found = MlflowClient().search_runs(
        [experiment_id],
        f"tags.`apipack.key` = '{key}' and attributes.status = 'RUNNING'",
    )
    return str(found[0].info.run_id) if found else None
