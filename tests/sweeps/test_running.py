"""params.yaml is put back after a run, also one that was killed, but not from another commit."""

import subprocess
from pathlib import Path

import pytest

from apipack.errors import UserError
from apipack.evaluation.run_record import record
from apipack.evaluation.tracking import log_run
from apipack.sweeps import queueing
from apipack.sweeps.grid import Point
from apipack.sweeps.running import REPLACED, SAVED, by_queue, finished, here, missing, params_put_back, working_tree


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
    with params_put_back(print):
        kept = {file: file.read_text() for file in SAVED.glob("*")}
    for file, text in kept.items():
        file.write_text(text)
    params.write_text("mix: ruby\n")


@pytest.mark.usefixtures("killed")
def test_after_a_kill_the_next_start_puts_back_what_was_there(params: Path) -> None:
    with params_put_back(print):
        assert params.read_text() == "mix: curl\n"
        params.write_text("mix: go\n")
    assert params.read_text() == "mix: curl\n"


@pytest.mark.usefixtures("killed")
def test_what_a_run_of_another_commit_kept_is_dropped(params: Path) -> None:
    _commit(params, "mix: python\n")
    for _ in range(2):
        with params_put_back(print):
            assert params.read_text() == "mix: python\n"
            params.write_text("mix: go\n")
        assert params.read_text() == "mix: python\n"


@pytest.mark.usefixtures("killed")
def test_overrides_of_a_run_that_was_killed_on_another_commit_are_not_taken_for_the_user_s(params: Path) -> None:
    other = params.with_name("grid.yaml")
    _commit(other, "question: a\n")
    with pytest.raises(UserError, match="git checkout HEAD -- params.yaml"), params_put_back(print):
        pass
    assert params.read_text() == "mix: ruby\n"
    subprocess.run(("git", "checkout", "-q", "HEAD", "--", str(params)), check=True)
    with params_put_back(print):
        assert params.read_text() == "mix: curl\n"
    assert not list(SAVED.glob("*"))


def test_an_interrupt_puts_it_back_at_once(params: Path) -> None:
    with pytest.raises(KeyboardInterrupt), params_put_back(print):
        params.write_text("mix: go\n")
        raise KeyboardInterrupt
    assert params.read_text() == "mix: curl\n"
    assert not list(SAVED.glob("*"))


@pytest.mark.usefixtures("killed")
def test_what_is_replaced_after_a_kill_is_kept_and_said(params: Path, capsys: pytest.CaptureFixture[str]) -> None:
    params.write_text("mix: swift  # an edit since\n")
    with params_put_back(print):
        assert params.read_text() == "mix: curl\n"
    assert REPLACED.read_text() == "mix: swift  # an edit since\n"
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and str(REPLACED) in said
    with params_put_back(print):
        pass
    assert not capsys.readouterr().out


POINT = Point("mine-size-40-abcdef", "size=40", ("size=40",))


@pytest.fixture
def logged(params: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that MLflow has and DVC does not: of another clone on the same server, or after `dvc exp remove`."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    subprocess.run(("dvc", "init", "-q"), check=True)
    monkeypatch.setenv("DVC_EXP_NAME", POINT.name)
    log_run("mine", record({"size": 40}, {"tuned.request_match": 0.5}, name="size=40"))


@pytest.mark.heavy
@pytest.mark.usefixtures("logged", "killed")
def test_a_point_is_finished_by_one_rule(params: Path) -> None:
    """Neither is anything queued nor does a worker start; what a killed run left in params.yaml is put back."""
    other = POINT._replace(name="mine-size-80-abcdef")
    assert list(finished("mine", [other, POINT])) == [POINT.name] and missing("mine", [other, POINT]) == [other]
    said: list[str] = []
    assert by_queue("mine", [POINT], 1, said.append) == [] and here("mine", [POINT], said.append) == []
    assert queueing.status() == ({}, 0)
    assert params.read_text() == "mix: curl\n" and len(said) == 1


@pytest.mark.usefixtures("killed")
def test_a_run_in_this_working_tree_is_left_alone_while_it_lives(params: Path) -> None:
    with working_tree() as free:
        assert free
        with pytest.raises(UserError, match="another"):
            here("mine", [POINT], print)
        assert params.read_text() == "mix: ruby\n"
    with working_tree() as again:
        assert again
