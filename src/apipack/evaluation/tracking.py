"""MLflow: one run for each `dvc repro` or `dvc exp run`. The only module that imports mlflow.

The store lies in the main repository (mlflow.db and mlruns/), also for experiments that DVC runs in a
temporary copy of it, unless MLFLOW_TRACKING_URI says otherwise.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source_registry import resolve_dataset_source
from mlflow.data.meta_dataset import MetaDataset
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from apipack.errors import UserError
from apipack.evaluation.figures import drawn
from apipack.evaluation.headline import METRIC
from apipack.evaluation.run_names import commit, committed_params, flatten, run_name
from apipack.evaluation.run_record import Record, loss_curve, record, stage_figures, tags

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
TEMPORARY = (".dvc", "tmp", "exps")
UNFINISHED = "attributes.status != 'FINISHED'"
ACCURACY = "accuracy.json"
VIEW = "apipack"
"""Name of the shared view of an experiment, `…/#/experiments/1/runs?viewStateShareKey=apipack`: MLflow's own table of
runs shows no metric until one chooses it."""
COLUMNS = [
    f"metrics.`{name}`"
    for name in (METRIC, f"{METRIC}_low", f"{METRIC}_high", f"base.{METRIC}", "call_match", "train.tokens")
]


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Of a server that is not there, or refuses what is logged, or of a store without room, a `UserError`."""
    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        raise UserError(" ".join(str(error).split())) from error


def repository_root(start: Path | None = None) -> Path:
    """The main repository: a queued experiment's copy lies in REPO/.dvc/tmp/exps/…"""
    start = (start or Path.cwd()).resolve()
    parts = start.parts
    for index in range(len(parts) - len(TEMPORARY)):
        if parts[index : index + len(TEMPORARY)] == TEMPORARY:
            return Path(*parts[:index])
    return start


def connect() -> str | None:
    """Point MLflow at MLFLOW_TRACKING_URI, or at the repository's own store, whose artifact root is returned. MLflow
    sets that variable itself, and child processes inherit it: where it names the own store, nobody chose another."""
    root = repository_root()
    own = f"sqlite:///{root / 'mlflow.db'}"
    if os.environ.get("MLFLOW_TRACKING_URI") not in (None, "", own):
        return None
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)  # that it makes its tables
    mlflow.set_tracking_uri(own)
    return (root / "mlruns").as_uri()


@_in_one_line()
def log_run(experiment: str, finished: Record) -> str:
    """Log one finished run and return its id. A run of the same parameters and commit that is not finished, since it
    logged the loss while it trained or was cut off while it was logged, is taken up, so a restart makes no second one.
    Raises `UserError`."""
    experiment_id = _experiment(experiment, connect())
    keys = _keys(finished.params, finished.figures)
    unfinished = _run_of(experiment_id, "params", keys["apipack.params"], UNFINISHED)
    with mlflow.start_run(run_id=unfinished, run_name=finished.name) as active:
        run_id = str(active.info.run_id)
        mlflow.set_tags(dict(finished.tags) | {"mlflow.runName": finished.name})
        mlflow.set_tags(keys)
        logged = flatten(finished.params) | drawn(finished.figures)
        mlflow.log_params({key: str(value)[:500] for key, value in logged.items()})
        _log_figures(finished, run_id)
        for path in finished.artifacts:
            (mlflow.log_artifacts if path.is_dir() else mlflow.log_artifact)(
                str(path), path.name if path.is_dir() else None
            )
        for name, table in finished.tables.items():
            mlflow.log_table(table, name)
        return run_id


def _log_figures(finished: Record, run_id: str) -> None:
    """Inputs; metrics, linked to the model that they are of and to the tests; curves, without the steps that are
    logged already."""
    datasets = {given.context: _dataset(given.path, given.digest) for given in finished.inputs}
    for context, dataset in datasets.items():
        mlflow.log_input(dataset, context)  # the same one twice is one
    for name, metrics in finished.models.items():
        model = mlflow.create_external_model(name, source_run_id=run_id, model_type=name)
        mlflow.log_metrics(metrics, model_id=model.model_id, dataset=datasets.get("evaluation"))
    if not finished.models:
        mlflow.log_metrics(finished.metrics)
    for name, points in finished.curves.items():
        steps = {point.step for point in MlflowClient().get_metric_history(run_id, name)}
        for step, value in points:
            if step not in steps:
                mlflow.log_metric(name, value, step=step)


def _dataset(path: str, digest: str) -> Dataset:
    with warnings.catch_warnings():  # two sources of one class claim a local path
        warnings.simplefilter("ignore", UserWarning)
        source = resolve_dataset_source(path)
    return MetaDataset(source, name=path, digest=digest)  # type: ignore[abstract]


def start_training(experiment: str, params: Mapping[str, Any]) -> str:
    """Open the run of these parameters at this commit, or take up the one that is not finished; its id. `log_run`
    finishes it. Raises `UserError` where the server is not there."""
    with _in_one_line():
        experiment_id, key = _experiment(experiment, connect()), _key(params, commit())
        run_id = _run_of(experiment_id, "params", key, UNFINISHED)
        if run_id is None:
            named = {"mlflow.runName": run_name(params, committed_params()), "apipack.params": key}
            run_id = str(MlflowClient().create_run(experiment_id, tags=tags() | named).info.run_id)
        return run_id


def log_loss(run_id: str, step: int, loss: float) -> None:
    """One point of a training's curve, while it trains. Raises `UserError` where the server is not there."""
    with _in_one_line():
        MlflowClient().log_metric(run_id, "train.loss", loss, step=step)


