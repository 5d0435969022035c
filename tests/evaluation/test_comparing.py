from pathlib import Path
from typing import Any

import pytest

from apipack.evaluation import comparing
from apipack.evaluation.run_record import record
from apipack.evaluation.tracking import accuracies, finished_runs, log_run

pytestmark = pytest.mark.heavy  # MLflow asks git


def log(name: str, size: int, mix: str | dict[str, float], tuned: float, languages: dict[str, float]) -> None:
    def bounds(name: str, share: float) -> dict[str, float]:
        return {name: share, f"{name}_low": share / 2, f"{name}_high": 1.0}

    metrics: dict[str, Any] = bounds("tuned.0shot.call_match", tuned) | bounds("base.0shot.call_match", 0.0)
    metrics |= bounds("tuned.level1.0shot.call_match", 0.9)
    for language, share in languages.items():
        metrics |= bounds(f"tuned.0shot.{language}.call_match", share)
    log_run("test", record({"size": size, "mix": mix}, metrics, name=name))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    assert finished_runs("test").empty and accuracies(finished_runs("test")) == {}
    log("larger", 1000, {"curl": 1, "other": 0.5}, 0.5, {"curl": 0.75, "go": 0.25})
    log("smaller", 80, "curl", 0.25, {"curl": 0.25})
    return finished_runs("test")


def test_sizes_ascend_with_models_side_by_side(runs: Any) -> None:
    table = comparing.by_size(runs, accuracies(runs), "call_match")
    assert table.to_dict("records") == [
        {"size": 80, "mix": "curl", "run": "smaller", "setting": "0shot"}
        | {"tuned": "0.25 [0.12, 1.00]", "base": "0.00 [0.00, 1.00]", "copy": None},
        {"size": 1000, "mix": "curl 1, other 0.5", "run": "larger", "setting": "0shot"}
        | {"tuned": "0.50 [0.25, 1.00]", "base": "0.00 [0.00, 1.00]", "copy": None},
    ]
    assert comparing.by_size(runs, accuracies(runs), "request_match").empty


def test_languages_are_columns_and_what_was_not_tested_is_empty(runs: Any) -> None:
    table = comparing.by_language(runs, accuracies(runs), "call_match").set_index("run")
    assert table.loc["larger", "go"] == "0.25 [0.12, 1.00]"
    assert list(table.columns) == ["size", "mix", "setting", "curl", "go"] and table["go"].isna()["smaller"]


def test_the_paper_s_cross_language_figures() -> None:
    table = comparing.paper(3)
    mixed = table[(table["train_mix"] == "sub_50k mix") & (table["setting"] == "0shot")]
    assert mixed["curl"].tolist() == [0.245] and len(table.columns) == 13
