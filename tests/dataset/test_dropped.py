"""What the stages left out is named for the user who looks for it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apipack.cli import main
from apipack.dataset.schemas import DUPLICATES
from apipack.io import rows_table, write_table
from apipack.operations.parsing import parse_spec
from apipack.operations.schemas import OPERATIONS
from apipack.tasks.schemas import DROPS

SPEC = {
    "openapi": "3.0.3",
    "info": {"title": "Harbour Orders", "version": "1"},
    "servers": [{"url": "https://api.harbour.example"}],
    "paths": {"/orders": {"get": {"summary": "List orders"}, "post": {"servers": [{"url": "ftp://h.example"}]}}},
}
ROW = {"hub": "files", "provider": "", "api": "orders.yaml", "version": "1", "source_url": "", "sha256": "", "file": ""}


def test_what_each_stage_left_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `apipack drops my-api` does."""
    parsed = parse_spec(ROW, json.dumps(SPEC).encode(), optional=False, max_bytes=10**6)
    (operation,) = parsed.rows
    kept = operation["id"]
    write_table(
        tmp_path / "operations/part-0.parquet", rows_table([{**operation, "request": operation["request"]}], OPERATIONS)
    )
    drops = {
        "operations": parsed.drops,
        "instructions": [],
        "calls": [{"id": kept, "language": "java", "reason": "unrepresentable", "detail": "no client"}],
        "dataset": [],
    }
    for folder, rows in drops.items():
        write_table(tmp_path / folder / "drops.parquet", rows_table(rows, DROPS))
    twice = [{"id": kept, "duplicate_of": "0" * 16, "kind": "near", "similarity": 0.97}]
    write_table(tmp_path / "unique/duplicates.parquet", rows_table(twice, DUPLICATES))
    monkeypatch.setattr(main, "DATA_FOLDER", tmp_path)
    done = CliRunner().invoke(main.app, ["drops", "ORDERS"])
    rows = [json.loads(text) for text in done.stdout.splitlines()]
    assert [(row["stage"], row["operation"], row["reason"]) for row in rows] == [
        ("parse", None, "server_not_http"),
        ("dedupe", "GET /orders", "near duplicate"),
        ("render", "GET /orders", "unrepresentable"),
    ]
    assert rows[0]["detail"].startswith("orders.yaml: POST /orders: server_not_http")
    assert done.stderr == "drops: 3 left out of APIs like 'ORDERS'\n"
    unknown = CliRunner().invoke(main.app, ["drops", "pets"])
    assert (unknown.exit_code, unknown.stdout) == (2, "") and "no API is like 'pets'" in unknown.stderr


def test_before_the_stages_have_run_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "DATA_FOLDER", tmp_path)
    done = CliRunner().invoke(main.app, ["drops"])
    assert done.exit_code == 2 and "run `dvc repro`" in done.stderr
