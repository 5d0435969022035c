"""The dataset as others load it: parquet by language and split with a card (Hugging Face), and JSON lines in
the schema of the paper's release."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apipack.dataset.card import card, origins
from apipack.dataset.params import Release
from apipack.dataset.schemas import RELEASE
from apipack.io import parts, read_table, rows_table, write_text
from apipack.languages.rendering import render_rows
from apipack.tasks.engines import map_tasks
from apipack.tasks.params import Engine

Row = dict[str, Any]

SPLITS = {
    "train": "train",
    "level1": "test_level1",
    "level2": "test_level2",
    "level3": "test_level3",
    "bank": "examples",
}
"""Split of schema SPLITS → its name in the release."""

LANG = {"curl": "cURL", "javascript": "JavaScript"}
"""What the paper's release calls a language, where it is not our id."""


def write_release(data: Path, out: Path, languages: Sequence[str], p: Release, engine: Engine) -> dict[str, Any]:
    """The dataset's files and its card in the folder `out`, and their figures. data: the stages' folder."""
    tasks = [
        {"language": language, "data": str(data.absolute()), "out": str(out.absolute()), "paper_json": p.paper_json}
        for language in languages
    ]
    counts = dict(zip(languages, map_tasks(write_language, tasks, engine, "release"), strict=True))
    write_text(out / "README.md", card(counts, list(SPLITS.values()), origins(data)))
    return {"rows_out": sum(sum(of.values()) for of in counts.values()), "languages": counts}


def write_language(language: str, data: str, out: str, paper_json: bool) -> dict[str, int]:
    """Write one language's splits below `out`, part by part; returns rows by split. data: the stages' folder."""
    source, target = Path(data), Path(out)
    member: dict[str, list[str]] = defaultdict(list)
    for entry in read_table(source / "splits" / "splits.parquet").to_pylist():
        member[entry["id"]].append(entry["split"])
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        tables = {
            split: stack.enter_context(pq.ParquetWriter(_parquet(target, language, name), RELEASE, compression="zstd"))
            for split, name in SPLITS.items()
        }
        lines = {split: stack.enter_context(_json_lines(target, language, name)) for split, name in SPLITS.items()}
        for part in parts(source / "dataset" / "operations"):
            rows: dict[str, list[Row]] = defaultdict(list)
            for row in _joined(part, source / "dataset" / "calls" / part.name, language):
                for split in member.get(row["id"], ()):
                    if (shown := _as_asked(row, split)) is not None:
                        rows[split].append(shown)
            for split, found in rows.items():
                counts[SPLITS[split]] += len(found)
                tables[split].write_table(rows_table([_instance(row) for row in found], RELEASE))
                if paper_json:
                    lines[split].write(b"".join(_json(paper_instance(row)) for row in found))
    if not paper_json:
        for name in SPLITS.values():
            _json_path(target, language, name).unlink()
    return counts


def paper_instance(row: Row) -> Row:
    """One instance in the schema of the paper's release (zguo0525/API-Pack, README)."""
    lang = LANG.get(row["language"], row["language"])
    fields = {
        "domain": json.dumps(row["tags"], ensure_ascii=False),
        "api_call": row["call"],
        "api_provider": row["provider"],
        "lang": lang,
    }
    return {
        "api_name": row["api_name"],
        "api_description": row["api_description"],
        "api_call_data": {
            "api_call": row["call"],
            "lang": lang,
            "functionality": row["functionality"],
            "api_arguments": {name: kind for name, _, _, kind, _ in json.loads(row["arguments"])},
            "description": row["description"],
            "domain": row["tags"],
            "path": row["path"],
        },
        "instruction": row["instruction"],
        "instruction_test": row["test_instruction"],
        "input": "",
        "output": "\n".join(f"**{name}**:{value}" for name, value in fields.items()),
        "unique_id": f"{row['id']}_{row['language']}",
    }


def _joined(operations: Path, calls: Path, language: str) -> Iterator[Row]:
    table = read_table(calls)
    of_language = table.filter(pc.equal(table["language"], language))
    call = dict(zip(of_language["id"].to_pylist(), of_language["call"].to_pylist(), strict=True))
    if call:
        found = read_table(operations)
        for row in found.filter(pc.is_in(found["id"], value_set=pa.array(list(call), pa.string()))).to_pylist():
            yield {**row, "language": language, "call": call[row["id"]]}


def _as_asked(row: Row, split: str) -> Row | None:
    """The row as its split asks: level 1 in the other wording, for a call of its own values; None where this language
    has no such call. A wording beside it is one for the same call."""
    if split == "level1" and row["test_request"] != row["request"]:
        calls, _ = render_rows([("", row["test_request"])], [row["language"]])
        if not len(calls):
            return None
        asked = {"instruction": row["test_instruction"], "request": row["test_request"], "values": row["test_values"]}
        return {**row, **asked, "call": calls["call"][0].as_py()}
    if row["test_request"] != row["request"]:
        return {**row, "test_instruction": row["instruction"]}
    return {**row, "instruction": row["test_instruction"]} if split == "level1" else row


def _instance(row: Row) -> Row:
    """The columns of schema RELEASE."""
    return {name: row[name] for name in RELEASE.names}


def _parquet(out: Path, language: str, name: str) -> Path:
    path = out / "data" / language / f"{name}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _json_path(out: Path, language: str, name: str) -> Path:
    return out / "api_pack" / f"{language}-{name}.jsonl.gz"


def _json_lines(out: Path, language: str, name: str) -> gzip.GzipFile:
    path = _json_path(out, language, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return gzip.GzipFile(path, "wb", compresslevel=3, mtime=0)


def _json(value: Row) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
