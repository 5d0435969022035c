"""params.yaml is put back after a run, also one that was killed, but not from another commit."""

import subprocess
from pathlib import Path

import pytest

from apipack.sweeps.running import SAVED, params_put_back


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


@pytest.fixture
def killed(params: Path) -> None:
    """What lies on the disk after a kill in a run."""
    with params_put_back():
        kept = {file: file.read_text() for file in SAVED.glob("*")}
    for file, text in kept.items():
        file.write_text(text)
    params.write_text("mix: ruby\n")


@pytest.mark.usefixtures("killed")
def test_after_a_kill_the_next_start_puts_back_what_was_there(params: Path) -> None:
    with params_put_back():
        assert params.read_text() == "mix: curl\n"
        params.write_text("mix: go\n")
    assert params.read_text() == "mix: curl\n"


@pytest.mark.usefixtures("killed")
def test_what_a_run_of_another_commit_kept_is_dropped(params: Path) -> None:
    _commit(params, "mix: python\n")
    for _ in range(2):
        with params_put_back():
            assert params.read_text() == "mix: python\n"
            params.write_text("mix: go\n")
        assert params.read_text() == "mix: python\n"


def test_an_interrupt_puts_it_back_at_once(params: Path) -> None:
    with pytest.raises(KeyboardInterrupt), params_put_back():
        params.write_text("mix: go\n")
        raise KeyboardInterrupt
    assert params.read_text() == "mix: curl\n"
    assert not list(SAVED.glob("*"))
