"""The eleventh form of the dataset: each instance as a tool call, in chat messages that `datasets` and TRL read.

One row an operation and split: `messages` (a user's turn and an assistant's tool call) and `tools` (the one tool), both
JSON, since Arrow would fill each row's absent keys with nulls. `datasets` reads them by `datasets.Json`.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from apipack.dataset import bfcl
from apipack.io import parts, read_table
from apipack.operations.documentation import Documentation
from apipack.operations.tools import NoTool, call_of, tool
from apipack.records import Request

Row = dict[str, Any]

FOLDER = "tools"
COLUMNS = ("id", "functionality", "form", "arguments", "template", "endpoint", "request", "test_request")
WORDINGS = ("instruction", "test_instruction")
FEATURES = {
    **dict.fromkeys(("id", "api", "licence_spdx"), {"dtype": "string", "_type": "Value"}),
    **dict.fromkeys(("messages", "tools"), {"_type": "Json"}),
}
SCHEMA = pa.schema(
    [(name, pa.json_() if feature["_type"] == "Json" else pa.string()) for name, feature in FEATURES.items()],
    {"huggingface": json.dumps({"info": {"features": FEATURES}})},
)
"""`api`: of the operation; `licence_spdx`: of its specification."""


def write_tools(data: Path, out: Path, member: Mapping[str, Sequence[str]], splits: Mapping[str, str]) -> Row:
    """Write the splits below `out`/data/tools, and below `out`/bfcl in BFCL's format, and return their rows, and by
    reason what has no tool call, and what has one that BFCL cannot compare.

    data: the stages' folder. member: operation id → its splits. splits: split → its name in the release.
    """
    rows: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    without_bfcl: Counter[str] = Counter()
    with ExitStack() as stack:
        tables, lines = {}, {}
        for split, name in splits.items():
            path = out / "data" / FOLDER / f"{name}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            tables[split] = stack.enter_context(pq.ParquetWriter(path, SCHEMA, compression="zstd"))
            folder = out / bfcl.FOLDER
            lines[split] = [
                stack.enter_context(_lines(of / f"{name}.json.gz")) for of in (folder, folder / bfcl.ANSWERS)
            ]
        for part in parts(data / "dataset" / "operations"):
            of_splits: dict[str, list[Row]] = {split: [] for split in splits}
            for row in read_table(part, [*COLUMNS, *WORDINGS, "api", "licence_spdx"]).to_pylist():
                for split, told in _told(row, member.get(row["id"], ()), reasons):
                    of_splits[split].append(told)
            for split, told_rows in of_splits.items():
                if told_rows:
                    columns = {name: list(map(itemgetter(name), told_rows)) for name in FEATURES}
                    tables[split].write_table(pa.table(columns, SCHEMA))
                    rows[splits[split]] += len(told_rows)
                for told in told_rows:
                    _write_bfcl(told, lines[split], without_bfcl)
    told_reasons = {"without_tool_call": reasons, "without_bfcl": without_bfcl}
    return {"rows": dict(sorted(rows.items()))} | {name: dict(sorted(of.items())) for name, of in told_reasons.items()}


def _write_bfcl(told: Row, files: Sequence[gzip.GzipFile], reasons: Counter[str]) -> None:
    user, assistant = orjson.loads(told["messages"])
    (tool,), (call,) = orjson.loads(told["tools"]), assistant["tool_calls"]
    try:
        written = bfcl.bfcl_rows(told["id"], user["content"], tool, call["function"]["arguments"])
    except NoTool as error:
        reasons[error.reason] += 1
        return
    for file, row in zip(files, written, strict=True):
        file.write(orjson.dumps(row) + b"\n")


def _lines(path: Path) -> gzip.GzipFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    return gzip.GzipFile(path, "wb", compresslevel=3, mtime=0)


def _told(row: Row, splits: Sequence[str], reasons: Counter[str]) -> Iterator[tuple[str, Row]]:
    documentation = Documentation.of(row)
    for split in splits:
        prefix = "test_" if split == "level1" else ""
        try:
            told = conversation(row, documentation, row[f"{prefix}instruction"], row[f"{prefix}request"])
        except NoTool as error:
            reasons[error.reason] += 1
        else:
            yield split, {**{name: row[name] for name in ("id", "api", "licence_spdx")}, **told}


def conversation(row: Row, documentation: Documentation, instruction: str, request: str) -> Row:
    """{messages, tools}, each JSON, of an operation's instruction and request. Raises `NoTool`."""
    described = tool(documentation, row["endpoint"])
    function = {
        "name": described["function"]["name"],
        "arguments": call_of(documentation, Request.from_json(request)),
    }
    call = {"type": "function", "function": function}
    messages = [{"role": "user", "content": instruction}, {"role": "assistant", "content": "", "tool_calls": [call]}]
    return {"messages": orjson.dumps(messages).decode(), "tools": orjson.dumps([described]).decode()}
