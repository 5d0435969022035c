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

from apipack.errors import UserError
from apipack.io import read_metrics

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
    table: pd.DataFrame | None,
    name: str | None = None,
) -> str:
    """Log one finished run and return its id. curves: metric name → (step, value). table: the predictions. name: of the
    run, by default the DVC experiment's.

    A run that was cut off while it was being logged is taken up again, so a restart makes no second one.
    """
    experiment_id = _experiment(experiment, connect())
    key, experiment_name = _key(params, metrics), os.environ.get("DVC_EXP_NAME")
    run_id = _known(experiment_id, key, "RUNNING")
    with mlflow.start_run(run_id=run_id, run_name=name or experiment_name or "workspace") as active:
        mlflow.set_tags({"apipack.key": key, "dvc.experiment": experiment_name or ""})
        mlflow.log_params({k: str(v)[:500] for k, v in flatten(params).items()})
        mlflow.log_metrics(dict(metrics))
        for curve, points in curves.items():
            for step, value in points:
                mlflow.log_metric(curve, value, step=step)
        for path in artifacts:
            (mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact)(
                str(path), path.name if path.is_dir() else None
            )
        if table is not None:
            mlflow.log_table(table, "predictions.json")
        return str(active.info.run_id)


def finished_runs(experiment: str) -> pd.DataFrame:
    """A row a finished run, as mlflow.search_runs gives it: params.NAME, metrics.NAME, tags.NAME, start_time."""
    connect()
    if mlflow.get_experiment_by_name(experiment) is None:
        return pd.DataFrame()
    return mlflow.search_runs(experiment_names=[experiment], filter_string="attributes.status = 'FINISHED'")


def logged(experiment: str, params: Mapping[str, Any], metrics: Mapping[str, float]) -> str | None:
    """The id of a finished run of these very parameters and metrics, if there is one."""
    return _known(_experiment(experiment, connect()), _key(params, metrics), "FINISHED")


def log_folder(folder: Path, experiment: str, params: Mapping[str, Any], predictions: Path | None) -> tuple[str, bool]:
    """Log what `stages.finetune` and `stages.evaluate` wrote on a machine without MLflow; the run's id, and whether it
    is new: the same figures are logged once. folder: like metrics/, with finetune.json, evaluate.json or both.
    Raises `UserError`."""
    reports = [path for path in (folder / "finetune.json", folder / "evaluate.json") if path.is_file()]
    if not reports:
        raise UserError(f"{folder} has neither finetune.json nor evaluate.json")
    figures = stage_figures(folder)
    if run_id := logged(experiment, params, figures):
        return run_id, False
    curve = folder / "plots" / "loss.csv"
    curves = loss_curve(curve) if curve.is_file() else {}
    others = [path for path in (folder / "machine.json", folder / "params.yaml") if path.is_file()]
    table = pd.read_parquet(predictions) if predictions else None
    name = folder.resolve().name
    return log_run(experiment, params, figures, curves, [*reports, *others], table, name), True


def loss_curve(file: Path) -> dict[str, list[tuple[int, float]]]:
    """The loss by step of a training, as `log_run` takes it."""
    loss = pd.read_csv(file)
    return {"train.loss": list(zip(loss["step"].tolist(), loss["loss"].tolist(), strict=True))}


def stage_figures(folder: Path) -> dict[str, float]:
    """The numbers of metrics/ as MLflow names them: accuracies as they are, others as `finetune.NAME`, say."""
    figures: dict[str, float] = {}
    for name in ("sample", "finetune", "evaluate"):
        path = folder / f"{name}.json"
        stage = read_metrics(name, folder) if path.is_file() else {}
        stage.pop("arguments", None)  # a table by place, type and number; their totals are among the accuracies
        accuracies = [stage.pop(key) for key in list(stage) if key.startswith("accuracy")]
        numbers = {f"{name}.{key}": value for key, value in flatten(stage).items()}
        for some in (*accuracies, numbers):
            figures |= {key: float(value) for key, value in some.items() if isinstance(value, int | float)}
    return figures


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


def _key(params: Mapping[str, Any], metrics: Mapping[str, float]) -> str:
    return hashlib.sha256(json.dumps([params, metrics], sort_keys=True, default=str).encode()).hexdigest()[:16]


def _known(experiment_id: str, key: str, status: str) -> str | None:
    runs = MlflowClient().search_runs(
        [experiment_id],
        f"tags.`apipack.key` = '{key}' and attributes.status = '{status}'",
    )
    return str(runs[0].info.run_id) if runs else None
