"""Tuning and evaluating on a bare GPU box, and what it measured logged afterwards."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mlflow
import pyarrow.parquet as pq
import pytest
from mlflow.tracking import MlflowClient
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.evaluation.verdicts import RATES
from apipack.io import read_metrics, rows_table, write_table
from apipack.languages.codec import render
from apipack.prompting.schemas import TESTS, TRAIN
from apipack.records import Request
from tests.bare import refused, write_hook
from tests.parameters import ROOT, write_params
from tests.tiny import save_tiny

FINETUNE = {"max_steps": 2, "batch": 2, "max_tokens": 200, "lora": {"layers": 1}, "save_every": None}
EVALUATE = {"new_tokens": 6, "tests": 2, "settings": ["0shot", "retrieved_3shot"]}


def write_box(folder: Path, model: Path) -> None:
    """What is carried to such a machine: params.yaml, training rows and test prompts."""
    write_params(folder, finetune=FINETUNE | {"model": str(model)}, evaluate=EVALUATE)
    calls = {f"op{n}": Request("GET", f"https://a{n % 2}.example/things/{n}") for n in range(4)}
    train = [
        {"id": key, "language": "curl", "setting": "0shot", "variant": 0, "tokens": 60}
        | {"prompt": f"**instruction**: {key}\n**output**:\n"}
        | {"completion": render("curl", request)}
        for key, request in calls.items()
    ]
    tests = [
        {"id": key, "api": f"a{int(key[2:]) % 2}", "level": level, "language": "curl", "setting": setting}
        | {"prompt": f"**lang**: curl\n\n**instruction**: {key} {setting}\n**output**:\n", "examples": []}
        | {
            "reference": render("curl", request),
            "last_example": None if setting == "0shot" else render("curl", request),
        }
        | {"request": request.to_json(), "template": request.url, "arguments": "[]", "values": "[]", "documented": []}
        | dict.fromkeys(("grammar", "no_grammar", "abstain"))
        for key, request in calls.items()
        for level in (1, 2, 3)
        for setting in ("0shot", "retrieved_3shot")
    ]
    write_table(folder / "data/train/part-00000.parquet", rows_table(train, TRAIN))
    write_table(folder / "data/prompts/tests.parquet", rows_table(tests, TESTS))


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare box on which `benchmarks.gpu run` has run; beside it, what it said."""
    folder = tmp_path_factory.mktemp("box")
    write_box(folder / "data/gpu/python-8", save_tiny(folder / "tiny"))
    paths = os.pathsep.join(map(str, (write_hook(folder / "bare"), ROOT, ROOT / "src")))
    environment = os.environ | {"PYTHONPATH": paths, "APIPACK_CACHE": str(folder / "cache")}
    command = [sys.executable, "-m", "benchmarks.gpu", "run", "python-8"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "said").write_text(done.stderr)
    return folder


def test_what_a_bare_box_lacks_is_really_refused(box: Path) -> None:
    lacking = {"dvc", "mlflow", "scrapy", "daft", "ray", "openapi_parser", "sklearn", "sentence_transformers"}
    assert lacking | {"jsonschema", "openai", "cryptography"} <= refused()
    environment = os.environ | {"PYTHONPATH": str(box / "bare")}
    done = subprocess.run([sys.executable, "-c", "import sklearn"], env=environment, capture_output=True, text=True)
    assert "ModuleNotFoundError: No module named 'sklearn'" in done.stderr


def test_the_stages_run_there_and_say_what_they_leave_out(box: Path) -> None:
    said = (box / "said").read_text()
    assert re.search(r"evaluate: no pass_rate, hallucination_rate, syntax_error_rate: \w+ is not installed\n", said)
    found = box / "metrics/gpu/python-8"
    tuned, evaluated = (read_metrics(name, found) for name in ("finetune", "evaluate"))
    assert tuned["steps"] == 2 and (found / "plots/loss.csv").is_file() and (found / "params.yaml").is_file()
    assert evaluated["tests"] == 12 and evaluated["generated"] == 8  # tuned and base; the levels ask the same
    assert evaluated["cut"].keys() == {"base", "copy", "tuned"} and evaluated["cut"]["copy"] == 0
    over = evaluated["references_over_budget"]  # of six tokens
    assert over["all"] == 12 and over["level1.0shot"] == over["level1.0shot.curl"] == 2
    accuracy = read_metrics("accuracy", found)["accuracy"]
    assert accuracy["copy.level1.retrieved_3shot.request_match"] == 1
    assert not [name for name in accuracy if any(rate in name for rate in RATES)]
    predictions = pq.read_table(box / "data/gpu/python-8/data/predictions/predictions.parquet")
    assert predictions["passed"].null_count == len(predictions)
    assert set(predictions["verdict"].to_pylist()) == {"static"}


def test_the_machine_and_the_exact_command_are_recorded(box: Path) -> None:
    machine = json.loads((box / "metrics/gpu/python-8/machine.json").read_text())
    assert machine["command"].endswith(" -m benchmarks.gpu run python-8") and machine["device"]
    assert machine["tokens_per_second"] > 0 and machine["matmul_flops_per_second"] > 1e7
    assert machine["utilisation"] is None  # LoRA: it is told for all weights


def test_the_comparison_with_the_authors_training_is_there_too(box: Path) -> None:
    compared = json.loads((box / "metrics/gpu/training.json").read_text())
    assert compared["rows"] == 4 and compared["epochs"] == 1 and compared["times"] > 0 and compared["device"]


def test_it_is_logged_afterwards_and_once(box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # restored afterwards: MLflow sets it itself
    predictions = str(box / "data/gpu/python-8/data/predictions/predictions.parquet")
    arguments = ["log", str(box / "metrics/gpu/python-8"), "--predictions", predictions]
    first, again = (CliRunner().invoke(app, arguments) for _ in range(2))
    assert first.exit_code == 0, first.stderr
    assert again.stdout == first.stdout and "logged already" in again.stderr
    run = MlflowClient().get_run(first.stdout.strip())
    assert (run.info.status, run.info.run_name) == ("FINISHED", "python-8")
    assert run.data.params["finetune.max_steps"] == "2" and run.data.metrics["train.steps"] == 2
    assert {"request_match", "request_match.level1.0shot", "copy.request_match"} <= run.data.metrics.keys()
    cells = mlflow.load_table("accuracy.json", run_ids=[run.info.run_id])
    copied = cells.query("model == 'copy' and level == '1' and setting == 'retrieved_3shot'")
    assert copied["request_match"].tolist() == [1, 1]  # of all languages, and of cURL
    logged = {file.path for file in MlflowClient().list_artifacts(run.info.run_id)}
    assert logged == {"finetune.json", "evaluate.json", "machine.json", "params.yaml"} | {
        f"{name}.json" for name in ("accuracy", "tests", "predictions")
    }
    assert (tmp_path / "mlflow.db").is_file()


def test_what_cannot_be_logged_is_one_line(tmp_path: Path) -> None:
    write_params(tmp_path)
    done = CliRunner().invoke(app, ["log", str(tmp_path)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "has neither finetune.json nor evaluate.json" in done.stderr
