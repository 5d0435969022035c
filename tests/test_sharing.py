"""`dvc push` and `dvc pull` with a remote in S3, on a real S3 server on loopback, with one stage that never gives the
same bytes twice, as training on another machine may."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parameters import ROOT
from tests.s3 import Store, breaking, store

pytestmark = pytest.mark.slow  # some twenty commands of DVC, a second each
FILES, BYTES = 12, 100_000
STAGE = f"""\
import os, pathlib
out = pathlib.Path("out")
out.mkdir(exist_ok=True)
for number in range({FILES}):
    (out / str(number)).write_bytes(os.urandom({BYTES}))
"""
GRAPH = """\
stages: {train: {cmd: python train.py, deps: [train.py], outs: [out]}}
artifacts: {adapter: {path: out, type: model}}
"""


class Repository:
    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root = root
        self.environment = os.environ | environment
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def run(self, *command: str, fails: bool = False, **environment: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout[-3_000:]
        return done.stdout

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "out").iterdir()}

    def clone(self, root: Path) -> "Repository":
        self.run("git", "clone", "-q", ".", str(root))
        other = Repository(root, self.environment)
        shutil.copy(ROOT / "Makefile", other.root)
        other.run("make", "--old-file", ".venv/installed", "remote", "REMOTE=s3://shared/folder")
        return other


@pytest.fixture(scope="module")
def s3() -> Iterator[Store]:
    with store() as served:
        yield served


@pytest.fixture
def repository(tmp_path: Path, s3: Store) -> Repository:
    root = tmp_path / "first"
    root.mkdir()
    (root / "train.py").write_text(STAGE)
    (root / "dvc.yaml").write_text(GRAPH)
    first = Repository(root, s3.environment())
    for line in ("git init -q", "dvc init -q", "dvc remote add --local -d shared s3://shared/folder", "dvc repro -q"):
        first.run(*line.split())
    first.run("git", "add", "-A")
    first.run("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "run")
    return first


def test_a_broken_upload_goes_on_and_a_clone_pulls_and_does_no_work(
    repository: Repository, s3: Store, tmp_path: Path
) -> None:
    with breaking(s3.port, after=FILES * BYTES // 2) as port:
        broken = s3.environment(port=port) | {"AWS_MAX_ATTEMPTS": "1"}
        assert "files failed to upload" in repository.run("dvc", "push", fails=True, **broken)
    arrived = s3.objects()
    assert 0 < len(arrived) < FILES + 1 and set(arrived.values()) <= {BYTES}  # no object is half there
    pushed = repository.run("dvc", "push", "--run-cache")
    assert f"{FILES + 1 - len(arrived) + 1} files pushed" in pushed  # the folder's list, and the run
    clone = repository.clone(tmp_path / "second")
    clone.run("dvc", "pull", "--run-cache")
    assert "Running stage" not in clone.run("dvc", "repro")
    assert clone.files() == repository.files() and len(clone.files()) == FILES
    tag = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "tag", "-am", "first", "adapter@v1.0.0")
    repository.run(*tag)
    remote = ("--remote", "shared", "--remote-config", "url=s3://shared/folder")
    clone.run("dvc", "artifacts", "get", str(repository.root), "adapter", "-o", "got", *remote)
    assert {path.name for path in (clone.root / "got").iterdir()} == set(clone.files())


def test_wrong_keys_are_said_in_one_line(repository: Repository, s3: Store) -> None:
    for command in ("push", "pull"):
        if command == "pull":
            shutil.rmtree(repository.root / "out")
            shutil.rmtree(repository.root / ".dvc/cache")
        output = repository.run("dvc", command, fails=True, **s3.environment(secret="wrong"))
        errors = [line for line in output.splitlines() if "403" in line]
        assert len(errors) == 1 and "Forbidden" in errors[0] and "Traceback" not in output


def test_a_lock_file_of_another_machine_does_not_train_again(repository: Repository) -> None:
    """`make repro` after `git checkout dvc.lock`, without a remote."""
    repository.run("dvc", "remote", "remove", "--local", "shared")
    committed = (repository.root / "dvc.lock").read_bytes()
    repository.run("dvc", "repro", "-q", "--force")
    own = repository.files()
    shutil.rmtree(repository.root / ".dvc/cache/files")
    repository.run("dvc", "commit", "-q", "--force")
    (repository.root / "dvc.lock").write_bytes(committed)
    said = repository.run(sys.executable, "-m", "apipack.cli.lockfile")
    assert "no outputs here as dvc.lock has them: train" in said and said.count("\n") == 1
    assert "Running stage" not in repository.run("dvc", "repro")
    assert repository.files() == own
