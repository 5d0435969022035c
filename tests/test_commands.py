"""Commands in README and docs: each is run here, run by a test that is named here, or parsed only.

RUN_BY names, for the beginning of a command, the test that runs it, with the same arguments or with others of its kind
on tiny parameters. That test says the command's words in its code. PARSED_ONLY has the beginnings of those that no test
runs, by what they lack: of them `apipack`, DVC, make and modules of this repository parse their arguments, and other
programs' are known as shell.
"""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
from dvc.cli import parse_args
from dvc.utils.hydra import apply_overrides
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.params import load
from tests.parameters import ROOT, write_params
from tests.specs import ID, openapi
from tests.test_docs import FENCED, PAGES, SHELL, after, commands

HARNESSES = Path("docs/harnesses.md")
PIPELINE, SHARING = "tests/test_pipeline.py::", "tests/test_sharing.py::"
MIXED = f"{PIPELINE}test_a_queued_experiment_with_another_mix_lands_in_the_same_store"
CALLS = "tests/cli/test_calls.py::"
OWN = f"{PIPELINE}test_the_readme_s_five_lines_lead_from_own_specifications_to_a_report"
AUDIT = "tests/audit/test_audit.py::"
HERE = (
    r"apipack --version|apipack calls my-|apipack request |apipack score |apipack preset \w[\w-]+$"
    r"|echo .* \| apipack request"
)
"""Run below, in a folder with what they read."""
RUN_BY = {
    r"cp -r my-specs|apipack preset files|cat metrics/report|apipack audit specs --html": OWN,
    r"dvc repro$": f"{PIPELINE}test_a_second_repro_does_nothing",
    r"make repro|git checkout HEAD -- params": (
        f"{PIPELINE}test_the_readme_s_way_back_from_a_failed_experiment_trains_nothing_again"
    ),
    r"dvc exp run -S size=1000000$": f"{PIPELINE}test_other_sizes_rerun_only_sample_on_other_data",
    r"dvc exp run -S 'mix=|dvc exp show": MIXED,
    r"dvc exp run --queue|dvc queue start": (
        "tests/sweeps/test_sweep.py::test_what_is_queued_by_hand_runs_and_lands_in_the_same_store"
    ),
    r"dvc repro (crawl|render|-s parse|--force)": f"{PIPELINE}test_killed_in_a_stage_that_had_its_output",
    r"apipack calls --url": f"{CALLS}test_relative_servers_are_resolved_against_where_the_document_came_from",
    r"apipack ask ": "tests/cli/test_ask.py::test_the_command_prints_call_request_verdict_and_examples",
    r"apipack serve": "tests/inference/test_serving.py::test_the_served_model_writes_what_it_writes_here",
    r"apipack audit .*--base-url": f"{AUDIT}test_a_model_behind_a_server_is_audited_by_its_name",
    r"apipack audit ": f"{AUDIT}test_the_command_compares_models_and_its_exit_code_is_the_threshold_s",
    r"apipack judge ": "tests/instructions/test_judging.py::test_the_command_adds_label_score_and_reasons",
    r"apipack log ": "tests/test_bare.py::test_it_is_logged_afterwards_and_once",
    r"apipack compare": (
        "tests/evaluation/test_comparing.py::test_the_command_prints_sizes_languages_and_the_paper_s_figures"
    ),
    r"apipack sweep": "tests/sweeps/test_sweep.py::test_killed_twice_it_goes_on_and_ends_in_the_table",
    r"apipack drops ": "tests/dataset/test_dropped.py::test_what_each_stage_left_out_is_named",
    r"apipack doctor": "tests/cli/test_help.py::test_doctor_says_what_is_missing_and_what_to_do",
    r"apipack replica ": "tests/cli/test_main.py::test_replica_serves_until_it_is_stopped",
    r"make remote|dvc push|dvc pull|git tag|dvc artifacts get": (
        f"{SHARING}test_a_broken_upload_goes_on_and_a_clone_pulls_and_does_no_work"
    ),
    r"python3? -m benchmarks.gpu (un)?pack": (
        "tests/benchmarks/test_gpu.py::test_what_is_packed_is_unpacked_elsewhere_with_python_alone"
    ),
    r"python -m benchmarks.sources": (
        "tests/benchmarks/test_sources.py::"
        "test_operations_are_counted_where_they_come_from_and_where_another_source_has_them"
    ),
}
PARSED_ONLY = {
    "a GPU": r"apipack preset gpu-135m && make gpu|.*benchmarks.gpu run|python3 -m pip install --no-index"
    r"|tar czf gpu|cp -r data/gpu|sed -i",
    "the network": r"pip download|make sbom|dvc get |dvc exp run -S crawl.mode=live|dvc exp run .*packages"
    r"|dvc exp run -S 'crawl\.|dvc exp run -S crawl|dvc exp run .*served|dvc exp run .*BAAI|export ",
    "a cluster": r"dvc exp run -S engine=ray",  # tests/tasks/test_same_bytes.py runs the stages on one
    "another environment": r"'?of=|for name in |python3 -m venv |echo 'import site|'?\.venv-|done$",
    "a shell to change": r"apipack --install-completion",
    "root": r"make toolchain",
    "hours": r"make (faults|help|test|lint|ui|verify|bench)|dvc exp run |APIPACK_PROGRAMS"
    r"|python -m benchmarks\.(readers|conformance|tool_calls)",
}
COMMANDS = sorted({shlex.join(words) for page in PAGES for words in commands(page)})
TEXTS = [text.replace("'|'", "|").replace("'&&'", "&&") for text in COMMANDS]


