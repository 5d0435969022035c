"""`apipack sweep` on DVC's real queue, with a pipeline of one stage: killed twice with -9, it ends in its table."""

import contextlib
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.parameters import ROOT, write_params

pytestmark = pytest.mark.slow
SWEEP = "import sys; from apipack.cli.main import app; app(['sweep', *sys.argv[1:]])"
STAGE = """
import time
from pathlib import Path
import pandas as pd
from apipack.evaluation.run_record import record
from apipack.evaluation.tracking import log_run
from apipack.section import read

params = read()
time.sleep(4)
right = params["size"] // 10
rows = [
    {"model": "tuned", "id": str(n), "api": str(n % 4), "level": 3, "setting": "0shot", "language": "curl"}
    | {"reference": "", "call": "", "request_match": n < right}
    for n in range(10)
]
share = {f"tuned.level3.0shot.request_match{bound}": right / 10 for bound in ("", "_low", "_high")}
log_run(params["report"]["experiment"], record(params, share | {"tuned.request_match": right / 10}, pd.DataFrame(rows)))
Path("out").write_text(str(params["size"]))
"""
GRID = "{question: Does it help?, axis: size, vary: ['size=10,40,80']}"
DVC_YAML = """
stages:
  report:
    cmd: "python stage.py  # size ${size}"
    params: [size, report]
    deps: [stage.py]
    outs: [out]
"""


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = root
        write_params(root)
        for name, text in {"stage.py": STAGE, "dvc.yaml": DVC_YAML, "experiments/mine.yaml": GRID}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        (root / ".gitignore").write_text("/mlflow.db*\n/mlruns/\n/metrics/\n__pycache__/\n")
        drop = ("MLFLOW_", "DVC_", "GIT_")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
        self.env |= {"PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.env['PATH']}"
        user = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        for command in (["git", "init", "-q"], ["dvc", "init", "-q"], ["git", "add", "-A"]):
            self.run(*command)
        self.run("git", *user, "commit", "-qm", "start")

    def run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3_000:]
        return done.stdout

    def sweep(self, *arguments: str) -> str:
        return self.run(sys.executable, "-c", SWEEP, *arguments)

    def killed(self, done: str, *arguments: str) -> None:
        """Start a sweep and kill -9 it and all of its processes, worker and stage too, when so much is done."""
        command = (sys.executable, "-c", SWEEP, *arguments)
        process = subprocess.Popen(
            command, cwd=self.root, env=self.env, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stderr and any(done in line for line in process.stderr)
        time.sleep(6)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        time.sleep(1)

    def processes(self) -> list[int]:
        """Those that run in the repository or in a copy of it."""
        own = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if (folder / "cwd").resolve().is_relative_to(self.root):
                    own.append(int(folder.name))
            except OSError:
                continue
        return own


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", [(), ("--here",)], ids=["queue", "here"])
def test_killed_twice_it_goes_on_and_ends_in_the_table(repository: Repository, way: tuple[str, ...]) -> None:
    before = (repository.root / "params.yaml").read_text()
    repository.killed("experiments, " if not way else "1 of 3", "mine", *way)
    repository.killed("experiments, " if not way else "of 3", "mine", *way)
    if way:  # DVC stages what it changes, and refuses to go on from there
        (repository.root / "params.yaml").write_text(before.replace("size: 160", "size: 40"))
        repository.run("git", "add", "params.yaml")
    table = repository.sweep("mine", *way)
    assert "size=10  0.10 [" in table and "size=80  0.80 [" in table and "gain per doubling" in table.lower()
    assert table.endswith(repository.sweep("mine", "--table"))  # with --here DVC speaks before it
    assert repository.sweep("mine", "--status").count("done") == 3
    assert (repository.root / "params.yaml").read_text() == before
    assert (repository.root / "metrics/sweeps/mine.html").is_file()
    assert not repository.processes()


@pytest.mark.timeout(300)
def test_what_is_queued_by_hand_runs_and_lands_in_the_same_store(repository: Repository) -> None:
    for size in ("20", "40"):
        repository.run("dvc", "exp", "run", "--queue", "-S", f"size={size}")
    assert repository.run("dvc", "queue", "status").count("Queued") == 2
    repository.run("dvc", "queue", "start")
    deadline = time.monotonic() + 240
    while (status := repository.run("dvc", "queue", "status")).count("Success") < 2:
        assert time.monotonic() < deadline and "Failed" not in status, status
        time.sleep(1)
    finished = pd.read_csv(io.StringIO(repository.run("dvc", "exp", "show", "--csv")))
    assert {20, 40} <= set(finished["size"].dropna())
    with contextlib.closing(sqlite3.connect(repository.root / "mlflow.db")) as store:
        logged = store.execute("select value from params where key = 'size'").fetchall()
    assert sorted(logged) == [("20",), ("40",)]
