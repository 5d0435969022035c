"""Three small APIs, and what the stages filter and split leave of them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from apipack.dataset.schemas import SPLITS, UNIQUE
from apipack.instructions.params import Instruct
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.instructions.wordings import instructed
from apipack.io import rows_table, write_table
from apipack.languages.rendering import render_rows
from apipack.operations.parsing import parse_spec
from tests.specs import INTEGER, STRING, json_body, openapi, parameter, record

APIS = ("harbour", "library", "market")
THINGS = ("berth", "crane", "pilot", "vessel", "order", "ticket")


def document(api: str) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for thing in THINGS:
        body = json_body(record({"name": STRING, "length": INTEGER}, "name"))
        of_one = [parameter("id", "path", INTEGER)]
        paths[f"/{thing}s"] = {"post": {"summary": f"Create a {thing}", "requestBody": body, "responses": {}}}
        paths[f"/{thing}s/{{id}}"] = {"get": {"summary": f"Get a {thing}", "parameters": of_one, "responses": {}}}
    return openapi(paths, f"https://api.{api}.test", api.title())


def write_data(folder: Path, p: Instruct) -> Path:
    """What the stages filter and split leave of three small APIs: a part each, the last one held out."""
    splits = []
    for number, api in enumerate(APIS):
        spec = {
            "hub": "files",
            "api": api,
            "version": "1",
            "provider": api,
            "source_url": "",
            "sha256": "",
            "file": api,
        }
        rows = parse_spec(spec, json.dumps(document(api)).encode(), optional=False, max_bytes=10**6).rows
        rows = [{**row, "cluster": row["id"]} | said for row, said in zip(rows, instructed(rows, p, 0), strict=True)]
        schema = pa.unify_schemas([UNIQUE, INSTRUCTIONS])
        write_table(folder / f"dataset/operations/part-0000{number}-00000.parquet", rows_table(rows, schema))
        calls, _ = render_rows([(row["id"], row["request"]) for row in rows], ["curl", "python"])
        write_table(folder / f"dataset/calls/part-0000{number}-00000.parquet", calls)
        splits += [{"id": row["id"], "split": "bank" if api == APIS[-1] else "train"} for row in rows]
        splits += [{"id": rows[0]["id"], "split": "level1"}] if not number else []
    write_table(folder / "splits/splits.parquet", rows_table(splits, SPLITS))
    return folder
