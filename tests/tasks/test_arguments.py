"""A stage's script starts no work for an argument that it does not know."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.heavy


def script(stage: str, argument: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", stage, argument]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("argument", ["--rescor", "--again", "again"])
def test_what_it_does_not_know(argument: str, tmp_path: Path) -> None:
    done = script("stages.filter", argument, tmp_path)
    assert done.returncode == 2 and f"unrecognized arguments: {argument}" in done.stderr
    assert not list(tmp_path.iterdir())


def test_help_says_what_the_stage_does(tmp_path: Path) -> None:
    done = script("stages.filter", "--help", tmp_path)
    assert done.returncode == 0 and "every drop has a reason" in done.stdout
    assert not list(tmp_path.iterdir())
