"""Requests that public bug reports of other tools ask for, where the cases lie beside the repository.

`cases.json` has the expected request of each operation, what is lost and what is refused, a file an entry.
"""

import json
from pathlib import Path
from typing import Any

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


def test_the_cases_beside_the_repository_are_as_expected() -> None:
    files = {path.name: path for path in CASES.iterdir()} if CASES.is_dir() else {}
    assert {name: found(path) for name, path in files.items()} == {name: EXPECTED[name] for name in files}
    assert len(EXPECTED) == 24
