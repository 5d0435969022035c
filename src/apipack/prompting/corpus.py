"""The filtered dataset in memory, and the prompts made of it: the same code for training and for tests."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apipack.io import read_table
from apipack.languages.rendering import render_rows
from apipack.prompting.prompts import Budget, Shot, completion, fitting, prompt
from apipack.retrieval.examples import OPEN, RANDOM, RETRIEVED, ZERO
from apipack.retrieval.params import Retrieve

Row = dict[str, Any]
Chosen = Mapping[tuple[str, str], Sequence[str]]
"""(operation id, setting) → ids of its few-shot examples, best last."""

ASKED = ("instruction", "request", "values")
Ways = Callable[[str, str, int], Sequence[tuple[str, str]]]


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
    def load(cls, folder: Path | str, ids: Iterable[str]) -> Corpus:
        """Read what the filter stage wrote of these operations; the whole hub does not fit into small memories."""
        wanted = [("id", "in", set(ids))]
        rows = {row["id"]: row for row in read_table(Path(folder) / "operations", filters=wanted).to_pylist()}
        table = read_table(Path(folder) / "calls", filters=wanted)
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
        made = []
        for identifier in ids:
            row = self.rows[identifier]
            instruction, request, values = asked_at(row, level)
            for language in languages:
                reference = self.call(identifier, language, request)
                if reference is None:
                    continue
                for setting in settings:
                    found = self.shots(chosen.get((identifier, setting), ()), language, p)
                    api = row if setting != OPEN else self.rows[found[-1].id] if found else None
                    shots = fitting(api, language, instruction, found, p, budget)
                    made.append(
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
        return made

    def training(
        self,
        drawn: Sequence[tuple[str, str]],
        plan: Mapping[tuple[str, str], str],
        chosen: Chosen,
        p: Retrieve,
        b: Budget,
        ways: Ways | None = None,
    ) -> list[Row]:
        """Rows of schema TRAIN: each instance drawn without examples in each of its ways, and, if the plan has a
        few-shot setting for its (id, language), the first of them once more with examples (paper: half 0-shot, half
        3-shot). ways: (id, language, how often the pair was drawn before) → (instruction, call) pairs; by default the
        one that the dataset has."""
        made = []
        before: Counter[tuple[str, str]] = Counter()
        for identifier, language in drawn:
            row = self.rows[identifier]
            number = before[identifier, language]
            before[identifier, language] += 1
            own = [(row["instruction"], self.calls[identifier, language])]
            pairs = ways(identifier, language, number) if ways is not None else own
            asked = [(ZERO, *pair) for pair in pairs]
            if (identifier, language) in plan:
                asked.append((plan[identifier, language], *pairs[0]))
            for setting, instruction, call in asked:
                found = self.shots(chosen.get((identifier, setting), ()), language, p)
                shots = fitting(row, language, instruction, found, p, b)
                made.append(
                    {
                        "id": identifier,
                        "language": language,
                        "setting": setting,
                        "prompt": prompt(row, language, instruction, shots, p),
                        "completion": completion(row, language, call, p),
                    }
                )
        return made


def few_shot_plan(drawn: Sequence[tuple[str, str]], share: float, seed: int) -> dict[tuple[str, str], str]:
    """Which of the drawn (id, language) also appear with examples, and with which: random or retrieved in turn."""
    plan = {}
    for identifier, language in drawn:
        point = int.from_bytes(hashlib.sha256(f"{seed}:{identifier}:{language}".encode()).digest()[:4]) / 2**32
        if point < share:
            plan[identifier, language] = RANDOM if point < share / 2 else RETRIEVED
    return plan
