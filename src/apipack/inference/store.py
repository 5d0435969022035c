"""A store that never loses a generation: each is written to disk before the next is asked for.

SQLite in WAL mode with full synchronisation: what was stored survives kill -9 of the process and a power cut.
The key is a hash of everything that a result depends on (model, prompt, sampling, seed), so a changed prompt or
model generates anew just what it touches. The file lies outside of what DVC tracks and removes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.inference.backends.base import Backend, Completion, Failure, LogLikelihood, Prompt, Sampling

_TABLE = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, model TEXT NOT NULL, result TEXT NOT NULL)"


class Store:
    """An open store; a context manager. Raises `UserError` for a file that is no store."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._base = sqlite3.connect(path, isolation_level=None, timeout=60)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.execute(_TABLE)
        except sqlite3.Error as error:
            raise UserError(f"{path}: cannot be used as the store of generations: {error}") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM results").fetchone()[0])

    def get(self, key: str) -> dict[str, Any] | None:
        found = self._base.execute("SELECT result FROM results WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def put(self, key: str, model: str, result: dict[str, Any]) -> None:
        """Store a result durably; the first one of a key stays."""
        text = json.dumps(result, ensure_ascii=False)
        self._base.execute("INSERT OR IGNORE INTO results VALUES (?, ?, ?)", (key, model, text))


def key_of(*parts: Any) -> str:
    """sha256 of the parts as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Recorded:
    """A backend behind a store: what the store has is not generated again; what is generated is stored at once.

    Failures are not stored: the next run tries them again. generated, reused: results of this object;
    failures: by kind; prompt_tokens, completion_tokens: of what was generated, as far as the backend counts.
    """

    def __init__(self, backend: Backend, store: Store, sampling: Sampling) -> None:
        self._backend, self._store, self._sampling = backend, store, sampling
        self._identity = backend.identity
        self.generated = self.reused = self.scored = 0
        self.prompt_tokens = self.completion_tokens = 0
        self.failures: Counter[str] = Counter()

    @property
    def identity(self) -> str:
        return self._identity

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        single = [
            Prompt(prompt.system, prompt.user, prompt.seed + k, prompt.facts) for prompt in prompts for k in range(n)
        ]
        keys = [
            key_of("generate", self._identity, prompt.system, prompt.user, self._sampling.key(), prompt.seed)
            for prompt in single
        ]
        places: dict[str, list[int]] = {}
        for at, key in enumerate(keys):
            places.setdefault(key, []).append(at)
        missing = []
        for key, where in places.items():
            found = self._store.get(key)
            if found is None:
                missing.append(key)
                continue
            self.reused += 1
            yield from ((at, Completion(**found)) for at in where)
        asked = [single[places[key][0]] for key in missing]
        for at, outcome in self._backend.generate(asked, 1) if asked else ():
            if isinstance(outcome, Completion):
                self._store.put(missing[at], self._identity, _fields(outcome))
                self.generated += 1
                self.prompt_tokens += outcome.prompt_tokens
                self.completion_tokens += outcome.completion_tokens
            else:
                self.failures[outcome.kind] += 1
            yield from ((place, outcome) for place in places[missing[at]])

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        places: dict[str, list[int]] = {}
        for at, (prompt, text) in enumerate(pairs):
            key = key_of("loglikelihood", self._identity, prompt.system, prompt.user, text)
            places.setdefault(key, []).append(at)
        missing = []
        for key, where in places.items():
            found = self._store.get(key)
            if found is None:
                missing.append(key)
                continue
            yield from ((at, LogLikelihood(**found)) for at in where)
        asked = [pairs[places[key][0]] for key in missing]
        for at, outcome in self._backend.loglikelihood(asked) if asked else ():
            if isinstance(outcome, LogLikelihood):
                self._store.put(missing[at], self._identity, _fields(outcome))
                self.scored += 1
            else:
                self.failures[outcome.kind] += 1
            yield from ((place, outcome) for place in places[missing[at]])


def _fields(outcome: Completion | LogLikelihood) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in type(outcome).__slots__}
