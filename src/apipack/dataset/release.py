"""The dataset as others load it: parquet by language and split with a card (Hugging Face), and JSON lines in
the schema of the paper's release."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apipack.dataset.card import Origin, card, figures, origins
from apipack.dataset.croissant import FURTHER, croissant
from apipack.dataset.datasheet import LICENCE, datasheet
from apipack.dataset.further import write_further
from apipack.dataset.params import Release
from apipack.dataset.schemas import RELEASE
from apipack.dataset.tool_calls import write_tools
from apipack.instructions.params import CHOICE, Instruct
from apipack.instructions.variants import TEST
from apipack.io import parts, read_table, write_json, write_text
from apipack.languages.rendering import render_rows
from apipack.tasks.engines import map_tasks
from apipack.tasks.params import Engine

Row = dict[str, Any]

_ENCODER = json.JSONEncoder(ensure_ascii=False)
SPLITS = {
    "train": "train",
    "level1": "test_level1",
    "level2": "test_level2",
    "level3": "test_level3",
    "level4": "test_level4",
    "bank": "examples",
}
"""Split of schema SPLITS → its name in the release; level 4 is there where a source is held out."""
UNTESTED = ("train", "bank")

LANG = {"curl": "cURL", "javascript": "JavaScript"}
"""What the paper's release calls a language, where it is not our id."""


def write_release(
    data: Path, out: Path, languages: Sequence[str], p: Release, instruct: Instruct, seed: int, engine: Engine
) -> dict[str, Any]:
    """The dataset's files and its card in the folder `out`, and their figures. data: the stages' folder. instruct,
    seed: what it was made with."""
    groups = [list(languages[first :: engine.cores()]) for first in range(min(engine.cores(), len(languages)))]
    further = out.absolute() / "further"
    choice = instruct.model_dump(include={*CHOICE, "values"})
    shared = {"data": str(data.absolute()), "further": str(further), "paper_json": p.paper_json}
    variants = dict.fromkeys(languages, 1) | {str(language): number for language, number in p.variants.items()}
    tasks = [{"languages": group, "out": str(out.absolute()), **shared} for group in groups]
    rows: dict[str, dict[str, int]] = {}
    write_further(data.absolute() / "dataset", further, variants, seed, choice, engine)
    for counted in map_tasks(write_languages, tasks, engine.here(), "release"):  # each reads the whole dataset
        rows |= counted
    shutil.rmtree(further, ignore_errors=True)
    counts = {language: rows[language] for language in languages}
    told: dict[str, Any] = {"rows_out": sum(sum(of.values()) for of in counts.values()), "languages": counts}
    member = _members(data)
    splits = _released(member)
    if p.tools:
        told["tools"] = write_tools(data, out, member, splits)
    tools = told["tools"]["rows"] if p.tools else {}
    write_documents(out, counts, list(splits.values()), figures(data), origins(data), tools)
    return told


def write_documents(
    out: Path,
    counts: Mapping[str, Mapping[str, int]],
    names: Sequence[str],
    figures: Mapping[str, Mapping[str, int]],
    origins: Sequence[Origin],
    tools: Mapping[str, int],
) -> None:
    """What goes with the rows: the card, the datasheet, the licences, Croissant metadata. Arguments: of `card`."""
    versions = {folder.name: _version(folder) for folder in (out / "data").iterdir()}
    write_text(out / "README.md", card(counts, names, figures, origins, tools, versions))
    write_text(out / "DATASHEET.md", datasheet(counts, figures, origins))
    write_text(out / "LICENSE.md", LICENCE)
    further = [name for name, (_, where, _) in FURTHER.items() if any(out.glob(where))]
    write_json(out / "croissant.json", croissant(counts, names, further))


def _version(folder: Path) -> str:
    """A version that is another one whenever the files of a configuration are."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.parquet")):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return f"0.0.{int.from_bytes(digest.digest()[:4])}"


def write_languages(
    languages: Sequence[str], data: str, further: str, out: str, paper_json: bool
) -> dict[str, dict[str, int]]:
    """Write the splits of some languages below `out`, part by part, each read once for all of them; returns rows by
    language and split. data: the stages' folder. further: that of `write_further`, which need not be there."""
    source, target = Path(data), Path(out)
    member = _members(source)
    splits = _released(member)
    counts: dict[str, Counter[str]] = {language: Counter() for language in languages}
    with ExitStack() as stack:
        cells = [(language, split, name) for language in languages for split, name in splits.items()]
        tables, lines = {}, {}
        for language, split, name in cells:
            tables[language, split] = stack.enter_context(_parquet(target, language, name))
            lines[language, split] = stack.enter_context(_json_lines(target, language, name))
        for part in parts(source / "dataset" / "operations"):
            operations = read_table(part)
            rows = operations.to_pylist() if paper_json else []
            calls = read_table(source / "dataset" / "calls" / part.name)
            asked_otherwise = _own_calls(operations, member, languages)
            variants = read_table(Path(further, part.name)) if Path(further).is_dir() else RELEASE.empty_table()
            for language in languages:
                call, own = _calls(calls, language), asked_otherwise[language]
                others = variants.filter(pc.equal(variants["language"], language))
                for split, places in _places(operations["id"].to_pylist(), call, own, member).items():
                    counts[language][SPLITS[split]] += len(places)
                    ids = operations["id"].take(pa.array(places))
                    if split in UNTESTED and len(more := others.filter(pc.is_in(others["id"], ids))):
                        counts[language][SPLITS[split]] += len(more)
                        tables[language, split].write_table(more)
                        if paper_json:
                            untested = (row | {"test_instruction": ""} for row in more.to_pylist())
                            lines[language, split].write(b"".join(_json(paper_instance(row)) for row in untested))
                    here = {**call, **own} if split == "level1" else call
                    chosen = _instances(operations.take(pa.array(places)), language, split, here)
                    tables[language, split].write_table(chosen)
                    if paper_json:
                        asked = (_as_asked(rows[n], split, language, here[rows[n]["id"]]) for n in places)
                        lines[language, split].write(b"".join(_json(paper_instance(row)) for row in asked))
    if not paper_json:
        for language, split in lines:
            _json_path(target, language, SPLITS[split]).unlink()
    return {language: dict(of) for language, of in counts.items()}


