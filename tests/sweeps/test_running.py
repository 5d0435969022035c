"""params.yaml is put back after a run, also one that was killed, but not from another commit."""

import subprocess
from pathlib import Path

import pytest

from apipack.sweeps.running import params_put_back


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    subprocess.run(("git", "init", "-q"), check=True)
    file = Path("params.yaml")
    _commit(file, "mix: curl\n")
    return file


def _commit(file: Path, text: str) -> None:
    file.write_text(text)
    user = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(("git", "add", str(file)), check=True)
    subprocess.run(("git", *user, "commit", "-qm", "params"), check=True)


def _killed(params: Path) -> None:
    manager = params_put_back()
    manager.__enter__()
    params.write_text("mix: ruby\n")


def test_after_a_kill_the_next_start_puts_back_what_was_there(params: Path) -> None:
    _killed(params)
    with params_put_back():
        assert params.read_text() == "mix: curl\n"
        params.write_text("mix: go\n")
    assert params.read_text() == "mix: curl\n"


def test_what_a_run_of_another_commit_kept_is_dropped(params: Path) -> None:
    _killed(params)
    _commit(params, "mix: python\n")
    for _ in range(2):
        with params_put_back():
            assert params.read_text() == "mix: python\n"
            params.write_text("mix: go\n")
        assert params.read_text() == "mix: python\n"
