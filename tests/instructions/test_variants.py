"""Variants: made where they are needed, the same each time, without secrets, and each value with its source."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apipack.dataset.schemas import UNIQUE
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.instructions.table import write_instructions
from apipack.instructions.variants import TEST, Variant, variant
from apipack.io import parts, read_table, rows_table, write_table
from apipack.operations.parsing import parse_spec
from tests.parameters import PARAMS, ROOT
from tests.small_apis import document
from tests.specs import STRING, json_body, openapi, parameter, record

P = PARAMS.instruct.model_copy(update={"values": "spoken"})
ENGINE = PARAMS.model_copy(update={"workers": 1})
SOURCES = {"example", "default", "enum", "fixed", "format", "pattern", "name", "type"}
ACCOUNT = record(
    {
        "email": STRING | {"format": "email"},
        "plan": STRING | {"enum": ["basic"]},
        "password": STRING,
        "apiKey": STRING,
        "city": STRING | {"example": "Bergen"},
    },
    *("email", "plan", "password", "apiKey", "city"),
)
PATHS: dict[str, Any] = {
    "/accounts": {
        "post": {
            "summary": "Create an account",
            "parameters": [parameter("version", "query", STRING | {"enum": ["2"]}), parameter("X-Token", "header")],
            "requestBody": json_body(ACCOUNT),
            "responses": {},
        }
    },
    "/photos": {
        "post": {
            "summary": "Upload a photo",
            "requestBody": json_body(record({"data": STRING | {"format": "binary"}}, "data")),
            "responses": {},
        }
    },
}
SECRET: dict[str, Any] = {
    "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    "security": [{"key": []}],
}


def operations(spec: dict[str, Any]) -> list[dict[str, Any]]:
    named = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "a.test")
    return parse_spec(named, json.dumps(spec).encode(), optional=False, max_bytes=10**6).rows


def accounts() -> list[dict[str, Any]]:
    return operations(openapi(PATHS, "https://a.test", **SECRET))


def digest() -> str:
    """Of some variants of each operation of a small API, with instruction, request and values."""
    rows = operations(document("harbour"))
    made = [variant(row, number, 7, P, "") for row in rows for number in range(TEST, 9)]
    return hashlib.sha256(repr(made).encode()).hexdigest()


def test_variants_are_the_same_bytes_in_another_process_with_other_hashes() -> None:
    code = "from tests.instructions.test_variants import digest; print(digest())"
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONHASHSEED": "4"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest()


def test_secrets_are_not_said_and_every_value_knows_its_source() -> None:
    row = accounts()[0]
    for number in range(TEST, 20):
        other = variant(row, number, 0, P, "")
        assert isinstance(other, Variant)
        assert "REPLACE" in other.request and "REPLACE" not in other.instruction
        assert "assword" not in other.instruction and "oken" not in other.instruction
        values = {name: (place, value, source) for place, name, value, source in json.loads(other.values)}
        assert set(values) >= {"email", "plan", "city"} and not set(values) & {
            "password",
            "apiKey",
            "X-Token",
            "version",
        }
        assert {source for *_, source in values.values()} <= SOURCES
        assert values["plan"] == ("body", "basic", "fixed")
        assert (values["city"][2] == "example") == (number == 0)


@pytest.fixture
def unique(tmp_path: Path) -> Path:
    rows = [{**row, "cluster": row["id"]} for row in accounts()]
    write_table(tmp_path / "unique/part-00000-00000.parquet", rows_table(rows, UNIQUE))
    (tmp_path / "out").mkdir()
    return tmp_path


def test_what_is_not_said_is_counted_by_reason(unique: Path) -> None:
    figures = write_instructions(unique / "unique", unique / "out", P, 0, 1, ENGINE)
    assert figures["drops"] == {"unsayable": 1} and figures["rows_out"] == 1
    said = figures["said"]
    assert said["unsaid"] == {"address": 1, "credential": 3} and said["stand_ins"] == 0
    assert said["values"] == sum(said["sources"].values()) >= 3 and said["share_of_values"] == 1.0
    assert said["share_with_address"] == round(said["values"] / (said["values"] + 1), 4)


def test_without_values_the_style_is_the_papers(unique: Path) -> None:
    p = P.model_copy(update={"values": "none"})
    write_instructions(unique / "unique", unique / "out", p, 0, 1, ENGINE)
    (part,) = (part for part in parts(unique / "out"))
    written = read_table(part)
    assert written.schema.names == INSTRUCTIONS.names and len(written) == 2
    for row, operation in zip(written.to_pylist(), accounts(), strict=True):
        assert row["request"] == row["test_request"] == operation["request"]
        assert row["values"] == row["test_values"] == "[]" and row["hint"] is None
        assert "'" not in row["instruction"].replace("I'", "") and '"' not in row["instruction"]
