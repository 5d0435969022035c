"""Atomic, reproducible files: parquet tables, JSON metrics, folders.

Everything is written beside its target under a temporary name and renamed when whole, so a killed
process never leaves half an output under its real name. The same rows give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apipack.errors import UserError

METRICS = Path("metrics")
COSTS = frozenset(
    {"seconds", "train_seconds", "rows_per_second", "tokens_per_second", "model_flops_per_second", "mask_ms_per_token"}
    | {"device", "bf16", "peak_memory_mb", "joules", "cost", "mlflow_run", "faults", "retries", "resumed"}
    | {"resumed_from_step", "generated", "generations", "reused", "unchanged", "stale"}
)
"""Names of figures that tell of a run and a machine, not of its results."""
RESULTS = "results_sha256"
BESIDE = {"evaluate": ("accuracy",)}
"""Stage → further files of its results in metrics/."""
ROW_GROUP = 65_536
TEXT, COUNT, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
TEXTS = pa.list_(TEXT)


def schema(**columns: pa.DataType) -> pa.Schema:
    """The schema of a table with these columns in this order."""
    return pa.schema(list(columns.items()))


def cache_folder() -> Path:
    """APIPACK_CACHE, else `apipack` in the user's cache folder (XDG Base Directory Specification).
    Raises `UserError` where the user has no home."""
    try:
        if chosen := os.environ.get("APIPACK_CACHE"):
            return Path(chosen).expanduser()
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "apipack"
    except RuntimeError as error:
        raise UserError("no home folder is known: name a folder for the cache in APIPACK_CACHE") from error


def write_table(path: Path | str, table: pa.Table) -> None:
    """Write one zstd parquet file; rows keep the order they come in, so sort before."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        pq.write_table(table.combine_chunks(), temporary, compression="zstd", row_group_size=ROW_GROUP)
        _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_table(path: Path | str, columns: list[str] | None = None, filters: list[Any] | None = None) -> pa.Table:
    """Read one parquet file, or a folder's parts in the order of their names, or of both the rows that pyarrow's
    `filters` keep; FileNotFoundError names the stage output that is missing."""
    files = [Path(path)] if Path(path).is_file() else parts(path)
    return pa.concat_tables(pq.read_table(file, columns=columns, filters=filters) for file in files)


def parts(folder: Path | str) -> list[Path]:
    """The parts of a table in their order; FileNotFoundError when there are none."""
    paths = sorted(Path(folder).glob("part-*.parquet"))
    if not paths:
        raise FileNotFoundError(f"{folder} is missing: run `dvc repro` so that the stage that writes it runs first")
    return paths


def by_id(table: pa.Table) -> dict[str, dict[str, Any]]:
    """Rows of a table by their `id`."""
    return {row["id"]: row for row in table.to_pylist()}


def rows_table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows to a table of exactly this schema; a row with other keys is a KeyError."""
    columns = {}
    for field in schema:
        columns[field.name] = pa.array([row[field.name] for row in rows], field.type)
    return pa.table(columns)


def write_json(path: Path | str, value: Any) -> None:
    """Write indented JSON with a final newline."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path | str, text: str) -> None:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        temporary.write_text(text, encoding="utf-8")
        _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path | str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_metrics(stage: str, values: dict[str, Any]) -> None:
    """Write the results of a run into metrics/STAGE.json, and what it cost, which another run or machine would have
    otherwise (`COSTS`), with a digest of the results into metrics/costs/STAGE.json, which git does not see."""
    results, costs = _parted(values)
    write_json(METRICS / "costs" / f"{stage}.json", {RESULTS: _digest(stage, results, METRICS)} | costs)
    write_json(METRICS / f"{stage}.json", results)


def read_metrics(stage: str, folder: Path = METRICS) -> dict[str, Any]:
    """What `write_metrics` wrote, together. Costs are left out where there are none, or where they are of another run:
    DVC brings back results of runs that this machine did not do last."""
    results, file = read_json(folder / f"{stage}.json"), folder / "costs" / f"{stage}.json"
    costs = read_json(file) if file.is_file() else {}
    return _joined(results, costs) if costs.pop(RESULTS, None) == _digest(stage, results, folder) else results


def _digest(stage: str, results: dict[str, Any], folder: Path) -> str:
    """Of all the results of a stage, also those that it wrote into files of their own before."""
    others = [folder / f"{name}.json" for name in BESIDE.get(stage, ())]
    whole = [results, *(read_json(file) for file in others if file.is_file())]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _parted(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    results: dict[str, Any] = {}
    costs: dict[str, Any] = {}
    for key, value in values.items():
        if key in COSTS:
            costs[key] = value
        elif isinstance(value, dict):
            results[key], inner = _parted(value)
            costs |= {key: inner} if inner else {}
        else:
            results[key] = value
    return results, costs


def _joined(results: dict[str, Any], costs: dict[str, Any]) -> dict[str, Any]:
    inner = {key: _joined(results[key], value) for key, value in costs.items() if isinstance(results.get(key), dict)}
    return results | costs | inner


@contextmanager
def fresh_folder(path: Path | str) -> Iterator[Path]:
    """Yield an empty temporary folder beside `path`, which replaces `path` when the block ends without an error.

    At any time `path` is either the old folder or the new one. If the process dies between the two renames, the next
    call restores the old folder. Where `path` is a link, what it leads to is replaced, and the link stays.
    """
    path = Path(path).resolve() if Path(path).is_symlink() else Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.parent / f".{path.name}.old"
    _put_back(old, path)
    for stale in (*path.parent.glob(f".{path.name}.*.tmp"), *path.parent.glob(old.name)):
        shutil.rmtree(stale)
    temporary = _beside(path)
    temporary.mkdir()
    try:
        yield temporary
        for stray in temporary.rglob(".*.tmp"):  # of workers that were killed
            stray.unlink()
        if path.exists():
            os.replace(path, old)
        os.replace(temporary, path)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        _put_back(old, path)
        shutil.rmtree(temporary, ignore_errors=True)


def _put_back(old: Path, path: Path) -> None:
    """After an end between the two renames."""
    if old.exists() and not path.exists():
        os.replace(old, path)


def _beside(path: Path) -> Path:
    return path.parent / f".{path.name}.{os.getpid()}.tmp"


def _publish(temporary: Path, path: Path) -> None:
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)
