"""Requests that public bug reports of other tools ask for, where the cases lie beside the repository.

`cases.json` has the expected request of each operation, what is lost and what is refused, a file an entry.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from apipack.languages.codec import read
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.operations.requests import build
from apipack.operations.texts import endpoint

CASES = Path("../shared/cases/openapi")
EXPECTED = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))


def found(path: Path) -> Any:
    if path.suffix == ".curl":
        return [json.loads(read("curl", path.read_bytes().decode()).to_json())]
    try:
        document = Document(load(path.read_bytes()))
        raws = list(document.operations())
    except SpecError as error:
        return str(error)
    made = []
    for raw in raws:
        try:
            request = json.loads(build(document, raw, "api.example.com").request.to_json())
        except SpecError as error:
            request = str(error)
        made.append([endpoint(raw), request])
    return [*made, *([gone.path, gone.method, str(gone.problem)] for gone in document.lost)]


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the repository")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_cases_beside_the_repository_are_as_expected(name: str) -> None:
    assert found(CASES / name) == EXPECTED[name]


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the repository")
def test_every_case_beside_the_repository_is_expected() -> None:
    assert {path.name for path in CASES.iterdir()} == EXPECTED.keys()
