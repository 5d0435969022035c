"""Tuning and evaluating on a bare GPU box, and what it measured logged afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from apipack.io import rows_table, write_table
from apipack.languages import render
from apipack.records import RATES, TESTS, TRAIN, Request
from tests.bare import refused
from tests.tiny import save_tiny

ROOT = Path(__file__).resolve().parent.parent
FINETUNE = {"max_steps": 2, "batch": 2, "max_tokens": 200, "lora": {"layers": 1}, "save_every": None}
EVALUATE = {"new_tokens": 6, "tests": 2, "settings": ["0shot", "retrieved_3shot"]}


def write_box(folder: Path, model: Path) -> None:
    """What is carried to such a machine: params.yaml, training rows and test prompts."""
    yaml = YAML()
    params = yaml.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["finetune"]["lora"]["layers"] = FINETUNE["lora"]["layers"]  # type: ignore[index]
    params["finetune"].update({**FINETUNE, "model": str(model), "lora": params["finetune"]["lora"]})
    params["evaluate"].update(EVALUATE)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)
    calls = {f"op{n}": Request("GET", f"https://a{n % 2}.example/things/{n}") for n in range(4)}
    train = [
        {"id": key, "language": "curl", "setting": "0shot", "prompt": f"**instruction**: {key}\n**output**:\n"}
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
        | {"request": request.to_json(), "template": request.url, "arguments": "[]"}
        for key, request in calls.items()
        for level in (1, 2, 3)
        for setting in ("0shot", "retrieved_3shot")
    ]
    write_table(folder / "data/train/train.parquet", rows_table(train, TRAIN))
    write_table(folder / "data/prompts/tests.parquet", rows_table(tests, TESTS))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment = os.environ | {"PYTHONPATH": paths, "APIPACK_CACHE": str(folder / "cache")}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("box")
    write_box(folder, save_tiny(folder / "tiny"))
    return folder


def test_what_a_bare_box_lacks_is_really_refused() -> None:
    lacking = {"dvc", "mlflow", "scrapy", "daft", "ray", "openapi_parser", "sklearn", "sentence_transformers"}
    assert lacking | {"jsonschema", "openai", "cryptography"} <= refused()


def test_finetune_and_evaluate_run_without_the_rest_and_are_logged_later(
    box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(box, str(ROOT / "tests/bare.py"), "stages.finetune")
    said = run(box, str(ROOT / "tests/bare.py"), "stages.evaluate").stderr
    assert "evaluate: no pass_rate, hallucination_rate, syntax_error_rate: " in said and "is not installed" in said
    tuned, evaluated = (json.loads((box / f"metrics/{name}.json").read_text()) for name in ("finetune", "evaluate"))
    assert tuned["steps"] == 2 and tuned["device"] and (box / "metrics/plots/loss.csv").is_file()
    assert evaluated["tests"] == 12 and evaluated["generated"] == 8  # tuned and base; the levels ask the same
    assert evaluated["accuracy"]["copy.level1.retrieved_3shot.request_match"] == 1
    assert not [name for name in evaluated["accuracy"] if any(rate in name for rate in RATES)]
    predictions = pq.read_table(box / "data/predictions/predictions.parquet")
    assert predictions["verdict"].null_count == predictions["pass_rate"].null_count == len(predictions)

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    script = ["-c", "from apipack.cli import app; app()", "log", str(box / "metrics")]
    more = ["--params", "params.yaml", "--predictions", "data/predictions/predictions.parquet"]
    first = run(box, *script, *more).stdout.strip()
    again = run(box, *script, *more)
    assert again.stdout.strip() == first and "logged already" in again.stderr
    logged = mlflow.MlflowClient(os.environ["MLFLOW_TRACKING_URI"]).get_run(first)
    assert logged.info.status == "FINISHED" and logged.data.params["finetune.max_steps"] == "2"
    assert logged.data.metrics["copy.level1.retrieved_3shot.request_match"] == 1
    assert logged.data.metrics["finetune.steps"] == 2 and logged.data.metrics["evaluate.tests"] == evaluated["tests"]


def test_the_runs_for_a_gpu_are_made_where_they_are_and_record_the_machine(box: Path) -> None:
    write_box(box / "data/gpu/python-8", box / "tiny")
    run(box, "-m", "benchmarks.gpu", "run", "python-8")
    found = {path.name for path in (box / "metrics/gpu/python-8").iterdir()}
    assert found >= {"finetune.json", "evaluate.json", "machine.json", "params.yaml", "plots"}
    machine = json.loads((box / "metrics/gpu/python-8/machine.json").read_text())
    assert machine["command"].endswith("-m benchmarks.gpu run python-8") and machine["device"]
    assert machine["matmul_flops_per_second"] > 1e8 and machine["utilisation"] is None  # LoRA
    assert "data/operations is not here" not in run(box, "-m", "benchmarks.gpu", "run", "python-8").stderr  # once
