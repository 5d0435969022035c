from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.errors import UserError
from apipack.evaluation import comparing
from apipack.evaluation.run_record import record
from apipack.evaluation.tracking import accuracies, finished_runs, log_run
from tests.parameters import write_params

pytestmark = pytest.mark.heavy  # MLflow asks git


def log(name: str, size: int, mix: str | dict[str, float], tuned: float, languages: dict[str, float]) -> None:
    def bounds(name: str, share: float) -> dict[str, float]:
        return {name: share, f"{name}_low": share / 2, f"{name}_high": 1.0}

    metrics: dict[str, Any] = bounds("tuned.0shot.call_match", tuned) | bounds("base.0shot.call_match", 0.0)
    metrics |= bounds("tuned.level1.0shot.call_match", 0.9) | bounds("gpt-4.0shot.call_match", 0.8)
    metrics |= bounds("tuned_constrained.spec.curl.call_match", 0.7)
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
    assert list(table.columns[4:]) == ["tuned", "base", "gpt-4"]
    assert table.to_dict("records") == [
        {"size": 80, "mix": "curl", "run": "smaller", "setting": "0shot"}
        | {"tuned": "0.25 [0.12, 1.00]", "base": "0.00 [0.00, 1.00]", "gpt-4": "0.80 [0.40, 1.00]"},
        {"size": 1000, "mix": "curl 1, other 0.5", "run": "larger", "setting": "0shot"}
        | {"tuned": "0.50 [0.25, 1.00]", "base": "0.00 [0.00, 1.00]", "gpt-4": "0.80 [0.40, 1.00]"},
    ]
    assert comparing.by_size(runs, accuracies(runs), "request_match").empty


def test_languages_are_columns_and_what_was_not_tested_is_empty(runs: Any) -> None:
    table = comparing.by_language(runs, accuracies(runs), "call_match").set_index(["run", "model"])
    assert list(table.columns) == ["size", "mix", "setting", "curl", "go"]
    assert table["go"]["larger", "tuned"] == "0.25 [0.12, 1.00]" and pd.isna(table["go"]["smaller", "tuned"])
    assert table["curl"]["larger", "tuned_constrained"] == "0.70 [0.35, 1.00]"


def rows(table: str) -> list[list[str]]:
    """Cells of a Markdown table below its head."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_command_prints_sizes_languages_and_the_paper_s_figures(runs: Any, tmp_path: Path) -> None:
    write_params(tmp_path, report={"experiment": "test"})
    done = CliRunner().invoke(app, ["compare", "--metric", "call_match"])
    assert done.exit_code == 0, done.stderr
    by_size, by_language, paper = done.stdout.removeprefix("## ").split("\n## ")
    assert by_size.startswith("call_match by size\n\n| size | mix | run | setting | tuned | base | gpt-4 |")
    assert [row[:6] for row in rows(by_size)] == [
        ["80", "curl", "smaller", "0shot", "0.25 [0.12, 1.00]", "0.00 [0.00, 1.00]"],
        ["1000", "curl 1, other 0.5", "larger", "0shot", "0.50 [0.25, 1.00]", "0.00 [0.00, 1.00]"],
    ]
    assert "| size | mix | run | setting | model | curl | go |" in by_language
    free = [row for row in rows(by_language) if row[4] == "tuned"]
    assert [row[5] for row in free] == ["0.25 [0.12, 1.00]", "0.75 [0.38, 1.00]"] and free[1][6] == "0.25 [0.12, 1.00]"
    assert paper.startswith("The paper's CodeLlama-13B, level 3, API-call match") and len(rows(paper)) > 10
    one = CliRunner().invoke(app, ["compare", "--metric", "call_match", "--level", "1"]).stdout.rpartition("\n## ")[2]
    assert "level 1" in one and rows(one) != rows(paper)
    none = CliRunner().invoke(app, ["compare", "--metric", "pass_rate"])
    assert (none.exit_code, none.stdout) == (2, "")
    assert none.stderr == "no finished run has pass_rate; there are call_match\n"


def test_the_paper_s_cross_language_figures() -> None:
    table = comparing.paper(3)
    mixed = table[(table["train_mix"] == "sub_50k mix") & (table["setting"] == "0shot")]
    assert mixed["curl"].tolist() == [0.245] and len(table.columns) == 13


def test_a_run_is_named_by_its_name_or_its_id() -> None:
    ids = ["0123456789abcdef" * 2, "fedcba9876543210" * 2, "0123456700000000" * 2]
    names = {"tags.mlflow.runName": ["size=40", "size=80", "size=80"], "tags.dvc.experiment": ["brave-otter", "", ""]}
    runs = pd.DataFrame({"run_id": ids} | names)
    assert [comparing.run_id(runs, word) for word in ("size=40", "brave-otter", ids[1], "fedcba98")] == [
        *(ids[0], ids[0], ids[1], ids[1])
    ]
    assert comparing.run_id(runs, "a" * 32) == "a" * 32  # of another experiment
    for word, message in (
        ("size=80", "2 runs are called size=80; give an id: fedc"),
        ("01234567", "2 runs are called"),
    ):
        with pytest.raises(UserError, match=message):
            comparing.run_id(runs, word)
    with pytest.raises(UserError, match=r"no finished run is called size=1; there are size=40 \(01234567\), "):
        comparing.run_id(runs, "size=1")


def test_of_the_same_run_again_it_is_the_latest() -> None:
    ids = ["a" * 32, "b" * 32]
    runs = pd.DataFrame({"run_id": ids, "tags.mlflow.runName": ["size=80"] * 2, "start_time": [2, 1]})
    assert comparing.run_id(runs.assign(**{"tags.apipack.params": ["k", "k"]}), "size=80") == ids[0]
    with pytest.raises(UserError, match="2 runs are called"):
        comparing.run_id(runs.assign(**{"tags.apipack.params": ["k", "l"]}), "size=80")


def predictions(right: int) -> pd.DataFrame:
    rows = {"id": [str(n) for n in range(9)], "api": list("abcabcabd"), "level": 3, "setting": "0shot"}
    whole = {"model": "tuned", "language": "curl", "reference": "curl y", "call": "curl x"}
    return pd.DataFrame(rows | whole | {"request_match": [n < right for n in range(9)]})


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    for name, right in (("before", 1), ("after", 8)):
        figures = {"tuned.request_match": right / 9}
        log_run("grid", record({"size": right}, figures, predictions(right), name=name))


@pytest.mark.usefixtures("two")
def test_two_runs_of_any_experiment_are_compared_on_the_same_tests() -> None:
    def compare(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["compare", *words, "--experiment", "grid"])
        return done.exit_code, done.output

    code, text = compare("before", "after")
    assert code == 0 and text.startswith("request_match of after against before.\nEvery row: setting 0shot, language")
    assert [line.split()[:4] for line in text.splitlines()[-2:]] == [
        ["model", "tests", "won", "lost"],
        ["tuned", "9", "7", "0"],
    ]
    for words, message in (
        (("before",), "give two runs, or none for all"),
        (("before", "later"), "no finished run is called later; there are "),
        (("before", "after", "--metric", "argument_f1"), "argument_f1 is no share of tests"),
        (("before", "after", "--metric", "pass_rate"), "before has no pass_rate"),
    ):
        code, text = compare(*words)
        assert code == 2 and message in text and text.count("\n") == 1
    code, text = compare("--metric", "exact_match")
    assert code == 2 and text.startswith("no finished run has exact_match; there are request_match")
