from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.tracking import MlflowClient

from apipack.evaluation.tracking import flatten, log_run, repository_root


def test_a_queued_experiment_is_anchored_at_the_main_repository(tmp_path: Path) -> None:
    copy = tmp_path / "repo" / ".dvc" / "tmp" / "exps" / "standalone" / "tmpabc"
    copy.mkdir(parents=True)
    assert repository_root(copy) == tmp_path / "repo"
    assert repository_root(tmp_path) == tmp_path


def test_flatten() -> None:
    assert flatten({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "d": [1]}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / ".dvc" / "tmp" / "exps" / "x"
    copy.mkdir(parents=True)
    monkeypatch.chdir(copy)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # restored afterwards: MLflow sets it itself
    monkeypatch.setenv("DVC_EXP_NAME", "brave-otter")
    return tmp_path


def log(artifact: Path, value: float = 0.5) -> str:
    table = pd.DataFrame([{"id": "a", "call": "curl"}])
    return log_run("test", {"a": {"b": 1}}, {"tuned.level1": value}, {"loss": [(1, 2.0), (2, 1.0)]}, [artifact], table)


@pytest.mark.heavy
def test_one_run_with_everything_in_the_main_store(store: Path) -> None:
    artifact = store / "report.md"
    artifact.write_text("x")
    run_id = log(artifact)
    run = MlflowClient().get_run(run_id)
    assert (store / "mlflow.db").is_file()
    assert run.info.run_name == run.data.tags["dvc.experiment"] == "brave-otter"
    assert run.data.params == {"a.b": "1"} and run.data.metrics["tuned.level1"] == 0.5
    assert Path(run.info.artifact_uri.removeprefix("file://")).is_relative_to(store / "mlruns")
    assert {f.path for f in MlflowClient().list_artifacts(run.info.run_id)} == {"report.md", "predictions.json"}


@pytest.mark.heavy
def test_a_run_cut_off_while_logging_is_taken_up_again(store: Path) -> None:
    artifact = store / "report.md"
    artifact.write_text("x")
    first = log(artifact)
    MlflowClient().update_run(first, status="RUNNING")
    assert log(artifact) == first
    assert log(artifact) != first  # a finished run is not written to again
    assert len(mlflow.search_runs(experiment_names=["test"])) == 2
