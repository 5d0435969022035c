import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from apipack.errors import UserError
from apipack.hubs.files import candidates
from apipack.hubs.params import Files
from tests.specs import openapi

BODY = json.dumps(openapi({}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The current folder, with a few files in specs/."""
    for name in ("specs/b.yaml", "specs/a/openapi.json", "specs/notes.md", "specs/.hidden.json", "other/c.JSON"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BODY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(*globs: str, refused: Counter[str] | None = None) -> list[tuple[str, str]]:
    p = Files(globs=list(globs), provider=None, licence=None)
    return [(found.place, found.name) for found in candidates(p, Counter() if refused is None else refused)]


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (["specs"], [("specs/a/openapi.json", "a/openapi.json"), ("specs/b.yaml", "b.yaml")]),
        (["specs/**"], [("specs/a/openapi.json", "a/openapi.json"), ("specs/b.yaml", "b.yaml")]),
        (["specs/*.yaml", "specs"], [("specs/b.yaml", "b.yaml"), ("specs/a/openapi.json", "a/openapi.json")]),
        (["specs/notes.md"], [("specs/notes.md", "notes.md")]),
        (["*/*.JSON"], [("other/c.JSON", "other/c.JSON")]),
    ],
)
def test_files_folders_and_patterns(folder: Path, globs: list[str], expected: Any) -> None:
    assert places(*globs) == expected


def test_a_file_elsewhere_is_named_without_the_way_to_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "other")
    assert places(str(folder / "specs/b.yaml")) == [("specs/b.yaml", "b.yaml")]


def test_a_glob_without_files_is_one_line(folder: Path) -> None:
    with pytest.raises(UserError, match=r"^files: spec/\*\* names no JSON or YAML file; it is read from "):
        places("specs", "spec/**")


def test_files_of_one_name_elsewhere_are_told_apart_by_the_folders_above(tmp_path: Path) -> None:
    for team in "ab":
        (tmp_path / team / "specs").mkdir(parents=True)
        (tmp_path / team / "specs/x.yaml").write_text(BODY)
    assert places(f"{tmp_path}/a/specs", f"{tmp_path}/b/specs") == [
        ("a/specs/x.yaml", "x.yaml"),
        ("b/specs/x.yaml", "x.yaml"),
    ]
