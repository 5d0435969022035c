import json
from typing import Any

import numpy as np
import pytest

from apipack.retrieval.examples import (
    OPEN,
    ORACLE,
    RANDOM,
    RERANKED,
    RETRIEVED,
    Pool,
    Reranker,
    best,
    choose_examples,
    example_text,
    test_queries,
)

test_queries.__test__ = False  # type: ignore[attr-defined]
ALL = (RANDOM, RETRIEVED, RERANKED, OPEN, ORACLE)


def embed(texts: list[str]) -> np.ndarray:
    """Unit vectors on a circle: nearer numbers, nearer vectors."""
    angles = np.array([float(text) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def row(key: str, api: str, cluster: str, instruction: str, path: str = "a") -> dict[str, Any]:
    url = f"https://{api}.example/{path}"
    request = json.dumps({"method": "GET", "url": url, "headers": [], "body": None})
    return {
        "id": key,
        "api": api,
        "cluster": cluster,
        "instruction": instruction,
        "test_instruction": "9",
        "template": url,
        "request": request,
    }


ROWS = [row(f"a{i}", "a", f"c{i}", str(i / 10), f"x/{'y/' * i}") for i in range(8)]
OTHER = [row("b0", "b", "b", "0.3")]
LAST_FIRST = Reranker(lambda pairs: np.array([float(example.split()[0]) for _, example in pairs]), depth=5)


def chosen(query: dict[str, Any], candidates: list[dict[str, Any]] = ROWS + OTHER) -> dict[str, list[str]]:
    found = choose_examples([query], Pool(candidates), ALL, 3, 0, embed, LAST_FIRST)
    return {row["setting"]: row["examples"] for row in found}


def test_nearest_of_the_same_api_best_last_without_itself() -> None:
    assert chosen(ROWS[0])[RETRIEVED] == ["a3", "a2", "a1"]
    assert chosen(row("q", "a", "q", "0.02"))[RETRIEVED] == ["a2", "a1", "a0"]


def test_near_duplicates_of_the_query_are_no_examples_in_any_setting() -> None:
    for setting, examples in chosen(row("q", "a", "c0", "0.02")).items():
        assert "a0" not in examples and examples, setting
    for setting, examples in chosen(ROWS[0]).items():
        assert "a0" not in examples and examples, setting


def test_random_is_seeded_by_query_and_may_run_short() -> None:
    assert chosen(ROWS[0]) == chosen(ROWS[0])
    assert len(set(chosen(ROWS[0])[RANDOM])) == 3
    alone = chosen(OTHER[0])
    assert alone[RANDOM] == alone[RETRIEVED] == alone[RERANKED] == alone[ORACLE] == []


def test_the_re_ranker_orders_the_depth_nearest_and_no_others() -> None:
    assert chosen(ROWS[0])[RERANKED] == ["a3", "a4", "a5"]


def test_open_retrieval_finds_examples_of_any_api() -> None:
    assert chosen(row("q", "a", "q", "0.31"))[OPEN] == ["a4", "b0", "a3"]
    assert chosen(row("q", "b", "q", "0.0"))[OPEN] == ["a2", "a1", "a0"]
    assert chosen(row("q", "c", "q", "0.0"))[RETRIEVED] == []


def test_the_oracle_knows_the_request() -> None:
    assert chosen(row("q", "a", "q", "0.0", "x/y/y/y/y/y/y/"))[ORACLE][-1] == "a6"


def test_best_breaks_ties_by_place_whatever_the_depth() -> None:
    scores = np.array([0.1, 0.7, 0.2, 0.7 + 1e-9, 0.7])
    assert best(scores, 2).tolist() == [1, 3]
    assert best(scores, None).tolist() == [1, 3, 4, 2, 0]
    assert best(scores[:0], 3).tolist() == []


def test_only_what_is_needed_is_embedded() -> None:
    asked: list[str] = []

    def watch(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return embed(texts)

    choose_examples([ROWS[0]], Pool(ROWS + OTHER + [row("z", "z", "z", "5")]), [RANDOM, ORACLE], 3, 0, watch)
    assert asked == []
    choose_examples([ROWS[0]], Pool(ROWS + OTHER + [row("z", "z", "z", "5")]), [RETRIEVED], 3, 0, watch)
    assert sorted(asked) == sorted(["0.0", *(r["instruction"] for r in ROWS)])


def test_level_1_asks_in_the_other_wording() -> None:
    rows, parts = {"a1": ROWS[1]}, {"level1": ["a1"], "level2": ["a1"]}
    assert [test_queries(rows, parts, level)[0]["instruction"] for level in (1, 2)] == ["9", "0.1"]


def test_a_re_ranker_reads_what_the_call_sends() -> None:
    request = {"method": "POST", "url": "https://h/v1/pets?tag=1", "headers": [["X", "1"]], "body": None}
    text = example_text({"instruction": "Add a pet.", "template": "https://h/v1/pets", "request": json.dumps(request)})
    assert text == "Add a pet. POST /v1/pets tag"


def test_re_ranking_without_a_re_ranker_is_refused() -> None:
    with pytest.raises(ValueError, match="need a re-ranker"):
        choose_examples([ROWS[0]], Pool(ROWS), [RERANKED], 3, 0, embed)
