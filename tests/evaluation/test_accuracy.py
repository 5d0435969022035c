from typing import Any

import pandas as pd

from apipack.evaluation.accuracy import CELL, accuracy, asked_for, over_budget, select
from apipack.intervals import wilson
from tests.parameters import PARAMS


def case(number: int, language: str = "curl", setting: str = "0shot", level: int = 1) -> dict[str, Any]:
    cell = {"level": level, "language": language, "setting": setting}
    return {"id": f"op{number}", **cell, "reference": "", "request": "x" * number}


P = PARAMS.evaluate.model_copy(update={"languages": ["curl", "python"], "tests": 4})
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


def test_short_requests_alone_are_asked_for_and_the_others_counted() -> None:
    p = P.model_copy(update={"max_request": 5, "tests": None, "levels": [1]})
    assert {test["id"] for test in select(TESTS, p, 0)} == {f"op{n}" for n in range(6)}
    assert asked_for(TESTS, p) == {"level1": {"operations": 9, "short_enough": 6}}
    assert asked_for(TESTS, p.model_copy(update={"max_request": None}))["level1"]["short_enough"] == 9


def test_references_that_no_output_can_be_are_counted_for_each_table() -> None:
    tests = [case(number, language, level=level) for number, language, level in ((1, "curl", 1), (2, "java", 1))]
    tests[0]["reference"], tests[1]["reference"] = "a b", "a b c"
    by = (["level", "setting"], ["level", "setting", "language"])

    def words(text: str) -> int:
        return len(text.split())

    assert over_budget(tests, by, words, 3) == {"all": 0}
    assert over_budget(tests, by, words, 2) == {"all": 1, "level1.0shot": 1, "level1.0shot.java": 1}


def cell(hits: list[list[int]]) -> pd.DataFrame:
    """Tests of one cell; hits: of each API's tests."""
    rows = [{"api": f"a{at}", "call_match": bool(hit)} for at, some in enumerate(hits) for hit in some]
    return pd.DataFrame([{"model": "m", "level": 1, "setting": "s", **row} for row in rows])


def interval(hits: list[list[int]], seed: int = 0) -> tuple[float, float, float]:
    (row,) = accuracy(cell(hits), CELL, seed).to_dict("records")
    assert (row["n"], row["apis"]) == (sum(map(len, hits)), len(hits))
    return row["call_match"], row["call_match_low"], row["call_match_high"]


def test_tests_of_one_api_count_together() -> None:
    apart, together = [[1], [0]] * 20, [[1] * 4, [0] * 4] * 5
    assert interval(apart)[0] == interval(together)[0] == 0.5
    widths = [high - low for _, low, high in (interval(apart), interval(together))]
    assert widths[1] > 1.7 * widths[0]
    assert interval(together, 1) == interval(together, 1)


def test_without_difference_between_apis_the_interval_is_wilson_s_of_apis() -> None:
    assert interval([[0] * 6] * 4) == wilson(0, 4) and interval([[1] * 6] * 4) == wilson(4, 4)
    assert interval([[0, 1]] * 12) == wilson(6, 12)
    share, low, high = interval([[1, 1, 1, 0]])  # a single API says next to nothing about others
    assert share == 0.75 and low < 0.15 and high > 0.9
