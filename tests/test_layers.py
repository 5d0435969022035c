"""The import order of the design, and what dvc.yaml says of code and parameters, hold for every module."""

import ast
import importlib
from pathlib import Path

import pytest
import yaml

from apipack.section import names
from apipack.tasks.params import Engine

LIBRARY = sorted(Path("src/apipack").rglob("*.py"))
STAGES = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
COLLECTING = Path("spiders/collecting.py")  # runs the spiders, against a replica or live


def imported(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return modules


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_the_library_imports_nothing_above_it(path: Path) -> None:
    top = {name.split(".")[0] for name in imported(path)}
    assert not top & {"dvc", "scrapy", "stages", "spiders"}
    assert "mlflow" not in top or path.name == "tracking.py"
    assert path.parent.name == "cli" or not any(name.startswith("apipack.cli") for name in imported(path))


def test_spiders_import_only_records_of_the_library() -> None:
    for path in set(Path("spiders").glob("*.py")) - {COLLECTING}:
        ours = {name for name in imported(path) if name.startswith("apipack")}
        assert not ours or all(name.startswith("apipack.records") for name in ours)


def test_few_modules_lie_at_the_top() -> None:
    assert len(list(Path("src/apipack").glob("*.py"))) <= 8


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_its_code(stage: str) -> None:
    code = {dep for dep in STAGES[stage]["deps"] if dep.startswith(("data/code", "src", "stages", "spiders"))}
    assert code == ({f"data/code/{stage}"} if stage != "check" else {"spiders", "src/apipack", "stages"})


@pytest.mark.heavy
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_the_parameters_that_it_reads(stage: str) -> None:
    """Where it runs (`Engine`) changes no byte of what it makes."""
    reads = set(names(importlib.import_module(f"stages.{stage}").Reads))
    assert reads - set(Engine.model_fields) == set(STAGES[stage].get("params", ()))


@pytest.mark.parametrize("script", sorted(Path("stages").glob("*.py")), ids=str)
def test_stage_scripts_are_short(script: Path) -> None:
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 40


def test_what_takes_the_split_waits_until_it_is_known_to_leak_nothing() -> None:
    """`rank_quality` waits for `rerank`, which does."""
    takers = {name for name, stage in STAGES.items() if "data/splits" in stage["deps"]} - {"leakage", "rank_quality"}
    assert takers == {name for name, stage in STAGES.items() if "data/leakage" in stage["deps"]}
    assert "models/reranker" in STAGES["rank_quality"]["deps"]


def test_every_stage_has_one_name() -> None:
    assert {path.stem for path in Path("stages").glob("*.py")} - {"__init__"} == set(STAGES)
    for name, stage in STAGES.items():
        assert stage["cmd"].startswith(f"python -m stages.{name}")


def test_the_size_is_part_of_the_command() -> None:
    """DVC leaves parameters of that name out of its run-cache key (treeverse/dvc #10296)."""
    assert "${size}" in STAGES["sample"]["cmd"] and "size" in STAGES["sample"]["params"]
