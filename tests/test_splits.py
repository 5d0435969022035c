from typing import Any

import pytest

from apipack.params import Split
from apipack.splits import SplitError, leaks, split

P = Split(tests=12, unseen_apis=0.25, unseen_endpoints=0.2)


def rows(providers: int = 12, operations: int = 20) -> list[dict[str, Any]]:
    return [
        {"id": f"{p:02}-{o:02}", "provider": f"p{p}", "api": f"p{p}:a{o % 2}", "cluster": f"{p:02}-{o // 2 * 2:02}"}
        for p in range(providers)
        for o in range(operations)
    ]


def test_levels_are_full_and_leak_proof() -> None:
    table = rows()
    splits = split(table, P, seed=1, shots=3)
    assert leaks(table, splits) == []
    counts = {name: sum(entry["split"] == name for entry in splits) for name in ("level1", "level2", "level3", "train")}
    assert counts["level1"] == counts["level2"] == counts["level3"] == 12 and counts["train"] > 100


def test_seeded_and_independent_of_row_order() -> None:
    table = rows()
    assert split(table, P, 1, 3) == split(table[::-1], P, 1, 3) != split(table, P, 2, 3)


def test_planted_leaks_are_found() -> None:
    table = rows()
    splits = split(table, P, 1, 3)
    by_split = {
        name: [e["id"] for e in splits if e["split"] == name] for name in ("level1", "level2", "level3", "train")
    }
    untrained = [e for e in splits if not (e["split"] == "train" and e["id"] == by_split["level1"][0])]
    assert "is not in train" in leaks(table, untrained)[0]
    assert "shares a cluster" in leaks(table, [*splits, {"id": by_split["level2"][0], "split": "train"}])[0]
    assert any(
        "which is in train" in leak for leak in leaks(table, [*splits, {"id": by_split["level3"][0], "split": "train"}])
    )


def test_too_little_data_is_one_clear_error() -> None:
    with pytest.raises(SplitError, match="at least two providers"):
        split(rows(providers=1), P, 0, 3)
    with pytest.raises(SplitError, match="is empty"):
        split(rows(providers=3, operations=2), P, 0, 3)