@_in_one_line()
def finished_runs(experiment: str) -> pd.DataFrame:
    """A row a finished run, as mlflow.search_runs gives it: params.NAME of params.yaml alone, metrics.NAME, tags.NAME,
    start_time. Parents of sweeps are left out. Raises `UserError`."""
    connect()
    if mlflow.get_experiment_by_name(experiment) is None:
        return pd.DataFrame()
    runs = mlflow.search_runs(experiment_names=[experiment], filter_string="attributes.status = 'FINISHED'")
    runs = runs[[name for name in runs if not str(name).startswith("params.drawn.")]]
    return runs if "params.size" not in runs else runs[runs["params.size"].notna()]


def experiments() -> list[str]:
    """Names of MLflow's experiments. Raises `UserError`."""
    connect()
    with _in_one_line():
        return sorted(experiment.name for experiment in mlflow.search_experiments() if experiment.name != "Default")


@_in_one_line()
def accuracies(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Run id → its table of cells (`figures.cells`), of the runs that have one. runs: of `finished_runs`."""
    tables = runs.get("tags.mlflow.loggedArtifacts", pd.Series(dtype=str)).fillna("")
    having = runs[tables.str.contains(ACCURACY, regex=False)] if len(runs) else runs
    return {run_id: _table(run_id, ACCURACY) for run_id in having.get("run_id", ())}


def predictions_of(run_id: str) -> pd.DataFrame:
    """A run's predictions (schema PREDICTIONS). Raises `UserError`."""
    connect()
    with _in_one_line():
        return _table(run_id, "predictions.json")


def _table(run_id: str, name: str) -> pd.DataFrame:
    """Of any experiment, where mlflow.load_table knows the active one alone."""
    return pd.DataFrame(**mlflow.artifacts.load_dict(f"runs:/{run_id}/{name}"))


@_in_one_line()
def log_folder(folder: Path, experiment: str, params: Mapping[str, Any], predictions: Path | None) -> tuple[str, bool]:
    """Log what `stages.finetune` and `stages.evaluate` wrote on a machine without MLflow; the run's id, and whether it
    is new: the same figures are logged once. folder: like metrics/, with finetune.json, evaluate.json or both.
    Raises `UserError`."""
    reports = [path for path in (folder / "finetune.json", folder / "evaluate.json") if path.is_file()]
    if not reports:
        raise UserError("the folder has neither finetune.json nor evaluate.json")
    figures = stage_figures(folder)
    figures_key = _keys(params, figures)["apipack.figures"]
    if run_id := _run_of(_experiment(experiment, connect()), "figures", figures_key, "attributes.status = 'FINISHED'"):
        return run_id, False
    curve = folder / "plots" / "loss.csv"
    curves = loss_curve(curve) if curve.is_file() else {}
    others = [path for path in (folder / "machine.json", folder / "params.yaml") if path.is_file()]
    table = pd.read_parquet(predictions) if predictions else None
    name = folder.resolve().name
    finished = record(params, figures, table, name=name, curves=curves, artifacts=[*reports, *others])
    return log_run(experiment, finished), True


def addresses(server: str = "http://127.0.0.1:5000") -> list[str]:
    """A line an experiment that has runs: its name, and where MLflow's UI shows their accuracy in the table."""
    connect()
    having = [one for one in MlflowClient().search_experiments() if mlflow.search_runs([one.experiment_id]).size]
    view = f"runs?viewStateShareKey={VIEW}"
    return [f"{one.name}: {server}/#/experiments/{one.experiment_id}/{view}" for one in reversed(having)]


@_in_one_line()
def log_parent(experiment: str, parent: str, children: Mapping[str, str], axis: str | None, note: str) -> str:
    """The run of a whole sweep, above its children; its id. children: run id → its name in the sweep, which says what
    differs from the others. axis: the parameter that is the step of the parent's metrics, so that MLflow's own chart
    shows them over it; a child is counted once. note: Markdown, its description."""
    experiment_id, client = _experiment(experiment, connect()), MlflowClient()
    run_id = _run_of(experiment_id, "sweep", parent, "attributes.status != 'FAILED'")
    if run_id is None:
        run_id = str(
            client.create_run(experiment_id, tags={"apipack.sweep": parent, "mlflow.runName": parent}).info.run_id
        )
    for child in map(client.get_run, children):
        client.update_run(child.info.run_id, name=children[child.info.run_id])
        if child.data.tags.get("mlflow.parentRunId") == run_id:
            continue
        client.set_tag(child.info.run_id, "mlflow.parentRunId", run_id)
        client.set_tag(child.info.run_id, "mlflow.runType", "evaluation")  # its parent is shown unfolded
        if axis:
            step = round(float(child.data.params[axis]))
            metrics = {name: value for name, value in child.data.metrics.items() if name != "train.loss"}
            mlflow.log_metrics(metrics, step=step, run_id=run_id)
    client.set_tag(run_id, "mlflow.note.content", note)
    client.set_terminated(run_id)
    return run_id


def _experiment(name: str, artifact_root: str | None) -> str:
    if mlflow.get_experiment_by_name(name) is None:
        view = {f"mlflow.sharedViewState.{VIEW}": json.dumps({"selectedColumns": COLUMNS})}
        mlflow.create_experiment(name, artifact_location=artifact_root, tags=view)
    return str(mlflow.set_experiment(name).experiment_id)


def _key(*parts: Mapping[str, Any] | str) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _keys(params: Mapping[str, Any], figures: Mapping[str, float]) -> dict[str, str]:
    """The tags by which a run is found again."""
    return {"apipack.params": _key(params, commit()), "apipack.figures": _key(params, figures)}


def _run_of(experiment_id: str, tag: str, value: str, status: str) -> str | None:
    runs = MlflowClient().search_runs([experiment_id], f"tags.`apipack.{tag}` = '{value}' and {status}")
    return str(runs[0].info.run_id) if runs else None
