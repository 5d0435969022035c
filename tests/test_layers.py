"""The import order of the design, and dvc.yaml's deps, hold for every module."""

import ast
from pathlib import Path

import pytest
import yaml

PACKAGES = ("apipack", "stages", "spiders")
FOLDERS = ("spiders", *(f"src/apipack/{path.name}" for path in Path("src/apipack").iterdir() if path.is_dir()))
LIBRARY = sorted(Path("src/apipack").rglob("*.py"))
STAGES = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def file_of(module: str) -> Path | None:
    base = Path("src" if module.startswith("apipack") else ".", *module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def needed(stage: str) -> set[str]:
    """Every folder of ours, or file outside of them, that a stage imports from, directly or not."""
    todo, seen = [Path(f"stages/{stage}.py"), Path("stages/__init__.py")], set()
    while todo:
        if (path := todo.pop()) not in seen:
            seen.add(path)
            todo += [file for name in imported(path) if name.split(".")[0] in PACKAGES and (file := file_of(name))]
    seen.discard(Path("src/apipack/__init__.py"))
    return {next((f for f in FOLDERS if path.is_relative_to(f)), str(path)) for path in seen}


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_the_library_imports_nothing_above_it(path: Path) -> None:
    top = {name.split(".")[0] for name in imported(path)}
    assert not top & {"dvc", "scrapy", "stages", "spiders"}
    assert "mlflow" not in top or path.name == "tracking.py"


def test_spiders_import_only_records_of_the_library() -> None:
    for path in Path("spiders").glob("*.py"):
        ours = {name for name in imported(path) if name.startswith("apipack")}
        assert not ours or all(name.startswith("apipack.records") for name in ours)


@pytest.mark.parametrize("stage", STAGES)
def test_deps_name_every_folder_a_stage_imports_from(stage: str) -> None:
    listed = {dep for dep in STAGES[stage]["deps"] if dep.startswith(("src/", "stages/", "spiders"))}
    assert listed == needed(stage)


def test_what_takes_the_split_waits_until_it_is_known_to_leak_nothing() -> None:
    """`rank_quality` waits for `rerank`, which does."""
    takers = {name for name, stage in STAGES.items() if "data/splits" in stage["deps"]} - {"leakage", "rank_quality"}
    assert takers == {name for name, stage in STAGES.items() if "data/leakage" in stage["deps"]}
    assert "models/reranker" in STAGES["rank_quality"]["deps"]


def test_every_stage_has_one_name() -> None:
    assert {path.stem for path in Path("stages").glob("*.py")} - {"__init__"} == set(STAGES)
    for name, stage in STAGES.items():
        assert stage["cmd"].startswith(f"python -m stages.{name}")
