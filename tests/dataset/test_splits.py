import hashlib
from typing import Any

import pytest

from apipack.dataset.params import Split
from apipack.dataset.splits import SplitError, endpoint_key, parts_of, split

P = Split(tests=12, unseen_apis=0.25, unseen_endpoints=0.2, similarity=0.9)


def rows(providers: int = 12, operations: int = 20) -> list[dict[str, Any]]:
    """Operations whose texts differ; each two neighbours of an API are one near-duplicate cluster."""
    made = []
    for p in range(providers):
        for o in range(operations):
            noun = hashlib.sha256(f"{p} {o}".encode()).hexdigest()[:24]
            made.append(
                {
                    "id": f"{p:02}-{o:02}",
                    "provider": f"p{p}",
                    "api": f"p{p}:a{o % 2}",
                    "cluster": f"{p:02}-{o // 4 * 4 + o % 2:02}",
                    "method": "GET",
                    "path": f"/{noun}",
                    "template": f"https://p{p}.example/{noun}",
                    "functionality": f"Fetch {noun[::-1]}",
                    "description": "",
                    "arguments": "[]",
                }
            )
    return made


def test_levels_are_full_and_disjoint() -> None:
    parts = parts_of(split(rows(), P, seed=1, shots=3))
    assert len(parts["level1"]) == len(parts["level2"]) == len(parts["level3"]) == 12
    assert len(parts["train"]) > 100 and set(parts["level1"]) <= set(parts["train"])
    apart = [set(parts[name]) for name in ("train", "bank", "level2", "level3")]
    assert sum(map(len, apart)) == len(set().union(*apart))


def test_seeded_and_independent_of_row_order() -> None:
    table = rows()
    assert split(table, P, 1, 3) == split(table[::-1], P, 1, 3) != split(table, P, 2, 3)


def test_a_near_duplicate_of_a_trained_operation_is_no_level_3_test() -> None:
    table = rows()
    parts = parts_of(split(table, P, 1, 3))
    by_id = {row["id"]: row for row in table}
    tested, trained = by_id[parts["level3"][0]], by_id[parts["train"][0]]
    for key in ("path", "functionality"):  # another provider's copy: only its name, host and one letter differ
        trained[key] = f"{tested[key]}s"
    again = parts_of(split(table, P, 1, 3))
    assert tested["id"] in again["bank"] and len(again["level3"]) == 12


def test_what_shares_cluster_or_endpoint_with_a_test_is_in_neither_part() -> None:
    table = rows()
    parts = parts_of(split(table, P, 1, 3))
    by_id = {row["id"]: row for row in table}
    twin = {**by_id[parts["level2"][0]], "id": "zz", "cluster": "zz", "functionality": "Quite another task"}
    parts = parts_of(split([*table, twin], P, 1, 3))
    for test, rest in (("level2", "train"), ("level3", "bank")):
        tests = [row for row in [*table, twin] if row["id"] in parts[test]]
        others = [row for row in [*table, twin] if row["id"] in parts[rest]]
        assert not {row["cluster"] for row in tests} & {row["cluster"] for row in others}
        assert not {endpoint_key(row) for row in tests} & {endpoint_key(row) for row in others}


def test_too_little_data_is_one_clear_error() -> None:
    with pytest.raises(SplitError, match="at least two providers"):
        split(rows(providers=1), P, 0, 3)
    with pytest.raises(SplitError, match="is empty"):
        split(rows(providers=3, operations=2), P, 0, 3)