def _members(data: Path) -> dict[str, list[str]]:
    """Operation id → its splits. data: the stages' folder."""
    member: dict[str, list[str]] = defaultdict(list)
    for entry in read_table(data / "splits" / "splits.parquet").to_pylist():
        member[entry["id"]].append(entry["split"])
    return member


def _released(member: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Those of SPLITS that are written."""
    held_out = any("level4" in of for of in member.values())
    return {split: name for split, name in SPLITS.items() if split != "level4" or held_out}


def paper_instance(row: Row) -> Row:
    """One instance in the schema of the paper's release (zguo0525/API-Pack, README)."""
    lang = LANG.get(row["language"], row["language"])
    fields = {
        "domain": _ENCODER.encode(row["tags"]),
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
            "api_arguments": _kinds(row["arguments"]),
            "description": row["description"],
            "domain": row["tags"],
            "path": row["path"],
        },
        "instruction": row["instruction"],
        "instruction_test": row["test_instruction"],
        "input": "",
        "output": "\n".join(f"**{name}**:{value}" for name, value in fields.items()),
        "unique_id": f"{row['id']}_{row['language']}" + (f"_{variant}" if (variant := row.get("variant")) else ""),
    }


@lru_cache(maxsize=4_000)
def _kinds(arguments: str) -> dict[str, str]:
    """Types of arguments by name. Remembered, since an operation is written in many languages."""
    return {name: kind for name, _, _, kind, _ in json.loads(arguments)}


def _calls(calls: pa.Table, language: str) -> dict[str, str]:
    """Operation id → its call in the language. calls: of schema CALLS."""
    chosen = calls.filter(pc.equal(calls["language"], language))
    return dict(zip(chosen["id"].to_pylist(), chosen["call"].to_pylist(), strict=True))


def _own_calls(
    operations: pa.Table, member: Mapping[str, Sequence[str]], languages: Sequence[str]
) -> dict[str, dict[str, str | None]]:
    """Language → id of an operation whose level 1 asks for a call of its own values → that call, None where the
    language has none."""
    own = operations.filter(pc.not_equal(operations["test_request"], operations["request"]))
    pairs = zip(own["id"].to_pylist(), own["test_request"].to_pylist(), strict=True)
    asked = [(key, request) for key, request in pairs if "level1" in member.get(key, ())]
    rendered, _ = render_rows(asked, languages)
    none: dict[str, str | None] = dict.fromkeys(key for key, _ in asked)
    return {language: {**none, **_calls(rendered, language)} for language in languages}


def _places(
    ids: Sequence[str], call: Mapping[str, str], own: Mapping[str, str | None], member: Mapping[str, Sequence[str]]
) -> dict[str, list[int]]:
    """Split → positions of its operations that have a call. own: see `_own_calls`."""
    places: dict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(ids):
        if key in call:
            for split in member.get(key, ()):
                if split != "level1" or own.get(key, "") is not None:
                    places[split].append(position)
    return places


def _as_asked(row: Row, split: str, language: str, call: str | None) -> Row:
    """The row with its call as its split asks: level 1 in the other wording. A wording beside it is one for the same
    call."""
    shown = {**row, "language": language, "call": call}
    if row["test_request"] == row["request"]:
        return shown
    if split == "level1":
        return shown | {"instruction": row["test_instruction"]}
    return shown | {"test_instruction": row["instruction"]}


def _instances(operations: pa.Table, language: str, split: str, call: Mapping[str, str | None]) -> pa.Table:
    """The operations in schema RELEASE; level 1 asks in the other wording, for the call of its own values."""
    columns = {name: operations[name] for name in RELEASE.names if name in operations.column_names}
    if split == "level1":
        columns |= {name: operations[f"test_{name}"] for name in ("instruction", "request", "values")}
    columns["language"] = pa.array([language] * len(operations), pa.string())
    columns["variant"] = pa.array([TEST if split == "level1" else 0] * len(operations), pa.int64())
    columns["call"] = pa.array([call[key] for key in operations["id"].to_pylist()], pa.string())
    return pa.table({name: columns[name] for name in RELEASE.names}).cast(RELEASE).combine_chunks()


def _parquet(out: Path, language: str, name: str) -> pq.ParquetWriter:
    path = out / "data" / language / f"{name}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, RELEASE, compression="zstd")


def _json_path(out: Path, language: str, name: str) -> Path:
    return out / "api_pack" / f"{language}-{name}.jsonl.gz"


def _json_lines(out: Path, language: str, name: str) -> gzip.GzipFile:
    path = _json_path(out, language, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return gzip.GzipFile(path, "wb", compresslevel=3, mtime=0)


def _json(value: Row) -> bytes:
    return _ENCODER.encode(value).encode() + b"\n"
