"""The real graph, end to end, on tiny parameters in a temporary clone: reproduce, repeat, experiment, kill."""

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.tracking import MlflowClient
from ruamel.yaml import YAML

from apipack.evaluation.figures import MOST
from tests.parameters import ROOT, write_params
from tests.specs import ID, openapi

TINY = {
    "size": 12,
    "mix": {"curl": 1, "python": 1},
    "workers": 1,
    "crawl": {"limit": 14},
    "split": {"tests": 3},
    "render": {"languages": ["curl", "python"]},
    "verify": {"operations": 2},
    "finetune": {"max_steps": 2, "batch": 2, "max_tokens": 600},
    "evaluate": {
        "languages": ["curl", "python"],
        "tests": 1,
        "new_tokens": 8,
        "levels": [1, 3],
        "settings": ["0shot", "retrieved_3shot"],
        "execute": False,  # tests/sandbox has that
    },
}
DATA = (
    *("specs", "operations", "unique", "calls", "instructions", "dataset", "splits", "leakage"),
    *("prompts", "train", "predictions"),
)

ENVIRONMENT = ("--old-file", ".venv/installed")
"""For `make`: the clone takes the packages of this environment."""

pytestmark = pytest.mark.timeout(1_500)  # many stages, each with imports of its own


class Clone:
    """A clone of this repository with tiny parameters, and what a user would type in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "DVC_", "GIT_"))}
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.env['PATH']}"

    def run(self, *command: str, fails: bool = False) -> str:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout[-3_000:]
        return done.stdout

    def commit(self) -> None:
        self.run("git", "add", "-A")
        self.run("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "run", "--allow-empty")

    def ran(self, *command: str) -> list[str]:
        """The stages that a DVC command executes, in order."""
        lines = self.run(*command).splitlines()
        return [line.split("'")[1] for line in lines if line.startswith("Running stage")]

    def killed_in(self, stage: str, *command: str) -> None:
        """Start the command and kill -9 its whole process group a second into a stage."""
        process = subprocess.Popen(
            command, cwd=self.root, env=self.env, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stdout is not None
        assert any(f"stages.{stage}" in line for line in process.stdout)
        time.sleep(1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        self.run(
            sys.executable, "-m", "apipack.cli.lockfile"
        )  # as `make repro`: a fast stage ends, and DVC writes dvc.lock

    def train(self) -> pd.DataFrame:
        return pd.read_parquet(self.root / "data/train")

    def hashes(self) -> dict[str, str]:
        files = [path for name in DATA for path in sorted((self.root / "data" / name).rglob("*.parquet"))]
        files.append(self.root / "models/adapter/adapter_model.safetensors")
        return {str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def metrics(self) -> dict[str, str]:
        """What git has of metrics/ after the last run."""
        names = self.run("git", "ls-files", "metrics").split()
        return {name: (self.root / name).read_text(encoding="utf-8") for name in names}

    def runs(self) -> pd.DataFrame:
        """Finished MLflow runs, as someone with the README's `mlflow ui` would see them."""
        mlflow.set_tracking_uri(f"sqlite:///{self.root / 'mlflow.db'}")
        return mlflow.search_runs(experiment_names=["apipack"])


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    made = Clone(tmp_path_factory.mktemp("clone") / "apipack")
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    for name in listed.splitlines():
        if (ROOT / name).is_file() and not name.startswith("metrics/") and name != "dvc.lock":
            (made.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, made.root / name)
    write_params(made.root, **TINY)
    if (snapshot := ROOT / "data/snapshot").is_dir():  # spares the download; the stage checks its hash
        shutil.copytree(snapshot, made.root / "data/snapshot")
    made.run("git", "init", "-q")
    made.run("git", "add", "-A")
    made.run("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "tiny")
    before = mlflow.get_tracking_uri()
    yield made
    mlflow.set_tracking_uri(before)


@pytest.fixture
def reproduced(clone: Clone) -> Clone:
    """The clone after `dvc repro`, whichever tests run before."""
    if not (clone.root / "metrics/report.json").is_file():
        clone.run("dvc", "repro")
    return clone


def test_killed_in_any_stage_and_started_again_it_completes(clone: Clone) -> None:
    """kill -9 of the whole process group while a data stage and the training run."""
    clone.killed_in("render", "dvc", "repro")
    clone.killed_in("finetune", "dvc", "repro")
    clone.run("dvc", "repro")
    assert not [path for path in clone.root.rglob("*.tmp") if ".dvc" not in path.parts]
    assert len(clone.runs()) == 1


def test_the_run_in_mlflow_has_everything(reproduced: Clone) -> None:
    (run,) = reproduced.runs().to_dict("records")
    assert run["status"] == "FINISHED" and run["params.size"] == "12" and run["params.finetune.max_steps"] == "2"
    cells = {f"level{level}.{setting}" for level in (1, 3) for setting in ("0shot", "retrieved_3shot")}
    logged = {name.removeprefix("metrics.") for name in map(str, run) if name.startswith("metrics.")}
    assert {f"request_match.{name}" for name in (*cells, "curl", "python")} | {"train.tokens"} <= logged
    assert len(logged) <= MOST and run["tags.mlflow.runName"].startswith("size=12 curl 1, python 1")
    table = pd.DataFrame(**mlflow.artifacts.load_dict(f"runs:/{run['run_id']}/accuracy.json"))
    assert set(table["model"]) == {"tuned", "base", "copy"} and set(table["language"]) == {"all", "curl", "python"}
    assert {"endpoint_match", "call_match", "request_match_low"} <= set(table)
    artifacts = {file.path for file in MlflowClient().list_artifacts(run["run_id"])}
    assert {"adapter", "predictions.json", "tests.json", "report.md", "params.yaml"} <= artifacts
    inputs = mlflow.get_run(run["run_id"]).inputs
    assert inputs and {given.dataset.name for given in inputs.dataset_inputs} == {
        "data/train",
        "data/prompts",
        "data/dataset",
    }


def test_no_test_is_an_example_of_another_or_of_training(reproduced: Clone) -> None:
    splits = pd.read_parquet(reproduced.root / "data/splits/splits.parquet")
    held = set(splits.loc[splits["split"].isin(["level2", "level3"]), "id"])
    tests = pd.read_parquet(reproduced.root / "data/prompts/tests.parquet")
    shown = set(tests["examples"].explode().dropna())
    assert shown and shown <= set(splits.loc[splits["split"].isin(["train", "bank"]), "id"]) and not shown & held
    calls = pd.read_parquet(reproduced.root / "data/dataset/calls").query("id in @held")["call"]
    trained = "\n\n".join(reproduced.train()["prompt"])
    assert len(calls) and not [call for call in calls if call in trained]


def test_a_second_repro_does_nothing(reproduced: Clone) -> None:
    output = reproduced.run("dvc", "repro")
    assert "Running stage" not in output and "up to date" in output
    assert len(reproduced.runs()) == 1


@pytest.mark.parametrize("left", [pytest.param(0.0, marks=pytest.mark.slow), 0.6])
def test_killed_while_dvc_writes_its_lock_file_and_started_again_it_goes_on(reproduced: Clone, left: float) -> None:
    lock = reproduced.root / "dvc.lock"
    whole, runs, hashes = lock.read_bytes(), len(reproduced.runs()), reproduced.hashes()
    stages = YAML(typ="safe").load(whole)["stages"]
    lock.write_bytes(whole[: int(len(whole) * left)])
    if not left:
        assert "'./dvc.lock' validation failed" in reproduced.run("dvc", "repro", fails=True)
    reproduced.run(sys.executable, "-m", "apipack.cli.lockfile")
    assert reproduced.ran("dvc", "repro") == ["report"]  # which the run cache leaves out
    assert reproduced.hashes() == hashes
    restored = YAML(typ="safe").load(lock)["stages"]
    assert {**restored, "report": None} == {**stages, "report": None}
    assert len(reproduced.runs()) == runs + 1


@pytest.mark.slow
def test_the_runs_for_a_gpu_are_prepared(reproduced: Clone) -> None:
    prepare = (sys.executable, "-m", "benchmarks.gpu", "prepare", "--sizes", "8", "--mixes", "python", "--tests", "1")
    reproduced.run(*prepare)
    assert "data/gpu/python-8 is there" in reproduced.run(*prepare)
    made = reproduced.root / "data/gpu/python-8"
    rows = pd.read_parquet(made / "data/train")
    assert set(rows["language"]) == {"python"} and (rows["setting"] == "0shot").sum() == 8
    assert YAML(typ="safe").load(made / "params.yaml")["evaluate"]["languages"] == ["python"]
    assert sorted(path.name for path in (made / "data").iterdir()) == ["prompts", "train"]  # all that a GPU box needs
    assert not [path for path in made.rglob("*") if path.is_symlink()]


@pytest.mark.slow
def test_a_forced_rebuild_gives_the_same_bytes(reproduced: Clone) -> None:
    before = reproduced.hashes()
    reproduced.run(
        "dvc",
        "repro",
        "--force",
        "--no-run-cache",
        "parse",
        "dedupe",
        "render",
        "instruct",
        "filter",
        "split",
        "sample",
    )
    assert reproduced.hashes() == before


def test_other_sizes_rerun_only_sample_on_other_data(reproduced: Clone) -> None:
    reproduced.commit()
    small = reproduced.train()
    assert reproduced.ran("dvc", "exp", "run", "-S", "size=16", "sample") == ["check", "sample"]
    large = reproduced.train()
    assert len(large) > len(small) and set(small["id"]) <= set(large["id"])
    reproduced.run("dvc", "exp", "run", "-S", "size=12", "sample")
    pd.testing.assert_frame_equal(reproduced.train(), small)  # DVC's run cache must not hand out the larger data


@pytest.mark.slow
def test_the_readme_s_way_back_from_a_failed_experiment_trains_nothing_again(reproduced: Clone) -> None:
    reproduced.commit()
    hashes, metrics = reproduced.hashes(), reproduced.metrics()
    failed = reproduced.run("dvc", "exp", "run", "-S", "size=100000000", "sample", fails=True)
    assert "size 100000000 is more than the" in failed
    assert reproduced.run("git", "status", "--porcelain", "--untracked-files=no")
    assert not (reproduced.root / "data/train").exists()
    checkout, make = way_back()
    assert (checkout[:2], make) == (["git", "checkout"], ["make", "repro"])
    reproduced.run(*checkout)
    assert set(reproduced.ran(*make, *ENVIRONMENT)) <= {"report"}
    assert reproduced.hashes() == hashes and reproduced.metrics() == metrics
    assert "size: 12" in (reproduced.root / "params.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_experiment_of_another_size_reruns_what_follows_sample(reproduced: Clone) -> None:
    reproduced.commit()
    stages = reproduced.ran("dvc", "exp", "run", "--name", "larger", "-S", "size=14")
    assert stages == ["check", "sample", "finetune", "evaluate", "report"]
    run = reproduced.runs().iloc[0]
    assert (run["tags.dvc.experiment"], run["params.size"]) == ("larger", "14")
    back = reproduced.ran("dvc", "exp", "run", "--name", "back", "-S", "size=12")
    assert set(back) - {"check"} == {"report"}  # the rest is in DVC's run cache; `check` reads the text of params.yaml
    assert reproduced.runs().iloc[0]["tags.dvc.experiment"] == "back"


@pytest.mark.slow
def test_a_queued_experiment_with_another_mix_lands_in_the_same_store(reproduced: Clone) -> None:
    before = len(reproduced.runs())
    reproduced.run("dvc", "exp", "run", "--temp", "--name", "python-only", "-S", "mix=python")
    runs = reproduced.runs()
    assert len(runs) == before + 1 and runs.iloc[0]["tags.dvc.experiment"] == "python-only"
    assert runs.iloc[0]["params.mix"] == "python"
    assert not list((reproduced.root / ".dvc/tmp").rglob("mlflow.db"))
    assert "python-only" in reproduced.run("dvc", "exp", "show", "--csv")


def test_a_typo_is_one_line_and_a_failure(reproduced: Clone) -> None:
    params = reproduced.root / "params.yaml"
    text = params.read_text(encoding="utf-8")
    try:
        params.write_text(text.replace("epochs:", "epoch:"), encoding="utf-8")
        output = reproduced.run("dvc", "repro", fails=True)
        assert "check: params.yaml: finetune.epoch" in output
        assert "Traceback" not in output and "Running stage 'finetune'" not in output
    finally:
        params.write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["crawl", "evaluate", "report"])
def test_killed_in_a_stage_that_had_its_output(reproduced: Clone, stage: str) -> None:
    before, runs = reproduced.hashes(), len(reproduced.runs())
    again = ("dvc", "repro", "--force", "--single-item", "--no-run-cache", stage)
    reproduced.killed_in(stage, *again)
    reproduced.run("dvc", "repro")  # DVC may check the outputs out; what was half written stays beside them, unused
    assert reproduced.hashes() == before
    assert len(reproduced.runs()) <= runs + 1 and set(reproduced.runs()["status"]) == {"FINISHED"}
    reproduced.run(*again)
    assert reproduced.hashes() == before
    assert not [path for path in reproduced.root.rglob("*.tmp") if ".dvc" not in path.parts]


def way_back() -> list[list[str]]:
    """The words of the commands with which the README goes back after a failed experiment."""
    (line,) = re.findall(r"`(git checkout HEAD [^`]*)`", (ROOT / "README.md").read_text(encoding="utf-8"))
    return [shlex.split(command) for command in line.split("&&")]


def readme_lines(start: str) -> list[str]:
    """What a reader types: the block of the README that begins so."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = [block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if block.startswith(start)]
    return [str(line).split("#")[0].strip() for line in block.splitlines()]


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_the_readme_s_five_lines_lead_from_own_specifications_to_a_report(clone: Clone) -> None:
    """With the tests' tiny parameters; last, since it changes them."""
    own = openapi(
        {
            f"/{noun}s/{{id}}": {"get": {"summary": f"Show one {noun} of the shop", "parameters": [ID]}}
            for noun in ("pet", "order", "invoice", "parcel", "voucher", "ticket")
        },
        server="https://api.petshop.io/v1",
        title="Petshop",
    )
    (clone.root / "my-specs/shop").mkdir(parents=True)
    (clone.root / "my-specs/shop/openapi.yaml").write_text(json.dumps(own))
    lines = readme_lines("cp -r my-specs/")
    assert len(lines) == 5
    told = [clone.run("bash", "-euc", line) for line in lines]
    assert "crawl.hubs: ['apis_guru'] → ['apis_guru', 'files']" in told[1]
    assert "# Accuracy" in told[3] and "6 operations, spec, constrained; left out: 0" in told[4]
    assert (clone.root / "audit.html").read_text().startswith("<!doctype html>")
    rows = pd.read_parquet(clone.root / "data/dataset/operations", columns=["hub", "api", "source_url", "licence"])
    shop = rows[rows["hub"] == "files"]
    assert len(shop) == 6 and set(shop["api"]) == {"petshop.io:shop"}
    assert set(shop["source_url"]) == {"specs/shop/openapi.yaml"}
