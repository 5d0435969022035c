import os
import sqlite3
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.tracking import MlflowClient

from apipack.errors import UserError
from apipack.evaluation import tracking
from apipack.evaluation.figures import MOST
from apipack.evaluation.live import live_loss
from apipack.evaluation.run_record import Record, lock_digest, record
from apipack.evaluation.tracking import (
    accuracies,
    addresses,
    connect,
    finished_runs,
    log_parent,
    log_run,
    predictions_of,
    repository_root,
    start_training,
)

PARAMS = {"size": 40, "mix": {"curl": 1, "other": 0}, "report": {"experiment": "live"}}
FIGURES = {
    f"{model}{cell}.request_match{bound}": share
    for model, share in (("base", 0.0), ("copy", 0.1), ("tuned", 0.5))
    for cell in ("", ".level1.0shot", ".level3.retrieved_3shot", ".0shot.curl")
    for bound in ("", "_low", "_high")
} | {"finetune.tokens": 90.0, "sample.rows_out": 50.0, "sample.drawn.curl": 40.0}
LOCK = """stages:
  sample:
    outs:
    - {path: data/train, md5: 0123456789abcdef0123456789abcdef.dir}
  retrieve:
    outs:
    - {path: data/prompts, md5: fedcba9876543210fedcba9876543210.dir}
"""
PREDICTIONS = pd.DataFrame(
    {"model": model, "level": 1, "setting": "0shot", "language": "curl", "api": "a", "id": name, "reference": "curl x"}
    | {"call": f"curl {model}", "request_match": model == "tuned"}
    for model in ("base", "tuned")
    for name in ("op1", "op2")
)
PROMPT = "**instruction**: another\n**output**:\ncurl y\n\n**instruction**: Show it.\n**output**:\n"
PROMPTS = PREDICTIONS[PREDICTIONS["model"] == "base"].assign(prompt=PROMPT)


def test_a_queued_experiment_is_anchored_at_the_main_repository(tmp_path: Path) -> None:
    copy = tmp_path / "repo" / ".dvc" / "tmp" / "exps" / "standalone" / "tmpabc"
    copy.mkdir(parents=True)
    assert repository_root(copy) == tmp_path / "repo"
    assert repository_root(tmp_path) == tmp_path


@pytest.fixture(scope="module")
def main_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With one store for all tests: to make one takes MLflow seconds. Each test has an experiment of its own."""
    root = tmp_path_factory.mktemp("main")
    copy = root / ".dvc" / "tmp" / "exps" / "x"
    copy.mkdir(parents=True)
    (copy / "report.md").write_text("x")
    (copy / "dvc.lock").write_text(LOCK)
    return root


@pytest.fixture
def store(main_repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The main repository, from whose copy things are logged."""
    monkeypatch.chdir(main_repository / ".dvc" / "tmp" / "exps" / "x")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # restored afterwards: MLflow sets it itself
    monkeypatch.setenv("DVC_EXP_NAME", "brave-otter")
    return main_repository