def matches(text: str, pattern: str) -> bool:
    return re.match(pattern, text) is not None


@pytest.mark.parametrize("text", TEXTS)
def test_every_command_is_run_somewhere_or_parsed_for_want_of_something(text: str) -> None:
    named = [test for pattern, test in RUN_BY.items() if matches(text, pattern)]
    lacks = [what for what, pattern in PARSED_ONLY.items() if matches(text, pattern)]
    assert matches(text, HERE) or named or lacks


@pytest.mark.parametrize("text", [text for text in TEXTS if any(matches(text, pattern) for pattern in RUN_BY)])
def test_the_test_that_is_named_says_the_command(text: str) -> None:
    words = essential(shlex.split(text))
    for test in {test for pattern, test in RUN_BY.items() if matches(text, pattern)}:
        file, _, name = test.partition("::")
        assert test == OWN or words <= said(Path(file), name), test  # OWN takes its commands from the README


def essential(words: list[str]) -> set[str]:
    """What makes a command this one: the program's subcommand, or the module."""
    if words[0] in ("python", "python3"):
        return {words[2].rpartition(".")[2]}
    return {word for word in words[: {"apipack": 2, "cp": 1, "cat": 1}.get(words[0], 3)] if word.isalpha()} - {
        "apipack"
    }


def said(file: Path, name: str) -> set[str]:
    """Words of the strings, names and imports of a test, and of what it uses of its file, docstrings left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    there: dict[str, ast.AST] = {}
    for top in tree.body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            there[top.name] = top
        elif isinstance(top, ast.ImportFrom):
            there |= {alias.name: top for alias in top.names}
        elif isinstance(top, ast.Assign):
            there |= {target.id: top for target in top.targets if isinstance(target, ast.Name)}
    todo, seen, words = [name], set(), set[str]()
    while todo:
        if (one := todo.pop()) in seen or one not in there:
            continue
        seen.add(one)
        texts = {id(node.value) for node in ast.walk(there[one]) if isinstance(node, ast.Expr)}
        for node in ast.walk(there[one]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
                words |= set(re.findall(r"\w+", node.value))
            elif isinstance(node, ast.ImportFrom):
                words |= set((node.module or "").split("."))
            for used in (getattr(node, "id", None), getattr(node, "arg", None), getattr(node, "attr", None)):
                if isinstance(used, str):
                    todo.append(used)
                    words.add(used)
    return words


@pytest.mark.parametrize("test", sorted(set(RUN_BY.values())))
def test_what_is_named_for_a_command_exists(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the docs' commands name."""
    tmp_path = tmp_path_factory.mktemp("docs")
    write_params(tmp_path)
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    (tmp_path / "my-specs").mkdir()
    document = json.dumps(openapi({"/pets/{id}": {"get": {"summary": "Show a pet", "parameters": [ID]}}}))
    call = "curl https://api.example.com/v1/pets/7"
    (tmp_path / "my-spec.yaml").write_text(document)
    (tmp_path / "my-specs/pets.yaml").write_text(document)
    (tmp_path / "call.sh").write_text(call)
    (tmp_path / "rows.jsonl").write_text(json.dumps({"language": "curl", "prediction": call, "reference": call}))
    (tmp_path / "candidates.jsonl").touch()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def folder(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)


