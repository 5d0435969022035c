"""docs/metrics.md says what `apipack score` says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record

PAGE = Path("docs/metrics.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(curl .*)` \| (.*) \|$", re.M)
COLUMNS = ("call_match", "request_match", "exact_match", "argument_f1", "hallucinated", "syntax_error")
SAYS = {"yes": True, "no": False, "–": None}
EXAMPLES = [(call, cells.split(" | ")) for call, cells in ROW.findall(PAGE)]


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    show = {"operationId": "getPet", "parameters": [ID, parameter("fields", "query", required=False)]}
    add = {"operationId": "addPet", "requestBody": json_body(record({"name": STRING, "age": INTEGER}, "name"))}
    document = openapi({"/pets/{id}": {"get": show}, "/pets": {"post": add}}, server="https://api.pets.example/v1")
    path = tmp_path / "pets.json"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(("call", "cells"), EXAMPLES)
def test_the_page_says_what_the_metrics_say(call: str, cells: list[str], pets: Path) -> None:
    (reference,) = re.findall(r"^```\n(.*)\n```$", PAGE, re.M)
    values = [["path", "id", "7", "example"], ["query", "fields", "name", "example"]]
    row: dict[str, Any] = {"language": "curl", "prediction": call, "reference": reference}
    row |= {"spec": str(pets), "operation": "getPet", "values": values}
    file = pets.with_name("rows.jsonl")
    file.write_text(json.dumps(row))
    scored = json.loads(CliRunner().invoke(app, ["score", str(file)]).stdout)
    said = [SAYS[cell] if cell in SAYS else float(cell) for cell in cells]
    assert [scored[name] for name in COLUMNS] == said


def test_there_is_an_example_of_each_kind() -> None:
    assert len(EXAMPLES) == 8 and {len(cells) for _, cells in EXAMPLES} == {len(COLUMNS)}
