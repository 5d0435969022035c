"""What wakes a stage: its modules' code and the versions of their packages, and nothing else."""

import textwrap
from pathlib import Path

import pytest

from apipack.tasks.code import Code, without_prose

CODE = Code(Path("."))


def test_prose_is_left_out_and_code_is_not() -> None:
    source = '''
        """Of the module."""
        LIMIT = 3  # of tries
        """Of an attribute."""


        def tries() -> str:
            """Of a function,
            of two lines."""
            # a comment

            return "# no comment" + """no
            docstring"""


        class Empty: """On one line."""
        '''
    assert without_prose(textwrap.dedent(source)).splitlines() == [
        "LIMIT = 3",
        "def tries() -> str:",
        '    return "# no comment" + """no',
        '    docstring"""',
        "class Empty:",
    ]


def test_modules_data_and_other_processes_are_found() -> None:
    evaluate = CODE.listing("evaluate")
    for file in (
        "src/apipack/languages/curl.py",
        "src/apipack/sandbox/warden.py",  # python -m
        "src/apipack/languages/reading/python_clients.py",  # imported when it is needed
        "src/apipack/languages/reading/python_tree.py",
        "src/apipack/sandbox/launcher.py",  # a file that bubblewrap runs
        "src/apipack/sandbox/runners/inside/Each.java",
    ):
        assert f"  {file}\n" in evaluate
    assert "src/apipack/instructions/verbs.txt\n" in CODE.listing("instruct")
    assert "src/apipack/evaluation/paper_results.csv\n" in CODE.listing("report")


def test_training_hangs_on_no_other_step_and_on_its_packages() -> None:
    lines = CODE.listing("finetune").splitlines()
    steps = {line.split("/")[2] for line in lines if "src/apipack/" in line and line.count("/") > 2}
    assert steps == {"models", "training"}
    assert {"peft", "torch", "transformers", "trl"} <= {line.split()[0] for line in lines}


@pytest.mark.parametrize(
    ("before", "after", "wakes"),
    [
        ("limit = 1\n", "limit = 2\n", True),
        ("limit = 1\n", "# why\nlimit = 1  # one\n", False),
        ('"""Of the module."""\nlimit = 1\n', '"""Other words."""\nlimit = 1\n', False),
    ],
)
def test_a_stage_wakes_for_code_alone(tmp_path: Path, before: str, after: str, wakes: bool) -> None:
    (tmp_path / "stages").mkdir()
    (tmp_path / "src/apipack").mkdir(parents=True)
    (tmp_path / "src/apipack/__init__.py").touch()
    (tmp_path / "stages/__init__.py").touch()
    (tmp_path / "stages/one.py").write_text("def main():\n    from apipack.limits import limit\n")
    limits = tmp_path / "src/apipack/limits.py"
    limits.write_text(before)
    first = Code(tmp_path).listing("one")
    limits.write_text(after)
    assert (Code(tmp_path).listing("one") != first) is wakes


@pytest.mark.parametrize("stage", ["check", "instruct", "leakage"])
def test_what_only_names_the_languages_hangs_on_no_renderer(stage: str) -> None:
    listing = CODE.listing(stage)
    assert "  src/apipack/languages/params.py\n" in listing
    assert "  src/apipack/languages/go.py\n" not in listing
    assert "  src/apipack/languages/go.py\n" in CODE.listing("render")
