"""The filtered dataset in memory, and the prompts made of it: the same code for training and for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apipack.io import read_table
from apipack.params import Retrieve
from apipack.prompts import Shot, completion, prompt
from apipack.retrieval import RANDOM, RETRIEVED, ZERO

Row = dict[str, Any]
Chosen = Mapping[tuple[str, str], Sequence[str]]
"""(operation id, setting) → ids of its few-shot examples, best last."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """rows: operations with their instructions, by id. calls: by (id, language)."""

    rows: dict[str, Row]
    calls: dict[tuple[str, str], str]

    @classmethod
    def load(cls, folder: Path | str) -> Corpus:
        """Read the output of the filter stage."""
        rows = {row["id"]: row for row in read_table(Path(folder) / "operations").to_pylist()}
        table = read_table(Path(folder) / "calls")
        keys = zip(table["id"].to_pylist(), table["language"].to_pylist(), strict=True)
        return cls(rows, dict(zip(keys, table["call"].to_pylist(), strict=True)))

    def shots(self, ids: Sequence[str], language: str, p: Retrieve) -> list[Shot]:
        """Examples in one language; an operation without a call in it is passed over."""
        return [
            Shot(self.rows[i]["instruction"], completion(self.rows[i], language, self.calls[i, language], p))
            for i in ids
            if (i, language) in self.calls
        ]

    def tests(self, ids: Sequence[str], level: int, languages: Sequence[str], chosen: Chosen, p: Retrieve) -> list[Row]:
        """Rows of schema TESTS: every id, language and setting. Level 1 asks in the other wording."""
        made = []
        for identifier in ids:
            row = self.rows[identifier]
            instruction = row["test_instruction"] if level == 1 else row["instruction"]
            for language in languages:
                if (identifier, language) not in self.calls:
                    continue
                for setting in (ZERO, RANDOM, RETRIEVED):
                    examples = [i for i in chosen.get((identifier, setting), ()) if (i, language) in self.calls]
                    shots = self.shots(examples, language, p)
                    made.append(
                        {
                            **{key: row[key] for key in ("id", "api", "request", "template", "arguments")},
                            "level": level,
                            "language": language,
                            "setting": setting,
                            "prompt": prompt(row, language, instruction, shots, p),
                            "reference": self.calls[identifier, language],
                            "last_example": self.calls[examples[-1], language] if examples else None,
                        }
                    )
        return made

    def training(
        self, drawn: Sequence[tuple[str, str]], chosen: Chosen, few_shot: float, seed: int, p: Retrieve
    ) -> list[Row]:
        """Rows of schema TRAIN: each (id, language) drawn once without examples and, for the share
        `few_shot`, once more with them, random or retrieved in turn (paper: half 0-shot, half 3-shot)."""
        made = []
        for identifier, language in drawn:
            row, call = self.rows[identifier], self.calls[identifier, language]
            point = int.from_bytes(hashlib.sha256(f"{seed}:{identifier}:{language}".encode()).digest()[:4]) / 2**32
            settings = [ZERO]
            if point < few_shot:
                settings.append(RANDOM if point < few_shot / 2 else RETRIEVED)
            for setting in settings:
                shots = self.shots(chosen.get((identifier, setting), ()), language, p)
                made.append(
                    {
                        "id": identifier,
                        "language": language,
                        "setting": setting,
                        "prompt": prompt(row, language, row["instruction"], shots, p),
                        "completion": completion(row, language, call, p),
                    }
                )
        return made
