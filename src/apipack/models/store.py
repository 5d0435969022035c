"""A store that never loses what a model computed: results by key, in a file that DVC neither tracks nor removes.

SQLite in WAL mode with full synchronisation: what was stored survives kill -9 of the process and a power cut.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apipack.errors import UserError

ASKED_TOGETHER = 500
"""Keys of one query: SQLite allowed 999 variables for long."""
_TABLE = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, model TEXT NOT NULL, result TEXT NOT NULL)"


class Store:
    """An open store; a context manager. A result is text or bytes. Raises `UserError` for a file that is no store.

    A key is a hash of everything that its result depends on, so a change computes anew just what it touches.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._base = sqlite3.connect(path, timeout=60)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.execute(_TABLE)
        except sqlite3.Error as error:
            raise UserError(f"{path}: cannot be used as the store of a model's results: {error}") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM results").fetchone()[0])

    def get(self, keys: Sequence[str]) -> dict[str, Any]:
        """The results of those keys that have one."""
        results: dict[str, Any] = {}
        for start in range(0, len(keys), ASKED_TOGETHER):
            some = keys[start : start + ASKED_TOGETHER]
            marks = ",".join("?" * len(some))
            results.update(self._base.execute(f"SELECT key, result FROM results WHERE key IN ({marks})", some))
        return results

    def put(self, model: str, results: Mapping[str, str | bytes]) -> None:
        """Store results durably, all or none; the first one of a key stays."""
        with self._base:
            rows = [(key, model, result) for key, result in results.items()]
            self._base.executemany("INSERT OR IGNORE INTO results VALUES (?, ?, ?)", rows)