@pytest.mark.parametrize("text", [text for text in TEXTS if matches(text, HERE) and "|" not in text])
def test_commands_of_the_core_do_what_the_docs_say(text: str, folder: None) -> None:
    done = CliRunner().invoke(app, shlex.split(text)[1:])
    assert done.exit_code == 0 and done.stdout, done.stderr


@pytest.mark.heavy
def test_code_on_standard_input_is_read_or_refused_as_the_docs_say() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    program = shlex.join([sys.executable, "-c", "from apipack.cli.main import app; app()"])
    piped = [text.replace("| apipack", f"| {program}") for text in TEXTS if "| apipack" in text]
    codes = [subprocess.run(text, shell=True, env=environment, capture_output=True).returncode for text in piped]
    assert codes == [0, 1]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_shell_blocks_are_shell(page: Path) -> None:
    for kind, body in FENCED.findall(page.read_text(encoding="utf-8")):
        if kind in SHELL:
            done = subprocess.run(["bash", "-n"], input=body, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def test_an_environment_of_another_harness_sees_the_packages_of_this_one(tmp_path: Path) -> None:
    """All of the recipe but the download of the harness."""
    (recipe,) = [body for _, body in FENCED.findall(HARNESSES.read_text(encoding="utf-8")) if "addsitedir" in body]
    lines = [line for line in recipe.splitlines() if " install " not in line]
    assert len(lines) == len(recipe.splitlines()) - 1
    (tmp_path / ".venv").symlink_to(sys.prefix)
    recipe = "\n".join(lines).replace("-m venv ", "-m venv --without-pip ")
    subprocess.run(["bash", "-euc", recipe], cwd=tmp_path, check=True, capture_output=True)
    for name in ("lm_eval", "inspect_ai"):
        program = [str(tmp_path / f".venv-{name}/bin/python"), "-c", "import orjson, sys; print(sys.prefix)"]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(program, env=environment, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == str(tmp_path / f".venv-{name}")


@pytest.mark.parametrize("text", [text for text in TEXTS if " -S " in text])
def test_experiments_have_parameters_that_are_accepted(text: str, tmp_path: Path) -> None:
    file = Path(shutil.copy("params.yaml", tmp_path))
    apply_overrides(file, after(shlex.split(text), "-S"))
    load(file)


@pytest.mark.parametrize("text", COMMANDS)
def test_every_command_is_one_that_its_program_parses(text: str, folder: None) -> None:
    words = shlex.split(text)
    for program in ("apipack", "dvc", "make"):
        if program in words:
            arguments = words[words.index(program) + 1 :]
            arguments = arguments[: arguments.index("&&")] if "&&" in arguments else arguments
            parse(program, ["call.sh" if word == "-" else word for word in arguments])


def parse(program: str, arguments: list[str]) -> None:
    if program == "dvc":
        parse_args(arguments)
    elif program == "make":
        subprocess.run(["make", "--dry-run", "--quiet", *arguments], check=True, capture_output=True)
    elif not arguments[0].startswith("-"):
        command: Any = typer.main.get_command(app).commands[arguments[0]]  # type: ignore[attr-defined]
        command.make_context(arguments[0], arguments[1:])
