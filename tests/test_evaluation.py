import json
from typing import Any

import pandas as pd
import pytest

from apipack.evaluation import CELL, METRICS, accuracy, flat_metrics, judge, select
from apipack.languages import render
from apipack.params import load
from apipack.records import Request


def case(number: int, language: str = "curl", setting: str = "0shot", level: int = 1) -> dict[str, Any]:
    request = Request("GET", f"https://h.example/things/{number}/parts")
    return {
        "id": f"op{number}",
        "api": "h.example",
        "level": level,
        "language": language,
        "setting": setting,
        "prompt": "",
        "reference": render(language, request),
        "last_example": None,
        "request": request.to_json(),
        "template": "https://h.example/things/{id}/parts",
        "arguments": json.dumps([["id", "path", True, "integer", False]]),
    }


P = load().evaluate.model_copy(update={"languages": ["curl", "python"], "tests": 4})
TESTS = [
    case(n, language, setting, level)
    for n in range(9)
    for language in ("curl", "python", "go")
    for setting in ("0shot", "random_3shot")
    for level in (1, 2)
]


def test_the_same_operations_in_every_language_and_setting_and_nested() -> None:
    chosen = select(TESTS, P, 0)
    assert len(chosen) == 2 * 4 * 2 * 2
    cells = {
        (t["level"], t["language"], t["setting"]): frozenset(
            u["id"] for u in chosen if all(u[k] == t[k] for k in ("level", "language", "setting"))
        )
        for t in chosen
    }
    assert len(set(cells.values())) == 1
    fewer = select(TESTS, P.model_copy(update={"tests": 2}), 0)
    assert {t["id"] for t in fewer} < {t["id"] for t in chosen}
    assert select(TESTS[::-1], P, 0) == chosen


def test_gold_is_all_and_nonsense_nothing() -> None:
    gold = judge("tuned", TESTS, [test["reference"] for test in TESTS], 0.9)
    none = judge("base", TESTS, ["I cannot do that."] * len(TESTS), 0.9)
    metrics = flat_metrics(accuracy(pd.DataFrame(gold + none), CELL), CELL)
    assert metrics["tuned.level1.0shot.request_match"] == metrics["tuned.level2.random_3shot.call_match"] == 1
    assert {value for name, value in metrics.items() if name.startswith("base")} == {0}


def test_intervals() -> None:
    frame = pd.DataFrame(
        [
            {
                "model": "m",
                "level": 1,
                "setting": "s",
                **dict.fromkeys(METRICS, i < 3),
            }
            for i in range(12)
        ]
    )
    (row,) = accuracy(frame, CELL).to_dict("records")
    assert (row["n"], row["call_match"]) == (12, 0.25)
    assert row["call_match_low"] == pytest.approx(0.0889, abs=1e-3) and row["call_match_high"] == pytest.approx(
        0.5323, abs=1e-3
    )