@pytest.fixture
def experiment(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def finished(size: int = 40, share: float = 0.5) -> Record:
    figures = FIGURES | {"tuned.request_match": share}
    curves = {"train.loss": [(1, 2.0), (2, 1.0)]}
    params = PARAMS | {"size": size}
    return record(params, figures, PREDICTIONS, PROMPTS, curves=curves, artifacts=[Path("report.md")])


@pytest.mark.heavy
def test_one_run_with_everything_in_the_main_store(store: Path, experiment: str) -> None:
    run_id = log_run(experiment, finished())
    run = MlflowClient().get_run(run_id)
    assert (store / "mlflow.db").is_file()
    assert run.info.run_name == "size=40 curl" and run.data.tags["dvc.experiment"] == "brave-otter"
    assert run.data.params["mix.curl"] == "1" and run.data.params["drawn.curl"] == "40"
    assert "params.mix.curl" in finished_runs(experiment) and "params.drawn.curl" not in finished_runs(experiment)
    assert len(run.data.tags["dvc.lock"]) == 12 and run.data.tags["machine"]
    assert Path(run.info.artifact_uri.removeprefix("file://")).is_relative_to(store / "mlruns")
    files = {file.path for file in MlflowClient().list_artifacts(run.info.run_id)}
    assert files == {"report.md", "accuracy.json", "tests.json", "predictions.json"}
    metrics = run.data.metrics
    assert metrics["request_match.level3.retrieved_3shot"] == 0.5 and metrics["base.request_match"] == 0
    assert metrics["train.tokens"] == 90 and metrics["train.loss"] == 1.0 and len(metrics) <= MOST
    assert run.inputs
    assert {data.dataset.name: data.dataset.digest for data in run.inputs.dataset_inputs} == {
        "data/train": "0123456789abcdef0123456789abcdef.dir",
        "data/prompts": "fedcba9876543210fedcba9876543210.dir",
    }


@pytest.mark.heavy
def test_the_address_of_each_experiment_with_runs_is_told(store: Path, experiment: str) -> None:
    log_run(experiment, finished())
    (address,) = [line.partition(": ")[2] for line in addresses() if line.startswith(f"{experiment}: ")]
    found = mlflow.get_experiment_by_name(experiment)
    assert found is not None
    assert address == f"http://127.0.0.1:5000/#/experiments/{found.experiment_id}/runs?viewStateShareKey=apipack"
    assert not [line for line in addresses() if line.startswith("Default: ")]


@pytest.mark.heavy
def test_a_child_process_inherits_the_own_store_and_not_another_artifact_root(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = connect()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store / 'mlflow.db'}")
    assert connect() == own == (store / "mlruns").as_uri()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    assert connect() is None


@pytest.mark.heavy
def test_each_model_is_one_and_its_metrics_are_linked(store: Path, experiment: str) -> None:
    log_run(experiment, finished())
    own = mlflow.get_experiment_by_name(experiment)
    assert own is not None
    models = mlflow.search_logged_models([own.experiment_id], output_format="list")
    linked = {model.name: {metric.key: metric.dataset_name for metric in model.metrics or ()} for model in models}
    assert linked["base"] == {"base.request_match": "data/prompts"} and linked.keys() == {"base", "copy", "tuned"}
    assert {"request_match", "request_match.level1.0shot"} <= linked["tuned"].keys()


@pytest.mark.heavy
def test_tests_are_a_table_with_every_model_s_call(store: Path, experiment: str) -> None:
    run_id = log_run(experiment, finished())
    first = mlflow.load_table("tests.json", run_ids=[run_id]).iloc[0]
    assert first["instruction"] == "Show it." and first["tuned call"] == "curl tuned" and first["tuned request_match"]
    assert first["base request_match"] == False  # noqa: E712  as JSON gives it
    mlflow.set_experiment("another")
    assert len(predictions_of(run_id)) == 4
    assert len(accuracies(finished_runs(experiment))[run_id]) == 12


@pytest.mark.heavy
def test_a_run_cut_off_while_logging_is_taken_up_again(store: Path, experiment: str) -> None:
    first = log_run(experiment, finished())
    MlflowClient().update_run(first, status="RUNNING")
    assert log_run(experiment, finished()) == first
    assert len(MlflowClient().get_metric_history(first, "train.loss")) == 2
    assert log_run(experiment, finished()) != first  # a finished run is not written to again
    assert len(mlflow.search_runs(experiment_names=[experiment])) == 2


@pytest.mark.heavy
def test_a_killed_run_of_other_code_is_not_taken_up(
    store: Path, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start_training(experiment, PARAMS)
    assert start_training(experiment, PARAMS) == first
    monkeypatch.setattr(tracking, "commit", lambda: "0123456789abcdef")
    assert log_run(experiment, finished()) != first
    assert MlflowClient().get_run(first).info.status == "RUNNING"


def test_the_lock_is_the_same_before_and_after_report_is_locked(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    assert lock_digest(lock) == ""
    lock.write_text(LOCK)
    before = lock_digest(lock)
    lock.write_text(LOCK.replace("stages:", "schema: '2.0'\nstages:") + "  report: {cmd: python -m stages.report}\n")
    assert len(before) == 12 and lock_digest(lock) == before
    lock.write_text(LOCK.replace("fedcba", "fedcbb"))
    assert lock_digest(lock) not in (before, "")


@pytest.mark.heavy
def test_the_loss_is_seen_while_it_trains_and_the_run_goes_on_from_there(store: Path, experiment: str) -> None:
    tell = live_loss(Path("metrics/plots/loss.csv"), PARAMS)
    tell([(1, 2.0)])
    running = start_training("live", PARAMS)  # as after a kill
    run = MlflowClient().get_run(running)
    assert (run.info.status, run.info.run_name) == ("RUNNING", "size=40 curl")
    assert run.data.metrics == {"train.loss": 2.0}
    tell([(1, 2.0), (2, 1.0)])
    assert Path("metrics/plots/loss.csv").read_text() == "step,loss\n1,2.0\n2,1.0\n"
    assert log_run("live", finished()) == running
    assert [point.step for point in MlflowClient().get_metric_history(running, "train.loss")] == [1, 2]


@pytest.mark.heavy
def test_a_server_that_is_not_there_is_one_line_and_no_end(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    before = mlflow.get_tracking_uri()
    try:
        mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
        tell = live_loss(Path("loss.csv"), PARAMS)
        tell([(1, 2.0)])
        for call in (lambda: log_run("a", finished()), lambda: finished_runs("a")):
            with pytest.raises(UserError, match="127.0.0.1"):
                call()
    finally:
        mlflow.set_tracking_uri(before)
    assert Path("loss.csv").is_file()
    assert capsys.readouterr().err.count("no loss is logged to MLflow") == 1


@pytest.mark.heavy
def test_a_store_without_room_is_one_line_and_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "full.db"
    with sqlite3.connect(full) as store:
        store.execute("CREATE TABLE t (x)")
    full.write_bytes(full.read_bytes()[:100])  # as a full disk leaves it
    before = mlflow.get_tracking_uri()
    try:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{full}")
        mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
        live_loss(tmp_path / "loss.csv", PARAMS)([(1, 2.0)])
    finally:
        mlflow.set_tracking_uri(before)
    assert (tmp_path / "loss.csv").is_file()
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("finetune: ")]
    assert len(said) == 1 and "no loss is logged to MLflow: " in said[0]


@pytest.mark.heavy
def test_a_sweep_s_parent_has_the_curve_over_size(store: Path, experiment: str) -> None:
    children = {log_run(experiment, finished(40, 0.2)): "size=40"}
    parent = log_parent(experiment, "scaling", children, "size", "**why**")
    children[log_run(experiment, finished(80, 0.6))] = "size=80"
    assert log_parent(experiment, "scaling", children, "size", "**why**") == parent
    client = MlflowClient()
    assert client.get_run(parent).data.tags["mlflow.note.content"] == "**why**"
    history = client.get_metric_history(parent, "request_match")
    assert [(point.step, point.value) for point in history] == [(40, 0.2), (80, 0.6)]
    assert {child: client.get_run(child).info.run_name for child in children} == children
    assert {client.get_run(child).data.tags["mlflow.parentRunId"] for child in children} == {parent}
    assert set(finished_runs(experiment)["run_id"]) == set(children)
