"""`apipack --help`, every command's example, and `apipack doctor`."""

import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from apipack.cli import doctor
from apipack.cli.main import app
from apipack.cli.output import DATA, EXPERIMENTS, USE
from apipack.models.places import EMBEDDER_PACKAGE, LM_PACKAGE
from apipack.records import LANGUAGES
from tests.bare import write_hook
from tests.parameters import write_params
from tests.test_dependencies import declared

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_group_and_an_example_with_options_that_exist(name: str) -> None:
    command = COMMANDS[name]
    assert command.rich_help_panel in (USE, DATA, EXPERIMENTS)
    program, word, *arguments = shlex.split((command.epilog or "").removeprefix("Example: "))
    assert (program, word) == ("apipack", name)
    options = {text for parameter in command.params for text in (*parameter.opts, *parameter.secondary_opts)}
    assert {text for text in arguments if text.startswith("-")} <= options


def test_help_groups_commands() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    words = [USE, "\n│ calls ", DATA, "\n│ replica ", EXPERIMENTS, "\n│ compare "]
    assert sorted(words, key=text.index) == words


def test_the_version_is_the_package_s() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"apipack {version('apipack')}\n")


@pytest.mark.heavy
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands(shell: str) -> None:
    program = [sys.executable, "-c", "from apipack.cli.main import app; app(prog_name='apipack')"]
    environment = os.environ | {
        "PYTHONPATH": "src",
        "_APIPACK_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "apipack do",
    }
    environment |= {"COMP_WORDS": "apipack do", "COMP_CWORD": "1", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = subprocess.run(program, env=environment, capture_output=True, text=True)
    assert re.search(r"\bdoctor\b", done.stdout) and "replica" not in done.stdout


@pytest.mark.heavy
def test_doctor_says_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    """With the core alone, in a folder that is no repository."""
    core = write_hook(tmp_path / "bare", sorted(declared()))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(core), str(Path("src").resolve())))}
    program = [sys.executable, "-c", "from apipack.cli.main import app; app()", "doctor"]
    done = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    lines = {line[10:24].strip(): line for line in done.stdout.splitlines()}
    assert lines["[train]"].startswith("missing") and lines["[train]"].endswith(": pip install '.[train]' in the clone")
    assert lines["python"].startswith("ok") and "GiB free" in lines["disk"] and "GiB free" in lines["memory"]
    assert lines["remote"].endswith("pip install '.[pipeline]' in the clone")
    assert set(LANGUAGES) <= set(lines) and "device" not in lines


def test_what_is_missing_has_a_remedy(tmp_path: Path) -> None:
    cheap = [doctor._npm(), doctor._disk(tmp_path), doctor._snapshot(tmp_path), doctor._model(tmp_path)]
    assert all(finding.state == doctor.OK or finding.remedy for finding in cheap)
    write_params(tmp_path, finetune={"model": "acme/coder"}, retrieve={"model": "acme/encoder"})
    assert doctor._model(tmp_path).detail == "acme/coder, acme/encoder"
    assert list(doctor.EMBEDDED) == [LM_PACKAGE, EMBEDDER_PACKAGE]
    (tmp_path / "data/snapshot").mkdir(parents=True)
    (tmp_path / "data/snapshot/hub-1.tgz").touch()
    assert doctor._snapshot(tmp_path).state == doctor.OK
