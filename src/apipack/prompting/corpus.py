"""Operations and calls of the filtered dataset in memory, and the prompts of tests made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from apipack.io import by_id, read_table
from apipack.languages.rendering import render_rows
from apipack.prompting.prompts import Budget, Shot, completion, fitting, prompt
from apipack.retrieval.examples import OPEN
from apipack.retrieval.params import Retrieve

Row = dict[str, Any]
Chosen = Mapping[tuple[str, str], Sequence[str]]
"""(operation id, setting) → ids of its few-shot examples, best last."""

ASKED = ("instruction", "request", "values")


def asked_at(row: Row, level: int) -> tuple[str, str, str | None]:
    """(instruction, request JSON, the values that it says or None) of a test; level 1 asks in the other wording, for a
    call of its own values."""
    instruction, request, values = (row[f"test_{name}" if level == 1 else name] for name in ASKED)
    return instruction, request, values if row["hint"] is not None else None


def written(language: str, request: str) -> str | None:
    """The call of a request (`Request.to_json`), None where the language's client cannot send it."""
    calls, _ = render_rows([("", request)], [language])
    return next(iter(calls["call"].to_pylist()), None)


@dataclass(frozen=True, slots=True)
class Corpus:
    """rows: operations with their instructions, by id. calls: by (id, language)."""

    rows: dict[str, Row]
    calls: dict[tuple[str, str], str]

    @classmethod
    def load(cls, folder: Path | str, ids: Iterable[str], names: Sequence[str] = ("",)) -> Corpus:
        """Read what the filter stage wrote of these operations; the whole hub does not fit into small memories. names:
        of the parts that have them, where that is known."""
        wanted = [("id", "in", set(ids))]

        def read(kind: str) -> pa.Table:
            return pa.concat_tables(read_table(Path(folder, kind, name), filters=wanted) for name in names)

        operations, table = read("operations"), read("calls")
        rows = by_id(operations)
        keys = zip(table["id"].to_pylist(), table["language"].to_pylist(), strict=True)
        return cls(rows, dict(zip(keys, table["call"].to_pylist(), strict=True)))

    def call(self, identifier: str, language: str, request: str) -> str | None:
        """The call of a request of an operation that has one in this language; None where there is none."""
        call = self.calls.get((identifier, language))
        return call if call is None or request == self.rows[identifier]["request"] else written(language, request)

    def shots(self, ids: Sequence[str], language: str, p: Retrieve) -> list[Shot]:
        """Examples in one language; an operation without a call in it is passed over."""
        return [
            Shot(self.rows[i]["instruction"], completion(self.rows[i], language, self.calls[i, language], p), i)
            for i in ids
            if (i, language) in self.calls
        ]

    def tests(
        self,
        ids: Sequence[str],
        level: int,
        languages: Sequence[str],
        settings: Sequence[str],
        chosen: Chosen,
        p: Retrieve,
        budget: Budget,
    ) -> list[Row]:
        """Rows of schema TESTS: every id, language and setting. Level 1 asks in the other wording. Open-corpus prompts
        are not told the API: they describe the API of the best example."""
        tests = []
        for identifier in ids:
            row = self.rows[identifier]
            instruction, request, values = asked_at(row, level)
            for language in languages:
                reference = self.call(identifier, language, request)
                if reference is None:
                    continue
                for setting in settings:
                    examples = self.shots(chosen.get((identifier, setting), ()), language, p)
                    api = row if setting != OPEN else self.rows[examples[-1].id] if examples else None
                    shots = fitting(api, language, instruction, examples, p, budget)
                    tests.append(
                        {
                            **{key: row[key] for key in ("id", "api", "template", "arguments")},
                            "request": request,
                            "values": values,
                            "level": level,
                            "language": language,
                            "setting": setting,
                            "prompt": prompt(api, language, instruction, shots, p),
                            "reference": reference,
                            "last_example": self.calls[shots[-1].id, language] if shots else None,
                            "examples": [shot.id for shot in shots],
                        }
                    )
        return tests
