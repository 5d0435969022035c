"""What the stages left out: which operation, or which call of it, by which stage, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apipack.dataset.card import DROPS
from apipack.io import read_table


def dropped(data: Path, api: str = "") -> Iterator[dict[str, Any]]:
    """Rows {stage, api, operation, language, reason, detail}, in the order of the stages. api: a part of the API's
    name, of its title or of its document's, in any case. Of what `parse` left out, which never became an operation,
    `detail` begins with the API and the operation. Raises FileNotFoundError before the stages have run. data: their
    folder."""
    columns = ["id", "api", "api_name", "method", "path"]
    named = {row["id"]: row for row in read_table(data / "operations", columns).to_pylist()}
    for stage, drops in _of_stages(data):
        for drop in drops:
            operation = named.get(drop["id"])
            texts = (operation["api"], operation["api_name"]) if operation else (drop["id"], drop["detail"])
            if _is_like(api, *texts):
                yield {
                    "stage": stage,
                    "api": operation["api"] if operation else None,
                    "operation": f"{operation['method']} {operation['path']}" if operation else None,
                    **{name: drop[name] for name in ("language", "reason", "detail")},
                }


def is_known(data: Path, api: str) -> bool:
    """Whether `parse` kept an operation of an API like this one. Arguments: of `dropped`."""
    rows = read_table(data / "operations", ["api", "api_name"]).to_pylist()
    return any(_is_like(api, row["api"], row["api_name"]) for row in rows)


def _is_like(api: str, *texts: str) -> bool:
    return any(api.lower() in text.lower() for text in texts)


def _of_stages(data: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for stage, folder in DROPS.items():
        yield stage, read_table(data / folder / "drops.parquet").to_pylist()
        if stage == "parse":
            twice = read_table(data / "unique" / "duplicates.parquet", ["id", "duplicate_of", "kind"]).to_pylist()
            yield "dedupe", [_as_drop(row) for row in twice]


def _as_drop(duplicate: dict[str, Any]) -> dict[str, Any]:
    """duplicate: a row of schema DUPLICATES."""
    reason, detail = f"{duplicate['kind']} duplicate", f"of {duplicate['duplicate_of']}"
    return {"id": duplicate["id"], "language": None, "reason": reason, "detail": detail}
